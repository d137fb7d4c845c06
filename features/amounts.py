"""Amounts as people write them: signs, separators, currencies, and the sentence for what is no amount."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Final, Literal

import numpy as np
import pandas as pd
from babel.numbers import get_territory_currencies, list_currencies

Mark = Literal[".", ",", ""]
"""A decimal mark, or "" where nothing tells which one."""


@dataclass(frozen=True)
class DecimalConvention:
    """Which mark a column writes before its decimals, and how that is known.

    Attributes
    ----------
    mark
        ``"."``, ``","`` or ``""`` (unknown: values such as ``1,234`` stay unread).
    evidence
        A sentence for the reading report.
    needed
        Whether the column holds a value that cannot be read without the convention.
    """

    mark: Mark
    evidence: str
    needed: bool


_SIGNS: Final = {
    "£": ("GBP",), "€": ("EUR",), "₹": ("INR",), "₺": ("TRY",), "₩": ("KRW",), "₪": ("ILS",), "₦": ("NGN",),
    "₴": ("UAH",), "₽": ("RUB",), "฿": ("THB",), "₫": ("VND",), "₱": ("PHP",),
    "zł": ("PLN",), "kč": ("CZK",), "ft": ("HUF",), "lei": ("RON",), "euro": ("EUR",), "stg": ("GBP",),
    "us$": ("USD",), "a$": ("AUD",), "au$": ("AUD",), "c$": ("CAD",), "ca$": ("CAD",), "can$": ("CAD",),
    "nz$": ("NZD",), "hk$": ("HKD",), "s$": ("SGD",), "r$": ("BRL",), "nt$": ("TWD",), "mx$": ("MXN",),
    "$us": ("USD",), "$ca": ("CAD",), "cn¥": ("CNY",), "jp¥": ("JPY",), "rmb": ("CNY",), "sfr": ("CHF",),
    "$": ("USD", "CAD", "AUD", "NZD", "SGD", "HKD", "MXN", "CLP", "COP", "ARS", "TWD"),
    "¥": ("JPY", "CNY"), "fr": ("CHF",),
    "kr": ("", "SEK", "NOK", "DKK", "ISK"), "rs": ("", "INR", "PKR", "LKR", "NPR", "MUR"),
}  # fmt: skip
"""Sign -> currencies; the first is meant where the country does not say otherwise, "" is none of them."""

_WRITTEN_SMALL: Final = frozenset(
    {"eur", "gbp", "usd", "chf", "sek", "nok", "dkk", "pln", "czk", "cad", "aud"}
)
"""Codes read in small letters too; others ("all", "top", "try") are words as well."""

_ODD_CHARACTERS: Final = str.maketrans(
    {
        **dict.fromkeys("\u00a0\u202f\u2007\u2008\u2009\u200a\t", " "),
        **dict.fromkeys("\u2212\u2010\u2011\u2012\u2013\u2014\ufe63\uff0d", "-"),
        **dict.fromkeys("\u2019\u2018\u02bc\u2032\u00b4`", "'"),
        **dict.fromkeys("\u200b\u200e\u200f\ufeff"),
    }
)
_SHAPE: Final = re.compile(
    r"(?P<lead>[^0-9]*?)(?P<body>(?<![^\W\d_])[.,]?[0-9](?:[0-9., ']*[0-9])?)(?P<last>[.,]?)"
    r"(?P<exponent>[eE][+-]?[0-9]{1,2}(?![0-9]))?(?P<tail>[^0-9]*)"
)
_SPACED: Final = re.compile(r"[0-9]{1,3}(?:([ '])[0-9]{3})(?:\1[0-9]{3})*(?:[.,][0-9]+)?")
_GROUPED: Final = {
    ",": re.compile(r"[0-9]{1,3}(?:,[0-9]{3})+|[0-9]{1,2}(?:,[0-9]{2})+,[0-9]{3}"),
    ".": re.compile(r"[0-9]{1,3}(?:\.[0-9]{3})+"),
}
_HALF_GROUPED: Final = re.compile(r"[1-9][0-9]{0,2}[.,][0-9]{3}")
_SPREADSHEET_ERROR: Final = re.compile(r"#(?:REF!|N/A|VALUE!|DIV/0!|NAME\?|NUM!|NULL!|SPILL!|CALC!)")
_POINT_COUNTRIES: Final = frozenset(
    {"GB", "US", "IE", "AU", "NZ", "CA", "IN", "SG", "MT", "ZA", "CH", "MX", "JP", "CN"}
)
_CONFLICT_SHARE: Final = 0.05
"""Above this share of values that speak against the majority, a column has no convention at all."""
_SHOWN_CHARACTERS: Final = 60
_GROUP_DIGITS: Final = 3


def decimal_convention(
    texts: pd.Series, *, fallback: Mark = "", fallback_evidence: str = ""
) -> DecimalConvention:
    """Tell the decimal mark of a column from the values that can be read in one way only.

    Parameters
    ----------
    texts
        The column, as written.
    fallback, fallback_evidence
        What is known from elsewhere (another column, the delimiter, the country), used where the column
        itself says nothing.

    Returns
    -------
    DecimalConvention
        ``mark`` is "" where the column contradicts itself or nothing is known.
    """
    votes: dict[str, list[str]] = {".": [], ",": []}
    needed = False
    for text in pd.unique(texts.dropna()):
        shape = _SHAPE.fullmatch(str(text).translate(_ODD_CHARACTERS).strip())
        if shape is None:
            continue
        body = shape["body"]
        if _HALF_GROUPED.fullmatch(body):
            needed = True
        elif (evident := _evident_mark(body)) and _digits(body, "") is not None:
            votes[evident].append(str(text).strip())
    points, commas = len(votes["."]), len(votes[","])
    if points + commas == 0:
        return DecimalConvention(fallback, fallback_evidence or "no value of the column tells", needed)
    mark: Mark = "." if points >= commas else ","
    if min(points, commas) > _CONFLICT_SHARE * (points + commas):
        evidence = f'"{votes["."][0]}" speaks for a decimal point, "{votes[","][0]}" for a decimal comma'
        return DecimalConvention("", evidence, needed)
    name = "point" if mark == "." else "comma"
    evidence = f'decimal {name}: {len(votes[mark])} values such as "{votes[mark][0]}" read in no other way'
    return DecimalConvention(mark, evidence, needed)


def parse_amounts(
    texts: pd.Series, *, convention: DecimalConvention | None = None, country: str = ""
) -> pd.DataFrame:
    """Read amounts as people write them; what is no amount gets a sentence, never a guess.

    Read are thousands separators (comma, point, apostrophe, any space), both decimal marks, ``(1,234.50)``,
    a minus before or after the figure, ``CR`` (negative) and ``DR``, and currency signs or ISO 4217 codes.

    Parameters
    ----------
    texts
        The column, as written; empty and missing cells become NaN without a problem.
    convention
        The decimal mark for values that can be read in two ways; by default :func:`decimal_convention`.
    country
        ISO 3166-1 alpha-2; tells which dollar or crown a bare ``$`` or ``kr`` is.

    Returns
    -------
    pandas.DataFrame
        On the index of ``texts``: ``value`` (float, in the currency written), ``currency_hint`` (ISO 4217,
        or ""), ``problem`` (a sentence got / expected / what to do, or "").
    """
    convention = convention or decimal_convention(texts)
    codes, uniques = pd.factorize(texts.fillna("").astype(str))
    read = [_parse_amount(str(text), convention, country) for text in uniques]
    values = np.array([value for value, _, _ in read], dtype=float)
    return pd.DataFrame(
        {
            "value": values[codes] if read else values,
            "currency_hint": _taken([hint for _, hint, _ in read], codes),
            "problem": _taken([problem for _, _, problem in read], codes),
        },
        index=texts.index,
    )


def decimal_mark_of(country: str) -> Mark:
    """Return the decimal mark that is customary in a country (ISO 3166-1 alpha-2)."""
    return "." if country in _POINT_COUNTRIES else ","


@lru_cache(maxsize=1024)
def currency_in(text: str, country: str = "") -> str:
    """Return the ISO 4217 code that a sign or code such as ``£``, ``US$`` or ``eur`` stands for, or ""."""
    plain = text.strip().strip(".")
    key = plain.lower()
    if key.upper() in iso_currencies() and (plain.isupper() or key in _WRITTEN_SMALL):
        return key.upper()
    candidates = _SIGNS.get(key, ("",))
    local = currency_of_country(country)
    return local if local in candidates else candidates[0]


@cache
def iso_currencies() -> frozenset[str]:
    """Return every ISO 4217 code that is or was in use (Unicode CLDR)."""
    return frozenset(list_currencies())


@cache
def currency_of_country(country: str) -> str:
    """Return the ISO 4217 code of the money used in a country (alpha-2; Unicode CLDR), or ""."""
    currencies = get_territory_currencies(country) if country else []
    return str(currencies[0]) if currencies else ""


def _taken(texts: Sequence[str], codes: np.ndarray) -> pd.Series:
    return pd.Series(np.array(texts, dtype=object)[codes] if texts else [], dtype="str")


def _evident_mark(body: str) -> Mark:
    """Return the decimal mark that a body shows by itself, "" where it shows none."""
    point, comma = body.rfind("."), body.rfind(",")
    if point < 0 and comma < 0:
        return ""
    last: Mark = "." if point > comma else ","
    if body.count(last) > 1:
        return _other(last)
    return last


def _other(mark: Mark) -> Mark:
    return "," if mark == "." else "."


def _parse_amount(text: str, convention: DecimalConvention, country: str) -> tuple[float, str, str]:
    plain = text.translate(_ODD_CHARACTERS).strip()
    if not plain:
        return np.nan, "", ""
    shape = _SHAPE.fullmatch(plain)
    if shape is None:
        return np.nan, "", _problem(text)
    tail = shape["tail"].strip()
    if shape["last"] and re.match(r"-{1,2}(?![0-9])", tail):
        tail = tail.lstrip("-").strip()  # "12,-" is twelve and no cents
    lead = shape["lead"].strip()
    marks = _sign_and_currency(lead, tail, country) if lead or tail else (1.0, "")
    if marks is None:
        return np.nan, "", _problem(text)
    sign, currency = marks
    body = shape["body"]
    if convention.mark == "" and _HALF_GROUPED.fullmatch(body):
        return np.nan, currency, _ambiguous(text, body, convention.evidence)
    digits = _digits(body, convention.mark)
    if digits is None:
        return np.nan, "", _problem(text)
    return sign * float(digits + (shape["exponent"] or "")), currency, ""


def _sign_and_currency(lead: str, tail: str, country: str) -> tuple[float, str] | None:
    """Read what stands before and after the figure; None where it is neither sign nor currency."""
    suffix = re.search(r"(?<![a-z])(cr|dr)\.?$", tail, re.IGNORECASE)
    if suffix:
        tail = tail[: suffix.start()].strip()
    if (lead.count("("), tail.count(")")) not in {(0, 0), (1, 1)}:
        return None
    around = lead + tail
    minuses = around.count("-")
    if minuses > 1 or (suffix and (minuses or "(" in lead)):
        return None
    words = [re.sub(r"[-+()']", "", part).strip() for part in (lead, tail)]
    named = [currency_in(word, country) for word in words if word]
    if any(
        not code and word.strip(".").lower() not in _SIGNS
        for word, code in zip(_filled(words), named, strict=True)
    ):
        return None
    if len(set(filter(None, named))) > 1:
        return None
    negative = minuses > 0 or "(" in lead or (suffix is not None and suffix[1].lower() == "cr")
    return (-1.0 if negative else 1.0), next(filter(None, named), "")


def _filled(words: Sequence[str]) -> list[str]:
    return [word for word in words if word]


def _digits(body: str, mark: Mark) -> str | None:
    """Rewrite the figure with a decimal point and no grouping; None where the grouping makes no sense."""
    if " " in body or "'" in body:
        if _SPACED.fullmatch(body) is None:
            return None
        return re.sub(r"[ ']", "", body).replace(",", ".")
    point, comma = body.rfind("."), body.rfind(",")
    if point < 0 and comma < 0:
        return body
    last: Mark = "." if point > comma else ","
    whole, _, decimals = body.rpartition(last)
    if _other(last) in body:
        grouped = _GROUPED[_other(last)].fullmatch(whole)
        return f"{whole.replace(_other(last), '')}.{decimals}" if grouped else None
    if last in whole or (_HALF_GROUPED.fullmatch(body) and mark == _other(last)):
        return body.replace(last, "") if _GROUPED[last].fullmatch(body) else None
    return f"{whole}.{decimals}"


def _problem(text: str) -> str:
    got = text.strip()
    shown = got if len(got) <= _SHOWN_CHARACTERS else f"{got[:_SHOWN_CHARACTERS]}…"
    if set(got) == {"#"}:
        return f'Got "{shown}", as spreadsheets show in too narrow a column; widen it and export again.'
    if _SPREADSHEET_ERROR.fullmatch(got):
        return f'Got "{got}", an error of a spreadsheet formula, expected a number; mend the formula.'
    if got.endswith("%"):
        return f'Got "{shown}", a share, where a number was expected; give the number itself.'
    return f'Got "{shown}", expected a number such as 1234.50; write the number or leave the cell empty.'


def _ambiguous(text: str, body: str, evidence: str) -> str:
    as_thousands = re.sub(r"[.,]", "", body)
    as_decimal = body.replace(",", ".")
    return (
        f'Got "{text.strip()}", which can be {as_thousands} or {as_decimal}, and {evidence}; '
        "write it without a thousands separator, or name the country."
    )
