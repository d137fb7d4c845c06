"""Spreadsheets: XLSX, XLS, XLSB and ODS, every sheet as a table of text."""

import datetime as dt
import io
import re
import zipfile
import zlib
from typing import Final

from python_calamine import CalamineError, CalamineWorkbook, PasswordError

from data.errors import UnreadableDocumentError
from serving.documents.table import Table

_MAX_UNPACKED_BYTES: Final = 1 << 30
_MAX_CELLS: Final = 30_000_000
_CELL_REFERENCE: Final = re.compile(rb'\sr="([A-Z]{1,3})([0-9]{1,7})"')
_ODS_ELEMENT: Final = re.compile(
    rb"<table:(?:covered-)?table-(?P<element>row|cell)\b(?P<attributes>[^>]*?)(?P<closed>/?)>"
)
_REPEATED: Final = re.compile(rb'number-(?:columns|rows)-repeated="([0-9]{1,9})"')
_CHUNK_BYTES: Final = 1 << 24
Cell = int | float | str | bool | dt.time | dt.date | dt.datetime | dt.timedelta


def read_spreadsheet(content: bytes, name: str) -> list[Table]:
    """Read every sheet of a workbook.

    Parameters
    ----------
    content
        The whole file: XLSX, XLSB, XLS or ODS.
    name
        Its name, for the message of an error.

    Returns
    -------
    list of Table
        One per sheet that holds anything. Numbers are written with a decimal point, dates as in ISO 8601.

    Raises
    ------
    UnreadableDocumentError
        When the workbook is damaged, encrypted, empty or unpacks to an unreasonable size.
    """
    if content.startswith(b"PK"):
        _refuse_bombs(content, name)
    elif "EncryptedPackage".encode("utf-16-le") in content:
        raise _encrypted(name)
    try:
        workbook = CalamineWorkbook.from_object(io.BytesIO(content))
        sheets = [
            (sheet, workbook.get_sheet_by_name(sheet).to_python(skip_empty_area=True))
            for sheet in workbook.sheet_names
        ]
    except PasswordError as error:
        raise _encrypted(name) from error
    except (CalamineError, OSError, ValueError) as error:
        raise UnreadableDocumentError(
            f"{name}: got a damaged workbook ({error}), expected a sound one; save it again as XLSX or CSV."
        ) from error
    tables = [
        _table(sheet, rows) for sheet, rows in sheets if any(cell != "" for row in rows for cell in row)
    ]
    if not tables:
        raise UnreadableDocumentError(
            f"{name}: got a workbook without any cell, expected a ledger; check the export."
        )
    return tables


def _table(name: str, rows: list[list[Cell]]) -> Table:
    typed = {
        position
        for row in rows
        for position, cell in enumerate(row)
        if isinstance(cell, (int, float)) and not isinstance(cell, bool)
    }
    return Table(
        rows=[[_text(cell) for cell in row] for row in rows], name=name, typed_columns=frozenset(typed)
    )


def _text(cell: Cell) -> str:
    if isinstance(cell, str):
        return cell
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(cell)  # noqa: PLR2004 - exact integers
    if isinstance(cell, dt.datetime):
        return cell.date().isoformat() if cell.time() == dt.time() else cell.isoformat(sep=" ")
    return str(cell)


def _refuse_bombs(content: bytes, name: str) -> None:
    """Refuse a package that would unpack to more than a machine can be expected to hold."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as package:
            entries = package.infolist()
            if sum(entry.file_size for entry in entries) > _MAX_UNPACKED_BYTES:
                raise _too_large(name)
            for entry in entries:
                if entry.filename.startswith("xl/worksheets/") and entry.filename.endswith(".xml"):
                    _refuse_sparse_sheet(package, entry, name)
                elif entry.filename == "content.xml":
                    _refuse_repetition(package.read(entry), name)
    except (zipfile.BadZipFile, RuntimeError, ValueError, EOFError, OSError, zlib.error) as error:
        raise UnreadableDocumentError(
            f"{name}: got a damaged or encrypted archive, expected a workbook; save it without a password."
        ) from error


def _refuse_sparse_sheet(package: zipfile.ZipFile, entry: zipfile.ZipInfo, name: str) -> None:
    """Refuse a sheet whose few cells lie so far apart that the grid between them would fill the memory."""
    columns: set[bytes] = set()
    last_row = 0
    with package.open(entry) as sheet:
        rest = b""
        while chunk := sheet.read(_CHUNK_BYTES):
            found = _CELL_REFERENCE.findall(rest + chunk)
            columns.update(column for column, _ in found)
            last_row = max(last_row, max((int(row) for _, row in found), default=0))
            rest = chunk[-32:]
    last_column = max((_column_number(column) for column in columns), default=0)
    if last_row * last_column > _MAX_CELLS:
        raise _too_large(name)


def _refuse_repetition(sheet: bytes, name: str) -> None:
    """Refuse an ODS sheet that repeats cells with content more often than any ledger does."""
    total, rows, column, filled = 0, 1, 0, 0
    for found in _ODS_ELEMENT.finditer(sheet):
        repeated = _REPEATED.search(found["attributes"])
        times = int(repeated[1]) if repeated else 1
        if found["element"] == b"row":
            total += rows * filled
            rows, column, filled = times, 0, 0
        else:
            column += times
            filled = filled if found["closed"] else column
    if total + rows * filled > _MAX_CELLS:
        raise _too_large(name)


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - ord("A") + 1
    return number


def _too_large(name: str) -> UnreadableDocumentError:
    return UnreadableDocumentError(
        f"{name}: got a workbook that unpacks to more than 1 GiB or {_MAX_CELLS:,} cells, expected less; "
        "delete stray cells or export the ledger as CSV."
    )


def _encrypted(name: str) -> UnreadableDocumentError:
    return UnreadableDocumentError(
        f"{name}: got an encrypted workbook, expected one without a password; save it without and try again."
    )
