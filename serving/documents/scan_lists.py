"""Lists of scans: a barcode a line, as hand scanners and stock-taking tools write them."""

import csv
import io
import math
import re
from collections.abc import Sequence
from decimal import Decimal
from itertools import zip_longest
from typing import Final

import pandas as pd

from data.errors import UnreadableDocumentError
from features.amounts import DecimalConvention, parse_amounts
from serving.documents.delimited import DELIMITERS, ONE_COLUMN, format_note
from serving.documents.encodings import decode
from serving.documents.scans import ScanError, read_scan
from serving.documents.spellings import name_score
from serving.documents.table import Table

_HEAD_BYTES: Final = 1 << 16
_SAMPLE_ROWS: Final = 60
_MOST: Final = 0.8
_HALF: Final = 0.5
_NAMED: Final = 0.5
_SEPARATOR: Final = b"\x1d"
_SEPARATOR_SHOWN: Final = b"<GS>"
_HINT: Final = re.compile(
    rb"\][CdQJeEI][0-4]|\(0[12]\)|/(?:01|gtin)/[0-9]|(?:^|[\n,;\t\"])0[12][0-9]{14}"
    rb"|^\W{0,9}(?:[a-zA-Z ]{1,40}\W{1,5})?[0-9]{8,14}\b"
)
"""Something that a list of scans has near its beginning, and few ledgers have."""
_MARKED: Final = re.compile(r"\][CdQJeEI][0-4]|\(0[0-2]\)[0-9]")
"""Marked as GS1 data, whether right or wrong."""
_ELEMENTS: Final = re.compile(r"\][CdQJeEI][0-4]|\(0[0-2]\)|https?://|0[012][0-9]{14}", re.IGNORECASE)
_GTIN: Final = re.compile(r"[0-9]{8}|[0-9]{12,14}")
_POINT: Final = DecimalConvention(".", "a count of scans", needed=False)
READ: Final = ("GTIN", "Quantity", "Unit", "Amount", "Batch", "Serial", "Expires")
"""Columns that are read from the scans, after those of the list."""
LISTED: Final = {name: f"{name} as listed" for name in READ}
"""What an own column is called that has the name of one of :data:`READ`."""


def is_scan_list(content: bytes) -> bool:
    """Tell whether a text is a list of scans: most rows hold one, in the same column.

    A column of element strings or Digital Links is enough. GTINs alone may stand in any ledger: only where
    nothing names the columns, or there is one column, are they scans.
    """
    head = content[:_HEAD_BYTES]
    if len(content) > _HEAD_BYTES:
        head = head[: head.rfind(b"\n") + 1]
    if not _HINT.search(head[:4096].replace(b"\x00", b"")):
        return False
    try:
        text, _, _ = decode(head.replace(_SEPARATOR, _SEPARATOR_SHOWN), "")
    except UnreadableDocumentError:
        return False
    return _column(_rows(text, _delimiter(text))[:_SAMPLE_ROWS]) is not None


def read_scan_list(content: bytes, name: str) -> list[Table]:
    """Read a list of scans: its own columns, then what each scan says.

    A scan that cannot be read keeps its row and stands, as it is, in place of the GTIN. A column that counts
    (named so, or a number beside every scan) multiplies what the scan says.

    Parameters
    ----------
    content
        The whole file.
    name
        Its name, for the message of an error.

    Raises
    ------
    UnreadableDocumentError
        When the bytes are no text.
    """
    text, encoding, notes = decode(content.replace(_SEPARATOR, _SEPARATOR_SHOWN), name)
    delimiter = _delimiter(text)
    rows = [row for row in _rows(text, delimiter) if any(cell.strip() for cell in row)]
    column = _column(rows[:_SAMPLE_ROWS]) or 0
    header = rows.pop(0) if not _is_like_a_scan(_cell(rows[0], column)) and len(rows) > 1 else []
    width = max(map(len, rows))
    names = [_cell(header, n) or ("Scan" if n == column else f"Column {n + 1}") for n in range(width)]
    counted = _count_column(names, rows, column, named=bool(header))
    if counted is not None:
        names[counted] = "Scan count"
    out = []
    for row in rows:
        own = [_cell(row, n) for n in range(width)]
        out.append([*own, *_said(own[column], own[counted] if counted is not None else "")])
    scans = sum(_GTIN.fullmatch(row[width]) is not None for row in out)
    notes = [
        format_note(delimiter, encoding).replace("text", "a list of scans,", 1),
        *notes,
        f'{scans:,} of {len(out):,} scans in "{names[column]}" were read as GS1 data of goods.',
    ]
    typed = frozenset({width + READ.index("Quantity"), width + READ.index("Amount")})
    header_row = tuple(LISTED.get(own, own) for own in names) + READ
    known = _fields(names, header, priced=any(row[width + READ.index("Amount")] for row in out))
    return [Table(rows=out, header=header_row, typed_columns=typed, notes=tuple(notes), known=known)]


def with_scans(source: pd.DataFrame, scans: str, counts: str) -> pd.DataFrame:
    """Put what scans say behind the columns of a table that lists goods by their numbers alone.

    Parameters
    ----------
    source
        The table as text.
    scans
        Its column of scans or GTINs.
    counts
        The one that says how many of each, or "".

    Returns
    -------
    pandas.DataFrame
        With the columns :data:`READ`; an own column of such a name is called "... as listed".
    """
    numbers = source[counts] if counts else pd.Series("", index=source.index, dtype="str")
    said = [_said(cell.strip(), count.strip()) for cell, count in zip(source[scans], numbers, strict=True)]
    own = source.rename(columns=LISTED)
    return own.join(pd.DataFrame(said, columns=list(READ), index=source.index, dtype="str"))


def _fields(names: Sequence[str], header: Sequence[str], *, priced: bool) -> dict[str, str]:
    """Say which field is where: what scans say is no description, and own columns need a name to be one."""
    found = {"gtin": "GTIN", "quantity": "Quantity", "unit": "Unit"}
    for field in ("description", "amount", "supplier"):
        scores = {name: name_score(field, name) for name in names if header}
        best = max(scores, key=lambda name: scores[name], default="")
        found[field] = best if best and scores[best] >= _NAMED else ""
    if priced and not found["amount"]:
        found["amount"] = "Amount"
    return found


def _rows(text: str, delimiter: str) -> list[list[str]]:
    lines = io.StringIO(text, newline="")
    try:
        return list(csv.reader(lines, delimiter=delimiter or ONE_COLUMN))
    except csv.Error:
        return [[line] for line in text.split("\n")]


def _delimiter(text: str) -> str:
    """Take the delimiter under which most rows hold a scan; scans themselves may hold commas."""
    sample = text[: _HEAD_BYTES // 4]
    found = {mark: _share(_rows(sample, mark)[:_SAMPLE_ROWS]) for mark in ("", *DELIMITERS)}
    best = max(found, key=lambda mark: found[mark])
    return best if found[best] > found[""] else ""


def _share(rows: Sequence[Sequence[str]]) -> float:
    filled = [row for row in rows if any(cell.strip() for cell in row)]
    columns = zip_longest(*filled, fillvalue="")
    return max((sum(map(_is_right, column)) / len(filled) for column in columns), default=0.0)


def _column(rows: Sequence[Sequence[str]]) -> int | None:
    """Find the column of scans, ``None`` where there is none."""
    filled = [row for row in rows if any(cell.strip() for cell in row)]
    for number, column in enumerate(zip_longest(*filled, fillvalue="")):
        below = column if len(column) == 1 or _is_like_a_scan(column[0]) else column[1:]
        if sum(map(_is_like_a_scan, below)) < _MOST * len(below):
            continue
        if sum(map(_is_scan, below)) < _HALF * len(
            below
        ):  # numbers of another kind seldom have a right check digit
            continue
        elements = sum(_ELEMENTS.match(cell.strip()) is not None for cell in below)
        nameless = len(below) == len(column)
        if elements >= _MOST * len(below) or nameless or max(map(len, filled)) == 1:
            return number
    return None


def _is_scan(cell: str) -> bool:
    """Tell whether a cell is marked as GS1 data, right or wrong, or names goods without such a mark."""
    return _MARKED.match(cell.strip()) is not None or _is_right(cell)


def _is_like_a_scan(cell: str) -> bool:
    """Tell whether a cell is a scan or a mistyped one."""
    text = cell.strip()
    return _is_scan(text) or _GTIN.fullmatch(text) is not None or _ELEMENTS.match(text) is not None


def _is_right(cell: str) -> bool:
    text = cell.strip()
    if _GTIN.fullmatch(text) or _ELEMENTS.match(text):
        try:
            return bool(read_scan(text).gtin)
        except ScanError:
            return False
    return False


def _count_column(
    names: Sequence[str], rows: Sequence[Sequence[str]], scans: int, *, named: bool
) -> int | None:
    """Find the column that says how often each was scanned."""
    others = [number for number in range(len(names)) if number != scans]
    if named:
        scores = {number: name_score("quantity", names[number]) for number in others}
        best = max(scores, key=lambda number: scores[number], default=-1)
        return best if best >= 0 and scores[best] >= _NAMED else None
    whole = [number for number in others if all(_cell(row, number).isdigit() for row in rows)]
    return whole[0] if len(whole) == 1 else None


def _said(cell: str, count: str) -> list[str]:
    """Say what a scan says, in the columns of :data:`READ`."""
    try:
        scan = read_scan(cell)
    except ScanError:
        return [cell, *[""] * (len(READ) - 1)]
    times = _times(count)
    expires = scan.expiry.isoformat() if scan.expiry else ""
    identity = scan.gtin or cell
    figures = [_figure(scan.quantity, times), scan.unit, _figure(scan.price, times)]
    return [identity, *figures, scan.batch, scan.serial, expires]


def _times(count: str) -> Decimal | None:
    """Read a count; an empty cell counts once, one that is no number leaves the quantity open."""
    if not count:
        return Decimal(1)
    value = parse_amounts(pd.Series([count], dtype="str"), convention=_POINT)["value"].iloc[0]
    return Decimal(str(value)) if math.isfinite(value) else None


def _figure(value: Decimal | None, times: Decimal | None) -> str:
    return "" if value is None or times is None else f"{(value * times).normalize():f}"


def _cell(row: Sequence[str], number: int) -> str:
    return row[number].strip() if number < len(row) else ""
