"""The lines: a ledger's own columns turned into validated line items, with an issue where one cannot be."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import pandas as pd

from features.amounts import DecimalConvention, Mark, decimal_convention, parse_amounts
from features.dates import date_order, parse_dates
from features.line_items import line_items
from serving.documents.countries import country_code
from serving.documents.currencies import line_currencies, scale_in_header
from serving.documents.headers import Layout
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
_QUANTITY_WITH_UNIT: Final = r"^\s*([-+0-9][0-9., ]*?)\s*([^\W\d_][^0-9]{0,15})$"
_SCHEMES: Final = ("NAICS", "NACE", "UNSPSC", "CPV", "EMDN", "PSC", "TARIC", "HTS", "HS", "CN", "MCC", "SIC")
_POINT_COUNTRIES: Final = frozenset(
    {"GB", "US", "IE", "AU", "NZ", "CA", "IN", "SG", "MT", "ZA", "CH", "MX", "JP", "CN"}
)
_EXAMPLES: Final = 3


@dataclass(frozen=True)
class Constants:
    """What a user says about every line: ``country`` wins over the document, the others fill its gaps."""

    country: str
    currency: str
    date: pd.Timestamp | None


def lines_of(
    layout: Layout, columns: Mapping[str, str], constants: Constants, decimal_hint: str
) -> tuple[pd.DataFrame, list[str]]:
    """Turn a ledger under its header into line items.

    Parameters
    ----------
    layout
        The ledger as text.
    columns
        Field -> column.
    constants
        Country, currency and date for all lines.
    decimal_hint
        "," where the delimiter shows that commas are decimal marks, else "".

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
    frame["country"] = _countries(source, columns, constants, notes)
    home = _home(frame["country"])
    amounts, quantities = _figures(layout, columns, home, decimal_hint, notes)
    frame["amount"] = amounts["value"]
    frame["quantity"] = quantities["value"]
    if "unit_hint" in quantities:
        units = frame["unit"] if "unit" in frame else pd.Series("", index=frame.index, dtype="str")
        frame["unit"] = units.where(units.ne(""), quantities["unit_hint"])
    money = line_currencies(
        source[columns["currency"]] if "currency" in columns else None,
        amounts["currency_hint"],
        [columns.get("amount", ""), *map(str, source.columns)],
        option=constants.currency,
        country=home,
    )
    notes.extend(money.notes)
    frame["currency"] = money.codes
    frame["date"] = _dates(source, columns, constants, home, notes)
    frame["line_id"] = _line_ids(source, columns, notes)
    _name_scheme(frame, columns)
    _mark_issues(frame, layout, amounts, quantities, money.rejected)
    return line_items(frame), notes


def _countries(
    source: pd.DataFrame, columns: Mapping[str, str], constants: Constants, notes: list[str]
) -> pd.Series:
    if constants.country:
        if "country" in columns:
            notes.append(
                f'Country: {constants.country} as given, whatever column "{columns["country"]}" says.'
            )
        return pd.Series(constants.country, index=source.index, dtype="str")
    if "country" not in columns:
        return pd.Series("", index=source.index, dtype="str")
    cells = source[columns["country"]].str.strip()
    codes = cells.map({cell: country_code(cell) for cell in cells.unique()}).astype("str")
    notes.append(
        f'Country: column "{columns["country"]}" taken for the buyer\'s; give the country if it is not.'
    )
    unknown = cells[codes.eq("") & cells.ne("")]
    if len(unknown):
        notes.append(f"Country: {len(unknown)} cells such as {_shown(unknown)} name no country.")
    return codes


def _home(countries: pd.Series) -> str:
    """Return the country that speaks for the whole ledger: the only one there is."""
    known = countries[countries.ne("")].unique()
    return str(known[0]) if len(known) == 1 else ""


def _figures(
    layout: Layout, columns: Mapping[str, str], home: str, decimal_hint: str, notes: list[str]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Read amounts and quantities, each with the other's decimal mark where its own column does not tell."""
    source = layout.source
    nothing = pd.Series("", index=source.index, dtype="str")
    quantity, unit_hint = _without_units(source[columns["quantity"]] if "quantity" in columns else nothing)
    texts = {"amount": source[columns["amount"]] if "amount" in columns else nothing, "quantity": quantity}
    own = {field: decimal_convention(text) for field, text in texts.items()}
    read = {}
    for field, other in (("amount", "quantity"), ("quantity", "amount")):
        convention = own[field]
        if columns.get(field) in layout.typed_columns:
            convention = DecimalConvention(".", "the document stores numbers", needed=False)
        elif convention.mark == "" and convention.needed:
            mark, evidence = _fallback_mark(own[other], columns.get(other, ""), decimal_hint, home)
            convention = decimal_convention(texts[field], fallback=mark, fallback_evidence=evidence)
        if convention.needed:
            notes.append(f'Column "{columns[field]}": {convention.evidence}.')
        read[field] = parse_amounts(texts[field], convention=convention, country=home)
        if field == "quantity":
            read[field]["unit_hint"] = unit_hint
    scale = scale_in_header(columns.get("amount", ""))
    if scale != 1:
        read["amount"]["value"] *= scale
        notes.append(
            f'Column "{columns["amount"]}": amounts are multiplied by {scale:,.0f}, as the header says.'
        )
    return read["amount"], read["quantity"]


def _without_units(texts: pd.Series) -> tuple[pd.Series, pd.Series]:
    """Split "5 kg" into figure and unit."""
    parts = texts.str.extract(_QUANTITY_WITH_UNIT)
    figures = parts[0].fillna(texts).astype("str")
    return figures, parts[1].fillna("").str.strip().astype("str")


def _fallback_mark(other: DecimalConvention, column: str, decimal_hint: str, home: str) -> tuple[Mark, str]:
    if other.mark:
        return other.mark, f'as in column "{column}": {other.evidence}'
    if decimal_hint == ",":
        return ",", "decimal comma, as the file is separated by semicolons"
    if home:
        mark: Mark = "." if home in _POINT_COUNTRIES else ","
        return mark, f"decimal {'point' if mark == '.' else 'comma'}, the custom of {home}"
    return "", ""


def _dates(
    source: pd.DataFrame, columns: Mapping[str, str], constants: Constants, home: str, notes: list[str]
) -> pd.Series:
    if "date" not in columns:
        if constants.date is not None:
            notes.append(f"Date: {constants.date:%Y-%m-%d} for every line, as given.")
        return pd.Series(constants.date or pd.NaT, index=source.index, dtype="datetime64[ns]")
    texts = source[columns["date"]]
    order = date_order(texts, home)
    read = parse_dates(texts, order=order)
    if order.needed:
        notes.append(f'Column "{columns["date"]}": {order.evidence}.')
    unread = texts[read["problem"].ne("")]
    if len(unread):
        notes.append(
            f'Column "{columns["date"]}": {len(unread)} cells such as {_shown(unread)} are no dates.'
        )
    dates = read["value"]
    if constants.date is not None and dates.isna().any():
        notes.append(
            f"Date: {constants.date:%Y-%m-%d} for {int(dates.isna().sum())} lines without one, as given."
        )
        dates = dates.fillna(constants.date)
    return dates


def _line_ids(source: pd.DataFrame, columns: Mapping[str, str], notes: list[str]) -> pd.Series:
    """Take the ledger's own identifiers where they are unique, else number the rows from 1."""
    numbers = pd.Series([str(n) for n in range(1, len(source) + 1)], index=source.index, dtype="str")
    if "line_id" not in columns:
        return numbers
    own = source[columns["line_id"]].str.strip()
    ids = own.where(own.ne(""), "row " + numbers)
    if ids.is_unique:
        return ids
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
    frame: pd.DataFrame, layout: Layout, amounts: pd.DataFrame, quantities: pd.DataFrame, rejected: pd.Series
) -> None:
    """Set the issue of every line that could not be understood; the first in this order wins."""
    source = layout.source
    ragged = pd.Series(layout.ragged, index=source.index, dtype="str")
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
            repeated_headers(source),
            "Got the header once more, expected a line; nothing needs to be done.",
        ),
        (
            "totals_row",
            totals_rows(source, frame["amount"]),
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
    frame["issue"] = pd.Series("", index=frame.index, dtype="str")
    frame["issue_detail"] = frame["issue"]
    for code, affected, detail in found:
        still = affected & frame["issue"].eq("")
        frame.loc[still, "issue"] = code
        frame.loc[still, "issue_detail"] = detail if isinstance(detail, str) else detail[still]


def _shown(cells: pd.Series) -> str:
    return ", ".join(f'"{cell.strip()}"' for cell in cells.unique()[:_EXAMPLES])
