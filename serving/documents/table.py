"""The table: what any reader makes of a document, before anything is known about its columns."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from data.errors import UnreadableDocumentError
from serving.documents.spellings import Vat

_MAX_COLUMNS: Final = 500
_MAX_CELLS: Final = 50_000_000

Issue = tuple[str, str]
"""Why a row is no line to estimate: a typed code, and the sentence got / expected / what to do."""


@dataclass(frozen=True)
class Table:
    """A grid of text, exactly as read.

    Attributes
    ----------
    rows
        The cells, row by row; rows may differ in length.
    name
        The sheet, "" where the document holds one table only.
    header
        The column names where the format itself knows them (Parquet, JSON), else None: still to be found.
    typed_columns
        Positions of the columns that store numbers rather than text: their decimal mark is a point.
    notes
        What the reader found out: encoding, delimiter, what was left out.
    fields
        Field -> column where the format itself says which is which; empty where that is still to be found.
    issues
        Position -> issue of the rows that the format knows to be no lines.
    vat
        Whether amounts hold value added tax, as far as the format defines it.
    """

    rows: list[list[str]]
    name: str = ""
    header: tuple[str, ...] | None = None
    typed_columns: frozenset[int] = frozenset()
    notes: tuple[str, ...] = field(default=())
    fields: Mapping[str, str] = field(default_factory=dict)
    issues: Mapping[int, Issue] = field(default_factory=dict)
    vat: Vat = "unknown"
    decimal_hint: str = ""
    """"," where the delimiter shows that commas are decimal marks, else ""."""
    known: Mapping[str, str] = field(default_factory=dict)
    """Field -> column that the reader knows, the others still to be found; an empty column leaves it out."""


def refuse_oversize(rows: int, columns: int, document: str) -> None:
    """Refuse a grid that no ledger needs, before it is laid out in memory.

    Raises
    ------
    UnreadableDocumentError
        Beyond 500 columns or 50 million cells.
    """
    if columns > _MAX_COLUMNS or rows * columns > _MAX_CELLS:
        raise UnreadableDocumentError(
            f"{document}: got {rows:,} rows of up to {columns:,} columns, expected at most {_MAX_COLUMNS} "
            f"columns and {_MAX_CELLS:,} cells; look for stray cells, or split the document."
        )
