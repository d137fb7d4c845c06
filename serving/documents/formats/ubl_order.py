"""UBL 2.1 orders and what is said about them: offered, ordered, changed, confirmed, sent, received."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Final

from serving.documents.formats.allowances import with_allowances
from serving.documents.formats.billing import settled_total
from serving.documents.formats.document import Document, DocumentLine, times_price, written
from serving.documents.formats.safe_xml import Element, parse_xml, root_tag
from serving.documents.formats.ubl import (
    SCHEMAS,
    allowances,
    amount,
    attribute,
    country,
    each,
    notes_of,
    party_name,
    price,
    tax,
    text,
    with_item,
)

_NET: Final = "cbc:LineExtensionAmount"
_TOTALS: Final = ("cac:AnticipatedMonetaryTotal", "cac:LegalMonetaryTotal", "cac:QuotedMonetaryTotal")
_NOT_BOUGHT: Final = frozenset({"2", "7"})
"""Codes of UNCL 1229 of lines that are cancelled or not accepted."""
_REJECTED: Final = frozenset({"RE", "27", "2"})
"""Codes of responses to an order as a whole: rejected (UNCL 4343), not accepted (UNCL 1225)."""


@dataclass(frozen=True)
class _Kind:
    """Where one kind of document keeps its lines, and what a reader should know about it."""

    title: str
    lines: str
    read_line: Callable[[Element, DocumentLine], DocumentLine]
    note: str


class UblOrderFormat:
    """Reads one order or a document about it, by its root element."""

    kind = "UBL order, quotation, despatch or receipt advice, or catalogue"

    def recognises(self, content: bytes) -> bool:
        """Tell by the root element."""
        return root_tag(content) in _KINDS

    def read(self, content: bytes, name: str) -> Sequence[Document]:
        """Read one document."""
        root = parse_xml(content, name)
        kind = _KINDS[root.tag]
        around = _around(root)
        refused = text(root, "cbc:OrderResponseCode") in _REJECTED
        listed = list(each(root, kind.lines))
        elements = [] if refused else [one for one in listed if not _is_out(one)]
        left_out = [f"Lines left out as cancelled or not accepted: {len(listed) - len(elements)}."]
        lines, notes = with_allowances(
            [kind.read_line(element, around) for element in elements],
            [tax(element, ".//cac:ClassifiedTaxCategory") for element in elements],
            allowances(root),
            around,
        )
        return [
            Document(
                kind=kind.title,
                identifier=text(root, "cbc:ID"),
                lines=lines if elements else (),
                stated_total=_total(root) if len(elements) == len(listed) else None,
                notes=(kind.note, *notes, *(left_out if len(elements) < len(listed) else ())),
                reason="" if elements else _reason(kind.title, listed, refused=refused),
            )
        ]


def _is_out(element: Element) -> bool:
    """Tell whether a line of a change or response takes back what was ordered."""
    return text(element, "cac:LineItem/cbc:LineStatusCode") in _NOT_BOUGHT


def _reason(title: str, listed: Sequence[Element], *, refused: bool) -> str:
    if refused or listed:
        return f"got a {title} that takes back or rejects all of the order: nothing is bought; leave it out."
    return f"got a {title} without lines, expected at least one; ask for its lines, or give the order."


def _total(root: Element) -> Decimal | None:
    totals = ("TaxExclusiveAmount", "LineExtensionAmount", "AllowanceTotalAmount", "ChargeTotalAmount")
    place = next((path for path in _TOTALS if next(each(root, path), None) is not None), _TOTALS[0])
    return settled_total(*(amount(root, f"{place}/cbc:{total}", []) for total in totals))


def _around(root: Element) -> DocumentLine:
    """Return what the document says of all its lines."""
    buyers = (
        "cac:BuyerCustomerParty/cac:Party",
        "cac:DeliveryCustomerParty/cac:Party",
        "cac:ReceiverParty",
    )
    sellers = (
        "cac:SellerSupplierParty/cac:Party",
        "cac:DespatchSupplierParty/cac:Party",
        "cac:SellerSupplierParty",
        "cac:ProviderParty",
    )
    delivered = "cac:Delivery/cac:DeliveryLocation/cac:Address"
    return DocumentLine(
        number="",
        description="",
        currency=text(root, "cbc:DocumentCurrencyCode"),
        date=text(root, "cbc:IssueDate"),
        country=country(root, *(f"{buyer}/cac:PostalAddress" for buyer in buyers), delivered),
        supplier=party_name(root, *sellers),
        buyer=party_name(root, *buyers),
        cost_centre=text(root, "cbc:AccountingCost"),
        own={"order_id": text(root, "cac:OrderReference/cbc:ID")},
    )


def _order_line(element: Element, around: DocumentLine) -> DocumentLine:
    unread: list[str] = []
    ordered = next(each(element, "cac:LineItem"), element)
    quantity = amount(ordered, "cbc:Quantity", unread)
    unit_price, base = price(ordered, unread)
    stated = amount(ordered, _NET, unread)
    currency = attribute(ordered, _NET, "currencyID") or attribute(
        ordered, "cac:Price/cbc:PriceAmount", "currencyID"
    )
    line = replace(
        around,
        number=text(ordered, "cbc:ID"),
        amount=stated if stated is not None or unread else times_price(quantity, unit_price, base),
        currency=currency or around.currency,
        quantity=quantity,
        unit=attribute(ordered, "cbc:Quantity", "unitCode"),
        cost_centre=text(ordered, "cbc:AccountingCost") or around.cost_centre,
        own={**around.own, "unit_price": written(unit_price), "price_quantity": written(base)},
        unread=tuple(unread),
    )
    substituted = next(each(element, "cac:SellerSubstitutedLineItem/cac:Item"), None)
    item = next(each(ordered, "cac:Item"), None) if substituted is None else substituted
    return with_item(line, item, notes_of(element))


def _despatch_line(element: Element, around: DocumentLine) -> DocumentLine:
    unread: list[str] = []
    line = replace(
        around,
        number=text(element, "cbc:ID"),
        currency="",
        quantity=amount(element, "cbc:DeliveredQuantity", unread),
        unit=attribute(element, "cbc:DeliveredQuantity", "unitCode"),
        own={**around.own, "order_line": text(element, "cac:OrderLineReference/cbc:LineID")},
        unread=tuple(unread),
    )
    return with_item(line, next(each(element, "cac:Item"), None), notes_of(element))


def _receipt_line(element: Element, around: DocumentLine) -> DocumentLine:
    unread: list[str] = []
    line = replace(
        around,
        number=text(element, "cbc:ID"),
        currency="",
        quantity=amount(element, "cbc:ReceivedQuantity", unread),
        unit=attribute(element, "cbc:ReceivedQuantity", "unitCode"),
        own={
            **around.own,
            "order_line": text(element, "cac:OrderLineReference/cbc:LineID"),
            "rejected_quantity": text(element, "cbc:RejectedQuantity"),
        },
        unread=tuple(unread),
    )
    return with_item(line, next(each(element, "cac:Item"), None), notes_of(element))


def _catalogue_line(element: Element, around: DocumentLine) -> DocumentLine:
    unread: list[str] = []
    offered = "cac:RequiredItemLocationQuantity"
    path = f"{offered}/cac:Price/cbc:"
    unit_price = amount(element, f"{path}PriceAmount", unread)
    base = amount(element, f"{path}BaseQuantity", unread)
    unit = attribute(element, f"{path}BaseQuantity", "unitCode") or text(element, "cbc:OrderableUnit")
    line = replace(
        around,
        number=text(element, "cbc:ID"),
        amount=unit_price,
        currency=attribute(element, f"{path}PriceAmount", "currencyID") or around.currency,
        quantity=base or Decimal(1),
        unit=unit,
        own={**around.own, "unit_price": written(unit_price), "price_quantity": written(base)},
        unread=tuple(unread),
    )
    return with_item(line, next(each(element, "cac:Item"), None), notes_of(element))


_SAME_ORDER: Final = (
    "An order, its change and its response tell of the same purchase: give one of them, and not its invoice "
    "besides."
)
_KINDS: Final = {
    f"{{{SCHEMAS}{root}-2}}{root}": kind
    for root, kind in {
        "Order": _Kind(
            "UBL order",
            "cac:OrderLine",
            _order_line,
            "An order is what is to be bought: do not add up its estimate and that of its invoice.",
        ),
        "OrderChange": _Kind("UBL order change", "cac:OrderLine", _order_line, _SAME_ORDER),
        "OrderResponse": _Kind("UBL order response", "cac:OrderLine", _order_line, _SAME_ORDER),
        "Quotation": _Kind(
            "UBL quotation",
            "cac:QuotationLine",
            _order_line,
            "A quotation is an offer: nothing of it is bought before it is ordered.",
        ),
        "ReceiptAdvice": _Kind(
            "UBL receipt advice",
            "cac:ReceiptLine",
            _receipt_line,
            "A receipt advice states no prices: its lines are estimated by the quantities received, those "
            "that were rejected among them.",
        ),
        "DespatchAdvice": _Kind(
            "UBL despatch advice",
            "cac:DespatchLine",
            _despatch_line,
            "A despatch advice states no prices: its lines are estimated by their quantities alone.",
        ),
        "Catalogue": _Kind(
            "UBL catalogue",
            "cac:CatalogueLine",
            _catalogue_line,
            "A catalogue is an offer: each line is what one unit, or the quantity of its price, would cause.",
        ),
    }.items()
}
