"""The registry of readers: which one takes a document is told from its first bytes, never from its name."""

import io
import re
import tempfile
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

from data.errors import UnreadableDocumentError
from serving.documents.archives import file_names, is_package, is_workbook, members
from serving.documents.delimited import read_delimited
from serving.documents.encodings import not_a_table
from serving.documents.flattened_contracts import unflattened
from serving.documents.formats.ocds import OcdsFormat
from serving.documents.formats.registry import FORMATS
from serving.documents.formats.safe_xml import is_markup, refuse_unknown_xml
from serving.documents.formats.tables import read_structured
from serving.documents.html_tables import read_html
from serving.documents.records import read_json, read_parquet, require_parquet
from serving.documents.scan_lists import is_scan_list, read_scan_list
from serving.documents.spreadsheets import read_spreadsheet
from serving.documents.table import Table

_MAX_FILE_BYTES: Final = 1 << 29
_HEAD_BYTES: Final = 1 << 20
_BLANK: Final = b" \t\r\n\x00\xef\xbb\xbf\xff\xfe"
_COMPOUND_FILE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_JSON: Final = re.compile(rb"(?:\xef\xbb\xbf)?\s*(?:\{\s*[\"}]|\[\s*[{\]])")
_FOREIGN: Final = (
    (b"\x1f\x8b", "a gzip archive"),
    (b"7z\xbc\xaf", "a 7-Zip archive"),
    (b"Rar!", "a RAR archive"),
    (b"\x89PNG", "an image"),
    (b"\xff\xd8\xff", "an image"),
    (b"SQLite format 3", "an SQLite database"),
)
_HTML: Final = re.compile(
    rb"(?:\xef\xbb\xbf)?\s*(?:<\?xml[^>]*>\s*)?(?:<!--.{0,999}?-->\s*)?"
    rb"<(?:!doctype html|html|head|body|meta|table)\b",
    re.IGNORECASE | re.DOTALL,
)
_MARKUP: Final = re.compile(
    rb"(?:\xef\xbb\xbf)?\s*<(?:\?xml|!doctype|html|table|[a-z]+:?[a-z]*[\s>])", re.IGNORECASE
)


@dataclass(frozen=True)
class Reader:
    """One kind of document: how its bytes are known, and how they are read."""

    kind: str
    recognises: Callable[[bytes], bool]
    read: Callable[[bytes, str], list[Table]]


def _is_workbook_archive(content: bytes) -> bool:
    if not is_package(content):
        return False
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as package:
            return is_workbook(package.namelist())
    except (zipfile.BadZipFile, NotImplementedError, ValueError):
        return True  # a damaged download: the spreadsheet reader says so


def _read_only_file(content: bytes, name: str) -> list[Table]:
    """Read the only file of an archive; several have columns of their own each."""
    names = file_names(io.BytesIO(content), name)
    if len(names) != 1:
        raise UnreadableDocumentError(
            f"{name}: got an archive of {len(names):,} files, expected one table; unpack it and give one."
        )
    with tempfile.TemporaryDirectory(prefix="ledgerprint-") as folder:
        (packed,) = (one.path.read_bytes() for one in members(io.BytesIO(content), name, Path(folder)))
    if is_package(packed) and not _is_workbook_archive(packed):
        raise UnreadableDocumentError(
            f"{name}: got an archive within an archive, expected one table; unpack it and give that."
        )
    return tables_of(packed, f"{name}/{names[0]}")


READERS: Final = (
    *(Reader(one.kind, one.recognises, partial(read_structured, one)) for one in FORMATS),
    Reader("workbook", _is_workbook_archive, read_spreadsheet),
    Reader("workbook", lambda content: content.startswith(_COMPOUND_FILE), read_spreadsheet),
    Reader("archive", is_package, _read_only_file),
    Reader("Parquet", lambda content: content.startswith((b"PAR1", b"PARE")), read_parquet),
    Reader("JSON", lambda content: _JSON.match(content) is not None, read_json),
    Reader("HTML table", lambda content: _HTML.match(content) is not None, read_html),
    Reader(
        "scan list", lambda content: _foreign_kind(content) == "" and is_scan_list(content), read_scan_list
    ),
    Reader("delimited text", lambda content: _foreign_kind(content) == "", read_delimited),
)
"""In order: the first that recognises a document reads it."""


def read_tables(path: Path) -> list[Table]:
    """Read every table of a document.

    Parameters
    ----------
    path
        CSV and its kin, XLSX, XLS, XLSB, ODS, HTML tables, Parquet, JSON or JSON Lines, a list of scans, a
        document of :data:`serving.documents.formats.registry.FORMATS`, or a ZIP archive of one of them;
        whatever its name.

    Returns
    -------
    list of Table
        At least one.

    Raises
    ------
    UnreadableDocumentError
        When there is no such file, it is empty, encrypted, damaged, too large or of another kind.
    """
    return tables_of(read_bytes(path), path.name)


def tables_of(content: bytes, name: str) -> list[Table]:
    """Read every table of a document from its bytes; raises as :func:`read_tables`."""
    for reader in READERS:
        if reader.recognises(content):
            tables = reader.read(content, name)
            contracts = unflattened(tables, name)
            return read_structured(OcdsFormat(), contracts, name) if contracts else tables
    raise _refusal(content, name)


def flattened_contracts(content: bytes, name: str) -> bytes | None:
    """Read flattened OCDS as the OCDS that it was made from; ``None`` for any other document.

    Raises
    ------
    UnreadableDocumentError
        When it is a table that cannot be read.
    """
    reader = next((one for one in READERS if one.recognises(content)), None)
    return unflattened(reader.read(content, name), name) if reader else None


def _refusal(content: bytes, name: str) -> UnreadableDocumentError:
    if is_markup(content):
        return refuse_unknown_xml(content, name)
    return not_a_table(name, _foreign_kind(content))


def document_kind(content: bytes) -> str:
    """Tell the kind of a document from its first bytes, as the registry names it, "" where none reads it."""
    return next((reader.kind for reader in READERS if reader.recognises(content)), "")


def require_readable(path: Path) -> None:
    """Refuse a document that no reader takes, without reading it: by its first bytes and table of contents.

    What is in a document that passes may still be no ledger.

    Parameters
    ----------
    path
        Of the document.

    Raises
    ------
    UnreadableDocumentError
        When it is empty, cut off or of another kind.
    """
    with path.open("rb") as file:
        head = file.read(_HEAD_BYTES)
    if not head.strip(_BLANK) and path.stat().st_size == len(head):
        raise _empty(path)
    if is_package(head):
        _require_archive(path)
    elif head.startswith(b"PAR1"):
        require_parquet(path)
    elif not document_kind(head):
        raise _refusal(head, path.name)


def _require_archive(path: Path) -> None:
    try:
        with zipfile.ZipFile(path) as package:
            package.namelist()
    except (zipfile.BadZipFile, NotImplementedError, ValueError) as error:
        raise UnreadableDocumentError(
            f"{path.name}: got a workbook or archive that is cut off or damaged ({error}), expected a whole "
            "one; send it again, or save it again as XLSX or CSV."
        ) from error


def read_bytes(path: Path) -> bytes:
    """Read a whole document into memory.

    Raises
    ------
    UnreadableDocumentError
        When there is no such file, it is empty or above 512 MiB.
    """
    try:
        if path.stat().st_size > _MAX_FILE_BYTES:
            raise UnreadableDocumentError(f"{path.name}: got a file above 512 MiB, expected less; split it.")
        content = path.read_bytes()
    except OSError as error:
        raise UnreadableDocumentError(
            f"{path}: got {error.strerror or error}, expected a readable file; check the path."
        ) from error
    if not content.strip(_BLANK):
        raise _empty(path)
    return content


def _empty(path: Path) -> UnreadableDocumentError:
    return UnreadableDocumentError(f"{path.name}: got an empty file, expected a ledger; check the export.")


def _foreign_kind(content: bytes) -> str:
    """Return what a document is that no ledger reader takes, "" where it may be delimited text."""
    for magic, kind in _FOREIGN:
        if content.startswith(magic):
            return kind
    return "an HTML or XML document" if _MARKUP.match(content) or is_markup(content) else ""
