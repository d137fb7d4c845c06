"""Header spellings: how ledgers of six languages name the fields of a line item."""

import re
import unicodedata
from collections.abc import Mapping
from functools import cache, lru_cache
from typing import Final, Literal

from rapidfuzz import fuzz

from serving.documents.vocabulary import ABBREVIATIONS, COUNTED_AGAINST, FIELD_SPELLINGS

Vat = Literal["excluded", "included", "unknown"]

_TAX: Final = r"(?:vat|tax|taxes|taxe|gst|mwst|ust|tva|iva|btw|moms)"
_NET: Final = re.compile(
    rf"\b(?:(?:ex|exc|excl|excluding|exclusive of|without|before|net of|less|ohne|exkl|zzgl|hors|sin"
    rf"|senza) {_TAX}|{_TAX} (?:exclusive|excluded|excl|esclusa|excluida)|ht)\b"
)
_GROSS: Final = re.compile(
    rf"\b(?:(?:inc|incl|including|inclusive of|with|inkl|einschl|con|avec|plus) {_TAX}"
    rf"|{_TAX} (?:inclusive|included|incl|incluida|inclusa|compresa)|ttc)\b"
)

_NET_WORDS: Final = frozenset(
    {"exvat", "net", "netto", "neto", "nettobetrag", "nettowert", "nettopreis", "nettobedrag"}
    | {"imponibile", "imponible"}
)
_GROSS_WORDS: Final = frozenset(
    {"incvat", "gross", "brutto", "bruto", "lordo", "bruttobetrag", "brutobedrag"}
)
_AGAINST_FACTOR: Final = 0.3
_CONTAINED: Final = 0.75
_FUZZY_RATIO: Final = 88.0
_FUZZY_LETTERS: Final = 5


@lru_cache(maxsize=4096)
def normalised(header: str) -> str:
    """Return a header in lower case, without accents and punctuation, its abbreviations written out.

    Net and gross of tax become the words ``exvat`` and ``incvat``, whatever the tax and the language.
    """
    split = re.sub(r"(?<=[a-z][a-z])(?=[A-Z])", " ", header).replace("ß", "ss")
    split = re.sub(r"\b(\w)\.(?=\w\b)", r"\1", split)  # "H.T." is "HT"
    lower = re.sub(r"[äöü]", lambda found: {"ä": "ae", "ö": "oe", "ü": "ue"}[found[0]], split.lower())
    plain = unicodedata.normalize("NFKD", lower)
    plain = "".join(character for character in plain if not unicodedata.combining(character))
    words = re.sub(r"[^0-9a-z]+", " ", plain).split()
    text = " ".join(ABBREVIATIONS.get(word, word) for word in words)
    return _GROSS.sub("incvat", _NET.sub("exvat", text))


@lru_cache(maxsize=65_536)
def name_score(field: str, header: str) -> float:
    """Return from 0 to 1 how well a header names a field of the line item."""
    text = normalised(header)
    if not text:
        return 0.0
    words = text.split()
    best, matched = 0.0, ""
    for phrase, weight in _phrases()[field]:
        score = weight * _likeness(phrase, text, words)
        if score > best:
            best, matched = score, phrase
    if best and not _words_against(field).isdisjoint(set(words) - set(matched.split())):
        best *= _AGAINST_FACTOR
    return best


def counts_against(field: str, header: str) -> bool:
    """Tell whether a header holds a word that speaks against a field, such as "VAT" against the amount."""
    return not _words_against(field).isdisjoint(normalised(header).split())


def vat_of(header: str) -> Vat:
    """Return what a header says about value added tax: ``excluded``, ``included`` or ``unknown``."""
    words = set(normalised(header).split())
    if words & _NET_WORDS:
        return "excluded"
    return "included" if words & _GROSS_WORDS else "unknown"


def _likeness(phrase: str, text: str, words: list[str]) -> float:
    if phrase == text:
        return 1.0
    if f" {phrase} " in f" {text} ":
        return _CONTAINED + (1 - _CONTAINED) * len(phrase.split()) / len(words)
    if len(phrase) < _FUZZY_LETTERS or len(text) < _FUZZY_LETTERS:
        return 0.0
    ratio = fuzz.ratio(phrase, text, score_cutoff=_FUZZY_RATIO)
    return 0.9 * ratio / 100


@cache
def _words_against(field: str) -> frozenset[str]:
    return frozenset(COUNTED_AGAINST[field].split())


@cache
def _phrases() -> Mapping[str, tuple[tuple[str, float], ...]]:
    """Return every spelling, normalised as headers are, with its weight, best first."""
    return {
        field: tuple(
            (normalised(spelling), weight) for weight, row in weights.items() for spelling in row.split(",")
        )
        for field, weights in FIELD_SPELLINGS.items()
    }
