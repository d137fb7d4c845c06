"""The excerpt: the first rows of a document, by which a person is shown how it is understood."""

import json
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from threading import Lock
from typing import Final

from pydantic import TypeAdapter

from data.errors import UnreadableDocumentError
from serving.documents.flattened_contracts import is_flattened
from serving.documents.parts import WHOLE_BYTES, is_json_lines
from serving.documents.readers import READERS, Reader, read_bytes, tables_of
from serving.documents.records import parquet_parts
from serving.documents.table import Table

SEVERAL: Final = "archive"
"""Kind of an archive of which several files can be read; of one file, it is that of the file."""
ROWS: Final = 2_000
"""Rows of a table that are looked at: enough to tell its columns, few enough to answer within a second."""
_MOST_CHARACTERS: Final = 8_000_000
_HEAD_BYTES: Final = 1 << 22
_KIND_BYTES: Final = 1 << 20
_MOST_WHOLE_BYTES: Final = 1 << 26
_LINE_ENDS: Final = {b"\xff\xfe": b"\n\x00", b"\xfe\xff": b"\x00\n"}
"""Of UTF-16; elsewhere a line ends in one byte."""
_FILE: Final = "excerpt.json"
_READ_ONE_AT_A_TIME: Final = Lock()
"""A workbook takes many times its size while it is read."""


@dataclass(frozen=True)
class Excerpt:
    """The first rows of every table of a document.

    Attributes
    ----------
    kind
        Of the document, as the registry of readers names it.
    tables
        Cut after :data:`ROWS` rows.
    rows
        How many rows each table has in the document; empty where only its beginning was read.
    files
        How many files an archive holds; 0 for anything else.
    unread
        Which of them cannot be read, and why.
    notes
        Which of them are there twice, or tell of no purchase.
    """

    kind: str
    tables: list[Table]
    rows: list[int]
    files: int = 0
    unread: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def is_several(self) -> bool:
        """Whether each table is a file of an archive, and recognises its own columns."""
        return self.kind == SEVERAL

    @property
    def is_counted(self) -> bool:
        """Whether the document was read to its end."""
        return bool(self.rows)


def excerpt_of(path: Path) -> Excerpt:
    """Read the beginning of a document, and all of it where its kind or its size is such that it must be.

    Parameters
    ----------
    path
        Of a document of any kind that ledgers are read from, but no archive.

    Raises
    ------
    UnreadableDocumentError
        If it cannot be read, or is a workbook or the like above 64 MiB.
    """
    size = path.stat().st_size
    with path.open("rb") as file:
        head = file.read(_HEAD_BYTES if size > WHOLE_BYTES else WHOLE_BYTES)
    kind = _reader(head[:_KIND_BYTES], path.name).kind
    if size <= WHOLE_BYTES:
        return _whole(path)
    if kind == "Parquet":
        return _excerpt(kind, [next(parquet_parts(path, ROWS))], is_whole=False)
    is_text = kind == "delimited text" and not is_flattened(head)
    if is_text or (kind == "JSON" and is_json_lines(head)):
        lines = _whole_lines(head)
        return _excerpt(kind, _reader(lines, path.name).read(lines, path.name), is_whole=False)
    if size > _MOST_WHOLE_BYTES:
        raise UnreadableDocumentError(
            f"{path.name}: got a document above {_MOST_WHOLE_BYTES >> 20} MiB that can only be read whole, "
            "expected a smaller one, or delimited text or Parquet of any size: save it as CSV."
        )
    return _whole(path)


def write_excerpt(excerpt: Excerpt, folder: Path) -> None:
    """Keep an excerpt."""
    text = json.dumps(asdict(excerpt), default=sorted)
    folder.joinpath(_FILE).write_text(text, encoding="ascii")


def read_excerpt(folder: Path) -> Excerpt:
    """Read an excerpt that was kept."""
    content = json.loads(folder.joinpath(_FILE).read_text(encoding="ascii"))
    return TypeAdapter(Excerpt).validate_python(content)


def _whole(path: Path) -> Excerpt:
    with _READ_ONE_AT_A_TIME:
        content = read_bytes(path)
        return _excerpt(_reader(content, path.name).kind, tables_of(content, path.name), is_whole=True)


def _reader(content: bytes, name: str) -> Reader:
    found = next((reader for reader in READERS if reader.recognises(content)), None)
    if found is None:  # a document whose first bytes look otherwise than the whole of it
        raise UnreadableDocumentError(
            f"{name}: got a document of no known kind, expected a ledger: save it as CSV or XLSX."
        )
    return found


def _whole_lines(head: bytes) -> bytes:
    """Cut the beginning of a text behind its last whole line."""
    end = _LINE_ENDS.get(head[:2], b"\n")
    cut = head.rfind(end) + len(end)
    return head[: cut - cut % len(end)]


def _excerpt(kind: str, tables: list[Table], *, is_whole: bool) -> Excerpt:
    left = _MOST_CHARACTERS
    cut = []
    for table in tables:
        rows: list[list[str]] = []
        for row in table.rows[:ROWS]:
            left -= sum(map(len, row))
            if rows and left < 0:
                break
            rows.append(row)
        issues = {row: issue for row, issue in table.issues.items() if row < len(rows)}
        cut.append(replace(table, rows=rows, issues=issues))
    return Excerpt(kind, cut, [len(table.rows) for table in tables] if is_whole else [])
