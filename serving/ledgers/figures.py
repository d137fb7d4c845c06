"""What a ledger adds up to: as it was estimated, as it stands, and how much of that people looked at."""

from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from models.totals import Codes, Total, total, totals
from serving.line_frame import FIGURES

REVIEW_STATES: Final = ("approved", "reviewed", "")
"""Of lines; "" for those that nobody reviewed."""


@dataclass(frozen=True)
class ReviewedShare:
    """Lines of one state of review.

    Attributes
    ----------
    lines
        How many, those without a figure too.
    kg
        Size of their footprint, kg CO2e: credits count as much as purchases.
    share
        Of the size of all footprints; NaN where there is none.
    """

    lines: int
    kg: float
    share: float


@dataclass(frozen=True)
class LedgerFigures:
    """What a ledger adds up to.

    Attributes
    ----------
    estimated, now
        Total as it was estimated, and as it stands.
    shares
        For each of :data:`REVIEW_STATES` what rests on such lines.
    lines, corrected, locked
        How many there are, were corrected, and are locked.
    """

    estimated: Total
    now: Total
    shares: dict[str, ReviewedShare]
    lines: int
    corrected: int
    locked: int


def ledger_figures(frame: pd.DataFrame) -> LedgerFigures:
    """Add up a standing's frame, or some of its lines."""
    size = frame["kg"].abs().fillna(0.0)
    all_kg = float(size.sum())
    shares = {}
    for state in REVIEW_STATES:
        mine = (frame["review"] == state).to_numpy()
        kg = float(size[mine].sum())
        shares[state] = ReviewedShare(int(mine.sum()), kg, kg / all_kg if all_kg else float("nan"))
    return LedgerFigures(
        estimated=total_as_estimated(frame),
        now=total_now(frame),
        shares=shares,
        lines=len(frame),
        corrected=int(frame["corrected"].sum()),
        locked=int(frame["locked"].sum()),
    )


def total_now(frame: pd.DataFrame) -> Total:
    """Add up lines as they stand."""
    return total(estimates_of(frame))


def total_as_estimated(frame: pd.DataFrame) -> Total:
    """Add up lines as they were estimated."""
    names = {f"{name}_estimated": source for name, source in FIGURES.items()}
    codes = {"category_code_estimated": "category_code"}
    return total(frame[[*names, *codes]].rename(columns=names | codes))


def group_totals(lines: pd.DataFrame, group: Codes, groups: int) -> pd.DataFrame:
    """Add up lines as they stand, group by group; a line that is alone in its group keeps its own range.

    The range of a total holds an error that all lines share (:func:`models.totals.totals`). Of one line it
    would be another range than the line itself shows, and than a person stated for it.

    Parameters
    ----------
    lines
        Of a standing's frame, n rows.
    group
        (n,) number of each line's group, from 0.
    groups
        How many there are.

    Returns
    -------
    pandas.DataFrame
        Columns ``kg``, ``kg_low``, ``kg_high``, one row a group, 0 without figures.
    """
    names = {source: name for name, source in FIGURES.items()}
    found = totals(estimates_of(lines), group, groups).rename(columns=names)
    is_alone = (np.bincount(group, minlength=groups)[group] == 1) & lines["kg"].notna().to_numpy()
    own = lines.loc[is_alone, list(FIGURES)]
    own = own.fillna({"kg_low": own["kg"], "kg_high": own["kg"]})
    found.loc[group[is_alone], list(FIGURES)] = own.to_numpy()
    return found


def group_total(lines: pd.DataFrame) -> Total:
    """Add up lines as they stand as :func:`group_totals` does, all of them as one group."""
    (found,) = group_totals(lines, np.zeros(len(lines), dtype=np.intp), 1).to_numpy().tolist()
    return Total(*found)


def estimates_of(frame: pd.DataFrame) -> pd.DataFrame:
    """Give the figures of lines as they stand under their names in :class:`models.estimates.Estimates`."""
    return frame[[*FIGURES, "category_code"]].rename(columns=FIGURES)
