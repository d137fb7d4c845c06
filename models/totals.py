"""Totals: the footprint of many lines, and a range that knows which lines err together."""

from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from models.intervals import Z_90

COMMON_GSD: Final = 1.2
"""Error that all lines of a ledger share: the median factor moved by this much between two releases (0.82)."""

NOTE: Final = (
    "The total is the sum of the lines. Its 90% range lets lines of one category err together and categories err "
    "independently of each other, adds an error common to all factors, and lets the lower end leave out every line "
    "that may be no purchase."
)


@dataclass(frozen=True)
class Total:
    """Footprint of a set of lines and its central 90% range, kg CO2e."""

    kg_co2e: float
    kg_co2e_low: float
    kg_co2e_high: float
    note: str = NOTE


def total(estimates: pd.DataFrame) -> Total:
    """Add up estimates.

    Parameters
    ----------
    estimates
        :class:`models.estimates.Estimates`; lines without a figure add nothing.

    Returns
    -------
    Total
        Log-normal range with the variance of the sum: per category the lines' half-widths weighted by their
        figures, categories and the common error independent.
    """
    valued = estimates[estimates["kg_co2e"].notna() & (estimates["kg_co2e"] != 0)]
    kg = float(valued["kg_co2e"].sum())
    if kg == 0:
        return Total(kg, kg, kg)
    may_be_none = (valued["kg_co2e_low"] * valued["kg_co2e_high"] <= 0) & (valued["kg_co2e"] != 0)
    half_width = Z_90 * _log_deviation(valued, kg)
    certain = kg - float(valued.loc[may_be_none, "kg_co2e"].sum())
    ends = sorted((kg * np.exp(-half_width), kg * np.exp(half_width), certain * np.exp(-half_width)))
    return Total(kg, float(ends[0]), float(ends[-1]))


def _log_deviation(valued: pd.DataFrame, kg: float) -> float:
    """Standard deviation of the logarithm of the sum."""
    size = valued["kg_co2e"].abs()
    far_end = valued[["kg_co2e_low", "kg_co2e_high"]].abs().max(axis=1)
    sigma = np.log((far_end / size).clip(lower=1.0)) / Z_90
    category = valued["category_code"]
    weight = size.groupby(category).sum()
    mean_sigma = (sigma * size).groupby(category).sum() / weight
    net = valued["kg_co2e"].groupby(category).sum()
    variance = (np.square(net) * np.expm1(np.square(mean_sigma))).sum()
    return float(np.sqrt(np.log1p(variance / kg**2) + np.log(COMMON_GSD) ** 2))
