"""The finding: lines of a ledger that share a trait which a person should know of."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np
import numpy.typing as npt

Rows = npt.NDArray[np.bool_]


class Subject(StrEnum):
    """What a finding is about, in the order in which findings are told."""

    TEXT = "text"
    CATEGORY_CODE = "category code"
    QUANTITY = "quantity"
    BARCODE = "barcode"
    SUPPLIER = "supplier"
    DATE = "date"
    MONEY = "money"
    DUPLICATE = "duplicate"
    CREDIT_NOTE = "credit note"
    PRICE = "price"
    PURCHASE = "purchase or not"
    READING = "reading"


@dataclass(frozen=True)
class Finding:
    """What one check found.

    Attributes
    ----------
    code
        Typed, ``text_empty``.
    subject
        What it is about.
    title
        A few words.
    rule
        How it is told, as a sentence that can be checked by hand.
    remedy
        What to do about it; "" where it is good news or there is nothing to do.
    rows
        (n,) which lines.
    details
        Row -> what is to be said of that line.
    """

    code: str
    subject: Subject
    title: str
    rule: str
    remedy: str
    rows: Rows
    details: Mapping[int, str] = field(default_factory=dict)
