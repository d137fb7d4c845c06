"""Numbers and foreign text as people can read them, on a page and in a terminal alike."""

import math
import unicodedata
from typing import Final

NOTHING: Final = "\N{EN DASH}"
_MINUS: Final = "\N{MINUS SIGN}"
_BIDI_CONTROLS: Final = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_MOST_MARKS: Final = 3
_ACRONYMS: Final = {word.lower(): word for word in ("VAT", "GTIN", "ID", "USD", "PCF")}


def rounded(value: float, figures: int = 3) -> float:
    """Round to significant figures; a figure with more of them claims more than an estimate knows."""
    if value == 0 or not math.isfinite(value):
        return value
    return round(value, figures - 1 - math.floor(math.log10(abs(value))))


def number_text(value: float, figures: int = 3) -> str:
    """Write a number with thousands separators and a true minus sign, e.g. ``1,230`` or ``0.045``."""
    if not math.isfinite(value):
        return NOTHING
    value = rounded(value, figures)
    if value == 0:
        return "0"
    decimals = max(0, figures - 1 - math.floor(math.log10(abs(value))))
    text = f"{abs(value):,.{decimals}f}"
    return f"{_MINUS}{text}" if value < 0 else text


def mass_text(kg: float, figures: int = 3) -> str:
    """Write a footprint in kg or, from a tonne on, in t: ``412 kg``, ``1.23 t``, ``45,600 t``.

    Parameters
    ----------
    kg
        kg CO2e; NaN is written as a dash.
    figures
        Significant figures to keep.
    """
    if not math.isfinite(kg):
        return NOTHING
    kg = rounded(kg, figures)
    if abs(kg) >= 1000:  # noqa: PLR2004 - kg in a tonne
        return f"{number_text(kg / 1000, figures)} t"
    return f"{number_text(kg, figures)} kg"


def range_text(low_kg: float, high_kg: float) -> str:
    """Write a range of footprints, ``310 kg to 1.2 t``, to two figures."""
    if not (math.isfinite(low_kg) and math.isfinite(high_kg)):
        return NOTHING
    return f"{mass_text(low_kg, 2)} to {mass_text(high_kg, 2)}"


def usd_text(usd: float) -> str:
    """Write US dollars, ``USD 8,420`` or ``USD 12.3 million``."""
    if not math.isfinite(usd):
        return NOTHING
    for size, name in ((1e9, "billion"), (1e6, "million")):
        if abs(rounded(usd)) >= size:
            return f"USD {number_text(usd / size)} {name}"
    text = f"{abs(usd):,.0f}"
    return f"USD {_MINUS}{text}" if usd < 0 and text != "0" else f"USD {text}"


def amount_text(amount: float, currency: str) -> str:
    """Write an amount as the document states it, ``GBP 1,260.00``."""
    if not math.isfinite(amount):
        return NOTHING
    sign = _MINUS if amount < 0 else ""
    return f"{currency} {sign}{abs(amount):,.2f}".strip()


def share_text(share: float) -> str:
    """Write a share of one in percent, without rounding something away to 0 or up to 100."""
    if not math.isfinite(share):
        return NOTHING
    percent = 100 * share
    for edge, text in ((0.0, "under 1%"), (100.0, "over 99%")):
        if percent != edge and f"{percent:.0f}" == f"{edge:.0f}":
            return text
    return f"{percent:.0f}%".replace("-", _MINUS)


def count_text(count: int, noun: str) -> str:
    """Write a number of things, ``1 line`` or ``1,204 lines``."""
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


def code_text(code: str) -> str:
    """Write a typed code, ``no_amount`` or ``no-amount``, as words."""
    words = [_ACRONYMS.get(word, word) for word in code.replace("_", " ").replace("-", " ").split()]
    text = " ".join(words)
    return text[:1].upper() + text[1:]


def foreign_text(text: str, limit: int = 140) -> str:
    """Make text of unknown origin fit to be shown on one line.

    Control characters and marks that turn the direction of writing are removed (they can make a text read as
    another one), white space is collapsed, stacks of combining marks are thinned out, and what is longer than
    `limit` characters is cut, with its length said. Escaping is left to whoever writes the page.
    """
    kept: list[str] = []
    marks = 0
    for character in text[: 8 * limit]:
        kind = unicodedata.category(character)
        marks = marks + 1 if kind.startswith("M") else 0
        if character in _BIDI_CONTROLS or kind in {"Cs", "Co", "Cn"} or marks > _MOST_MARKS:
            continue
        kept.append(" " if kind == "Cc" else character)
    line = " ".join("".join(kept).split())
    if len(line) <= limit and len(text) <= 8 * limit:
        return line
    return f"{line[:limit].rstrip()}… ({len(text):,} characters)"
