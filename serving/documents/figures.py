"""The figures of a ledger: amounts and quantities, read with the decimal mark that the document uses."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Final

import pandas as pd

from features.amounts import DecimalConvention, Mark, decimal_convention, decimal_mark_of, parse_amounts
from serving.documents.amount_columns import AmountColumns
from serving.documents.content import LONE_DASH
from serving.documents.currencies import scale_in_header
from serving.documents.headers import Layout
from serving.documents.phrases import lines_text
from serving.documents.so_far import ReadSoFar

_QUANTITY_WITH_UNIT: Final = r"^\s*([-+0-9][0-9., ]*?)\s*([^\W\d_][^0-9]{0,15})$"
_CREDIT_SIGNS: Final = frozenset({"c", "cr", "credit", "h", "haben", "-"})


@dataclass(frozen=True)
class Figures:
    """Amounts and quantities per row, on the index of the ledger.

    Attributes
    ----------
    amounts
        ``value``, ``currency_hint`` (ISO 4217 beside the figure, or "") and ``problem`` (a sentence, or "").
    quantities
        ``value``, ``problem`` and ``unit_hint`` (the unit beside the figure, or "").
    notes
        Conventions found, and amounts that were worked out.
    """

    amounts: pd.DataFrame
    quantities: pd.DataFrame
    notes: tuple[str, ...]


def read_figures(
    layout: Layout,
    columns: Mapping[str, str],
    parts: AmountColumns,
    *,
    decimal_hint: str,
    country: str,
    so_far: ReadSoFar,
) -> Figures:
    """Read amounts and quantities, each with another column's decimal mark where its own does not tell.

    Parameters
    ----------
    layout
        The ledger as text.
    columns
        Field -> column.
    parts
        The columns that an amount is worked out from.
    decimal_hint
        "," where the delimiter shows that commas are decimal marks, else "".
    country
        ISO 3166-1 alpha-2 of the buyer, or "".
    so_far
        Of the rows above: their conventions are those of these rows, too.

    Returns
    -------
    Figures
    """
    texts = {
        name: layout.source[name] for name in (columns.get("amount", ""), *parts.money_columns()) if name
    }
    units = pd.Series("", index=layout.source.index, dtype="str")
    if "quantity" in columns:
        texts[columns["quantity"]], units = _without_units(layout.source[columns["quantity"]])
    reading = _Reading(layout, texts, decimal_hint, country, so_far)
    nothing = _nothing_said(layout.source.index)
    quantities = reading.column(columns["quantity"]) if "quantity" in columns else nothing.copy()
    quantities["unit_hint"] = units
    amounts = reading.column(columns["amount"]) if "amount" in columns else nothing
    notes: list[str] = []
    if parts.debit:
        amounts = _debit_less_credit(reading.column(parts.debit), reading.column(parts.credit), so_far)
        notes.append(f'Amount: "{parts.debit}" less "{parts.credit}".')
    if parts.sign:
        amounts = _signed(amounts, layout.source[parts.sign], parts.sign, so_far, notes)
    if parts.unit_price:
        amounts = _completed(amounts, quantities, reading.column(parts.unit_price), columns, parts, notes)
    return Figures(amounts, quantities, (*reading.notes, *notes))


class _Reading:
    """Reads columns of figures one by one; ``notes`` says which convention each of them needed."""

    def __init__(
        self,
        layout: Layout,
        texts: Mapping[str, pd.Series],
        decimal_hint: str,
        country: str,
        so_far: ReadSoFar,
    ) -> None:
        self.notes: list[str] = []
        self._typed = layout.typed_columns
        self._texts = {name: _dashes_as_zero(text) for name, text in texts.items()}
        self._own = {
            name: so_far.once(f"decimal mark of {name}", partial(decimal_convention, text))
            for name, text in self._texts.items()
        }
        self._decimal_hint, self._country, self._so_far = decimal_hint, country, so_far

    def column(self, name: str) -> pd.DataFrame:
        """Return ``value``, ``currency_hint`` and ``problem`` of a column."""
        convention = self._so_far.once(
            f"decimal mark of {name} in {self._country}", lambda: self._convention(name)
        )
        if convention.needed:
            self.notes.append(f'Column "{name}": {convention.evidence}.')
        read = parse_amounts(self._texts[name], convention=convention, country=self._country)
        scale = scale_in_header(name)
        if scale != 1:
            read["value"] *= scale
            self.notes.append(f'Column "{name}": multiplied by {scale:,.0f}, as the header says.')
        return read

    def _convention(self, name: str) -> DecimalConvention:
        own = self._own[name]
        if name in self._typed:
            return DecimalConvention(".", "the document stores numbers", needed=False)
        if own.mark:
            return own
        mark, evidence = self._fallback(name)
        return decimal_convention(self._texts[name], fallback=mark, fallback_evidence=evidence)

    def _fallback(self, name: str) -> tuple[Mark, str]:
        for other, convention in self._own.items():
            if other != name and convention.mark:
                return convention.mark, f'as in column "{other}": {convention.evidence}'
        if self._decimal_hint == ",":
            return ",", "decimal comma, as the file is separated by semicolons"
        if self._country:
            mark = decimal_mark_of(self._country)
            return mark, f"decimal {'point' if mark == '.' else 'comma'}, the custom of {self._country}"
        return "", ""


def _nothing_said(index: "pd.Index[int]") -> pd.DataFrame:
    return parse_amounts(pd.Series("", index=index, dtype="str"))


def _without_units(texts: pd.Series) -> tuple[pd.Series, pd.Series]:
    """Split "5 kg" into figure and unit."""
    parts = texts.str.extract(_QUANTITY_WITH_UNIT)
    figures = parts[0].fillna(texts).astype("str")
    return figures, parts[1].fillna("").str.strip().astype("str")


def _dashes_as_zero(texts: pd.Series) -> pd.Series:
    return texts.mask(texts.str.fullmatch(LONE_DASH), "0").astype("str")


def _debit_less_credit(debit: pd.DataFrame, credit: pd.DataFrame, so_far: ReadSoFar) -> pd.DataFrame:
    """Put both sides of an account into one amount; credits count alike with and without a minus."""
    written_negative = so_far.once(
        "credits are negative", lambda: bool((credit["value"] < 0).sum() > (credit["value"] > 0).sum())
    )
    taken_off = -credit["value"] if written_negative else credit["value"]
    either = debit["value"].notna() | credit["value"].notna()
    return pd.DataFrame(
        {
            "value": (debit["value"].fillna(0.0) - taken_off.fillna(0.0)).where(either),
            "currency_hint": debit["currency_hint"].where(
                debit["currency_hint"].ne(""), credit["currency_hint"]
            ),
            "problem": debit["problem"].where(debit["problem"].ne(""), credit["problem"]),
        }
    )


def _signed(
    amounts: pd.DataFrame, signs: pd.Series, column: str, so_far: ReadSoFar, notes: list[str]
) -> pd.DataFrame:
    """Make the amounts of credit lines negative where a column tells debits from credits."""
    credit = signs.str.strip().str.lower().isin(_CREDIT_SIGNS)
    changed = credit & (amounts["value"] > 0)
    have_signs = so_far.once("amounts have signs", lambda: bool((amounts["value"] < 0).any()))
    if have_signs or not changed.any():
        return amounts
    notes.append(f'Amount: {lines_text(int(changed.sum()))} made negative, credits as "{column}" says.')
    return amounts.assign(value=amounts["value"].where(~changed, -amounts["value"]))


def _completed(
    amounts: pd.DataFrame,
    quantities: pd.DataFrame,
    prices: pd.DataFrame,
    columns: Mapping[str, str],
    parts: AmountColumns,
    notes: list[str],
) -> pd.DataFrame:
    """Work out amounts that the document leaves open as quantity times unit price."""
    product = quantities["value"] * prices["value"]
    open_lines = amounts["value"].isna() & amounts["problem"].eq("")
    filled = open_lines & product.notna()
    if filled.any():
        reason = "where the document states none" if "amount" in columns else "as no column holds it"
        notes.append(
            f'Amount: "{columns["quantity"]}" times "{parts.unit_price}" for '
            f"{lines_text(int(filled.sum()))}, {reason}."
        )
    unread = prices["problem"].where(open_lines & prices["problem"].ne(""), amounts["problem"])
    if "amount" in columns:
        unread = amounts["problem"]
    return pd.DataFrame(
        {
            "value": amounts["value"].where(~filled, product),
            "currency_hint": amounts["currency_hint"].where(~filled, prices["currency_hint"]),
            "problem": unread,
        }
    )
