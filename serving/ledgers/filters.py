"""Filters of a ledger's lines, which live in the address of a page; and pages of the lines that are left."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Final, Self

import numpy as np
import numpy.typing as npt
import pandas as pd

from serving.breakdown import NOT_STATED

Rows = npt.NDArray[np.bool_]
UNREVIEWED: Final = "unreviewed"
CORRECTED: Final = "corrected"
_EXACT: Final = ("supplier", "cost_centre", "status", "method", "reason", "goods")
_SEARCHED: Final = ("description", "supplier")


@dataclass(frozen=True, kw_only=True)
class LedgerFilter:
    """What lines are looked for; everything that is named must hold, "" names nothing.

    Attributes
    ----------
    category
        Code or title.
    supplier, cost_centre, status, method, reason, goods
        As the frame has them; "Not stated" finds the lines that say nothing.
    month
        "2020-04", or a year.
    review
        "unreviewed", "reviewed", "approved" or "corrected" (approved or not).
    text
        Part of the description, the supplier or the line's id, in any case of letters.
    """

    category: str = ""
    supplier: str = ""
    cost_centre: str = ""
    month: str = ""
    status: str = ""
    method: str = ""
    reason: str = ""
    review: str = ""
    goods: str = ""
    text: str = ""

    @classmethod
    def from_query(cls, query: Mapping[str, str]) -> Self:
        """Read the filter of an address; what it does not know is somebody else's."""
        return cls(**{field.name: query[field.name] for field in fields(cls) if field.name in query})

    def to_query(self) -> dict[str, str]:
        """Give what is named, for an address."""
        return {name: value for name, value in asdict(self).items() if value}

    def apply(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Give the lines that are looked for, in their order; none where nothing is so.

        Parameters
        ----------
        frame
            Of a standing.
        """
        rows = self.rows(frame)
        return frame if rows.all() else frame[rows]

    def rows(self, frame: pd.DataFrame) -> Rows:
        """Tell which lines are looked for."""
        rows = np.ones(len(frame), dtype=bool)
        for name in _EXACT:
            wanted = getattr(self, name)
            if wanted:
                rows &= _is(frame[name], wanted)
        if self.category:
            rows &= _is(frame["category"], self.category) | _is(frame["category_code"], self.category)
        if self.month:
            rows &= _in_month(frame["date"], self.month)
        if self.review:
            rows &= _in_review(frame, self.review)
        if self.text.strip():
            rows &= _says(frame, self.text.strip())
        return rows


def _is(column: pd.Series, wanted: str) -> Rows:
    return np.asarray(column == ("" if wanted == NOT_STATED else wanted), dtype=bool)


def _in_month(dates: pd.Series, wanted: str) -> Rows:
    try:
        period = pd.Period(wanted, freq="M" if "-" in wanted else "Y")
    except ValueError:
        return np.zeros(len(dates), dtype=bool)
    return np.asarray((dates >= period.start_time) & (dates <= period.end_time))


def _in_review(frame: pd.DataFrame, wanted: str) -> Rows:
    if wanted == CORRECTED:
        return np.asarray(frame["corrected"])
    return np.asarray(frame["review"] == ("" if wanted == UNREVIEWED else wanted), dtype=bool)


def _says(frame: pd.DataFrame, text: str) -> Rows:
    words = text.casefold()
    rows = np.array(frame["line_id"].str.lower().str.contains(words, regex=False), dtype=bool)
    for name in _SEARCHED:
        column = frame[name].cat
        holds = np.array([words in value.casefold() for value in column.categories], dtype=bool)
        rows |= holds[column.codes] if len(holds) else False
    return rows


@dataclass(frozen=True)
class LinePage:
    """Some lines of a view.

    Attributes
    ----------
    lines
        Rows of the frame.
    offset
        Lines of the view before them.
    count
        Lines of the view.
    """

    lines: pd.DataFrame
    offset: int
    count: int


SORTED_BY: Final = (
    *("row", "description", "supplier", "category", "date", "amount", "usd", "kg", "kg_width", "status"),
)
"""Columns that lines can be sorted by."""


def line_page(
    frame: pd.DataFrame, sort: str = "row", *, descending: bool = False, offset: int = 0, limit: int = 50
) -> LinePage:
    """Sort lines and give some of them.

    Parameters
    ----------
    frame
        Lines of a view.
    sort
        One of :data:`SORTED_BY`; any other leaves them in the order of the ledger.
    descending
        Whether the largest comes first; lines without a value come last either way.
    offset, limit
        Which of them.
    """
    offset, limit = max(offset, 0), max(limit, 0)
    if sort in SORTED_BY:
        column = frame[sort]
        if isinstance(column.dtype, pd.CategoricalDtype):
            column = column.cat.as_ordered()
        order = column.reset_index(drop=True).sort_values(ascending=not descending, kind="stable").index
        lines = frame.iloc[order[offset : offset + limit]]
    else:
        lines = frame.iloc[offset : offset + limit]
    return LinePage(lines, offset, len(frame))
