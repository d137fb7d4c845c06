"""The lines: a ledger's own columns turned into validated line items, with an issue where one cannot be."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import pandas as pd

from features.dates import date_order, parse_dates
from features.line_items import line_items
from serving.documents.amount_columns import AmountColumns
from serving.documents.buyer_country import inferred_countries, stated_countries
from serving.documents.currencies import LineCurrencies, line_currencies
from serving.documents.figures import Figures, read_figures
from serving.documents.goods_numbers import mark_unknown_goods
from serving.documents.headers import Layout
from serving.documents.phrases import cells_text, lines_text
from serving.documents.scans import scanned_gtin
from serving.documents.so_far import ReadSoFar
from serving.documents.totals import repeated_headers, totals_rows

_TEXT_FIELDS: Final = (
    "description",
    "unit",
    "supplier",
    "category_code",
    "category_scheme",
    "gtin",
    "buyer",
    "cost_centre",
)
_SCHEMES: Final = ("NAICS", "NACE", "UNSPSC", "CPV", "EMDN", "PSC", "TARIC", "HTS", "HS", "CN", "MCC", "SIC")


@dataclass(frozen=True)
class Constants:
    """What a user says about every line: ``country`` wins over the document, the others fill its gaps."""

    country: str
    currency: str
    date: pd.Timestamp | None


def lines_of(
    layout: Layout,
    columns: Mapping[str, str],
    parts: AmountColumns,
    constants: Constants,
    decimal_hint: str,
    so_far: ReadSoFar,
) -> tuple[pd.DataFrame, list[str]]:
    """Turn a ledger under its header into line items.

    Parameters
    ----------
    layout
        The ledger as text.
    columns
        Field -> column.
    parts
        The columns that an amount is worked out from.
    constants
        Country, currency and date for all lines.
    decimal_hint
        "," where the delimiter shows that commas are decimal marks, else "".
    so_far
        Of the rows above.

    Returns
    -------
    tuple of pandas.DataFrame and list of str
        Line items, one per row in order, and notes on the conventions found.
    """
    source, notes = layout.source, list[str]()
    frame = pd.DataFrame(index=source.index)
    for field in _TEXT_FIELDS:
        if field in columns:
            frame[field] = source[columns[field]].str.strip()
    if "gtin" in frame:
        frame["gtin"] = _gtins(frame["gtin"], columns["gtin"], notes)
    stated = stated_countries(source, columns.get("country", ""), constants.country, notes)
    home = so_far.once("stated country", lambda: _home(stated))
    figures, money = _money(layout, columns, parts, constants, decimal_hint, home, so_far)
    frame["country"] = inferred_countries(stated, money.codes, so_far, notes)
    if not home and (home := so_far.once("country", lambda: _home(frame["country"]))):
        figures, money = _money(layout, columns, parts, constants, decimal_hint, home, so_far)
    notes.extend((*figures.notes, *money.notes))
    frame["amount"] = figures.amounts["value"]
    nameless = int((frame["amount"].notna() & money.codes.eq("")).sum())
    if nameless:
        notes.append(
            f"Currency: none on {lines_text(nameless)}, which get no figure; say --currency or --country."
        )
    frame["quantity"] = figures.quantities["value"]
    units = frame["unit"] if "unit" in frame else pd.Series("", index=frame.index, dtype="str")
    frame["unit"] = units.where(units.ne(""), figures.quantities["unit_hint"])
    frame["currency"] = money.codes
    frame["date"] = _dates(source, columns, constants, home, so_far, notes)
    frame["line_id"] = _line_ids(source, columns, so_far, notes)
    _name_scheme(frame, columns)
    _mark_issues(frame, layout, figures, money.rejected, so_far)
    lines = line_items(frame)
    mark_unknown_goods(lines)
    return lines, notes


def _gtins(cells: pd.Series, column: str, notes: list[str]) -> pd.Series:
    """Take the GTIN out of whole scans; a scan that is wrong stays, and its line says so."""
    found = {cell: scanned_gtin(cell) for cell in cells.unique()}
    numbers = cells.map(found)
    scans = int(numbers.ne("").sum())
    if scans:
        notes.append(f'Column "{column}": the GTIN was taken out of {lines_text(scans)} with a whole scan.')
    return numbers.where(numbers.ne(""), cells).astype("str")


def _home(countries: pd.Series) -> str:
    """Return the country that speaks for the whole ledger: the only one there is."""
    known = countries[countries.ne("")].unique()
    return str(known[0]) if len(known) == 1 else ""


def _money(
    layout: Layout,
    columns: Mapping[str, str],
    parts: AmountColumns,
    constants: Constants,
    decimal_hint: str,
    home: str,
    so_far: ReadSoFar,
) -> tuple[Figures, LineCurrencies]:
    """Read figures and currencies as the custom of a country has them, "" for none."""
    source = layout.source
    figures = read_figures(layout, columns, parts, decimal_hint=decimal_hint, country=home, so_far=so_far)
    money_headers = [name for name in (columns.get("amount", ""), *parts.money_columns()) if name]
    currencies = line_currencies(
        source[columns["currency"]] if "currency" in columns else None,
        figures.amounts["currency_hint"],
        [*(money_headers[:1] or [""]), *map(str, source.columns)],
        refused=pd.Series([row in layout.issues for row in range(len(source))], index=source.index),
        option=constants.currency,
        country=home,
    )
    return figures, currencies


def _dates(
    source: pd.DataFrame,
    columns: Mapping[str, str],
    constants: Constants,
    home: str,
    so_far: ReadSoFar,
    notes: list[str],
) -> pd.Series:
    if "date" not in columns:
        if constants.date is not None:
            notes.append(f"Date: {constants.date:%Y-%m-%d} for every line, as given.")
        return pd.Series(constants.date or pd.NaT, index=source.index, dtype="datetime64[ns]")
    texts = source[columns["date"]]
    order = so_far.once("order of dates", lambda: date_order(texts, home))
    read = parse_dates(texts, order=order)
    unread = texts[read["problem"].ne("")]
    found = [order.evidence] if order.needed else []
    if len(unread):
        found.append(f"{cells_text(unread)} {'is no date' if len(unread) == 1 else 'are no dates'}")
    if found:
        notes.append(f'Column "{columns["date"]}": {"; ".join(found)}.')
    dates = read["value"]
    if constants.date is not None and dates.isna().any():
        undated = lines_text(int(dates.isna().sum()))
        notes.append(f"Date: {constants.date:%Y-%m-%d} for {undated} without one, as given.")
        dates = dates.fillna(constants.date)
    return dates


def _line_ids(
    source: pd.DataFrame, columns: Mapping[str, str], so_far: ReadSoFar, notes: list[str]
) -> pd.Series:
    """Take the ledger's own identifiers where they are unique, else number the rows from 1."""
    first = so_far.totals.rows + 1
    texts = [str(number) for number in range(first, first + len(source))]
    numbers = pd.Series(texts, index=source.index, dtype="str")
    if "line_id" not in columns:
        return numbers
    own = source[columns["line_id"]].str.strip()
    ids = own.where(own.ne(""), "row " + numbers)
    if ids.is_unique:
        return ids
    so_far.ids_repeat = True
    notes.append(f'Column "{columns["line_id"]}" is not unique: lines are numbered instead.')
    return numbers


def _name_scheme(frame: pd.DataFrame, columns: Mapping[str, str]) -> None:
    """Name the scheme of the category codes after their header where no column does."""
    if "category_code" in columns and "category_scheme" not in frame:
        header = columns["category_code"]
        words = header.upper().replace("-", " ").replace("_", " ").split()
        scheme = next((scheme for scheme in _SCHEMES if scheme in words), header)
        frame["category_scheme"] = frame["category_code"].where(frame["category_code"].eq(""), scheme)


def _mark_issues(
    frame: pd.DataFrame, layout: Layout, figures: Figures, rejected: pd.Series, so_far: ReadSoFar
) -> None:
    """Set the issue of every line that could not be understood; the first in this order wins."""
    source, amounts, quantities = layout.source, figures.amounts, figures.quantities
    ragged = pd.Series(layout.ragged, index=source.index, dtype="str")
    refused = [layout.issues.get(row, ("", "")) for row in range(len(source))]
    empty = source.apply(lambda column: column.str.strip()).eq("").all(axis=1)
    no_currency = frame["amount"].notna() & frame["currency"].eq("")
    asked = "expected a currency; add a column, or give the currency or the country."
    found = (
        (
            "empty_record",
            empty,
            "Got an empty record, expected a line of the ledger; nothing needs to be done.",
        ),
        (
            "header_repeated",
            repeated_headers(source) & (not layout.is_structured),
            "Got the header once more, expected a line; nothing needs to be done.",
        ),
        (
            "totals_row",
            totals_rows(source, frame["amount"], so_far.totals) & (not layout.is_structured),
            "Got a total of other lines, expected a line of its own; nothing needs to be done.",
        ),
        ("row_ragged", ragged.ne(""), ragged),
        ("amount_unreadable", amounts["problem"].ne(""), amounts["problem"]),
        ("quantity_unreadable", frame["amount"].isna() & quantities["problem"].ne(""), quantities["problem"]),
        (
            "currency_missing",
            no_currency,
            rejected.map(
                lambda cell: f'Got "{cell}" for a currency, {asked}' if cell else f"Got none, {asked}"
            ),
        ),
    )
    frame["issue"] = pd.Series([code for code, _ in refused], index=frame.index, dtype="str")
    frame["issue_detail"] = pd.Series([detail for _, detail in refused], index=frame.index, dtype="str")
    for code, affected, detail in found:
        still = affected & frame["issue"].eq("")
        frame.loc[still, "issue"] = code
        frame.loc[still, "issue_detail"] = detail if isinstance(detail, str) else detail[still]
