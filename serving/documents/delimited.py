"""Delimited text: CSV and its kin, with the delimiter told from the content."""

import csv
import io
import re
from collections import Counter
from typing import Final

from serving.documents.encodings import decode
from serving.documents.table import Table

DELIMITERS: Final = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "vertical bars"}
SAMPLE_CHARACTERS: Final = 100_000
_SAMPLE_ROWS: Final = 200
ONE_COLUMN: Final = "\x1f"
"""The unit separator: not in a text, so that each line is one cell."""
UNCLOSED: Final = "A quotation mark is not closed: quotation marks were read as ordinary characters."
_MIN_AGREEMENT: Final = 0.4
"""Share of rows that must have the same number of fields before a delimiter is believed."""
_RUNAWAY_LINES: Final = 30
"""A cell with more line breaks than this is taken for an unclosed quotation mark."""
_PROSE: Final = re.compile(r" +[^\W\d_]")
DIRECTIVE: Final = re.compile(r"sep=(.)\r?\n|sep=(.)\r", re.IGNORECASE)


def read_delimited(content: bytes, name: str) -> list[Table]:
    """Read delimited text.

    Parameters
    ----------
    content
        The whole file.
    name
        Its name, for the message of an error.

    Returns
    -------
    list of Table
        One table; wholly blank lines at its end are no rows, those between rows are.

    Raises
    ------
    UnreadableDocumentError
        When the bytes are no text.
    """
    text, encoding, notes = decode(content, name)
    if "\r\r\n" in text:
        text = text.replace("\r\r\n", "\r\n")
        notes.append("Doubled line ends were taken for single ones.")
    directive = DIRECTIVE.match(text)
    if directive:
        delimiter = directive[1] or directive[2]
        text = text[directive.end() :]
    else:
        text = unwrapped(text, notes)
        delimiter = delimiter_of(text)
    rows, quoted = _tokenise(text, delimiter)
    if not quoted:
        notes.append(UNCLOSED)
    notes.insert(0, format_note(delimiter, encoding))
    while rows and not rows[-1]:
        rows.pop()
    return [Table(rows=rows, notes=tuple(notes), decimal_hint="," if delimiter == ";" else "")]


def format_note(delimiter: str, encoding: str) -> str:
    """Say how a text is laid out."""
    shape = f"separated by {DELIMITERS.get(delimiter, repr(delimiter))}" if delimiter else "in one column"
    return f"Format: text {shape}, {encoding}."


def unwrapped(text: str, notes: list[str]) -> str:
    """Take off quotation marks around whole lines, as spreadsheets set them that take a line for a cell."""
    lines = text.splitlines()
    bare = [line[1:-1].replace('""', '"') for line in lines]
    quoted = all(
        line == '"' + inside.replace('"', '""') + '"'
        for line, inside in zip(lines, bare, strict=True)
        if line
    )
    if not quoted or not delimiter_of("\n".join(bare)):
        return text
    notes.append("Whole lines stood in quotation marks, which were taken off.")
    return "\n".join(bare)


def delimiter_of(text: str) -> str:
    """Return the delimiter whose rows agree best in width, "" where none splits the text."""
    sample = text[:SAMPLE_CHARACTERS]
    scores = {delimiter: _agreement(sample, delimiter) for delimiter in DELIMITERS if delimiter in sample}
    best = max(scores, key=lambda delimiter: scores[delimiter], default="")
    return best if best and scores[best] > 0 else ""


def _agreement(sample: str, delimiter: str) -> float:
    rows = [row for row in _tokenise(sample, delimiter)[0] if any(row)][:_SAMPLE_ROWS]
    widths = Counter(len(row) for row in rows)
    width, count = max(widths.items(), key=lambda item: (item[0] > 1, item[1]), default=(0, 0))
    if width < 2 or count < _MIN_AGREEMENT * len(rows):  # noqa: PLR2004 - one field is no split
        return 0.0
    fields = [cell for row in rows for cell in row[1:]]
    prose = sum(_PROSE.match(cell) is not None for cell in fields) / len(fields) if delimiter in ",;" else 0.0
    if prose > 0.5 and width == 2:  # noqa: PLR2004 - "cable, 5 m": a comma within a sentence
        return 0.0
    return count / len(rows) * (1.0 + 0.1 * min(width, 20))


def _tokenise(text: str, delimiter: str) -> tuple[list[list[str]], bool]:
    """Split into cells; without regard to quotation marks where one of them swallows the file."""
    if not delimiter:
        delimiter = ONE_COLUMN
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
        if not any(runs_away(cell) for row in rows for cell in row):
            return rows, True
    except csv.Error:  # a cell beyond the field size limit
        pass
    lines = (line.rstrip("\r\n") for line in io.StringIO(text, newline=""))
    return [line.split(delimiter) if line else [] for line in lines], False


def runs_away(cell: str) -> bool:
    """Tell whether a cell holds so many lines that its quotation mark was never closed."""
    return len(cell) > _RUNAWAY_LINES and cell.count("\n") + cell.count("\r") > _RUNAWAY_LINES
