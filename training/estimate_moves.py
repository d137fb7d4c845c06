"""What a change of model does to a ledger: lines whose estimate moves, the total, and the time it takes."""

import time
from dataclasses import dataclass
from typing import Final, Protocol

import numpy as np
import pandas as pd
import pandera.pandas as pa
from pandera.typing.pandas import Series

from models.estimates import METHODS, STATUSES
from models.totals import Total, total

ROUNDS: Final = 3
TIMED_LINES: Final = 500
"""Lines that models are timed on; the first ones, where there are more."""


class Predicts(Protocol):
    """A model that turns line items into estimates."""

    def predict(self, lines: pd.DataFrame) -> pd.DataFrame:
        """Estimate :class:`features.line_items.LineItems`; :class:`models.estimates.Estimates`."""
        ...


class EstimateMoves(pa.DataFrameModel):
    """Lines whose estimate differs between models A and B, the largest move first.

    A line that has a figure from one model only, or whose figure changes its sign, comes before all others
    and has no ``log_ratio``.
    """

    line_id: Series[str]
    description: Series[str]
    supplier: Series[str]
    kg_co2e_a: Series[float] = pa.Field(nullable=True)
    kg_co2e_b: Series[float] = pa.Field(nullable=True)
    kg_co2e_change: Series[float] = pa.Field(description="b - a; a line without a figure adds nothing")
    log_ratio: Series[float] = pa.Field(nullable=True, description="ln(b / a)")
    status_a: Series[str] = pa.Field(isin=STATUSES)
    status_b: Series[str] = pa.Field(isin=STATUSES)
    method_a: Series[str] = pa.Field(isin=METHODS)
    method_b: Series[str] = pa.Field(isin=METHODS)
    category_a: Series[str]
    category_b: Series[str]
    explanation_a: Series[str]
    explanation_b: Series[str]

    class Config:
        """Exactly these columns, in this order."""

        strict = True
        ordered = True
        coerce = True


@dataclass(frozen=True)
class LedgerComparison:
    """What two models say about the same lines.

    Attributes
    ----------
    lines
        How many there are.
    moves
        :class:`EstimateMoves`, every line that moves.
    total_a, total_b
        kg CO2e.
    lines_per_second_a, lines_per_second_b
        Median over the rounds.
    speed_ratio, speed_ratio_low, speed_ratio_high
        Speed of B over that of A: median, least and greatest of the rounds, in each of which both ran.
    """

    lines: int
    moves: pd.DataFrame
    total_a: Total
    total_b: Total
    lines_per_second_a: float
    lines_per_second_b: float
    speed_ratio: float
    speed_ratio_low: float
    speed_ratio_high: float


def compare_on_ledger(
    a: Predicts, b: Predicts, lines: pd.DataFrame, rounds: int = ROUNDS
) -> LedgerComparison:
    """Estimate the same lines by two models.

    Parameters
    ----------
    a, b
        Models.
    lines
        :class:`features.line_items.LineItems`, n > 0 rows.
    rounds
        How often each model is timed on at most :data:`TIMED_LINES` lines, after one run that is not timed;
        who goes first alternates.
    """
    of_a, of_b = a.predict(lines), b.predict(lines)
    timed = lines.head(TIMED_LINES)
    seconds = np.array([_seconds(a, b, timed, swapped=bool(number % 2)) for number in range(rounds)])
    ratio = seconds[:, 0] / seconds[:, 1]
    speed_a, speed_b = (len(timed) / float(np.median(column)) for column in seconds.T)
    return LedgerComparison(
        lines=len(lines),
        moves=estimate_moves(lines, of_a, of_b),
        total_a=total(of_a),
        total_b=total(of_b),
        lines_per_second_a=speed_a,
        lines_per_second_b=speed_b,
        speed_ratio=float(np.median(ratio)),
        speed_ratio_low=float(ratio.min()),
        speed_ratio_high=float(ratio.max()),
    )


def estimate_moves(lines: pd.DataFrame, a: pd.DataFrame, b: pd.DataFrame) -> pd.DataFrame:
    """List the lines whose estimate differs.

    Parameters
    ----------
    lines
        :class:`features.line_items.LineItems`, n rows.
    a, b
        :class:`models.estimates.Estimates` of the same lines.

    Returns
    -------
    pandas.DataFrame
        :class:`EstimateMoves`.
    """
    kg_a, kg_b = (part["kg_co2e"].to_numpy(dtype=np.float64) for part in (a, b))
    log_ratio = np.full(len(lines), np.nan)
    comparable = kg_a * kg_b > 0
    log_ratio[comparable] = np.log(kg_b[comparable] / kg_a[comparable])
    both_sides = {
        f"{name}_{side}": part[column].to_numpy()
        for name, column in (
            ("status", "status"),
            ("method", "method"),
            ("category", "category_code"),
            ("explanation", "explanation"),
        )
        for side, part in (("a", a), ("b", b))
    }
    table = pd.DataFrame(
        {
            **{name: lines[name].to_numpy() for name in ("line_id", "description", "supplier")},
            "kg_co2e_a": kg_a,
            "kg_co2e_b": kg_b,
            "kg_co2e_change": np.nan_to_num(kg_b) - np.nan_to_num(kg_a),
            "log_ratio": log_ratio,
            **both_sides,
        }
    )
    size = np.where(comparable, np.abs(log_ratio), np.inf)
    moved = (kg_a != kg_b) & ~(np.isnan(kg_a) & np.isnan(kg_b))
    order = np.lexsort((-table["kg_co2e_change"].abs().to_numpy(), -size))
    return EstimateMoves.validate(table.iloc[order[moved[order]]].reset_index(drop=True))


def _seconds(a: Predicts, b: Predicts, lines: pd.DataFrame, *, swapped: bool) -> tuple[float, float]:
    """Time both models once."""
    if swapped:
        second, first = _seconds(b, a, lines, swapped=False)
        return first, second
    return _timed(a, lines), _timed(b, lines)


def _timed(model: Predicts, lines: pd.DataFrame) -> float:
    started = time.perf_counter()
    model.predict(lines)
    return time.perf_counter() - started
