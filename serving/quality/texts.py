"""Findings about descriptions: whether they say what was bought."""

import re
from functools import cache
from typing import Final

import numpy as np
import pandas as pd

from features.screening.kinds import payee_kinds
from serving.quality.findings import Finding, Subject
from serving.quality.ledger import CheckedLedger

_WORD: Final = re.compile(r"(?<![^\W_])[^\W\d_]{3,}(?![^\W_])|[^\W\d_a-zA-Z]")
"""A word of three letters or more without a digit in it, or a letter of another script."""
_GENERIC_WORDS: Final = """
    sundry sundries misc miscellaneous various varied general other others item items goods good supply
    supplies service services purchase purchases purchased invoice invoices payment payments paid stock
    expense expenses expenditure order orders charge charges fee fees cost costs per as quote quoted the of
    and for to attached see below above work works material materials product products diverse diverses divers
    sonstige sonstiges verschiedene verschiedenes varios varias diversen overige overig varie vari altro altri
    autres otros spend account line description unspecified unknown undefined not specified
    """
_ACCOUNT_LINES: Final = 20
_ACCOUNT_SUPPLIERS: Final = 5


def find(ledger: CheckedLedger) -> list[Finding]:
    """Find descriptions that are empty, codes, generic, in unknown words, or names of accounts."""
    texts, number = np.unique(ledger.lines["description"].to_numpy(dtype=str), return_inverse=True)
    text = ledger.text
    redacted = payee_kinds().kinds["redacted"]
    hidden = text.map({word: redacted.is_whole(word) for word in text.unique()}).to_numpy(dtype=bool)
    empty = text.eq("").to_numpy() & ~np.array([_has_letters(t) for t in texts])[number]
    coded = ~empty & np.array([not _WORD.search(t) for t in texts])[number]
    generic = text.map({word: _is_generic(word) for word in text.unique()}).to_numpy(dtype=bool)
    generic = generic & ~empty & ~coded
    known = np.array([ledger.reference.knows_a_word_of(t) for t in texts])[number]
    unknown = ~known & ~empty & ~coded & ~generic & ~hidden
    told = ~(empty | coded | generic | unknown | hidden)
    return [
        Finding(
            "text_empty",
            Subject.TEXT,
            "No text",
            "The description is empty or says only that there is none, such as n/a.",
            "Export the item text of the order or invoice; an account name is better than nothing.",
            empty,
        ),
        Finding(
            "text_redacted",
            Subject.TEXT,
            "Redacted text",
            "The description says that it is withheld.",
            "Give the account or the kind of goods instead of the text.",
            hidden,
        ),
        Finding(
            "text_code_only",
            Subject.TEXT,
            "Text is a code only",
            "The description has no word of three letters without a digit.",
            "Look the code up in the catalogue it is from, and export its text.",
            coded,
        ),
        Finding(
            "text_generic",
            Subject.TEXT,
            "Generic text",
            "Every word of the description is one such as sundries, various, general, invoice or services.",
            "Ask for item texts at order entry; a category code mends the line as well.",
            generic,
        ),
        Finding(
            "text_not_understood",
            Subject.TEXT,
            "No word is known",
            "No word of the description occurs in the model's reference texts, which are English: another "
            "language, a brand or an abbreviation.",
            "Translate, write out abbreviations, or give a category code.",
            unknown,
        ),
        Finding(
            "text_like_an_account",
            Subject.TEXT,
            "Text names an account rather than goods",
            f"The same description stands on {_ACCOUNT_LINES} lines or more, of {_ACCOUNT_SUPPLIERS} "
            "suppliers or more, and the line states no quantity.",
            "Export the text of the order line beside the account.",
            told & _shared(ledger),
        ),
    ]


def _shared(ledger: CheckedLedger) -> np.ndarray:
    """Tell descriptions that many lines of many suppliers share, (n,)."""
    groups = pd.DataFrame({"text": ledger.text, "supplier": ledger.supplier}).groupby("text")["supplier"]
    many = (groups.transform("size") >= _ACCOUNT_LINES) & (groups.transform("nunique") >= _ACCOUNT_SUPPLIERS)
    return np.asarray(many.to_numpy(dtype=bool) & ledger.lines["quantity"].isna().to_numpy())


def _has_letters(text: str) -> bool:
    """Tell a text in a script that has no Latin letters from one that says nothing."""
    return any(character.isalpha() and not character.isascii() for character in text)


@cache
def _generic() -> frozenset[str]:
    return frozenset(_GENERIC_WORDS.split())


def _is_generic(words: str) -> bool:
    return bool(words) and all(word in _generic() or word.isdecimal() for word in words.split())
