"""What makes goods the same: one GTIN, or the same words from the same supplier."""

import hashlib
from typing import Final

from features.screening.wording import cleaned
from features.text import clean_text
from serving.documents.content import is_gtin
from serving.supplier_names import comparable_supplier

_GTIN_14: Final = 14


def comparable_gtin(text: str) -> str:
    """Write a GTIN with 14 digits, as GS1 compares them; "" for what is none.

    Examples
    --------
    >>> comparable_gtin("4006381333931")
    '04006381333931'
    >>> comparable_gtin("4006381333932")
    ''
    """
    digits = "".join(text.split()).replace("-", "")
    return digits.zfill(_GTIN_14) if is_gtin(digits) else ""


def comparable_goods(description: str, supplier: str) -> str:
    """Name goods by their words and supplier, without what ledgers wrap around them; "" for no words.

    The name is a digest: descriptions may be long, and retention leaves names where they are.

    Examples
    --------
    >>> comparable_goods("(55040) Nitrile GLOVES", "Acme Ltd.") == comparable_goods("nitrile gloves", "ACME")
    True
    """
    words = cleaned(clean_text(description))
    if not words:
        return ""
    name = f"{words}\n{comparable_supplier(supplier)}"
    return hashlib.sha256(name.encode("utf-8", "backslashreplace")).hexdigest()
