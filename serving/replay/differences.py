"""Two makings of the same estimates compared, column by column, to the last digit."""

import json
import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from models.estimates import ESTIMATE_FIELDS, ESTIMATE_JSON_FIELDS, Estimates

_NUMBERS: Final = frozenset(name for name, column in Estimates.to_schema().columns.items() if column.nullable)
_SHOWN: Final = 60
_LEAD: Final = 12


@dataclass(frozen=True)
class Difference:
    """A column of an estimate that did not come out as it was recorded.

    Attributes
    ----------
    column
        Its name.
    recorded, recomputed
        What it says; long texts from shortly before they part.
    largest
        Largest difference between two numbers at the same place; NaN where texts differ, or one is missing.
    relative
        The largest one as a share of the recorded number; NaN likewise, infinite beside a recorded 0.
    """

    column: str
    recorded: str
    recomputed: str
    largest: float
    relative: float


def differences(recorded: pd.DataFrame, recomputed: pd.DataFrame) -> list[list[Difference]]:
    """Compare two frames of estimates.

    Parameters
    ----------
    recorded, recomputed
        :class:`models.estimates.Estimates`, n rows each, of the same lines in the same order. Two numbers are
        equal when they have the same bits, or are both missing.

    Returns
    -------
    list of list of Difference
        For each line, the columns that differ, in the order of the columns.
    """
    found: list[list[Difference]] = [[] for _ in range(len(recorded))]
    for column in ESTIMATE_FIELDS:
        then, now = recorded[column].to_numpy(), recomputed[column].to_numpy()
        unequal = _unequal_numbers(then, now) if column in _NUMBERS else np.asarray(then != now, dtype=bool)
        for row in np.flatnonzero(unequal).tolist():
            found[row].append(_difference(column, then[row], now[row]))
    return found


def _unequal_numbers(then: npt.NDArray[Any], now: npt.NDArray[Any]) -> npt.NDArray[np.bool_]:
    one, other = then.astype(np.float64), now.astype(np.float64)
    return np.asarray((one.view(np.int64) != other.view(np.int64)) & ~(np.isnan(one) & np.isnan(other)))


def _difference(column: str, then: Any, now: Any) -> Difference:
    if column in _NUMBERS:
        return Difference(column, repr(float(then)), repr(float(now)), *_apart([(float(then), float(now))]))
    numbers = list(_numbers_of_json(then, now)) if column in ESTIMATE_JSON_FIELDS else []
    start = _first_unequal(then, now) - _LEAD
    return Difference(column, _from(then, start), _from(now, start), *_apart(numbers))


def _apart(pairs: list[tuple[float, float]]) -> tuple[float, float]:
    """Tell the largest difference of some pairs, and what share of the first number it is."""
    largest, relative = math.nan, math.nan
    for then, now in pairs:
        size = abs(now - then)
        if not largest >= size:
            largest = size
            relative = size / abs(then) if then else math.inf
    return largest, relative


def _numbers_of_json(then: str, now: str) -> Iterator[tuple[float, float]]:
    """Find the numbers that differ, where two JSON texts differ in nothing else."""
    pairs: list[tuple[float, float]] = []
    try:
        alike = _collect(json.loads(then), json.loads(now), pairs)
    except ValueError:
        return
    if alike:
        yield from pairs


def _collect(then: Any, now: Any, pairs: list[tuple[float, float]]) -> bool:
    if isinstance(then, dict) and isinstance(now, dict) and then.keys() == now.keys():
        return all(_collect(then[key], now[key], pairs) for key in then)
    if isinstance(then, list) and isinstance(now, list) and len(then) == len(now):
        return all(_collect(one, other, pairs) for one, other in zip(then, now, strict=True))
    if type(then) in {int, float} and type(now) in {int, float}:
        if then != now:
            pairs.append((float(then), float(now)))
        return True
    return bool(then == now)


def _first_unequal(then: str, now: str) -> int:
    return next(
        (at for at, (one, other) in enumerate(zip(then, now, strict=False)) if one != other),
        min(len(then), len(now)),
    )


def _from(text: str, start: int) -> str:
    """Give a part of a text."""
    start = max(start, 0)
    part = text[start : start + _SHOWN]
    return f"{'…' if start else ''}{part}{'…' if start + _SHOWN < len(text) else ''}"
