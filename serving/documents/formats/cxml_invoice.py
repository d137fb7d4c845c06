"""cXML invoices: items as invoiced, without tax, and what the summary adds to or takes off all of them."""

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

from serving.documents.formats.allowances import AllowanceCharge, with_allowances
from serving.documents.formats.billing import credited
from serving.documents.formats.cxml_items import contact, day, identity, money, text, with_goods
from serving.documents.formats.document import Document, DocumentLine, figure, times_price, written
from serving.documents.formats.safe_xml import Element


def invoice(root: Element, request: Element) -> Document:
    """Read an ``InvoiceDetailRequest``.

    ``NetAmount`` is not used: in cXML it holds the tax. Credit memos write negative amounts; one that does
    not is turned.
    """
    header = request.find("InvoiceDetailRequestHeader")
    head = {} if header is None else dict(header.attrib)
    around = _around(root, header, head)
    lines = [_line(item, around) for item in _items(request)]
    discounts = sum((_discount(item) for item in _items(request)), Decimal())
    summary = request.find("InvoiceDetailSummary")
    found = list(_on_the_whole(summary, discounts))
    together, notes = with_allowances(lines, [""] * len(lines), found, around)
    stated, _ = money(summary, "SubtotalAmount", [])
    if stated is not None:
        added = sum((one.amount if one.is_charge else -one.amount for one in found), Decimal())
        stated += added - discounts
    is_credit = "credit" in head.get("purpose", "").lower()
    if is_credit and sum((line.amount or Decimal() for line in together), Decimal()) > 0:
        together, stated = credited(together), None if stated is None else -stated
    cancelled = head.get("operation", "new") == "delete"
    reason = "got a cXML invoice that is cancelled, expected one in force; leave it out."
    if not cancelled:
        reason = "" if lines else "got a cXML invoice without items, expected one with them."
    return Document(
        kind="cXML credit memo" if is_credit else "cXML InvoiceDetailRequest",
        identifier=head.get("invoiceID", ""),
        lines=() if reason else together,
        stated_total=stated,
        notes=notes,
        reason=reason,
    )


def _around(root: Element, header: Element | None, head: dict[str, str]) -> DocumentLine:
    roles = ("soldTo", "billTo", "shipTo")
    buyer, country = contact(header, *(f"InvoicePartner/Contact[@role='{role}']/.." for role in roles))
    sellers = ("from", "issuerOfInvoice", "remitTo")
    supplier, _ = contact(header, *(f"InvoicePartner/Contact[@role='{role}']/.." for role in sellers))
    return DocumentLine(
        number="",
        description="",
        date=day(head.get("invoiceDate", "")),
        country=country,
        supplier=supplier,
        buyer=buyer,
        own={"supplier_id": identity(root, "From"), "buyer_id": identity(root, "To")},
    )


def _items(request: Element) -> Iterator[Element]:
    for item in request.iter("InvoiceDetailItem", "InvoiceDetailServiceItem", "InvoiceDetailOrderSummary"):
        if item.get("itemType") != "composite":
            yield item


def _line(item: Element, around: DocumentLine) -> DocumentLine:
    unread: list[str] = []
    unit_price, _ = money(item, "UnitPrice", unread)
    quantity = figure(item.get("quantity", ""), unread)
    stated, currency = money(item, "SubtotalAmount", unread)
    amount = stated if stated is not None or unread else times_price(quantity, unit_price)
    about = next(
        (
            one
            for one in item
            if one.tag in {"InvoiceDetailItemReference", "InvoiceDetailServiceItemReference"}
        ),
        item,
    )
    line = replace(
        around,
        number=item.get("invoiceLineNumber", ""),
        amount=None if amount is None else amount - _discount(item),
        currency=currency or money(item, "UnitPrice", [])[1],
        quantity=quantity,
        unit=text(item, "UnitOfMeasure"),
        own={
            **around.own,
            "unit_price": written(unit_price),
            "order_id": _order_id(item),
            "order_line": about.get("lineNumber", ""),
            "origin_country": next((one.get("isoCountryCode", "") for one in about.iter("Country")), ""),
        },
        unread=tuple(unread),
    )
    return with_goods(line, item, about)


def _order_id(item: Element) -> str:
    parent = item.getparent()
    reference = None if parent is None else parent.find("InvoiceDetailOrderInfo/OrderReference")
    return "" if reference is None else str(reference.get("orderID", ""))


def _discount(item: Element) -> Decimal:
    return money(item, "InvoiceDetailDiscount", [])[0] or Decimal()


def _on_the_whole(summary: Element | None, of_items: Decimal) -> Iterator[AllowanceCharge]:
    """Yield what the summary adds or takes off; its discount holds those of the items."""
    for path, reason in (("ShippingAmount", "Shipping"), ("SpecialHandlingAmount", "Special handling")):
        value, _ = money(summary, path, [])
        if value:
            yield AllowanceCharge(value, is_charge=True, reason=reason)
    discount, _ = money(summary, "InvoiceDetailDiscount", [])
    if discount and discount > of_items:
        yield AllowanceCharge(discount - of_items, is_charge=False)
