"""Trade item numbers (GTIN) as buyers write them: which product they name, or why they name none."""

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from biip import ParseError
from biip.checksums import gs1_standard_check_digit
from biip.gtin import Gtin
from biip.rcn import Rcn, RcnUsage

_DIGITS: Final = 14
_LENGTHS: Final = frozenset({8, 12, 13, 14})
_UPC_DIGITS: Final = 12
_SEPARATORS: Final = re.compile(r"[\s\-\u2010-\u2015]+")
_FLOATING: Final = re.compile(r"([0-9])[.,]([0-9]+)[eE]\+?(1[0-3])")
_WHOLE_NUMBER: Final = re.compile(r"([0-9]{6,14})\.0+")
_NO_PRODUCTS: Final = (
    ("coupon", "a coupon"),
    ("Refund receipts", "a refund receipt"),
    ("Unused", "nothing"),
    ("reserved for future use", "nothing that GS1 has given out, in America an old coupon"),
)
"""Words of what GS1 gives a prefix out for -> what a number under it names."""


@dataclass(frozen=True)
class GtinReading:
    """What a text in place of a GTIN says.

    Attributes
    ----------
    digits
        14 digits with a right check digit, "" where there are none.
    names_product
        Whether the number means the same goods wherever it stands.
    note
        Why it does not, or what was put right: a sentence; "" where there is nothing to say.
    """

    digits: str
    names_product: bool
    note: str = ""


@lru_cache(maxsize=65_536)
def read_gtin(text: str) -> GtinReading:
    """Read a GTIN-8, -12, -13 or -14 (GS1 General Specifications 7.9); never fails.

    A UPC whose leading zeros a spreadsheet has dropped gets them back where its check digit is right then.
    Numbers for restricted circulation, which every store gives out for itself, and coupon numbers are no
    product identity: their digits are read and ``names_product`` is false.

    Examples
    --------
    >>> read_gtin("4006381333931").digits
    '04006381333931'
    >>> read_gtin("4006381333932").note
    'Got the GTIN "4006381333932", whose check digit should be 1: correct it; it was not used.'
    >>> read_gtin("4.006381333931E+12").digits
    '04006381333931'
    >>> read_gtin("2112345678900").names_product
    False
    """
    digits = _SEPARATORS.sub("", text)
    whole = _WHOLE_NUMBER.fullmatch(digits)
    digits = whole[1] if whole else digits
    floating = _FLOATING.fullmatch(digits)
    if floating and len(floating[2]) == int(floating[3]):  # written to the last digit
        digits = floating[1] + floating[2]
    if not digits:
        return GtinReading("", names_product=False)
    padded = digits.zfill(_UPC_DIGITS) if len(digits) >= _UPC_DIGITS - 2 else digits
    fault = _fault(digits, padded)
    if fault:
        shown = text.strip()
        shown = shown if len(shown) <= 2 * _DIGITS else f"{shown[: 2 * _DIGITS]}…"
        return GtinReading("", names_product=False, note=f'Got the GTIN "{shown}", {fault}; it was not used.')
    restored = f'The GTIN "{text.strip()}" was read as {padded}, with its leading zeros.'
    return _of_digits(padded, "" if padded == digits else restored)


def _fault(digits: str, padded: str) -> str:
    """Say what is wrong with the digits, "" where nothing is."""
    if _FLOATING.fullmatch(digits):
        return "which a spreadsheet has rounded: format the column as text and export again"
    if not (digits.isascii() and digits.isdigit()) or len(padded) not in _LENGTHS or not digits.strip("0"):
        return "expected 8, 12, 13 or 14 digits: correct it"
    right = gs1_standard_check_digit(padded[:-1])
    if int(padded[-1]) == right:
        return ""
    if padded != digits:
        return "expected 8, 12, 13 or 14 digits: correct it"
    return f"whose check digit should be {right}: correct it"


def _of_digits(digits: str, note: str) -> GtinReading:
    """Tell what the prefix of a right number says about its use."""
    written = digits.zfill(_DIGITS)
    try:
        known = Gtin.parse(digits)
    except (ParseError, AssertionError):  # a prefix of a length that GS1 does not give out
        return GtinReading(written, names_product=True, note=note)
    if isinstance(known, Rcn):
        where = "one company" if known.usage is RcnUsage.COMPANY else "one region"
        said = (
            f"The number {digits} is for restricted circulation: {where} or store gives it out for itself, "
            "and elsewhere it means other goods, so it was not used to recognise the goods."
        )
        return GtinReading(written, names_product=False, note=said)
    usage = known.prefix.usage if known.prefix else ""
    names = next((what for word, what in _NO_PRODUCTS if word.lower() in usage.lower()), "")
    if names:
        said = f"The number {digits} names {names}, so it was not used to recognise the goods."
        return GtinReading(written, names_product=False, note=said)
    return GtinReading(written, names_product=True, note=note)
