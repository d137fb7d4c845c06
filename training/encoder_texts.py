"""Texts to adapt the encoder with: goods as classifications name them, written as ledgers write."""

import re
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from data.concordances import cn_to_naics_2017, hs_to_naics_2017
from data.taxonomies import cn, hs

_MOST_CATEGORIES: Final = 5
"""A tariff code that opens into more categories than this teaches little."""
_EXCLUSION: Final = re.compile(r"\(excl|; n\.e\.c")
_TARIFF_LENGTH: Final = 110

_ABBREVIATIONS: Final = {
    "accessories": "acc",
    "adjustable": "adj",
    "aluminum": "alum",
    "and": "&",
    "assembly": "assy",
    "automotive": "auto",
    "commercial": "comm",
    "concrete": "conc",
    "control": "ctrl",
    "diameter": "dia",
    "electric": "elec",
    "electrical": "elec",
    "equipment": "eqpt",
    "galvanized": "galv",
    "general": "gen",
    "heavy": "hvy",
    "hydraulic": "hyd",
    "including": "incl",
    "laboratory": "lab",
    "machinery": "mach",
    "maintenance": "maint",
    "manufacturing": "mfg",
    "material": "matl",
    "materials": "matls",
    "mechanical": "mech",
    "medical": "med",
    "miscellaneous": "misc",
    "package": "pkg",
    "parts": "pts",
    "plastic": "plas",
    "pressure": "press",
    "professional": "prof",
    "purpose": "purp",
    "rubber": "rbr",
    "service": "svc",
    "services": "svcs",
    "stainless": "ss",
    "steel": "stl",
    "supplies": "supp",
    "surgical": "surg",
    "system": "sys",
    "temperature": "temp",
    "with": "w/",
    "without": "w/o",
}
_SIZES: Final = (
    "1/2 IN",
    "3/4 X 6 IN",
    "8 INCH",
    "22-1/2 DEG",
    "4 FT",
    "24V",
    "#10",
    "50 MM",
    "5 LB",
    "16 OZ",
    "5 GAL",
    "12/CS",
    "100/BX",
    "(10/pk)",
    "SZ L",
    "QTY 10",
)
_ACTIVITY: Final = re.compile(r",? ?\b(manufacturing|mfg\.?|merchant wholesalers|nesoi)\b", re.IGNORECASE)
_INNER_VOWEL: Final = re.compile(r"(?<=[A-Za-z])[aeiou](?=[A-Za-z])")
_CUT: Final = 50
_LONGEST: Final = 120
_SHORTEST_TO_SHORTEN: Final = 5
_WORDS_TO_TURN: Final = range(2, 5)


@dataclass(frozen=True)
class TuningTexts:
    """n texts, each with the categories that it may belong to (n tuples of NAICS 2017 codes)."""

    text: list[str]
    accepted: list[tuple[str, ...]]


def tariff_texts() -> TuningTexts:
    """Name goods of the Combined Nomenclature and the Harmonized System, with the categories they lead to.

    Raises
    ------
    MissingDataError, AlteredDataError
        If a source is not at hand as the catalogue describes it.
    """
    texts: list[str] = []
    accepted: list[tuple[str, ...]] = []
    for names, concordance, key in (
        (cn().set_index("cn_code")["text"], cn_to_naics_2017(), "cn_code"),
        (hs().set_index("hs_code")["description"], hs_to_naics_2017(), "hs_code"),
    ):
        for code, rows in concordance.groupby(key):
            codes = tuple(sorted(set(rows["naics_code"])))
            if len(codes) <= _MOST_CATEGORIES and code in names.index:
                texts.append(_EXCLUSION.split(names[code])[0].strip()[:_TARIFF_LENGTH])
                accepted.append(codes)
    return TuningTexts(texts, accepted)


def as_on_a_ledger(text: str, draw: np.random.Generator) -> str:
    """Write a text as a ledger might: noun first, abbreviated, a size behind it, cut off, in capitals.

    Examples
    --------
    >>> as_on_a_ledger("Stainless steel surgical equipment", np.random.default_rng(2))
    'SS STL SURG EQPT'
    """
    text = text[: int(draw.integers(_CUT, _LONGEST))]
    if draw.random() < 0.7:  # noqa: PLR2004 - shares of ledger habits, set by eye
        text = _ACTIVITY.sub("", text) or text
    habits = ((0.3, _noun_first), (0.35, _abbreviated), (0.2, _one_word_shortened), (0.3, _with_size))
    for share, habit in habits:
        if draw.random() < share:
            text = habit(text, draw)
    if draw.random() < 0.3:  # noqa: PLR2004
        text = text[:_CUT]
    return text.upper() if draw.random() < 0.5 else text  # noqa: PLR2004


def category_matrix(accepted: list[tuple[str, ...]], classes: npt.NDArray[np.str_]) -> npt.NDArray[np.bool_]:
    """Tell which categories each text may belong to, (n, C)."""
    column = pd.Series(np.arange(len(classes)), index=classes)
    out = np.zeros((len(accepted), len(classes)), dtype=bool)
    for row, codes in enumerate(accepted):
        out[row, column.reindex(list(codes)).dropna().astype(int)] = True
    return out


def _noun_first(text: str, draw: np.random.Generator) -> str:  # noqa: ARG001 - one signature for all habits
    words = text.split()
    turn = len(words) in _WORDS_TO_TURN and "," not in text
    return f"{words[-1]}, {' '.join(words[:-1])}" if turn else text


def _abbreviated(text: str, draw: np.random.Generator) -> str:  # noqa: ARG001
    return " ".join(_ABBREVIATIONS.get(word.lower(), word) for word in text.split(" "))


def _one_word_shortened(text: str, draw: np.random.Generator) -> str:
    words = text.split(" ")
    at = int(draw.integers(len(words)))
    if len(words[at]) >= _SHORTEST_TO_SHORTEN:
        without_vowels, beginning = _INNER_VOWEL.sub("", words[at]), words[at][: int(draw.integers(3, 6))]
        words[at] = without_vowels if draw.random() < 0.6 else beginning  # noqa: PLR2004
    return " ".join(words)


def _with_size(text: str, draw: np.random.Generator) -> str:
    return f"{text} {_SIZES[int(draw.integers(len(_SIZES)))]}"
