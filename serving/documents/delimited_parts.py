"""Delimited text too large to be held at once: its rows, some thousands at a time."""

import codecs
import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from serving.documents.delimited import (
    DIRECTIVE,
    ONE_COLUMN,
    SAMPLE_CHARACTERS,
    UNCLOSED,
    delimiter_of,
    format_note,
    runs_away,
    unwrapped,
)
from serving.documents.encodings import decode, legacy_codec, marked_codec
from serving.documents.table import Table

_BLOCK_BYTES: Final = 1 << 20
_SAMPLED_BYTES: Final = 1 << 22
_DOUBLED: Final = "\r\r\n"


@dataclass(frozen=True)
class _Form:
    """How a text is written, found out before its rows are read."""

    path: Path
    codec: str
    errors: str
    skipped: int
    wrapped: bool
    doubled: bool
    delimiter: str
    quoted: bool = True

    def rows(self) -> Iterator[list[str]]:
        """Yield every row; blank lines at the end are none."""
        blank = 0
        for row in self._split():
            if not row:
                blank += 1
                continue
            yield from ([] for _ in range(blank))
            blank = 0
            yield row

    def closes_its_quotes(self) -> bool:
        """Read through the file and tell whether no quotation mark swallows it."""
        try:
            return not any(runs_away(cell) for row in self._split() for cell in row)
        except csv.Error:
            return False

    def _split(self) -> Iterator[list[str]]:
        delimiter = self.delimiter or ONE_COLUMN
        if self.quoted:
            yield from csv.reader(self._lines(), delimiter=delimiter)
            return
        for line in self._lines():
            bare = line.rstrip("\r\n")
            yield bare.split(delimiter) if bare else []

    def _lines(self) -> Iterator[str]:
        with self.path.open(encoding=self.codec, errors=self.errors, newline="") as text:
            text.read(self.skipped)
            for line in text:
                if self.doubled and line == "\r\n":
                    continue
                bare = line.replace("\x00", "")
                yield _without_quotes(bare) if self.wrapped else bare


def delimited_parts(path: Path, part_rows: int) -> Iterator[Table]:
    """Read delimited text as :func:`serving.documents.delimited.read_delimited` does, in parts.

    Parameters
    ----------
    path
        Of the file.
    part_rows
        Rows of a part, the header's among those of the first.

    Raises
    ------
    UnreadableDocumentError
        When the bytes are no text.
    """
    form, notes = _form(path)
    hint = "," if form.delimiter == ";" else ""
    rows: list[list[str]] = []
    for row in form.rows():
        rows.append(row)
        if len(rows) == part_rows:
            yield Table(rows=rows, notes=tuple(notes), decimal_hint=hint)
            rows, notes = [], []
    if rows:
        yield Table(rows=rows, notes=tuple(notes), decimal_hint=hint)


def _form(path: Path) -> tuple[_Form, list[str]]:
    with path.open("rb") as file:
        head = file.read(_SAMPLED_BYTES)
    decode(head, path.name)  # refuses what is no text
    codec, errors, encoding = _codec(path, head)
    with path.open(encoding=codec, errors=errors, newline="") as text:
        sample = text.read(SAMPLE_CHARACTERS)
    sample = sample[: sample.rfind("\n") + 1] or sample
    notes = []
    if doubled := _DOUBLED in sample:
        sample = sample.replace(_DOUBLED, "\r\n")
        notes.append("Doubled line ends were taken for single ones.")
    directive = DIRECTIVE.match(sample)
    skipped = directive.end() if directive else 0
    bare = sample if directive else unwrapped(sample, notes)
    delimiter = (directive[1] or directive[2]) if directive else delimiter_of(bare)
    form = _Form(path, codec, errors, skipped, bare != sample, doubled, delimiter)
    notes.insert(0, format_note(delimiter, encoding))
    if not form.closes_its_quotes():
        form = _Form(path, codec, errors, skipped, bare != sample, doubled, delimiter, quoted=False)
        notes.append(UNCLOSED)
    return form, notes


def _codec(path: Path, head: bytes) -> tuple[str, str, str]:
    """Tell codec, what it does with errors, and the name of the encoding."""
    codec, encoding = marked_codec(head)
    if codec and _decodes(path, codec):
        return codec, "strict", encoding
    if _decodes(path, "utf-8"):
        return "utf-8", "strict", "UTF-8"
    codec, errors, encoding = legacy_codec(_telling_lines(path))
    if errors == "strict" and not _decodes(path, codec):
        return legacy_codec(b"\x81")
    return codec, errors, encoding


def _decodes(path: Path, codec: str) -> bool:
    decoder = codecs.getincrementaldecoder(codec)()
    try:
        with path.open("rb") as file:
            while block := file.read(_BLOCK_BYTES):
                decoder.decode(block)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _telling_lines(path: Path) -> bytes:
    """Collect the first lines that are not plain ASCII."""
    found, size = [], 0
    with path.open("rb") as file:
        for line in file:
            if not line.isascii():
                found.append(line)
                size += len(line)
            if size > _SAMPLED_BYTES:
                break
    return b"".join(found)


def _without_quotes(line: str) -> str:
    bare = line.rstrip("\r\n")
    wrapped = len(bare) > 1 and bare[0] == bare[-1] == '"'
    return bare[1:-1].replace('""', '"') + line[len(bare) :] if wrapped else line
