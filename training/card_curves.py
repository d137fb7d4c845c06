"""Curves of the evaluation that stand in the model card: whoever serves the model can draw them."""

import math
from typing import Any, Final

import numpy as np
import pandas as pd

_BINS: Final = 10
_QUARTERS: Final = 4
_FACTOR_OF_TWO: Final = float(np.log(2.0))


def calibration_curve(scorecard: pd.DataFrame) -> list[dict[str, Any]]:
    """Say for each set how often the most probable category is right, by the probability it was given.

    Parameters
    ----------
    scorecard
        :class:`training.scorecards.Scorecard`; lines whose category was not asked are left out.

    Returns
    -------
    list of dict
        ``dataset``, ``stated`` (mean probability), ``right`` (share) and ``lines`` of each tenth.
    """
    asked = scorecard[scorecard["hit1"].notna() & scorecard["probability"].notna()]
    tenth = (asked["probability"] * _BINS).astype(int).clip(upper=_BINS - 1).rename("tenth")
    found = asked.groupby(["dataset", tenth], sort=True).agg(
        stated=("probability", "mean"), right=("hit1", "mean"), lines=("hit1", "size")
    )
    return _records(found.reset_index().drop(columns="tenth"))


def error_by_spend(scorecard: pd.DataFrame) -> list[dict[str, Any]]:
    """Say for each set how far estimates are off, by the spend behind the lines.

    Parameters
    ----------
    scorecard
        :class:`training.scorecards.Scorecard`; sets whose lines all weigh the same say nothing of spend.

    Returns
    -------
    list of dict
        For each quarter of the lines of a set, the smallest spend first: ``dataset``, ``quarter`` (1 to 4),
        ``spend_from``, ``spend_to``, ``lines``, ``median_factor`` (half of the lines are off by less) and
        ``within_2x``.
    """
    scored = scorecard[scorecard["log_error"].notna()]
    varied = scored.groupby("dataset")["weight"].transform("nunique") >= _QUARTERS
    scored = scored[varied].assign(size=lambda frame: frame["log_error"].abs())
    rank = scored.groupby("dataset")["weight"].rank(method="first", pct=True)
    quarter = (rank * _QUARTERS).apply(math.ceil).astype(int).rename("quarter")
    found = scored.groupby(["dataset", quarter], sort=True).agg(
        spend_from=("weight", "min"),
        spend_to=("weight", "max"),
        lines=("size", "size"),
        median_factor=("size", lambda size: float(np.exp(size.median()))),
        within_2x=("size", lambda size: float((size <= _FACTOR_OF_TWO).mean())),
    )
    return _records(found.reset_index())


def _records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    return [{str(name): value for name, value in row.items()} for row in frame.round(4).to_dict("records")]
