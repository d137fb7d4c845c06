"""The look at a draft: how its first rows are understood, what is wrong with them, and what a job is told."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

import pandas as pd

from data.errors import LedgerprintError
from features.line_items import LINE_ITEM_FIELDS
from serving.documents import ColumnChoice, Ledger
from serving.documents.ledger import ChosenTable, LedgerReading
from serving.documents.table import Table
from serving.drafts.excerpt import SEVERAL, Excerpt
from serving.estimation import money_options
from serving.jobs.submission import JobOptions
from serving.quality.inspection import Inspection, inspect_ledgers
from serving.quality.reference import Reference

_SAMPLES: Final = 4
_BY_LIKENESS: Final = frozenset({"by name", "by content"})


@dataclass(frozen=True)
class LookedField:
    """A field of the lines, the column that it is read from, and what that holds.

    ``choice`` is ``None`` where no column was found or wanted; ``position`` is that of the column, from 0.
    """

    name: str
    choice: ColumnChoice | None
    position: int | None
    samples: list[str]


@dataclass(frozen=True)
class Look:
    """What is shown of a draft.

    Attributes
    ----------
    kind
        Of the document.
    sheets
        Names of its tables, which are sheets where there are several.
    sheet
        Position of the one that is taken for the ledger.
    columns
        Names of its columns.
    seen, lines
        How many lines were looked at, and how many there are; ``None`` where nobody counted yet.
    options
        What a job is to be told so that it does as is shown here.
    fields
        All fields of a line.
    problem
        Why there is no ledger; "" where there is one.
    ledger
        As understood.
    inspection
        Findings about the lines that were looked at; ``None`` if nobody asked for them.
    files, unread, notes
        Of an archive: how many files there are, which cannot be read, and what else is to be known of them.
    """

    kind: str
    sheets: list[str]
    sheet: int
    columns: list[str]
    seen: int
    lines: int | None
    options: JobOptions
    fields: list[LookedField] = field(default_factory=list)
    problem: str = ""
    ledger: Ledger | None = None
    inspection: Inspection | None = None
    files: int = 0
    unread: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def is_several(self) -> bool:
        """Whether each table is a file of an archive, and recognises its own columns: none can be said."""
        return self.kind == SEVERAL

    @property
    def issues(self) -> dict[str, int]:
        """Count the lines that could not be understood, by issue, the most frequent first."""
        found = self.ledger.lines["issue"] if self.ledger else pd.Series(dtype="str")
        return {str(issue): int(lines) for issue, lines in found[found != ""].value_counts().items()}

    @property
    def vat_note(self) -> str:
        """Say what is taken to be the case about value added tax."""
        return money_options(self.ledger, self.options.ledger_options())[1] if self.ledger else ""


def look_at(
    name: str,
    excerpt: Excerpt,
    said: JobOptions,
    sheet: int | None = None,
    columns: Mapping[str, int | None] | None = None,
    reference: Reference | None = None,
) -> Look:
    """Read the beginning of a ledger as a job would.

    Parameters
    ----------
    name
        Of the file.
    excerpt
        Its first rows.
    said
        What the user says, without sheet and columns.
    sheet
        Position of the table to be taken; ``None`` takes the one most like a ledger.
    columns
        Field -> position of its column, ``None`` for none; fields that are not there are recognised. Not for
        an archive of several files.
    reference
        By which the lines are inspected; ``None`` leaves that out.

    Raises
    ------
    UnreadableDocumentError
        If no table has a row below a header.
    """
    known = sheet is not None and sheet < len(excerpt.tables)
    tables = excerpt.tables[sheet : sheet + 1] if sheet is not None and known else excerpt.tables
    chosen = LedgerReading(Path(name)).chosen(tables)
    at = next(place for place, table in enumerate(excerpt.tables) if table is chosen.table)
    names = [str(column) for column in chosen.layout.source.columns]
    mapping = {
        field: "" if position is None else names[position]
        for field, position in (columns or {}).items()
        if not excerpt.is_several and (position is None or position < len(names))
    }
    sheet_name = None if excerpt.is_several else _sheet_name(excerpt.tables, at)
    options = said.model_copy(update={"mapping": mapping, "sheet": sheet_name})
    rows = len(chosen.layout.source)
    above = len(excerpt.tables[at].rows) - rows
    lines = excerpt.rows[at] - above if excerpt.is_counted else None
    sheets = [table.name for table in excerpt.tables]
    look = Look(
        *(excerpt.kind, sheets, at, names, rows, lines, options),
        files=excerpt.files,
        unread=tuple(excerpt.unread),
        notes=tuple(excerpt.notes),
    )
    try:
        # what is wrong with the file itself has been said by now: this is about what was said of it
        ledger = options.reading(Path(name)).understood(chosen)
        asked = options.ledger_options()
    except LedgerprintError as error:
        return replace(look, problem=str(error), fields=_fields(chosen, mapping, []))
    return replace(
        look,
        options=options.model_copy(
            update={"mapping": {} if excerpt.is_several else _pinned(ledger, mapping)}
        ),
        fields=_fields(chosen, mapping, ledger.columns),
        ledger=ledger,
        inspection=inspect_ledgers([ledger], asked, reference, None) if reference else None,
    )


def _sheet_name(tables: list[Table], at: int) -> str | None:
    """Say which sheet is meant in the way that leads back to it: a sheet may be called "2"."""
    if len(tables) == 1:
        return None
    ways = (tables[at].name, str(at + 1))
    found = {
        way: next((n for n, table in enumerate(tables) if way in {table.name, str(n + 1)}), -1)
        for way in ways
    }
    return next((way for way in ways if found[way] == at), ways[0])


def _pinned(ledger: Ledger, mapping: Mapping[str, str]) -> dict[str, str]:
    """Say which columns were recognised, so that a job that sees more rows takes no others.

    Not that of the amount: what completes it, such as the sign or a price of one, is not looked for where
    its column is given.
    """
    recognised = {
        choice.field: choice.column
        for choice in ledger.columns
        if choice.how in _BY_LIKENESS and choice.column and choice.field != "amount"
    }
    return {**recognised, **mapping}


def _fields(
    chosen: ChosenTable, mapping: Mapping[str, str], choices: list[ColumnChoice]
) -> list[LookedField]:
    source = chosen.layout.source
    names = [str(column) for column in source.columns]
    by_field = {choice.field: choice for choice in choices}
    fields = []
    for name in LINE_ITEM_FIELDS:
        choice = by_field.get(name)
        column = choice.column if choice else mapping.get(name, "")
        cells = source.iloc[:, names.index(column)].str.strip() if column else pd.Series(dtype="str")
        filled = cells[cells != ""].drop_duplicates().head(_SAMPLES)
        samples = list(map(str, filled)) or (list(choice.samples) if choice else [])
        fields.append(LookedField(name, choice, names.index(column) if column else None, samples))
    return fields
