"""What the lines of a ledger can be looked for by: the choices of the form, and what was chosen in words."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd

from models.estimates import STATUSES
from serving.breakdown import NOT_STATED
from serving.pages.advice import advice
from serving.pages.ledger_address import LedgerAddress
from serving.wording import code_text

_MOST: Final = 300
_NAMES: Final = {
    "category": "Category",
    "supplier": "Supplier",
    "cost_centre": "Cost centre",
    "month": "Month",
    "status": "Status",
    "method": "Method",
    "reason": "Reason",
    "review": "Review",
    "goods": "Same goods as",
    "text": "Holding",
}
STATUS_WORDS: Final = {
    "estimated": "Estimated",
    "review": "To review",
    "excluded": "No purchase",
    "unmatched": "No figure",
}
REVIEW_WORDS: Final = {
    "unreviewed": "Not reviewed",
    "reviewed": "Reviewed, not approved",
    "approved": "Approved",
    "corrected": "Corrected",
}


@dataclass(frozen=True)
class Chip:
    """Something that is looked for.

    Attributes
    ----------
    name, words
        What it is, and its value, of foreign origin.
    without
        Address of the view without it.
    """

    name: str
    words: str
    without: str


def chips(address: LedgerAddress, frame: pd.DataFrame) -> list[Chip]:
    """Say what is looked for, each thing with the way back."""
    found = []
    for name, value in address.wanted.to_query().items():
        found.append(Chip(_NAMES[name], _words(name, value, frame), str(address.narrowed(**{name: ""}))))
    return found


def choices(frame: pd.DataFrame) -> dict[str, list[tuple[str, str]]]:
    """Give what the fields of the form offer, as values with words; the largest where there are too many.

    Parameters
    ----------
    frame
        Of a standing, all its lines.
    """
    months = [str(month) for month in np.unique(frame["date"].dropna().to_numpy().astype("datetime64[M]"))]
    return {
        "category": _values(frame, "category"),
        "supplier": _values(frame, "supplier"),
        "cost_centre": _values(frame, "cost_centre"),
        "month": [(month, month) for month in months],
        "status": [(status, STATUS_WORDS[status]) for status in STATUSES],
        "method": [(value, code_text(value)) for value, _ in _values(frame, "method")],
        "review": list(REVIEW_WORDS.items()),
    }


def _values(frame: pd.DataFrame, column: str) -> list[tuple[str, str]]:
    cells = frame[column].cat
    size = np.bincount(cells.codes, frame["usd_size"].fillna(0.0), len(cells.categories))
    lines = np.bincount(cells.codes, minlength=len(cells.categories))
    there = [at for at in np.argsort(-size, kind="stable").tolist() if lines[at] and cells.categories[at]]
    names = [str(cells.categories[at]) for at in there[:_MOST]]
    return [(name, name) for name in sorted(names, key=str.casefold)]


def _words(name: str, value: str, frame: pd.DataFrame) -> str:
    if name == "goods":
        return next(_described(frame[frame["goods"] == value]), value)
    if name == "category":
        return next(iter(frame["category"][frame["category_code"] == value]), value)
    if name == "reason":
        told = advice("", value)
        return value if value == NOT_STATED or told is None else told.reason
    if name == "method":
        return code_text(value)
    return {"status": STATUS_WORDS, "review": REVIEW_WORDS}.get(name, {}).get(value, value)


def _described(lines: pd.DataFrame) -> Iterator[Any]:
    return iter(lines["description"].iloc[:1])
