"""The registry of readers: which one takes a document is told from its first bytes, never from its name."""

import io
import re
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from data.errors import UnreadableDocumentError
from serving.documents.delimited import read_delimited
from serving.documents.encodings import not_a_table
from serving.documents.html_tables import read_html
from serving.documents.records import read_json, read_parquet
from serving.documents.scan_lists import is_scan_list, read_scan_list
from serving.documents.spreadsheets import read_spreadsheet
from serving.documents.table import Table

_MAX_FILE_BYTES: Final = 1 << 29
_COMPOUND_FILE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_JSON: Final = re.compile(rb"(?:\xef\xbb\xbf)?\s*(?:\{\s*[\"}]|\[\s*[{\]])")
_FOREIGN: Final = (
    (b"%PDF", "a PDF"),
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
    if not content.startswith(b"PK\x03\x04"):
        return False
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as package:
            names = package.namelist()
    except (zipfile.BadZipFile, NotImplementedError, ValueError):
        return True  # a damaged download: the spreadsheet reader says so
    return any(name.startswith("xl/") or name == "content.xml" for name in names)


READERS: Final = (
    Reader("workbook", _is_workbook_archive, read_spreadsheet),
    Reader("workbook", lambda content: content.startswith(_COMPOUND_FILE), read_spreadsheet),
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
        CSV and its kin, XLSX, XLS, XLSB, ODS, HTML tables, Parquet, JSON, JSON Lines or a list of scans,
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
    content = _content(path)
    for reader in READERS:
        if reader.recognises(content):
            return reader.read(content, path.name)
    raise not_a_table(path.name, _foreign_kind(content))


def document_kind(content: bytes) -> str:
    """Tell the kind of a document from its first bytes, as the registry names it, "" where none reads it."""
    return next((reader.kind for reader in READERS if reader.recognises(content)), "")


def _content(path: Path) -> bytes:
    try:
        if path.stat().st_size > _MAX_FILE_BYTES:
            raise UnreadableDocumentError(f"{path.name}: got a file above 512 MiB, expected less; split it.")
        content = path.read_bytes()
    except OSError as error:
        raise UnreadableDocumentError(
            f"{path}: got {error.strerror or error}, expected a readable file; check the path."
        ) from error
    if not content.strip(b" \t\r\n\x00\xef\xbb\xbf\xff\xfe"):
        raise UnreadableDocumentError(f"{path.name}: got an empty file, expected a ledger; check the export.")
    return content


def _foreign_kind(content: bytes) -> str:
    """Return what a document is that no ledger reader takes, "" where it may be delimited text."""
    for magic, kind in _FOREIGN:
        if content.startswith(magic):
            return kind
    if content.startswith(b"PK\x03\x04"):
        return "a ZIP archive without a workbook in it"
    return "an HTML or XML document" if _MARKUP.match(content) else ""
