"""Ledgers in parts: a file of any size is read with the memory that some thousands of its rows take."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Final

import pandas as pd

from data.errors import UnreadableDocumentError
from serving.documents.delimited_parts import delimited_parts
from serving.documents.flattened_contracts import is_flattened
from serving.documents.ledger import Ledger, LedgerReading
from serving.documents.readers import document_kind, read_tables
from serving.documents.records import parquet_parts, read_json
from serving.documents.table import Table

PART_ROWS: Final = 20_000
WHOLE_BYTES: Final = 1 << 23
"""Smaller files are read whole: nothing is gained by parts."""
_HEAD_BYTES: Final = 1 << 20


@dataclass(frozen=True)
class LedgerParts:
    """A ledger as it is read.

    Attributes
    ----------
    first
        The first part, with what was found out about the document; all of it where it is small, or of a
        format that has no parts.
    following
        Own columns and line items of the other parts, each read when it is asked for.
    reading
        Knows, once all are read, whether the ledger's own identifiers were found to repeat within a part.
    numbered
        What identifiers of lines that are numbered instead begin with: "" but for files of an archive.
    is_whole
        Whether the first part is known to be all of it.
    """

    first: Ledger
    following: Iterator[tuple[pd.DataFrame, pd.DataFrame]]
    reading: LedgerReading
    numbered: str = ""
    is_whole: bool = False


def read_parts(
    path: Path,
    reading: LedgerReading,
    sheet: str | int | None = None,
    part_rows: int = PART_ROWS,
    whole_bytes: int = WHOLE_BYTES,
) -> LedgerParts:
    """Read delimited text, JSON Lines and Parquet in parts, everything else whole.

    The first part settles the columns, the decimal mark, the order of dates and the like for the whole
    document. A value of a later part that can be read in one way only is read so, whatever was settled.

    Parameters
    ----------
    path
        Of the document.
    reading
        Made for it, with what the user says.
    sheet
        Of a workbook.
    part_rows
        Rows of a part.
    whole_bytes
        Size up to which a file is read whole.

    Raises
    ------
    LedgerprintError
        As :func:`serving.documents.read_ledger`; about a later part when that is reached.
    """
    tables = None if _size(path) <= whole_bytes else _tables(path, part_rows)
    if tables is None:
        return LedgerParts(reading.first(read_tables(path), sheet), iter(()), reading, is_whole=True)
    start = next(tables, None)
    if start is None:
        raise UnreadableDocumentError(f"{path.name}: got no row, expected a ledger; check the export.")
    first = reading.first([start])
    return LedgerParts(first, (reading.following(table) for table in tables), reading)


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError as error:
        raise UnreadableDocumentError(
            f"{path}: got {error.strerror or error}, expected a readable file; check the path."
        ) from error


def _tables(path: Path, part_rows: int) -> Iterator[Table] | None:
    """Choose what reads a document in parts, None where nothing does."""
    with path.open("rb") as file:
        head = file.read(_HEAD_BYTES)
    kind = document_kind(head)
    if kind == "Parquet":
        return parquet_parts(path, part_rows)
    if kind == "delimited text" and not is_flattened(head):
        return delimited_parts(path, part_rows)
    if kind == "JSON" and is_json_lines(head):
        return _json_lines_parts(path, part_rows)
    return None


def is_json_lines(head: bytes) -> bool:
    """Tell by its first bytes whether a JSON document is one record a line."""
    first, newline, _ = head.lstrip(b"\xef\xbb\xbf\r\n\t ").partition(b"\n")
    try:
        return bool(newline) and isinstance(json.loads(first), dict)
    except (ValueError, RecursionError):
        return False


def _json_lines_parts(path: Path, part_rows: int) -> Iterator[Table]:
    with path.open("rb") as file:
        start = 1
        while lines := list(islice(file, part_rows)):
            name = path.name if start == 1 else f"{path.name}, counted from line {start:,}"
            if any(line.strip() for line in lines):
                yield from read_json(b"".join(lines), name)
            start += len(lines)
