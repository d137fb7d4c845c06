"""UBL 2.1 orders, despatch advices and catalogues: what is ordered, what was sent, what one unit costs."""

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
_TOTALS: Final = "cac:AnticipatedMonetaryTotal/cbc:"


@dataclass(frozen=True)
class _Kind:
    """Where one kind of document keeps its lines, and what a reader should know about it."""

    title: str
    lines: str
    read_line: Callable[[Element, DocumentLine], DocumentLine]
    note: str


class UblOrderFormat:
    """Reads one order, despatch advice or catalogue, by its root element."""

    kind = "UBL order, despatch advice or catalogue"

    def recognises(self, content: bytes) -> bool:
        """Tell by the root element."""
        return root_tag(content) in _KINDS

    def read(self, content: bytes, name: str) -> Sequence[Document]:
        """Read one document."""
        root = parse_xml(content, name)
        kind = _KINDS[root.tag]
        around = _around(root)
        elements = list(each(root, kind.lines))
        lines, notes = with_allowances(
            [kind.read_line(element, around) for element in elements],
            [tax(element, ".//cac:ClassifiedTaxCategory") for element in elements],
            allowances(root),
            around,
        )
        totals = ("TaxExclusiveAmount", "LineExtensionAmount", "AllowanceTotalAmount", "ChargeTotalAmount")
        return [
            Document(
                kind=kind.title,
                identifier=text(root, "cbc:ID"),
                lines=lines,
                stated_total=settled_total(*(amount(root, f"{_TOTALS}{total}", []) for total in totals)),
                notes=(kind.note, *notes),
                reason=""
                if lines
                else f"got a {kind.title} without lines, expected at least one; ask for its lines.",
            )
        ]


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
    return with_item(line, next(each(ordered, "cac:Item"), None), notes_of(element))


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


_KINDS: Final = {
    f"{{{SCHEMAS}{root}-2}}{root}": kind
    for root, kind in {
        "Order": _Kind(
            "UBL order",
            "cac:OrderLine",
            _order_line,
            "An order is what is to be bought: do not add up its estimate and that of its invoice.",
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
