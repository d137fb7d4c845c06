"""UBL 2.1 invoices and credit notes: PEPPOL BIS Billing 3, EN 16931, XRechnung with its sub-lines."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Final

from serving.documents.formats.allowances import with_allowances
from serving.documents.formats.billing import CREDIT_TYPES, credited, settled_total
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

INVOICE: Final = f"{{{SCHEMAS}Invoice-2}}Invoice"
CREDIT_NOTE: Final = f"{{{SCHEMAS}CreditNote-2}}CreditNote"
_KINDS: Final = {
    INVOICE: "UBL invoice",
    CREDIT_NOTE: "UBL credit note",
    f"{{{SCHEMAS}SelfBilledInvoice-2}}SelfBilledInvoice": "UBL self-billed invoice",
    f"{{{SCHEMAS}SelfBilledCreditNote-2}}SelfBilledCreditNote": "UBL self-billed credit note",
    f"{{{SCHEMAS}FreightInvoice-2}}FreightInvoice": "UBL freight invoice",
}
_LINES: Final = ("cac:InvoiceLine", "cac:CreditNoteLine")
_SUB_LINES: Final = ("cac:SubInvoiceLine", "cac:SubCreditNoteLine")
_NET: Final = "cbc:LineExtensionAmount"
_TOTALS: Final = "cac:LegalMonetaryTotal/cbc:"


class UblInvoiceFormat:
    """Reads each invoice or credit note; only the lowest sub-lines count, where they add up."""

    kind = "UBL invoice"

    def recognises(self, content: bytes) -> bool:
        """Tell by the root element."""
        return root_tag(content) in _KINDS

    def read(self, content: bytes, name: str) -> Sequence[Document]:
        """Read one invoice or credit note."""
        root = parse_xml(content, name)
        around = _around(root)
        notes: list[str] = []
        elements = invoice_lines(root, notes)
        lines, said = with_allowances(
            [_line(element, around) for element in elements],
            [tax(element, "cac:Item/cac:ClassifiedTaxCategory") for element in elements],
            allowances(root),
            around,
        )
        kind = _KINDS[root.tag]
        is_credit = "credit" in kind or text(root, "cbc:InvoiceTypeCode") in CREDIT_TYPES
        total = _total(root)
        return [
            Document(
                kind=kind.replace("invoice", "credit note") if is_credit else kind,
                identifier=text(root, "cbc:ID"),
                lines=() if not elements else credited(lines) if is_credit else lines,
                stated_total=-total if is_credit and total is not None else total,
                notes=(*notes, *said),
                reason=""
                if elements
                else "got an invoice without lines, expected at least one; ask for its lines.",
            )
        ]


def invoice_lines(root: Element, notes: list[str]) -> list[Element]:
    """Return the elements that count as lines, in order; ``notes`` gets what there is to say of them."""
    return [leaf for path in _LINES for line in each(root, path) for leaf in _leaf_lines(line, notes)]


def _leaf_lines(line: Element, notes: list[str]) -> Iterator[Element]:
    """Yield the lowest sub-lines of a line, or the line itself where they do not add up to it."""
    parts = [part for path in _SUB_LINES for part in each(line, path)]
    unread: list[str] = []
    whole = amount(line, _NET, unread)
    amounts = [amount(part, _NET, unread) for part in parts]
    if not parts:
        yield line
    elif whole is not None and sum((one or Decimal() for one in amounts), Decimal()) == whole:
        for part in parts:
            yield from _leaf_lines(part, notes)
    else:
        notes.append(f"Sub-lines of line {text(line, 'cbc:ID')} do not add up to it: it counts as a whole.")
        yield line


def _around(root: Element) -> DocumentLine:
    """Return what the invoice says of all its lines."""
    customer = "cac:AccountingCustomerParty/cac:Party"
    return DocumentLine(
        number="",
        description="",
        currency=text(root, "cbc:DocumentCurrencyCode"),
        date=text(root, "cbc:IssueDate"),
        country=country(
            root, f"{customer}/cac:PostalAddress", "cac:Delivery/cac:DeliveryLocation/cac:Address"
        ),
        supplier=party_name(
            root, "cac:AccountingSupplierParty/cac:Party", "cac:SellerSupplierParty/cac:Party"
        ),
        buyer=party_name(root, customer),
        cost_centre=text(root, "cbc:AccountingCost"),
        own={
            "delivery_date": text(root, "cac:Delivery/cbc:ActualDeliveryDate"),
            "order_id": text(root, "cac:OrderReference/cbc:ID"),
        },
    )


def _line(element: Element, around: DocumentLine) -> DocumentLine:
    unread: list[str] = []
    counted = next(
        (path for path in ("cbc:InvoicedQuantity", "cbc:CreditedQuantity") if text(element, path)),
        "cbc:Quantity",
    )
    quantity = amount(element, counted, unread)
    unit_price, base = price(element, unread)
    stated = amount(element, _NET, unread)
    own = {
        "unit_price": written(unit_price),
        "price_quantity": written(base),
        "vat_category": tax(element, "cac:Item/cac:ClassifiedTaxCategory"),
        "period_start": text(element, "cac:InvoicePeriod/cbc:StartDate"),
        "period_end": text(element, "cac:InvoicePeriod/cbc:EndDate"),
        "order_line": text(element, "cac:OrderLineReference/cbc:LineID"),
    }
    line = replace(
        around,
        number=text(element, "cbc:ID"),
        amount=stated if stated is not None or unread else times_price(quantity, unit_price, base),
        currency=attribute(element, _NET, "currencyID") or around.currency,
        quantity=quantity,
        unit=attribute(element, counted, "unitCode"),
        cost_centre=text(element, "cbc:AccountingCost") or around.cost_centre,
        own={**around.own, **own},
        unread=tuple(unread),
    )
    item = next(each(element, "cac:Item"), None)
    return with_item(line, item, notes_of(element))


def _total(root: Element) -> Decimal | None:
    totals = ("TaxExclusiveAmount", "LineExtensionAmount", "AllowanceTotalAmount", "ChargeTotalAmount")
    return settled_total(*(amount(root, f"{_TOTALS}{name}", []) for name in totals))
