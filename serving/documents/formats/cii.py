"""UN/CEFACT Cross Industry Invoices: EN 16931, XRechnung, and the invoice within Factur-X and ZUGFeRD."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Final

from serving.documents.formats.allowances import AllowanceCharge, with_allowances
from serving.documents.formats.billing import CREDIT_TYPES, credited, settled_total
from serving.documents.formats.classification import classification, gtin_in, preferred, written_codes
from serving.documents.formats.document import Document, DocumentLine, described, figure, times_price, written
from serving.documents.formats.safe_xml import Element, parse_xml, root_tag

_RSM: Final = "urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100"
NAMESPACES: Final = {
    "rsm": _RSM,
    "ram": "urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:100",
    "udt": "urn:un:unece:uncefact:data:standard:UnqualifiedDataType:100",
}
_TRADE: Final = "rsm:SupplyChainTradeTransaction/ram:"
_AGREEMENT: Final = f"{_TRADE}ApplicableHeaderTradeAgreement/ram:"
_DELIVERY: Final = f"{_TRADE}ApplicableHeaderTradeDelivery/ram:"
_SETTLEMENT: Final = f"{_TRADE}ApplicableHeaderTradeSettlement/ram:"
_TOTALS: Final = f"{_SETTLEMENT}SpecifiedTradeSettlementHeaderMonetarySummation/ram:"
_LINE_DOCUMENT: Final = "ram:AssociatedDocumentLineDocument/ram:"
_PRODUCT: Final = "ram:SpecifiedTradeProduct"
_LINE_AGREEMENT: Final = "ram:SpecifiedLineTradeAgreement/ram:"
_BILLED: Final = "ram:SpecifiedLineTradeDelivery/ram:BilledQuantity"
_LINE_SETTLEMENT: Final = "ram:SpecifiedLineTradeSettlement/ram:"
_LINE_TOTAL: Final = f"{_LINE_SETTLEMENT}SpecifiedTradeSettlementLineMonetarySummation/ram:LineTotalAmount"
_NO_AMOUNT: Final = frozenset({"GROUP", "INFORMATION"})
"""Lines of an extension that head others or only inform; their amounts stand on other lines."""
_DATE_DIGITS: Final = 8


class CiiFormat:
    """Reads one invoice or credit note."""

    kind = "CII invoice"

    def recognises(self, content: bytes) -> bool:
        """Tell by the root element."""
        return root_tag(content) == f"{{{_RSM}}}CrossIndustryInvoice"

    def read(self, content: bytes, name: str) -> Sequence[Document]:
        """Read one invoice or credit note."""
        return [cii_document(parse_xml(content, name), self.kind, "CII credit note")]


def cii_document(root: Element, kind: str, credit_kind: str, notes: Sequence[str] = ()) -> Document:
    """Read a document whose elements have the names of a CII invoice.

    Parameters
    ----------
    root
        The document.
    kind, credit_kind
        What it is called, and what it is where its type is that of a credit note.
    notes
        What a user should know of such documents.
    """
    around = _around(root)
    elements = [
        element
        for element in _each(root, f"{_TRADE}IncludedSupplyChainTradeLineItem")
        if _text(element, f"{_LINE_DOCUMENT}LineStatusReasonCode") not in _NO_AMOUNT
    ]
    lines, said = with_allowances(
        [_line(element, around) for element in elements],
        [_tax(element, f"{_LINE_SETTLEMENT}ApplicableTradeTax") for element in elements],
        list(_allowances(root)),
        around,
    )
    is_credit = _text(root, "rsm:ExchangedDocument/ram:TypeCode") in CREDIT_TYPES
    total = _total(root)
    reason = f"got a {kind} without lines, expected a profile that has them, BASIC or above; ask for one."
    return Document(
        kind=credit_kind if is_credit else kind,
        identifier=_text(root, "rsm:ExchangedDocument/ram:ID"),
        lines=() if not elements else credited(lines) if is_credit else lines,
        stated_total=-total if is_credit and total is not None else total,
        notes=(*notes, *said) if elements else (),
        reason="" if elements else reason,
    )


def _around(root: Element) -> DocumentLine:
    """Return what the invoice says of all its lines."""
    buyer = f"{_AGREEMENT}BuyerTradeParty/ram:"
    return DocumentLine(
        number="",
        description="",
        currency=_text(root, f"{_SETTLEMENT}InvoiceCurrencyCode"),
        date=_date(root, "rsm:ExchangedDocument/ram:IssueDateTime/udt:DateTimeString"),
        country=_text(root, f"{buyer}PostalTradeAddress/ram:CountryID")
        or _text(root, f"{_DELIVERY}ShipToTradeParty/ram:PostalTradeAddress/ram:CountryID"),
        supplier=_party(root, f"{_AGREEMENT}SellerTradeParty"),
        buyer=_party(root, f"{_AGREEMENT}BuyerTradeParty"),
        cost_centre=_text(root, f"{_SETTLEMENT}ReceivableSpecifiedTradeAccountingAccount/ram:ID"),
        own={
            "delivery_date": _date(
                root, f"{_DELIVERY}ActualDeliverySupplyChainEvent/ram:OccurrenceDateTime/udt:DateTimeString"
            ),
            "order_id": _text(root, f"{_AGREEMENT}BuyerOrderReferencedDocument/ram:IssuerAssignedID"),
        },
    )


def _line(element: Element, around: DocumentLine) -> DocumentLine:
    unread: list[str] = []
    price = f"{_LINE_AGREEMENT}NetPriceProductTradePrice/ram:"
    quantity = figure(_text(element, _BILLED), unread)
    unit_price = figure(_text(element, f"{price}ChargeAmount"), unread)
    base = figure(_text(element, f"{price}BasisQuantity"), unread)
    stated = figure(_text(element, _LINE_TOTAL), unread)
    period = f"{_LINE_SETTLEMENT}BillingSpecifiedPeriod/ram:"
    account = _text(element, f"{_LINE_SETTLEMENT}ReceivableSpecifiedTradeAccountingAccount/ram:ID")
    own = {
        "unit_price": written(unit_price),
        "price_quantity": written(base),
        "vat_category": _tax(element, f"{_LINE_SETTLEMENT}ApplicableTradeTax"),
        "period_start": _date(element, f"{period}StartDateTime/udt:DateTimeString"),
        "period_end": _date(element, f"{period}EndDateTime/udt:DateTimeString"),
        "order_line": _text(element, f"{_LINE_AGREEMENT}BuyerOrderReferencedDocument/ram:LineID"),
    }
    line = replace(
        around,
        number=_text(element, f"{_LINE_DOCUMENT}LineID"),
        amount=stated if stated is not None or unread else times_price(quantity, unit_price, base),
        quantity=quantity,
        unit=_attribute(element, _BILLED, "unitCode"),
        cost_centre=account or around.cost_centre,
        own={**around.own, **own},
        unread=tuple(unread),
    )
    note = " ".join(_text(one, ".") for one in _each(element, f"{_LINE_DOCUMENT}IncludedNote/ram:Content"))
    product = element.find(_PRODUCT, NAMESPACES)
    return (
        replace(line, description=described("", "", note)) if product is None else _with(line, product, note)
    )


def _with(line: DocumentLine, product: Element, note: str) -> DocumentLine:
    """Say on a line what its product says."""
    path = "ram:DesignatedProductClassification/ram:ClassCode"
    codes = [
        classification(code.get("listID", ""), code.text or "", lists=code.get("listVersionID", ""))
        for code in _each(product, path)
    ]
    best = preferred(codes)
    number = _text(product, "ram:GlobalID")
    gtin = gtin_in(number, _attribute(product, "ram:GlobalID", "schemeID"))
    properties = [
        f"{_text(one, 'ram:Description')}: {_text(one, 'ram:Value')}"
        for one in _each(product, "ram:ApplicableProductCharacteristic")
    ]
    own = {
        "seller_item_id": _text(product, "ram:SellerAssignedID"),
        "buyer_item_id": _text(product, "ram:BuyerAssignedID"),
        "standard_item_id": "" if gtin else number,
        "classifications": written_codes(codes) if len(codes) > 1 else "",
        "origin_country": _text(product, "ram:OriginTradeCountry/ram:ID"),
        "item_properties": "; ".join(properties),
        "note": note,
    }
    return replace(
        line,
        description=described(_text(product, "ram:Name"), _text(product, "ram:Description"), note),
        category_code=best.code,
        category_scheme=best.scheme,
        gtin=gtin,
        own={**line.own, **own},
    )


def _allowances(root: Element) -> Iterator[AllowanceCharge]:
    for one in _each(root, f"{_SETTLEMENT}SpecifiedTradeAllowanceCharge"):
        value = figure(_text(one, "ram:ActualAmount"), [])
        if value:
            yield AllowanceCharge(
                amount=value,
                is_charge=_text(one, "ram:ChargeIndicator/udt:Indicator").lower() in {"true", "1"},
                reason=_text(one, "ram:Reason"),
                code=_text(one, "ram:ReasonCode"),
                tax=_tax(one, "ram:CategoryTradeTax"),
            )
    for one in _each(root, f"{_SETTLEMENT}SpecifiedLogisticsServiceCharge"):
        value = figure(_text(one, "ram:AppliedAmount"), [])
        if value:
            yield AllowanceCharge(value, is_charge=True, reason=_text(one, "ram:Description"), code="FC")


def _total(root: Element) -> Decimal | None:
    totals = ("TaxBasisTotalAmount", "LineTotalAmount", "AllowanceTotalAmount", "ChargeTotalAmount")
    return settled_total(*(figure(_text(root, f"{_TOTALS}{name}"), []) for name in totals))


def _tax(element: Element, path: str) -> str:
    rate = figure(_text(element, f"{path}/ram:RateApplicablePercent"), [])
    return " ".join(
        filter(None, (_text(element, f"{path}/ram:CategoryCode"), written(rate and rate.normalize())))
    )


def _party(root: Element, path: str) -> str:
    names = ("ram:SpecifiedLegalOrganization/ram:TradingBusinessName", "ram:Name")
    return next((name for name in (_text(root, f"{path}/{one}") for one in names) if name), "")


def _date(element: Element, path: str) -> str:
    """Return a date of format 102, ``20240506``, as ISO 8601; another format as it is written."""
    digits = _text(element, path)
    if len(digits) == _DATE_DIGITS and digits.isdecimal():
        return f"{digits[:4]}-{digits[4:6]}-{digits[6:]}"
    return digits


def _text(element: Element, path: str) -> str:
    found = element.find(path, NAMESPACES)
    return "" if found is None else " ".join("".join(found.itertext()).split())


def _each(element: Element, path: str) -> Iterator[Element]:
    yield from element.iterfind(path, NAMESPACES)


def _attribute(element: Element, path: str, name: str) -> str:
    found = element.find(path, NAMESPACES)
    return "" if found is None else str(found.get(name, "")).strip()
