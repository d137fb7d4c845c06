"""Totals: the footprint of many lines, and a range that knows which lines err together."""

import math
from dataclasses import dataclass
from typing import Final, Self

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

Floats = npt.NDArray[np.float64]
Codes = npt.NDArray[np.intp]
Rows = npt.NDArray[np.bool_]


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
    (found,) = totals(estimates, np.zeros(len(estimates), dtype=np.intp), 1).to_numpy().tolist()
    return Total(*found)


def totals(estimates: pd.DataFrame, group: Codes, groups: int) -> pd.DataFrame:
    """Add up the estimates of many groups, each as :func:`total` does.

    Parameters
    ----------
    estimates
        As of :func:`total`, n rows.
    group
        (n,) number of each line's group, from 0.
    groups
        How many there are.

    Returns
    -------
    pandas.DataFrame
        Columns ``kg_co2e``, ``kg_co2e_low``, ``kg_co2e_high``, one row a group.
    """
    lines = Figures.of(estimates)
    mine = group[lines.rows]
    low, high = _ranges(lines, lines.everything, mine, groups)
    return pd.DataFrame(
        {
            "kg_co2e": added(lines.kg, mine, groups),
            "kg_co2e_low": np.minimum(low, _ranges(lines, lines.without_purchases, mine, groups)[0]),
            "kg_co2e_high": np.maximum(high, _ranges(lines, lines.without_credits, mine, groups)[1]),
        }
    )


@dataclass(frozen=True)
class Figures:
    """The m lines of n that have a figure other than 0.

    Attributes
    ----------
    rows
        (m,) which of the n lines.
    kg
        (m,) kg CO2e.
    sigma
        (m,) standard deviation of its logarithm.
    category
        (m,) number of the category.
    may_be_none
        (m,) whether the line may be no purchase, or no credit.
    """

    rows: Codes
    kg: Floats
    sigma: Floats
    category: Codes
    may_be_none: Rows

    @classmethod
    def of(cls, estimates: pd.DataFrame) -> Self:
        """Take them from :class:`models.estimates.Estimates`."""
        kg, low, high = (
            estimates[name].to_numpy(dtype=np.float64) for name in ("kg_co2e", "kg_co2e_low", "kg_co2e_high")
        )
        rows = np.flatnonzero(~np.isnan(kg) & (kg != 0))
        kg, low, high = kg[rows], low[rows], high[rows]
        far_end = np.fmax(np.abs(low), np.abs(high))
        # a figure without a range is taken as it is
        sigma = np.log(np.fmax(far_end / np.abs(kg), 1.0)) / Z_90
        category = pd.factorize(estimates["category_code"], use_na_sentinel=False)[0][rows]
        return cls(rows, kg, sigma, category, low * high <= 0)

    @property
    def everything(self) -> Rows:
        """All lines."""
        return np.ones(len(self.kg), dtype=bool)

    @property
    def without_purchases(self) -> Rows:
        """All but what may be no purchase."""
        return ~(self.may_be_none & (self.kg > 0))

    @property
    def without_credits(self) -> Rows:
        """All but what may be no credit."""
        return ~(self.may_be_none & (self.kg < 0))


@dataclass(frozen=True)
class Moments:
    """Of the errors of sums of categories, each sum of one sign: purchases and credits.

    Attributes
    ----------
    bought, credited
        (3, g) for each of g groups the sum of the figures, and mean and variance of what it may be.
    """

    bought: Floats
    credited: Floats

    @classmethod
    def of(cls, kg: Floats, sigma: Floats, group: Codes, groups: int) -> Self:
        """Sum over the groups' categories, which err independently of each other.

        Parameters
        ----------
        kg, sigma
            (c,) net figure of each category, kg CO2e, and standard deviation of its logarithm.
        group, groups
            (c,) number of each category's group, and how many there are.
        """
        return cls(*(_one_sign(np.maximum(side, 0.0), sigma, group, groups) for side in (kg, -kg)))

    def range(self) -> tuple[Floats, Floats]:
        """Lower and upper end of each group's range, kg CO2e, (g,) each."""
        bought, bought_low, bought_high = _spread(self.bought)
        credited, credited_low, credited_high = _spread(self.credited)
        return (
            bought - credited - np.hypot(bought - bought_low, credited_high - credited),
            bought - credited + np.hypot(bought_high - bought, credited - credited_low),
        )


def added(values: Floats, group: Codes, groups: int) -> Floats:
    """Add up values over numbered groups, (groups,)."""
    return np.bincount(group, values, groups).astype(np.float64)


def summed(code: Codes, *columns: Floats) -> tuple[Codes, list[Floats]]:
    """Add up columns over equal codes: the distinct codes, and a sum of each column for each of them."""
    sums = pd.DataFrame(dict(enumerate(columns))).groupby(code, sort=True).sum()
    return sums.index.to_numpy(), [sums[number].to_numpy(dtype=np.float64) for number in sums]


def _ranges(lines: Figures, counted: Rows, group: Codes, groups: int) -> tuple[Floats, Floats]:
    """Range of the sum of the counted lines of each group, kg CO2e; lines of one category err together."""
    categories = int(lines.category.max(initial=0)) + 1
    size = np.abs(lines.kg[counted])
    code = group[counted] * categories + lines.category[counted]
    found, (net, sizes, weighted) = summed(code, lines.kg[counted], size, lines.sigma[counted] * size)
    return Moments.of(net, weighted / sizes, found // categories, groups).range()


def _one_sign(kg: Floats, sigma: Floats, group: Codes, groups: int) -> Floats:
    """Sum, mean and variance of positive figures of categories, (3, groups)."""
    squared = np.square(sigma)
    terms = kg, kg * np.exp(squared / 2), np.square(kg) * np.exp(squared) * np.expm1(squared)
    return np.stack([added(term, group, groups) for term in terms])


def _spread(moments: Floats) -> tuple[Floats, Floats, Floats]:
    """Sum of the positive figures of categories, lower and upper end of its range, kg CO2e."""
    total_kg, mean, variance = moments
    there = mean > 0
    log_variance = np.log1p(np.divide(variance, np.square(mean), out=np.zeros_like(mean), where=there))
    half_width = Z_90 * np.hypot(np.sqrt(log_variance), math.log(COMMON_GSD))
    median = np.maximum(mean * np.exp(-log_variance / 2), total_kg)
    return total_kg, total_kg * np.exp(-half_width), median * np.exp(half_width)
