"""Names of suppliers as they are compared: without case, punctuation, account numbers and legal form."""

import re
from functools import lru_cache
from typing import Final

from features.screening.wording import cleaned

_POINTS: Final = re.compile(r"\.(?=\w\b|\s|,|$)|(?<=\b\w)\.(?=\w)")
"""Points of abbreviations: "P.L.C." is "PLC", "S.A." is "SA"."""

_LEGAL_FORMS: Final = frozenset(
    {
        *("ltd", "limited", "plc", "llp", "lp", "cic", "cio"),
        *("inc", "incorporated", "llc", "corp", "corporation", "co", "company", "pllc", "pc"),
        *("gmbh", "mbh", "ag", "kg", "kgaa", "ohg", "ug", "ev", "eg", "ek", "se"),
        *("sa", "sas", "sarl", "srl", "spa", "sl", "slu", "lda", "ltda", "sab", "cv"),
        *("bv", "nv", "bvba", "sprl", "vof"),
        *("ab", "as", "asa", "aps", "oy", "oyj", "hf", "ehf"),
        *("pty", "pte", "bhd", "sdn", "pvt", "kk", "zrt", "kft", "sro", "doo"),
    }
)
_JOINING: Final = frozenset({"and"})
"""Words that stand within a legal form: "GmbH & Co. KG"."""


@lru_cache(maxsize=65_536)
def comparable_supplier(name: str) -> str:
    """Return a name in the form in which names are compared.

    The legal form is taken off the end of the name, never all of it.

    Examples
    --------
    >>> comparable_supplier("ACME Foods (UK) Co., Ltd.")
    'acme foods uk'
    >>> comparable_supplier("B. Braun Medical S.A.") == comparable_supplier("b braun medical")
    True
    >>> comparable_supplier("Müller GmbH & Co. KG")
    'muller'
    >>> comparable_supplier("Limited")
    'limited'
    """
    words = cleaned(_POINTS.sub("", name)).split()
    while len(words) > 1 and words[-1] in _LEGAL_FORMS:
        words.pop()
        if len(words) > 1 and words[-1] in _JOINING and words[-2] in _LEGAL_FORMS:
            words.pop()
    return " ".join(words) or _whole(name)


def _whole(name: str) -> str:
    """Take a name in another script as it is written, if any of it is a letter or a digit."""
    return " ".join(name.casefold().split()) if any(character.isalnum() for character in name) else ""
