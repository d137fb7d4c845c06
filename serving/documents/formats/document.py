"""The structured document: an invoice, an order or a contract whose own format says which field is which."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final, Literal, Protocol

from data.errors import UnreadableDocumentError

_DECIMAL: Final = re.compile(r"[-+]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d{1,2})?")
_MAX_DIGITS: Final = 40


class NoPurchaseLinesError(UnreadableDocumentError):
    """A sound document of a known format that tells of no purchase, such as a status."""


@dataclass(frozen=True, slots=True)
class DocumentLine:
    """A line of a structured document; texts are as written, "" where the document says nothing.

    Attributes
    ----------
    number
        Its identifier within the document.
    description, unit, currency, country, supplier, category_code, category_scheme, gtin, buyer, cost_centre
        As of a line item.
    date
        ISO 8601.
    amount
        Net of value added tax, after the allowances that fall on the line; negative for credits.
    quantity
        Negative for credits.
    own
        What else the document says of the line, under the names that the result shows.
    unread
        Texts that stand where a figure should, and are none; a line whose amount is read does without them.
    issue, issue_detail
        Why the line is no purchase, as a typed code and a sentence.
    """

    number: str
    description: str
    amount: Decimal | None = None
    currency: str = ""
    date: str = ""
    quantity: Decimal | None = None
    unit: str = ""
    country: str = ""
    supplier: str = ""
    category_code: str = ""
    category_scheme: str = ""
    gtin: str = ""
    buyer: str = ""
    cost_centre: str = ""
    own: Mapping[str, str] = field(default_factory=dict)
    unread: tuple[str, ...] = ()
    issue: str = ""
    issue_detail: str = ""


@dataclass(frozen=True)
class Document:
    """One document as its format reads it.

    Attributes
    ----------
    kind
        What it is, "UBL Invoice".
    identifier
        Its number.
    lines
        At least one, unless ``reason`` says why there is none.
    stated_total
        What the document says that its lines come to, net of value added tax; None where it does not.
    vat
        Whether amounts hold value added tax, as the format defines them.
    notes
        What a user should know about the reading.
    reason
        Why there is no line, as a sentence; "" where there are lines.
    """

    kind: str
    identifier: str
    lines: tuple[DocumentLine, ...]
    stated_total: Decimal | None = None
    vat: Literal["excluded", "unknown"] = "excluded"
    notes: tuple[str, ...] = ()
    reason: str = ""


class DocumentFormat(Protocol):
    """A format of structured documents; one class in a file of its own, listed in ``registry.FORMATS``."""

    @property
    def kind(self) -> str:
        """The name of the format, as users know it."""

    def recognises(self, content: bytes) -> bool:
        """Tell by the content, mostly its first bytes, whether this is one of this format."""

    def read(self, content: bytes, name: str) -> Sequence[Document]:
        """Read the documents of a file.

        Raises
        ------
        UnreadableDocumentError
            When it is damaged, hostile or too large.
        """


def figure(text: str, unread: list[str]) -> Decimal | None:
    """Read an exact number as XML and JSON write it, with a point; what is none goes to ``unread``.

    Examples
    --------
    >>> unread = []
    >>> figure(" 12.50 ", unread), figure("", unread), figure("12,50", unread), unread
    (Decimal('12.50'), None, None, ['12,50'])
    """
    written = text.strip()
    if not written:
        return None
    if len(written) > _MAX_DIGITS or not _DECIMAL.fullmatch(written):
        unread.append(written[:_MAX_DIGITS])
        return None
    return Decimal(written)


def written(number: Decimal | None) -> str:
    """Write a figure for a column of the document's own, "" where there is none."""
    return "" if number is None else f"{number:f}"


def times_price(
    quantity: Decimal | None, price: Decimal | None, base_quantity: Decimal | None = None
) -> Decimal | None:
    """Return what a quantity costs, to the cent, at a price for ``base_quantity`` (one by default).

    Examples
    --------
    >>> times_price(Decimal(3), Decimal("1.115")), times_price(Decimal(3), None)
    (Decimal('3.35'), None)
    """
    if quantity is None or price is None:
        return None
    return (quantity * price / (base_quantity or 1)).quantize(Decimal("0.01"), rounding="ROUND_HALF_UP")


def described(name: str, description: str = "", note: str = "") -> str:
    """Join what a document calls an item: its name, and its description where that says more.

    Examples
    --------
    >>> described("Paper", "Paper A4, 80 g"), described("Pen", "black"), described("", "", "as agreed")
    ('Paper A4, 80 g', 'Pen, black', 'as agreed')
    """
    name, description = " ".join(name.split()), " ".join(description.split())
    if name.casefold() in description.casefold():
        return description or " ".join(note.split())
    return name if description.casefold() in name.casefold() else f"{name}, {description}"
