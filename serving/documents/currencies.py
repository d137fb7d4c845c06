"""The currency of every line: its own column, its cell, the header, an option, or the country's money."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import pandas as pd

from features.amounts import currency_in, currency_of_country
from serving.documents.phrases import lines_text

_CURRENCY_WORDS: Final = {"sterling": "GBP", "pounds": "GBP", "euro": "EUR", "euros": "EUR", "dollars": "USD"}
_THOUSANDS_OF: Final = {"teur": "EUR", "keur": "EUR", "kgbp": "GBP", "kusd": "USD"}
_COMMON: Final = frozenset(
    [
        "AUD",
        "BRL",
        "CAD",
        "CHF",
        "CNY",
        "CZK",
        "DKK",
        "EUR",
        "GBP",
        "HKD",
        "HUF",
        "INR",
        "JPY",
        "NOK",
        "NZD",
        "PLN",
        "SEK",
        "SGD",
        "USD",
        "ZAR",
    ]
)
"""Codes that are believed at the end of a name such as "amount_usd"; others, such as ALL, are words, too."""
_NAMED_IN_CODE: Final = re.compile(r"\w+_([A-Za-z]{3})")
_TOKEN: Final = re.compile(r"[^\s()\[\]/,;:]+")
_SCALES: Final = (
    (
        re.compile(
            r"(?i)(?<![0-9,.])000'?s?\b|\bthousands?\b|\btsd\b|\bmilliers\b|\b(?:teur|keur|kgbp|kusd)\b|\bk[€£$]|[€£$]k\b"
        ),
        1_000.0,
    ),
    (re.compile(r"(?i)\bmillions?\b|\bmio\b|[€£$]m\b|\bm[€£$]"), 1_000_000.0),
)


@dataclass(frozen=True)
class LineCurrencies:
    """``codes``: ISO 4217 per line, "" where unknown; ``rejected``: what a currency cell said instead."""

    codes: pd.Series
    rejected: pd.Series
    notes: tuple[str, ...]


def line_currencies(
    written: pd.Series | None,
    hints: pd.Series,
    headers: Sequence[str],
    *,
    refused: pd.Series,
    option: str,
    country: str,
) -> LineCurrencies:
    """Tell the currency of every line, the most specific source first.

    Parameters
    ----------
    written
        The currency column as text, or None.
    hints
        ISO 4217 codes found beside the amounts, "" where there were none.
    headers
        The names of the columns, that of the amount first; each may hold a sign or code.
    refused
        Rows that are no lines, as the one that stands for an unreadable file: they have no currency.
    option
        ISO 4217 code for lines whose document says nothing, or "".
    country
        ISO 3166-1 alpha-2 of the buyer, or "".

    Returns
    -------
    LineCurrencies
    """
    codes = pd.Series("", index=hints.index, dtype="str")
    rejected = codes.copy()
    if written is not None:
        cells = written.str.strip()
        known = {cell: currency_in(cell, country) for cell in cells.unique()}
        codes = cells.map(known).astype("str")
        rejected = cells.where(codes.eq(""), "")
    open_lines = codes.eq("") & rejected.eq("") & ~refused
    fallback, reason = _fallback(headers, option, country)
    codes = codes.where(~open_lines, hints)
    beside = open_lines & hints.ne("")
    open_lines &= codes.eq("")
    notes = []
    if fallback and open_lines.any():
        codes = codes.where(~open_lines, fallback)
        notes.append(f"{fallback} for {lines_text(int(open_lines.sum()))}, {reason}")
    if beside.any():
        notes.append(f"as written beside the amount on {lines_text(int(beside.sum()))}")
    notes = [f"Currency: {'; '.join(notes)}."] if notes else []
    return LineCurrencies(codes, rejected, tuple(notes))


def currency_in_header(header: str, country: str = "") -> str:
    """Return the currency that a header such as "Freight Cost (USD)" or "Amount in Sterling" names, or ""."""
    tokens = _TOKEN.findall(header)
    for token in tokens:
        code = _CURRENCY_WORDS.get(token.lower(), "") or _THOUSANDS_OF.get(token.lower(), "")
        stands_out = not token.isalpha() or (
            token.isupper() and (f"({token})" in header or token == tokens[-1])
        )
        if not code and stands_out:  # "ALL" and "TOP" are codes of currencies too
            code = currency_in(token if token.isalpha() else token.strip("0123456789kKmM'"), country)
        if code:
            return code
    ending = _NAMED_IN_CODE.fullmatch(header.strip())
    return ending[1].upper() if ending and ending[1].upper() in _COMMON else ""


def scale_in_header(header: str) -> float:
    """Return what the amounts under a header such as "Spend (£000)" or "TEUR" are counted in, mostly 1."""
    return next((scale for pattern, scale in _SCALES if pattern.search(header)), 1.0)


def _fallback(headers: Sequence[str], option: str, country: str) -> tuple[str, str]:
    amount, *others = headers
    if named := currency_in_header(amount, country):
        return named, f'named by the header "{amount}"'
    if option:
        return option, "as given"
    beside = {currency_in_header(header, country): header for header in others}
    beside.pop("", None)
    if len(beside) == 1:
        code, header = beside.popitem()
        return code, f'named by the header "{header}" beside it'
    local = currency_of_country(country)
    return local, f"the money of {country}, as nothing in the document names a currency"
