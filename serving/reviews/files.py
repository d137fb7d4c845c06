"""Reviews and labels as CSV files, safe to open in a spreadsheet."""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

from data.errors import OutputError
from data.spreadsheet_cells import is_formula
from data.whole_files import write_whole
from serving.reviews.labels import ReviewedLabel
from serving.store.reviews import Review

LABEL_COLUMNS: Final = (
    "description",
    "supplier",
    "category_code",
    "kg_co2e",
    "mass_kg",
    "amount",
    "currency",
    "date",
    "who",
)
"""What ``ledgerprint train --labels`` reads."""
_CORRECTION: Final = (
    "category_code",
    "category_scheme",
    "factor_id",
    "mass_kg",
    "kg_co2e",
    "kg_co2e_low",
    "kg_co2e_high",
    "excluded",
)
REVIEW_COLUMNS: Final = (
    "estimate_id",
    "sequence",
    "status",
    *_CORRECTION,
    "comment",
    "reference",
    "reviewed_by",
    "approved_by",
    "at",
    "line_date",
)


def labels_csv(labels: Sequence[ReviewedLabel]) -> str:
    """Write labels."""
    return _csv(LABEL_COLUMNS, (asdict(label) for label in labels))


def reviews_csv(reviews: Iterable[Review]) -> str:
    """Write reviews, with who said what and why."""
    rows = (
        asdict(review)
        | dict.fromkeys(_CORRECTION)
        | (asdict(review.correction) if review.correction else {})
        | {"at": review.at.isoformat()}
        for review in reviews
    )
    return _csv(REVIEW_COLUMNS, rows)


def write_file(path: Path, text: str) -> None:
    """Write a file, in place of an earlier one.

    Raises
    ------
    OutputError
        If its name does not end in .csv, or it cannot be written.
    """
    if path.suffix.lower() != ".csv":
        raise OutputError(f"Got a file named {path.name!r}, expected a name ending in .csv: choose one.")
    write_whole(text, path)


def _csv(columns: Sequence[str], rows: Iterable[Mapping[str, Any]]) -> str:
    file = io.StringIO(newline="")
    # its line ends are CR LF: with any other, a lone CR within a cell would not be quoted
    written = csv.writer(file)
    written.writerow(columns)
    written.writerows([_cell(row[name]) for name in columns] for row in rows)
    return file.getvalue()


def _cell(value: Any) -> Any:
    """Keep a spreadsheet from running a text as a formula; numbers keep all their digits."""
    if is_formula(value):
        return f"'{value}"
    return repr(value) if isinstance(value, float) else value
