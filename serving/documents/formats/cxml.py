"""cXML: orders, baskets of punch-out shops, quotes, ship notices, invoices and catalogue indexes."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Final

from serving.documents.formats.allowances import AllowanceCharge, with_allowances
from serving.documents.formats.cxml_invoice import invoice
from serving.documents.formats.cxml_items import contact, day, identity, item_line, money, priced_items
from serving.documents.formats.document import Document, DocumentLine
from serving.documents.formats.safe_xml import Element, parse_xml, root_tag

_KNOWN: Final = (
    "an OrderRequest, PunchOutOrderMessage, QuoteMessage, ShipNoticeRequest or InvoiceDetailRequest"
)
_ORDERED: Final = "An order is what is to be bought: do not add up its estimate and that of its invoice."
_OFFERED: Final = "A {} is an offer, not yet a purchase."


class CxmlFormat:
    """Reads what a cXML envelope holds; the document type definition that it names is never fetched."""

    kind = "cXML"

    def recognises(self, content: bytes) -> bool:
        """Tell by the root element."""
        return root_tag(content) in {"cXML", "Index"}

    def read(self, content: bytes, name: str) -> Sequence[Document]:
        """Read every request or message of an envelope; those without a purchase say what they are."""
        root = parse_xml(content, name)
        if root.tag == "Index":
            return [_index(root)]
        payloads = [
            one for side in ("Request", "Message", "Response") for part in root.iterfind(side) for one in part
        ]
        return [
            _READERS[one.tag](root, one) if one.tag in _READERS else _no_purchase(one.tag) for one in payloads
        ] or [_no_purchase("envelope that is empty")]


def _no_purchase(what: str) -> Document:
    reason = f"got a cXML {what}, which tells of no purchase, expected {_KNOWN}; leave it out."
    return Document(kind=f"cXML {what}", identifier="", lines=(), reason=reason)


def _order(root: Element, request: Element) -> Document:
    header = request.find("OrderRequestHeader")
    head = {} if header is None else dict(header.attrib)
    buyer, country = contact(header, "BillTo", "ShipTo")
    around = _around(
        root, "To", "From", buyer, country or contact(header, "ShipTo")[1], head.get("orderDate", "")
    )
    document = _items(request, header, around, "ItemOut", head.get("orderID", ""), _ORDERED)
    if head.get("type") != "delete":
        return document
    reason = "got a cXML order that is cancelled, expected one in force; leave it out."
    return Document(document.kind, document.identifier, (), reason=reason)


def _basket(root: Element, message: Element) -> Document:
    header = message.find("PunchOutOrderMessageHeader")
    buyer, country = contact(header, "ShipTo")
    around = _around(root, "From", "To", buyer, country, root.get("timestamp", ""))
    return _items(
        message, header, around, "ItemIn", root.get("payloadID", ""), _OFFERED.format("punch-out basket")
    )


def _quote(root: Element, message: Element) -> Document:
    header = message.find("QuoteMessageHeader")
    head = {} if header is None else dict(header.attrib)
    buyer, country = contact(header, "ShipTo")
    around = _around(root, "From", "To", buyer, country, head.get("quoteDate", ""))
    return _items(message, header, around, "QuoteItemIn", head.get("quoteID", ""), _OFFERED.format("quote"))


def _ship_notice(root: Element, request: Element) -> Document:
    header = request.find("ShipNoticeHeader")
    head = {} if header is None else dict(header.attrib)
    around = _around(root, "From", "To", "", "", head.get("shipmentDate", "") or head.get("noticeDate", ""))
    note = "A ship notice states no prices as a rule: its lines are estimated by their quantities."
    return _items(request, None, around, "ShipNoticeItem", head.get("shipmentID", ""), note)


def _index(root: Element) -> Document:
    around = DocumentLine(number="", description="", quantity=Decimal(1))
    lines = []
    for number, item in enumerate(root.iterfind("IndexItem/*"), 1):
        if item.tag != "IndexItemDelete":
            item.set("quantity", "1")
            item.set("lineNumber", str(number))
            lines.append(item_line(item, around))
    reason = "" if lines else "got a cXML Index without items, expected some; check the export."
    note = _OFFERED.format("catalogue") + " Each line is what one unit would cause."
    return Document("cXML Index", "", tuple(lines), notes=(note,), reason=reason)


def _around(root: Element, seller: str, buyer: str, name: str, country: str, time: str) -> DocumentLine:
    """Return what the envelope says of all lines; which side sells depends on who sends what."""
    supplier, _ = contact(root, f"Header/{seller}/Correspondent")
    return DocumentLine(
        number="",
        description="",
        date=day(time),
        country=country,
        supplier=supplier,
        buyer=name,
        own={"supplier_id": identity(root, seller), "buyer_id": identity(root, buyer)},
    )


def _items(
    payload: Element, header: Element | None, around: DocumentLine, path: str, identifier: str, note: str
) -> Document:
    items = list(priced_items(list(payload.iter(path))))
    lines = [item_line(item, around) for item in items]
    stated, currency = money(header, "Total", [])
    shipping, _ = money(header, "Shipping", [])
    charges = [AllowanceCharge(shipping, is_charge=True, reason="Shipping")] if shipping else []
    total = stated + (shipping or Decimal()) if stated is not None else None
    whole = replace(around, currency=currency)
    together, notes = with_allowances(lines, [""] * len(lines), charges if lines else [], whole)
    reason = f"got a cXML {payload.tag} without items, expected some; ask for its details."
    return Document(
        kind=f"cXML {payload.tag}",
        identifier=identifier,
        lines=together,
        stated_total=total,
        notes=(note, *notes),
        reason="" if lines else reason,
    )


_READERS: Final[dict[str, Callable[[Element, Element], Document]]] = {
    "OrderRequest": _order,
    "PunchOutOrderMessage": _basket,
    "QuoteMessage": _quote,
    "ShipNoticeRequest": _ship_notice,
    "InvoiceDetailRequest": invoice,
}
