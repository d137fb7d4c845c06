"""Totals: the footprint of many lines, and a range that knows which lines err together."""

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from models.intervals import Z_90

COMMON_GSD: Final = 1.2
"""Error that all lines of a ledger share: the median factor moved this much between two releases (0.82)."""

NOTE: Final = (
    "The total is the sum of the lines. Its 90% range lets lines of one category err together and categories "
    "err independently of each other, adds an error common to all factors, and leaves out, towards zero, "
    "every line that may be no purchase."
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
        kg CO2e.

    Notes
    -----
    The errors of a category are log-normal, and so is their sum, with the mean and the variance of the sum
    (Fenton, *The sum of log-normal probability distributions in scatter transmission systems*, 1960). A
    line's figure is the median of what it may be, and medians add up to less than the median of a sum: the
    upper end follows the sum, the lower end the lines, so that the total lies in its range. Categories with
    net credits are summed up for themselves, and the range of the difference is put together from both (Zou
    and Donner, *Construction of confidence limits about effect measures*, 2008).
    """
    valued = estimates[estimates["kg_co2e"].notna() & (estimates["kg_co2e"] != 0)]
    may_be_none = valued["kg_co2e_low"] * valued["kg_co2e_high"] <= 0
    without_purchases = valued[~(may_be_none & (valued["kg_co2e"] > 0))]
    without_credits = valued[~(may_be_none & (valued["kg_co2e"] < 0))]
    low, high = _range(valued)
    return Total(
        kg_co2e=float(valued["kg_co2e"].sum()),
        kg_co2e_low=min(low, _range(without_purchases)[0]),
        kg_co2e_high=max(high, _range(without_credits)[1]),
    )


def _range(valued: pd.DataFrame) -> tuple[float, float]:
    """Range of the sum of lines with a figure, kg CO2e."""
    size = valued["kg_co2e"].abs()
    far_end = valued[["kg_co2e_low", "kg_co2e_high"]].abs().max(axis=1)
    sigma = np.log((far_end / size).clip(lower=1.0)) / Z_90
    category = valued["category_code"]
    net = valued["kg_co2e"].groupby(category).sum().to_numpy(dtype=np.float64)
    of_category = (sigma * size).groupby(category).sum() / size.groupby(category).sum()
    mean_sigma = of_category.to_numpy(dtype=np.float64)
    bought, bought_low, bought_high = _one_sign(net[net > 0], mean_sigma[net > 0])
    credited, credited_low, credited_high = _one_sign(-net[net < 0], mean_sigma[net < 0])
    return (
        bought - credited - math.hypot(bought - bought_low, credited_high - credited),
        bought - credited + math.hypot(bought_high - bought, credited - credited_low),
    )


def _one_sign(kg: npt.NDArray[np.float64], sigma: npt.NDArray[np.float64]) -> tuple[float, float, float]:
    """Sum of the positive figures of categories, lower and upper end of its range, kg CO2e."""
    if not len(kg):
        return 0.0, 0.0, 0.0
    total_kg = float(kg.sum())
    mean = float((kg * np.exp(np.square(sigma) / 2)).sum())
    variance = float((np.square(kg) * np.exp(np.square(sigma)) * np.expm1(np.square(sigma))).sum())
    log_variance = math.log1p(variance / mean**2)
    half_width = Z_90 * math.hypot(math.sqrt(log_variance), math.log(COMMON_GSD))
    median = max(mean * math.exp(-log_variance / 2), total_kg)
    return total_kg, total_kg * math.exp(-half_width), median * math.exp(half_width)
