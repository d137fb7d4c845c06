"""Structured documents as one table: the fields that their formats declare, then what else they say."""

from collections import Counter
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Final

from data.errors import UnreadableDocumentError
from features.line_items import LINE_ITEM_FIELDS
from serving.documents.formats.document import (
    Document,
    DocumentFormat,
    DocumentLine,
    NoPurchaseLinesError,
    written,
)
from serving.documents.table import Issue, Table

_MAX_LINES: Final = 500_000
_DOCUMENT_COLUMNS: Final = ("document_type", "document_id", "line_number")
_FIGURES: Final = ("amount", "quantity")
FILE_COLUMN: Final = "file"
"""Which file of an archive a line is from."""
_SHOWN: Final = 3
_SHOWN_NOTES: Final = 10


def read_structured(document_format: DocumentFormat, content: bytes, name: str) -> list[Table]:
    """Read a file of a structured format as a table whose columns are known.

    Raises
    ------
    UnreadableDocumentError
        As the format does; a :class:`NoPurchaseLinesError` when there is no purchase in it.
    """
    return [table_of([(name, document) for document in document_format.read(content, name)], name)]


def table_of(documents: Sequence[tuple[str, Document]], name: str, *, with_files: bool = False) -> Table:
    """Put the lines of documents below one another.

    Parameters
    ----------
    documents
        The file that each was read from, and the document.
    name
        Of the file that was given, for the message of an error.
    with_files
        Whether a column is to say which file a line is from.

    Raises
    ------
    NoPurchaseLinesError
        When there is no line in any of them.
    UnreadableDocumentError
        When there are more lines than anybody reads at once.
    """
    lines = [(file, document, line) for file, document in documents for line in document.lines]
    if not lines:
        reasons = [document.reason for _, document in documents if document.reason]
        raise NoPurchaseLinesError(f"{name}: {reasons[0] if reasons else 'got a document without lines.'}")
    if len(lines) > _MAX_LINES:
        raise UnreadableDocumentError(
            f"{name}: got {len(lines):,} lines, expected at most {_MAX_LINES:,}; split the document."
        )
    records = [
        ({FILE_COLUMN: file} if with_files else {}) | _record(document, line)
        for file, document, line in lines
    ]
    if with_files:
        _name_lines(records)
    filled = dict.fromkeys(column for record in records for column, text in record.items() if text)
    columns = tuple(sorted(filled | {"description": None}, key=_place))
    fields: dict[str, str] = {name: name for name in LINE_ITEM_FIELDS if name in columns}
    unknown = sum(document.vat == "unknown" for _, document in documents if document.lines)
    return Table(
        rows=[[record.get(column, "") for column in columns] for record in records],
        header=columns,
        typed_columns=frozenset(columns.index(name) for name in _FIGURES if name in columns),
        notes=_notes(documents),
        fields=fields,
        issues={row: issue for row, (_, _, line) in enumerate(lines) if (issue := _issue(line))},
        vat="unknown" if unknown else "excluded",
    )


def _name_lines(records: Sequence[dict[str, str]]) -> None:
    """Put the file before the identifier of every line; one that a file has twice gets a number."""
    seen: Counter[str] = Counter()
    for record in records:
        name = f"{record[FILE_COLUMN]}:{record['line_id']}"
        seen[name] += 1
        record["line_id"] = name if seen[name] == 1 else f"{name} ({seen[name]})"


def _place(column: str) -> int:
    """Order columns: the file, the fields, where a line stands, then what documents say besides."""
    known = (FILE_COLUMN, *LINE_ITEM_FIELDS, *_DOCUMENT_COLUMNS)
    return known.index(column) if column in known else len(known)


def _record(document: Document, line: DocumentLine) -> dict[str, str]:
    """Write a line as cells: fields, where it stands in the document, the document's own columns."""
    identifier = f"{document.identifier}/{line.number}" if document.identifier else line.number
    values = {name: getattr(line, name) for name in LINE_ITEM_FIELDS if name != "line_id"}
    cells = {"line_id": identifier} | {name: _cell(value) for name, value in values.items()}
    where = dict(zip(_DOCUMENT_COLUMNS, (document.kind, document.identifier, line.number), strict=True))
    return cells | where | dict(line.own) | {"unread_figures": "; ".join(line.unread)}


def _cell(value: Decimal | str | None) -> str:
    return value if isinstance(value, str) else written(value)


def _issue(line: DocumentLine) -> Issue | None:
    if line.issue:
        return line.issue, line.issue_detail
    if not line.unread or line.amount is not None:
        return None
    texts = ", ".join(f'"{text}"' for text in line.unread[:_SHOWN])
    sentence = f"Got {texts} for a figure, expected a number such as 1234.50; correct the document."
    return "amount_unreadable", sentence


def _notes(documents: Sequence[tuple[str, Document]]) -> tuple[str, ...]:
    kinds = Counter(document.kind for _, document in documents if document.lines)
    several = sum(kinds.values()) > 1
    said = ", ".join(f"{count} {kind}" if several else kind for kind, count in kinds.items())
    notes = dict.fromkeys(note for _, document in documents for note in document.notes)
    without = Counter(document.reason for _, document in documents if document.reason)
    left = [f"{reason} ({count} documents)" if count > 1 else reason for reason, count in without.items()]
    return (f"Format: {said}; its own fields say which column is which.", *_first(notes), *_first(left))


def _first(notes: Iterable[str]) -> list[str]:
    """Keep the first of many notes, and say how many there are besides: an archive can hold thousands."""
    said = list(notes)
    more = [f"{len(said) - _SHOWN_NOTES:,} more notes of that kind."] if len(said) > _SHOWN_NOTES else []
    return said[:_SHOWN_NOTES] + more
