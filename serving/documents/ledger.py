"""The ledger: one tabular document, read whole, with every choice that was made on the way."""

import os
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import pandas as pd

from data.errors import ColumnMappingError, UnknownCurrencyError, UnreadableDocumentError
from features.amounts import iso_currencies
from features.dates import parse_dates
from serving.documents.amount_columns import AmountColumns, complete_amount
from serving.documents.columns import (
    ColumnChoice,
    declared_columns,
    recognise_columns,
    require_fields,
)
from serving.documents.countries import country_code
from serving.documents.headers import Layout, lay_out
from serving.documents.lines import Constants, lines_of
from serving.documents.readers import read_tables
from serving.documents.scan_lists import LISTED, with_scans
from serving.documents.so_far import ReadSoFar
from serving.documents.spellings import Vat, vat_of
from serving.documents.table import Table

_SHOWN_SHEETS: Final = 10


class NoSuchSheetError(UnreadableDocumentError):
    """A workbook that has no sheet of the name that the user says."""


class NoLedgerColumnsError(ColumnMappingError):
    """A table in which no column holds descriptions, or neither amounts nor quantities are found."""


@dataclass(frozen=True)
class Ledger:
    """A ledger as read.

    Attributes
    ----------
    path
        Where it was read from.
    source
        Its own columns as text, all rows in order.
    lines
        Line items (``features.line_items.LineItems``): one per row of ``source``, in the same order.
    columns
        Where each field came from.
    notes
        What a user should know about the reading: format, header, conventions, what was worked out. Rows that
        are no lines say so themselves, in ``lines.issue``.
    vat
        Whether the amounts hold value added tax, as far as the header of their column says.
    vat_reason
        How that is known, as a clause.
    file
        Which file of the archive ``path`` it is, "" where it is no archive's, or of its only file.
    archive_notes
        What a user should know about the archive as a whole; at its first ledger.
    """

    path: Path
    source: pd.DataFrame
    lines: pd.DataFrame
    columns: list[ColumnChoice]
    notes: list[str]
    vat: Vat
    vat_reason: str
    file: str = ""
    archive_notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class ChosenTable:
    """The table of a document that is taken for the ledger.

    Attributes
    ----------
    table
        As read.
    layout
        Its rows under their header.
    notes
        Why it was chosen, and what was found out about its form.
    """

    table: Table
    layout: Layout
    notes: list[str]


def read_ledger(
    path: str | os.PathLike[str],
    *,
    mapping: Mapping[str, str] | None = None,
    country: str | None = None,
    currency: str | None = None,
    date: str | None = None,
    sheet: str | int | None = None,
) -> Ledger:
    """Read a ledger of any known format, recognise its columns and turn every row into a line item.

    Parameters
    ----------
    path
        CSV and its kin, XLSX, XLS, XLSB, ODS, Parquet, JSON or JSON Lines, told from its content.
    mapping
        Field -> column; wins over recognition. An empty column leaves the field out.
    country
        Of the buyer, code or name; wins over a column of countries.
    currency
        ISO 4217, for lines whose document names none.
    date
        For lines without a readable date of their own.
    sheet
        Name, or number from 1, of a workbook's sheet; by default the one that looks most like a ledger.

    Returns
    -------
    Ledger
        With as many lines as the document has rows below its header.

    Raises
    ------
    UnreadableDocumentError
        When the document cannot be read, or has no such sheet.
    ColumnMappingError
        When the mapping names an unknown field or column, an option is none, or no column holds the
        description, or neither amount nor quantity is found.
    UnknownCurrencyError
        When ``currency`` is no ISO 4217 code.
    """
    reading = LedgerReading(Path(path), mapping=mapping, country=country, currency=currency, date=date)
    return reading.first(read_tables(Path(path)), sheet)


class LedgerReading:
    """Reads a ledger in parts: the first settles the columns and conventions that the others follow.

    Parameters
    ----------
    path
        Of the document; only its name is used.
    mapping, country, currency, date
        As of :func:`read_ledger`, with its errors.
    """

    def __init__(
        self,
        path: Path,
        *,
        mapping: Mapping[str, str] | None = None,
        country: str | None = None,
        currency: str | None = None,
        date: str | None = None,
    ) -> None:
        self.path = path
        self.so_far = ReadSoFar()
        self._mapping = mapping or {}
        require_fields(self._mapping)
        self._constants = _constants(country, currency, date)
        self._names: list[str] = []
        self._header: list[str] = []
        self._columns: dict[str, str] = {}
        self._parts = AmountColumns()
        self._decimal_hint = ""
        self._scans: tuple[str, str] | None = None

    def first(self, tables: list[Table], sheet: str | int | None = None) -> Ledger:
        """Read the first part, or all of a document; raises as :func:`read_ledger`."""
        return self.understood(self.chosen(tables, sheet))

    def chosen(self, tables: list[Table], sheet: str | int | None = None) -> ChosenTable:
        """Take the sheet asked for, else the one whose header names most columns, the longest of equals.

        Raises
        ------
        UnreadableDocumentError
            If there is no such sheet, or none with a row below a header.
        """
        return _chosen_table(tables, self.path.name, sheet, self.so_far)

    def understood(self, chosen: ChosenTable) -> Ledger:
        """Recognise the columns of the first part and turn its rows into line items.

        Raises
        ------
        ColumnMappingError
            As :func:`read_ledger`.
        """
        name, table, layout, notes = self.path.name, chosen.table, chosen.layout, chosen.notes
        self._header = list(layout.source.columns)
        if table.fields:
            # rows that only stand for unreadable files have no columns that anything could be said of
            said = self._mapping if len(layout.issues) < len(layout.source) else {}
            choices, column_notes = declared_columns(layout.source, table.fields, said), list[str]()
        else:
            mapping = {**table.known, **self._mapping}
            choices, column_notes = recognise_columns(layout.source, mapping)
            choices, self._parts = complete_amount(choices, layout.source, given="amount" in mapping)
            if self._is_list_of_goods(choices):
                layout, choices, notes = self._scanned(layout, choices, notes)
            _require_columns({choice.field for choice in choices}, layout.source, name, mapping)
        self._columns = {choice.field: choice.column for choice in choices if choice.column}
        self._names, self._decimal_hint = list(layout.source.columns), table.decimal_hint
        lines, line_notes = self._lines(layout)
        amounts = self._columns.get("amount", "") or next(iter(self._parts.money_columns()), "")
        vat, vat_reason = _format_vat(table) if table.fields else _vat(amounts)
        return Ledger(
            path=self.path,
            source=layout.source,
            lines=lines,
            columns=_with_constants(choices, lines, self._constants),
            notes=[*notes, *column_notes, *line_notes],
            vat=vat,
            vat_reason=vat_reason,
        )

    def following(self, table: Table) -> tuple[pd.DataFrame, pd.DataFrame]:
        """Read a later part, whose rows stand under the header of the first.

        Returns
        -------
        tuple of pandas.DataFrame
            Its own columns as text, those of the first part before any new ones; its line items.
        """
        if table.header is None:
            table = replace(table, header=tuple(self._header))
        layout = lay_out(table, self.path.name, self.so_far)
        if self._scans is not None:
            layout = replace(layout, source=with_scans(layout.source, *self._scans))
        missing = [name for name in self._names if name not in layout.source]
        new = [name for name in layout.source if name not in self._names]
        source = layout.source.assign(**dict.fromkeys(missing, ""))[[*self._names, *new]].astype("str")
        return source, self._lines(replace(layout, source=source))[0]

    def _is_list_of_goods(self, choices: list[ColumnChoice]) -> bool:
        """Tell whether goods are listed by their numbers, and nothing says what they are or cost."""
        found = {choice.field for choice in choices}
        others = {"description", "amount", "unit", "supplier", "category_code"}
        return (
            "gtin" in found and not others & (found | set(self._mapping)) and not self._parts.money_columns()
        )

    def _scanned(
        self, layout: Layout, choices: list[ColumnChoice], notes: list[str]
    ) -> tuple[Layout, list[ColumnChoice], list[str]]:
        """Read a list of goods as scans: each is so many pieces, or as much as the scan says."""
        columns = {choice.field: choice.column for choice in choices}
        self._scans = (columns["gtin"], columns.get("quantity", ""))
        source = with_scans(layout.source, *self._scans)
        typed = layout.typed_columns | {"Quantity", "Amount"}
        read = {"gtin": "GTIN", "quantity": "Quantity", "unit": "Unit"}
        if source["Amount"].ne("").any():
            read["amount"] = "Amount"
        kept = {choice.field: LISTED.get(choice.column, choice.column) for choice in choices}
        said = 'Goods are listed by their numbers alone: each number in "{}" was read as a scan.'
        return (
            replace(layout, source=source, typed_columns=typed),
            declared_columns(source, kept | read, {}),
            [*notes, said.format(columns["gtin"])],
        )

    def _lines(self, layout: Layout) -> tuple[pd.DataFrame, list[str]]:
        return lines_of(layout, self._columns, self._parts, self._constants, self._decimal_hint, self.so_far)


def _constants(country: str | None, currency: str | None, date: str | None) -> Constants:
    code = country_code(country) if country else ""
    if country and not code:
        raise ColumnMappingError(
            f'Got the country "{country}", expected a code such as GB or a name such as Spain; correct it.'
        )
    money = (currency or "").strip().upper()
    if money and money not in iso_currencies():
        raise UnknownCurrencyError(
            f'Got the currency "{currency}", expected an ISO 4217 code such as EUR; correct it.'
        )
    day = parse_dates(pd.Series([date or ""], dtype="str"), country=code)["value"].iloc[0]
    if date and pd.isna(day):
        raise ColumnMappingError(f'Got the date "{date}", expected one such as 2020-04-24; correct it.')
    return Constants(country=code, currency=money, date=None if pd.isna(day) else day)


def _chosen_table(tables: list[Table], name: str, sheet: str | int | None, so_far: ReadSoFar) -> ChosenTable:
    if sheet is not None:
        table = _asked_sheet(tables, name, sheet)
        layout = lay_out(table, name, so_far)
        given = [f'Sheet: "{table.name}", as given.'] if table.name else []
        return ChosenTable(table, layout, [*given, *layout.notes])
    if len(tables) == 1:
        layout = lay_out(tables[0], name, so_far)
        return ChosenTable(tables[0], layout, list(layout.notes))
    layouts = []
    for table in tables:
        try:
            layouts.append((table, lay_out(table, name)))
        except UnreadableDocumentError:
            continue  # a sheet with a heading only
    if not layouts:
        raise UnreadableDocumentError(
            f"{name}: got {len(tables)} sheets without rows, expected a ledger; check the export."
        )
    table, layout = max(layouts, key=lambda pair: (pair[1].named, len(pair[1].source)))
    others = ", ".join(f'"{other.name}"' for other in tables[:_SHOWN_SHEETS] if other is not table)
    note = f'Sheet: "{table.name}" was taken for the ledger, not {others}.'
    return ChosenTable(table, layout, [note, *layout.notes])


def _asked_sheet(tables: list[Table], name: str, sheet: str | int) -> Table:
    for number, table in enumerate(tables, 1):
        if sheet in {table.name, number, str(number)}:
            return table
    names = ", ".join(f'"{table.name}"' for table in tables if table.name) or "none"
    raise NoSuchSheetError(f'{name}: got no sheet "{sheet}", expected one of: {names}; choose one of these.')


def _require_columns(
    fields: Collection[str], source: pd.DataFrame, name: str, mapping: Mapping[str, str]
) -> None:
    """Refuse a document in which no purchase could be found, rather than answer every line with nothing."""
    # goods may be named by their number alone
    missing = "" if {"description", "gtin"} & set(fields) else "description"
    if not missing and not mapping and not {"amount", "quantity"} & set(fields):
        missing = "amount"
    if missing:
        raise NoLedgerColumnsError(
            f"{name}: got no column of {'amounts or quantities' if missing == 'amount' else 'descriptions'}, "
            f"expected one; name it with a mapping such as {missing}=COLUMN, "
            f"the columns are {', '.join(str(column) for column in source.columns)}."
        )


def _format_vat(table: Table) -> tuple[Vat, str]:
    return table.vat, f"the format {'does not say' if table.vat == 'unknown' else 'says so'}"


def _vat(header: str) -> tuple[Vat, str]:
    said = vat_of(header)
    if not header:
        return "unknown", "there is no amount"
    return said, f'the header "{header}" {"does not say" if said == "unknown" else "says so"}'


def _with_constants(
    choices: list[ColumnChoice], lines: pd.DataFrame, constants: Constants
) -> list[ColumnChoice]:
    """Add the fields that come from no column, so that every filled field has its origin."""
    overruled = {"country"} if constants.country else set()
    kept = [choice for choice in choices if choice.field not in overruled]
    named = {choice.field for choice in kept}
    for field in ("currency", "date", "country", "category_scheme"):
        values = lines[field].astype("str").where(lines[field].notna(), "")
        filled = values[values.ne("")].unique()
        if field not in named and len(filled):
            kept.append(ColumnChoice(field, "", "constant", 1.0, tuple(str(value) for value in filled[:3])))
    return kept
