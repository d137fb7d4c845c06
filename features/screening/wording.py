"""Bring ledger texts into the form in which the tables of kinds are written."""

import re
import unicodedata
from collections.abc import Iterable
from typing import Final

_NUMBERING: Final = re.compile(r"\((?:id:)?\s*\d+\s*\)|:\s*\d+\s*$", re.IGNORECASE)
"""Account and cost centre numbers, and supplier numbers: "(55040)", "(id:42240)", ":03529700"."""

_APOSTROPHES: Final = re.compile(r"['\u2019`\u00b4]")
_NO_WORD: Final = re.compile(r"[^0-9a-z]+")
_SAYS_NOTHING: Final = frozenset(
    {"", "n a", "na", "none", "nan", "null", "nil", "unknown", "not available", "tbc", "x"}
)


_LEGAL_FORMS: Final = frozenset(
    {"ltd", "limited", "plc", "llp", "llc", "inc", "corp", "gmbh", "ag", "sa", "bv"}
)


def cleaned(text: str) -> str:
    """Lower-case words of a text, one space apart, without accents, apostrophes and account numbers.

    Examples
    --------
    >>> cleaned("(89640) KING'S COLLEGE HOSPITAL: Löhne & Gehälter")
    'kings college hospital lohne and gehalter'
    """
    text = _NUMBERING.sub(" ", text).replace("&", " and ").replace("ß", "ss")
    text = _APOSTROPHES.sub("", text).lower()
    if not text.isascii():
        text = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    words = _NO_WORD.sub(" ", text).strip()
    return "" if words in _SAYS_NOTHING else words


def without_legal_form(name: str) -> str:
    """Take the legal form out of a cleaned name, so that "acme ltd" and "acme limited" are one.

    Examples
    --------
    >>> without_legal_form("acme foods limited")
    'acme foods'
    """
    return " ".join(word for word in name.split() if word not in _LEGAL_FORMS)


def without_fillers(words: str, fillers: Iterable[str]) -> str:
    """Take numbers and the words that only dress an account's name out of a cleaned text.

    Examples
    --------
    >>> without_fillers("vat control account march 2024", {"control", "account", "march"})
    'vat'
    """
    fillers = fillers if isinstance(fillers, frozenset) else frozenset(fillers)
    return " ".join(word for word in words.split() if word not in fillers and not word.isdecimal())
