"""Kin of the CII invoice: ZUGFeRD 1, which came before it, and the order of Order-X; read under its names."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from serving.documents.formats.cii import NAMESPACES, cii_document
from serving.documents.formats.document import Document
from serving.documents.formats.safe_xml import Element, parse_xml, root_tag

_REUSABLE: Final = "urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:"
_TYPES: Final = "urn:un:unece:uncefact:data:standard:UnqualifiedDataType:"
_ZUGFERD_1: Final = "urn:ferd:CrossIndustryDocument:invoice:1p0"
_ORDER_X: Final = "urn:un:unece:uncefact:data:SCRDMCCBDACIOMessageStructure:100"
_SUMMATION: Final = "SpecifiedTradeSettlementMonetarySummation"
_ORDER_NOTE: Final = (
    "An order is what is to be bought, its change and response tell of the same: give one of them, and not "
    "its invoice besides."
)
_ORDERS: Final = {"220": "Order-X order", "230": "Order-X change", "231": "Order-X response"}
"""By the type code of the document, of UNTDID 1001."""
_LINE_TOTAL: Final = ".//ram:LineTotalAmount"
_ALLOWANCE: Final = ".//{*}ApplicableHeaderTradeSettlement/{*}SpecifiedTradeAllowanceCharge"


@dataclass(frozen=True)
class _Names:
    """What a kin calls its namespaces and elements -> what the CII invoice calls them."""

    namespaces: Mapping[str, str]
    elements: Mapping[str, str]

    def apply(self, root: Element) -> Element:
        """Rename the elements of a document."""
        for element in root.iter():
            if isinstance(element.tag, str):
                namespace, _, name = element.tag[1:].rpartition("}")
                known = self.namespaces.get(namespace, namespace)
                element.tag = f"{{{known}}}{self.elements.get(name, name)}"
        return root


_OF_ZUGFERD_1: Final = _Names(
    {
        _ZUGFERD_1: NAMESPACES["rsm"],
        f"{_REUSABLE}12": NAMESPACES["ram"],
        f"{_TYPES}15": NAMESPACES["udt"],
    },
    {
        "CrossIndustryDocument": "CrossIndustryInvoice",
        "HeaderExchangedDocument": "ExchangedDocument",
        "SpecifiedSupplyChainTradeTransaction": "SupplyChainTradeTransaction",
        "ApplicableSupplyChainTradeAgreement": "ApplicableHeaderTradeAgreement",
        "ApplicableSupplyChainTradeDelivery": "ApplicableHeaderTradeDelivery",
        "ApplicableSupplyChainTradeSettlement": "ApplicableHeaderTradeSettlement",
        "SpecifiedSupplyChainTradeAgreement": "SpecifiedLineTradeAgreement",
        "SpecifiedSupplyChainTradeDelivery": "SpecifiedLineTradeDelivery",
        "SpecifiedSupplyChainTradeSettlement": "SpecifiedLineTradeSettlement",
        "SpecifiedTradeAccountingAccount": "ReceivableSpecifiedTradeAccountingAccount",
        "ApplicablePercent": "RateApplicablePercent",
    },
)
_OF_ORDER_X: Final = _Names(
    {
        _ORDER_X: NAMESPACES["rsm"],
        f"{_REUSABLE}128": NAMESPACES["ram"],
        f"{_TYPES}128": NAMESPACES["udt"],
    },
    {
        "SCRDMCCBDACIOMessageStructure": "CrossIndustryInvoice",
        "RequestedQuantity": "BilledQuantity",
        "OrderCurrencyCode": "InvoiceCurrencyCode",
    },
)


class ZugferdOneFormat:
    """Reads one invoice or credit note of ZUGFeRD 1."""

    kind = "ZUGFeRD 1 invoice"

    def recognises(self, content: bytes) -> bool:
        """Tell by the root element."""
        return root_tag(content) == f"{{{_ZUGFERD_1}}}CrossIndustryDocument"

    def read(self, content: bytes, name: str) -> Sequence[Document]:
        """Read one invoice or credit note."""
        root = _OF_ZUGFERD_1.apply(parse_xml(content, name))
        for summation in list(root.iter(f"{{{NAMESPACES['ram']}}}{_SUMMATION}")):
            of_line = summation.getparent().tag.endswith("SpecifiedLineTradeSettlement")
            place = "Line" if of_line else "Header"
            summation.tag = summation.tag.replace("SettlementMonetary", f"Settlement{place}Monetary")
        for element in root.iter(f"{{{NAMESPACES['ram']}}}BuyerOrderReferencedDocument"):
            for number in element.iterfind("ram:ID", NAMESPACES):
                number.tag = f"{{{NAMESPACES['ram']}}}IssuerAssignedID"
        _turn_negative_allowances(root)
        _remove_texts(root)
        return [cii_document(root, self.kind, "ZUGFeRD 1 credit note")]


class OrderXFormat:
    """Reads one order, change of an order, or response to it."""

    kind = "Order-X order"

    def recognises(self, content: bytes) -> bool:
        """Tell by the root element."""
        return root_tag(content) == f"{{{_ORDER_X}}}SCRDMCCBDACIOMessageStructure"

    def read(self, content: bytes, name: str) -> Sequence[Document]:
        """Read one order."""
        root = _OF_ORDER_X.apply(parse_xml(content, name))
        kind = _ORDERS.get(root.findtext("rsm:ExchangedDocument/ram:TypeCode", "", NAMESPACES), self.kind)
        return [cii_document(root, kind, kind, (_ORDER_NOTE,))]


def _remove_texts(root: Element) -> None:
    """Remove lines that hold nothing but a text."""
    for line in list(root.iter(f"{{{NAMESPACES['ram']}}}IncludedSupplyChainTradeLineItem")):
        if all(line.find(path, NAMESPACES) is None for path in ("ram:SpecifiedTradeProduct", _LINE_TOTAL)):
            line.getparent().remove(line)


def _turn_negative_allowances(root: Element) -> None:
    """Write allowances without the minus that early invoices give them though they are named allowances."""
    for one in root.iterfind(_ALLOWANCE):
        is_charge = one.findtext("ram:ChargeIndicator/udt:Indicator", "", NAMESPACES).strip().lower()
        value = one.find("ram:ActualAmount", NAMESPACES)
        if is_charge in {"false", "0"} and value is not None:
            value.text = (value.text or "").strip().removeprefix("-")
