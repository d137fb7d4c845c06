"""Countries as ledgers write them: codes, and names in six languages (Unicode CLDR)."""

import re
import unicodedata
from collections.abc import Mapping
from functools import cache, lru_cache
from typing import Final

from babel import Locale
from babel.core import get_global

_LANGUAGES: Final = ("en", "de", "fr", "es", "nl", "it")
_EVERYDAY_NAMES: Final = {
    "usa": "US", "united states of america": "US", "england": "GB", "scotland": "GB", "wales": "GB",
    "great britain": "GB", "northern ireland": "GB", "holland": "NL", "congo drc": "CD", "ivory coast": "CI",
    "burma": "MM", "korea": "KR", "czech republic": "CZ", "republic of ireland": "IE",
}  # fmt: skip
_CODE_LETTERS: Final = 2


@lru_cache(maxsize=4096)
def country_code(written: str) -> str:
    """Return the ISO 3166-1 alpha-2 code of a country given as a code or a name, "" where it is none."""
    code = written.strip().upper()
    if len(code) == _CODE_LETTERS and code in _codes():
        return code
    aliases = get_global("territory_aliases").get(code, [])
    if len(aliases) == 1 and code.isalpha():
        return str(aliases[0])
    return _names().get(_plain(written), "")


@cache
def country_names() -> Mapping[str, str]:
    """Name every country in English: code -> name, in the order of the names."""
    names = Locale("en").territories
    return dict(sorted(((code, str(names[code])) for code in _codes()), key=lambda one: one[1]))


@cache
def _codes() -> frozenset[str]:
    codes = (str(code) for code in Locale("en").territories)
    return frozenset(code for code in codes if len(code) == _CODE_LETTERS) - {
        "EU",
        "EZ",
        "UN",
        "ZZ",
        "XA",
        "XB",
    }


@cache
def _names() -> Mapping[str, str]:
    names = dict(_EVERYDAY_NAMES)
    for language in _LANGUAGES:
        territories = Locale(language).territories
        for code in _codes():
            names.setdefault(_plain(territories.get(code, "")), code)
    names.pop("", None)
    return names


def _plain(name: str) -> str:
    decomposed = unicodedata.normalize("NFKD", name.lower())
    letters = "".join(character for character in decomposed if not unicodedata.combining(character))
    return " ".join(re.sub(r"[^a-z]+", " ", letters).split())
