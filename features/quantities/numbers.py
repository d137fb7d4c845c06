"""Numbers as they stand in descriptions, and descriptions spelt one way."""

import re
import unicodedata
from typing import Final

NUMBER: Final = r"(?:\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:[.,]\d+)?|\.\d+)"
"""Pattern of a number with a decimal point or comma, or thousands separators."""

START: Final = r"(?<![\w.#/])(?<!\d[,-])"
"""Pattern of where a number may start: not inside a word, a part number or another number."""

_SMALL_FRACTION: Final = {"2", "3", "4", "8", "16", "32"}


def number(text: str) -> float:
    """Read a number with a decimal point or comma, thousands separators, or a fraction.

    Three digits after a single comma are thousands, unless a nought stands before it. A fraction of noughts
    ("2/0", a size of sutures) is nothing.

    Examples
    --------
    >>> number("1,5"), number("1,500"), number("1 1/2"), number("0,250")
    (1.5, 1500.0, 1.5, 0.25)
    """
    whole, _, fraction = text.strip().replace("-", " ").rpartition(" ")
    if "/" in fraction:
        above, below = (float(part) for part in fraction.split("/"))
        return (number(whole) if whole else 0.0) + (above / below if below else 0.0)
    if re.fullmatch(r"[1-9]\d{0,2}(,\d{3})+(\.\d+)?", fraction):
        return float(fraction.replace(",", ""))
    return float(fraction.replace(",", "."))


def spelt_plainly(description: str) -> str:
    """Compatibility characters spelt out, one kind of multiplication sign, single blanks."""
    text = re.sub(r"(?<=\d)(?=[¼½¾⅓⅔⅛])", " ", description)
    text = unicodedata.normalize("NFKC", text).replace("\N{FRACTION SLASH}", "/")
    text = re.sub(r"[\N{MULTIPLICATION SIGN}*]", "x", text)
    text = re.sub("[\N{GREEK SMALL LETTER MU}\N{MICRO SIGN}]", "u", text)
    text = re.sub(r"[\N{RIGHT DOUBLE QUOTATION MARK}\N{DOUBLE PRIME}]|''", '"', text)
    return " ".join(text.replace("_", " ").split())


def is_fraction(above: str, below: str) -> bool:
    """Tell 3/4 from 24/12."""
    return below in _SMALL_FRACTION and int(above) < int(below)
