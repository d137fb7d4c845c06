"""What makes goods the same: one GTIN, or the same words from the same supplier."""

import hashlib

from features.gtins import read_gtin
from features.screening.wording import cleaned
from features.text import clean_text
from serving.supplier_names import comparable_supplier


def comparable_gtin(text: str) -> str:
    """Write a GTIN with 14 digits, as GS1 compares them; "" for what is none.

    Examples
    --------
    >>> comparable_gtin("4006381333931")
    '04006381333931'
    >>> comparable_gtin("4006381333932")
    ''
    """
    return read_gtin(text).digits


def product_gtin(text: str) -> str:
    """Write a GTIN that names a product with 14 digits; "" where it is none, or names other goods elsewhere.

    Examples
    --------
    >>> product_gtin("4006381333931"), product_gtin("2112345678900")
    ('04006381333931', '')
    """
    reading = read_gtin(text)
    return reading.digits if reading.names_product else ""


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


def goods_key(description: str, supplier: str, gtin: str) -> str:
    """Name the goods that a correction of a line is remembered for; "" for a line without words or GTIN.

    Examples
    --------
    >>> goods_key("Pens", "Acme", "4006381333931")
    'gtin-04006381333931'
    >>> goods_key("PENS", "Acme Ltd", "") == comparable_goods("pens", "ACME")
    True
    """
    product = product_gtin(gtin)
    return f"gtin-{product}" if product else comparable_goods(description, supplier)
