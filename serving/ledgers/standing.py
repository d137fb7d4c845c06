"""A ledger as it stands now: its estimates with what people made of them, and what is locked."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from serving.ledgers.corrections import CHANGED, Outcome, accepted, corrected, sentence
from serving.ledgers.opening import Ledger
from serving.ledgers.valuations import Asked, Valuations, needs_model
from serving.store.periods import Period
from serving.store.reviews import Review

Rows = npt.NDArray[np.bool_]
Positions = npt.NDArray[np.intp]
ESTIMATED: Final = ("status", "category", "category_code", "kg", "kg_low", "kg_high")
"""Columns that are kept as they were estimated, under their name and ``_estimated``."""


@dataclass(frozen=True, eq=False)
class Standing:
    """A ledger as it stands now.

    Attributes
    ----------
    ledger
        As it was estimated.
    frame
        The ledger's frame as it is with the reviews, and the columns that :func:`standing` adds.
    """

    ledger: Ledger
    frame: pd.DataFrame


def standing(
    ledger: Ledger, reviews: Mapping[str, Review], periods: Iterable[Period], valuations: Valuations
) -> Standing:
    """Apply the present reviews to a ledger.

    A correction counts as soon as somebody made it; whether another key approved it is told beside.

    Parameters
    ----------
    ledger
        As it was estimated.
    reviews
        The present review of each estimate that has one.
    periods
        As they are now.
    valuations
        Says what corrections of categories, factors and masses come to.

    Returns
    -------
    Standing
        Its frame has beside the ledger's columns: ``review`` ("", "reviewed" or "approved"), ``reviewed_by``,
        ``approved_by``, ``review_sequence`` (0 for none), ``review_comment``, ``review_note`` (why a
        correction could not be applied), ``corrected`` (whether one was), ``locked`` (whether a closed period
        covers the line), and of each of :data:`ESTIMATED` how it was estimated: ``kg_estimated`` and so on.
    """
    frame = ledger.frame
    kept = {f"{name}_estimated": frame[name] for name in ESTIMATED}
    positions = np.flatnonzero(frame["estimate_id"].isin(list(reviews)).to_numpy())
    names = frame["estimate_id"].iloc[positions].tolist()
    present = [reviews[name] for name in names]
    outcomes = _outcomes(ledger, positions.tolist(), present, valuations)
    frame = with_values(frame, positions.tolist(), [one.changes for one in outcomes])
    return Standing(
        ledger,
        frame.assign(**_about(len(frame), positions, present, outcomes), **kept).assign(
            locked=locked(frame, periods)
        ),
    )


def with_values(
    frame: pd.DataFrame, positions: Sequence[int], values: Sequence[Mapping[str, Any]]
) -> pd.DataFrame:
    """Give lines other values; each of :data:`CHANGED` that a line's values do not name stays.

    Parameters
    ----------
    frame
        Of a ledger; it stays as it is.
    positions
        Of the lines in it.
    values
        For each of the lines.
    """
    changed: dict[str, pd.Series] = {}
    for name in CHANGED:
        mine = [(at, of[name]) for at, of in zip(positions, values, strict=True) if name in of]
        if mine:
            rows, new = zip(*mine, strict=True)
            changed[name] = _replaced(frame[name], list(rows), list(new))
    out = frame.assign(**changed)
    return out.assign(kg_width=out["kg_high"] - out["kg_low"]) if changed else out


def locked(frame: pd.DataFrame, periods: Iterable[Period]) -> Rows:
    """Tell which lines are dated in a closed period."""
    days = frame["line_date"].to_numpy()
    out = np.zeros(len(frame), dtype=bool)
    for period in periods:
        if period.status == "closed":
            out |= (days >= np.datetime64(period.first)) & (days <= np.datetime64(period.last))
    return out


def _outcomes(
    ledger: Ledger, positions: Sequence[int], reviews: Sequence[Review], valuations: Valuations
) -> list[Outcome]:
    asked = [
        Asked(at, review.correction)
        for at, review in zip(positions, reviews, strict=True)
        if review.correction is not None and needs_model(review.correction)
    ]
    found = dict(zip((one.position for one in asked), valuations.of(ledger, asked), strict=True))
    rows = ledger.frame[list(CHANGED)].iloc[list(positions)].to_dict("records")
    out = []
    for at, review, row in zip(positions, reviews, rows, strict=True):
        line = {str(name): value for name, value in row.items()}
        if review.correction is None:
            out.append(accepted(line))
        else:
            out.append(corrected(line, review.correction, found.get(at), sentence(review)))
    return out


def _about(
    lines: int, positions: Positions, reviews: Sequence[Review], outcomes: Sequence[Outcome]
) -> dict[str, Any]:
    """Make the columns that tell of reviews."""
    corrected_lines = [
        review.correction is not None and not outcome.note
        for review, outcome in zip(reviews, outcomes, strict=True)
    ]
    sequence, is_corrected = np.zeros(lines, dtype=np.int64), np.zeros(lines, dtype=bool)
    sequence[positions] = [review.sequence for review in reviews]
    is_corrected[positions] = corrected_lines
    return {
        "review": _texts(lines, positions, [review.status for review in reviews]),
        "reviewed_by": _texts(lines, positions, [review.reviewed_by for review in reviews]),
        "approved_by": _texts(lines, positions, [review.approved_by for review in reviews]),
        "review_comment": _texts(lines, positions, [review.comment for review in reviews]),
        "review_note": _texts(lines, positions, [outcome.note for outcome in outcomes]),
        "review_sequence": sequence,
        "corrected": is_corrected,
    }


def _replaced(column: pd.Series, rows: Sequence[int], values: Sequence[Any]) -> pd.Series:
    if isinstance(column.dtype, pd.CategoricalDtype):
        known = set(column.cat.categories)
        # lines are sorted by the order of the categories
        column = column.cat.set_categories(sorted(known | set(values)))
    out: pd.Series = column.copy()
    out.iloc[np.asarray(rows)] = values
    return out


def _texts(lines: int, positions: Positions, values: Sequence[str]) -> pd.Series:
    """Make a column of texts that repeat, "" where nothing is said."""
    code, distinct = pd.factorize(pd.Series(["", *values], dtype="str"))
    codes = np.zeros(lines, dtype=np.int32)
    codes[positions] = code[1:]
    return pd.Series(pd.Categorical.from_codes(codes, pd.Index(distinct)))
