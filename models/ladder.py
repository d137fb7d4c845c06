"""The ladder: for each line the method whose error is expected to be smaller, the other one beside it."""

from typing import Final, Self

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.base import BaseEstimator
from sklearn.exceptions import NotFittedError

from models.explanation import range_words
from models.intervals import COVERAGE, in_quadrature
from models.mass_route import METHOD as BY_MASS
from models.state import State

BY_MONEY: Final = "spend-based"
WIDE_FACTOR: Final = 10.0
"""A figure by mass that may be off by more than this is not worth showing beside another, unless the two
disagree all the same, and is put up for review where there is no other.
"""

_CLEARLY: Final = 0.75
"""The mass route takes over where the error to be expected of it is smaller by this factor, in logarithms."""

_FIGURE: Final = ["kg_co2e", "kg_co2e_low", "kg_co2e_high"]
_OTHER: Final = ["other_kg_co2e", "other_kg_co2e_low", "other_kg_co2e_high"]
_OF_METHOD: Final = [
    *_FIGURE, "method", "factor_id", "factor_value", "factor_unit", "factor_source", "data_quality",
    "explanation", "conversions", "evidence", "contributions",
]  # fmt: skip

Floats = npt.NDArray[np.float64]


class Ladder(BaseEstimator):  # type: ignore[misc]
    """Choose between a figure by money and one by mass.

    A factor per unit of money is the mean of a whole sector. How far a product of the sector is from it,
    price and footprint together, is no part of the range by money, which promises the sector's figure; but it
    is part of the error that is to be expected of it. It is calibrated on goods of which both the price of a
    kilogram and the footprint of a kilogram are known.

    Parameters
    ----------
    coverage
        Share of those goods that the expected error is to cover.

    Attributes
    ----------
    product_half_width_ : float
        Of a product about its sector, in log kg CO2e; adds in quadrature to that of the range by money.
    """

    def __init__(self, coverage: float = COVERAGE) -> None:
        self.coverage = coverage

    def calibrate(self, log_error: Floats, half_width: Floats, kind: npt.NDArray[np.str_]) -> Self:
        """Find how far products are from their sectors; without any goods, not at all.

        Parameters
        ----------
        log_error
            (n,) of the figures by money against price times known footprint.
        half_width
            (n,) of the ranges by money.
        kind
            (n,) of the goods; kinds weigh the same.
        """
        if not len(log_error):
            self.product_half_width_ = 0.0
            return self
        _, member, size = np.unique(kind, return_inverse=True, return_counts=True)
        beyond = np.square(log_error) - np.square(half_width)
        squared = np.quantile(beyond, self.coverage, weights=1.0 / size[member], method="inverted_cdf")
        self.product_half_width_ = float(np.sqrt(max(squared, 0.0)))
        return self

    def choose(self, money: pd.DataFrame, mass: pd.DataFrame) -> pd.DataFrame:
        """Choose the method of each line.

        Parameters
        ----------
        money
            n lines valued by money: columns of :class:`models.estimates.Estimates`, and ``half_width`` of the
            range in log kg CO2e. Without a figure where the money does not allow one.
        mass
            Estimates of the mass route (:data:`models.mass_route.MASS_ROUTE_FIELDS`) of some of the lines, on
            the same index.

        Returns
        -------
        pandas.DataFrame
            ``money``, with the figures, reasons and records of the mass route where it is the only one, or
            expected to err clearly less and a product much like it is known; a mass that was itself learned
            from the money is none to choose, and where the two disagree the money stands. The
            method that was not chosen stands in the columns ``other_*``. A line whose two figures are farther
            apart than both may err is for review: its quantity, its money or its category must be wrong.
        """
        product_half_width = self._calibrated()
        out = money.copy()
        rows = mass.index
        if rows.empty:
            return out
        by_money = money.loc[rows]
        expected = in_quadrature(
            by_money["half_width"].to_numpy(dtype=np.float64), np.full(len(rows), product_half_width)
        )
        own = mass["half_width"].to_numpy(dtype=np.float64)
        paid = (by_money["kg_co2e"].notna() & (by_money["kg_co2e"] != 0)).to_numpy()
        free = (by_money["kg_co2e"] == 0).to_numpy()
        told = ~mass["from_money"].to_numpy(dtype=bool)
        with np.errstate(divide="ignore", invalid="ignore"):
            apart = np.abs(np.log(np.abs(by_money["kg_co2e"].to_numpy() / mass["kg_co2e"].to_numpy())))
        disagree = paid & told & (apart > own + expected)
        clearly = mass["near"].to_numpy(dtype=bool) & ~disagree & (own < _CLEARLY * expected)
        chosen = told & (~paid | clearly)
        alone_and_wide = ~paid & (own > np.log(WIDE_FACTOR))

        out.loc[rows, "mass_kg"] = mass["mass_kg"]
        out.loc[rows[chosen], _OF_METHOD] = mass.loc[chosen, _OF_METHOD]
        telling = disagree | (own <= np.log(WIDE_FACTOR))
        _write_other(out, mass[~chosen & paid & telling], BY_MASS)
        _write_other(out, by_money[chosen & paid], BY_MONEY)
        reason = np.select(
            [disagree, free, alone_and_wide], ["methods_disagree", "zero_amount", "range_wide"], ""
        )
        decided = chosen | disagree
        out.loc[rows[decided], "reason"] = reason[decided]
        out.loc[rows[decided], "status"] = np.where(reason == "", "estimated", "review")[decided]
        return out

    def state(self) -> State:
        """Return what has to be kept."""
        return State(metadata={**self.get_params(), "product_half_width": self._calibrated()})

    @classmethod
    def from_state(cls, state: State) -> Self:
        """Restore."""
        ladder = cls(state.metadata["coverage"])
        ladder.product_half_width_ = state.metadata["product_half_width"]
        return ladder

    def _calibrated(self) -> float:
        if not hasattr(self, "product_half_width_"):
            raise NotFittedError("This Ladder is not calibrated yet: call calibrate first.")
        return self.product_half_width_


def _write_other(out: pd.DataFrame, other: pd.DataFrame, method: str) -> None:
    """Write the method that was not chosen beside the one that was, and say it."""
    rows = other.index
    out.loc[rows, "other_method"] = method
    out.loc[rows, _OTHER] = other[_FIGURE].to_numpy(dtype=np.float64)
    by = "mass" if method == BY_MASS else "money"
    said = [f" By {by}: {range_words(kg)}." for kg in other[_FIGURE].itertuples(index=False, name=None)]
    out.loc[rows, "explanation"] = out.loc[rows, "explanation"] + pd.Series(said, index=rows, dtype=object)
