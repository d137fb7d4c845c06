"""The header: where it lies, what stands above it, and how every row fits under it."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

import pandas as pd

from data.errors import UnreadableDocumentError
from features.amounts import parse_amounts
from features.dates import parse_dates
from serving.documents.scans import MARKED
from serving.documents.so_far import ReadSoFar
from serving.documents.spellings import name_score
from serving.documents.table import Issue, Table, refuse_oversize

_SEARCHED_ROWS: Final = 100
_LOOKED_BELOW: Final = 40
_GAINED_BY_TWO_ROWS: Final = 0.5
"""By how much the names of two rows together must be better than one row's before both are the header."""
_RECOGNISED: Final = 0.5
_MAX_TYPED_SHARE: Final = 0.2
"""A row with more amounts and dates than this share of its cells holds data, not names."""
_MIN_WIDTH_SHARE: Final = 0.5
_SHOWN_ABOVE: Final = 3
_NAMED_FIELDS: Final = (
    "description",
    "amount",
    "date",
    "supplier",
    "quantity",
    "currency",
    "buyer",
    "cost_centre",
    "line_id",
    "debit",
    "credit",
    "unit_price",
    "gtin",
)


@dataclass(frozen=True)
class Layout:
    """A table laid out under its header.

    Attributes
    ----------
    source
        Every row below the header as text, in order; short rows are filled up, long ones get extra columns.
    ragged
        Per row a sentence where its number of fields is not that of the header, else "".
    typed_columns
        Names of the columns that store numbers rather than text.
    named
        How many columns have a name that ledgers use.
    notes
        Where the header was found, what stood above it.
    is_structured
        Whether the format knows its fields: then no row is a total of others or the header once more.
    issues
        Position -> issue of the rows that the format knows to be no lines.
    """

    source: pd.DataFrame
    ragged: list[str]
    typed_columns: frozenset[str]
    named: int
    notes: tuple[str, ...]
    is_structured: bool = False
    issues: Mapping[int, Issue] = field(default_factory=dict)


def lay_out(table: Table, document: str, so_far: ReadSoFar | None = None) -> Layout:
    """Find the header of a table and put every row under it.

    Parameters
    ----------
    table
        As read.
    document
        The name of the document, for the message of an error.
    so_far
        Of the rows above; by default there are none.

    Returns
    -------
    Layout

    Raises
    ------
    UnreadableDocumentError
        When there is no row below the header, or the grid is larger than any ledger.
    """
    refuse_oversize(len(table.rows), max(map(len, table.rows), default=0), document)
    notes = list(table.notes)
    if table.header is not None:
        header, rows = list(table.header), table.rows
    else:
        position = _header_row(table.rows)
        header, first, end = _header(table.rows, position)
        rows = table.rows[end:]
        notes.extend(_header_notes(table.rows, position, first, end))
    rows = [_without_surplus(row, len(header)) for row in rows]
    if not rows:
        raise UnreadableDocumentError(
            f"{document}: got a header and no row below it, expected a line of a ledger; check the export."
        )
    widths = Counter(len(row) for row in rows if any(cell.strip() for cell in row))
    so_far = so_far or ReadSoFar()
    usual = so_far.once(
        "usual width", lambda: max(widths, key=lambda width: widths[width], default=len(header))
    )
    names = _distinct([*header, *[""] * (max(usual, len(header), *widths, 1) - len(header))])
    fits = {usual, len(header)} if header else {usual}
    ragged = [_ragged(row, fits, usual) for row in rows]
    filled = [row + [""] * (len(names) - len(row)) for row in rows]
    return Layout(
        source=pd.DataFrame(filled, columns=names, dtype="str"),
        ragged=ragged,
        typed_columns=frozenset(names[n] for n in table.typed_columns if n < len(names)),
        named=_recognised_cells(header),
        notes=tuple(notes),
        is_structured=bool(table.fields),
        issues=table.issues,
    )


def _without_surplus(row: list[str], width: int) -> list[str]:
    """Drop empty cells beyond the header: a trailing delimiter is no field."""
    end = len(row)
    while end > width and not row[end - 1].strip():
        end -= 1
    return row[:end]


def _ragged(row: list[str], fits: set[int], usual: int) -> str:
    if len(row) in fits or not any(cell.strip() for cell in row):
        return ""
    kind = "few" if len(row) < usual else "many"
    return f"Got {len(row)} fields, too {kind}, expected {usual}; look for a missing or unquoted delimiter."


def _distinct(header: list[str]) -> list[str]:
    """Name every column: unnamed ones by position, repeated ones with a number."""
    names: list[str] = []
    taken: set[str] = set()
    for position, cell in enumerate(header, 1):
        base = " ".join(cell.split()) or f"Column {position}"
        name, count = base, 1
        while name in taken:
            count += 1
            name = f"{base} ({count})"
        taken.add(name)
        names.append(name)
    return names


def _header_notes(rows: list[list[str]], position: int | None, first: int, end: int) -> list[str]:
    if position is None:
        return ["No header row was found: the columns are numbered."]
    if end == 1:
        return []
    where = f"row {end}" if end - first == 1 else f"rows {first + 1} and {end} together"
    above = [" ".join(filter(None, (cell.strip() for cell in row))) for row in rows[:first]]
    shown = "; ".join(list(filter(None, above))[:_SHOWN_ABOVE])
    return [f"The header is {where}" + (f"; above it stands: {shown}." if shown else ".")]


def _header(rows: list[list[str]], position: int | None) -> tuple[list[str], int, int]:
    """Return the header, its first row, and the row behind it; it may take two rows to name the columns."""
    if position is None:
        return [], 0, 0
    single = rows[position]
    best, first, end = single, position, position + 1
    score = _naming(single) + _GAINED_BY_TWO_ROWS
    for upper in (position - 1, position):
        other = 2 * upper + 1 - position
        if not 0 <= other < len(rows) or not _could_be_names(rows[other]):
            continue
        together = _joined(rows[upper], rows[upper + 1])
        if _naming(together) >= score:
            best, first, end, score = together, upper, upper + 2, _naming(together)
    return best, first, end


def _joined(upper: list[str], lower: list[str]) -> list[str]:
    """Put the names of two rows together; one of the upper row also stands over the empty cells behind it."""
    out, group = [], ""
    for place in range(max(len(upper), len(lower))):
        over = upper[place].strip() if place < len(upper) else ""
        under = lower[place].strip() if place < len(lower) else ""
        group = over or group
        out.append(f"{group} {under}".strip() if under else over)
    return out


def _naming(cells: list[str]) -> float:
    """Return how well cells name columns, all in all: each field counts once, by its best name."""
    return sum(max((name_score(field, cell) for cell in cells), default=0.0) for field in _NAMED_FIELDS)


def _could_be_names(row: list[str]) -> bool:
    cells = [cell.strip() for cell in row if cell.strip()]
    return len(cells) > 1 and _typed_cells(cells) == 0


def _header_row(rows: list[list[str]]) -> int | None:
    """Return the position of the row that names columns, None where the first rows hold data already."""
    widths = Counter(len(row) for row in rows[: 2 * _SEARCHED_ROWS] if any(cell.strip() for cell in row))
    usual = max(widths, key=lambda width: widths[width], default=0)
    best, best_score, first = None, 0.0, True
    for position, row in enumerate(rows[:_SEARCHED_ROWS]):
        cells = [cell.strip() for cell in row if cell.strip()]
        if len(cells) < max(1, _MIN_WIDTH_SHARE * usual):
            continue
        names = _typed_cells(cells) <= _MAX_TYPED_SHARE * len(cells) and len(set(cells)) >= len(cells) / 2
        recognised = _recognised_cells(cells) if names else 0
        below = rows[position + 1 : position + 1 + _LOOKED_BELOW]
        if names and (recognised or (first and _has_typed_column(below))):
            score = recognised + len(cells) / max(usual, 1)
            if score > best_score:
                best, best_score = position, score
        first = False
    return best


def _typed_cells(cells: list[str]) -> int:
    column = pd.Series(cells, dtype="str")
    figures = parse_amounts(column)["problem"].eq("") | parse_dates(column)["value"].notna()
    return int((figures | column.str.match(MARKED)).sum())


def _recognised_cells(cells: list[str]) -> int:
    return sum(max(name_score(field, cell) for field in _NAMED_FIELDS) >= _RECOGNISED for cell in cells)


def _has_typed_column(rows: list[list[str]]) -> bool:
    columns = zip(*[row for row in rows if any(row)], strict=False)
    return any(
        _typed_cells([cell for cell in column if cell.strip()]) > len(column) / 2 for column in columns
    )
