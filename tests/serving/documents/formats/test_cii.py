"""CII invoices: the same lines as UBL, and the same sums."""

from decimal import Decimal

import pytest

from serving.documents.formats.cii import CiiFormat
from serving.documents.formats.ubl_invoice import UblInvoiceFormat

NAMESPACES = (
    'xmlns:rsm="urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100" '
    'xmlns:ram="urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:100" '
    'xmlns:udt="urn:un:unece:uncefact:data:standard:UnqualifiedDataType:100"'
)


def item(number: str, amount: str, status: str = "") -> str:
    reason = f"<ram:LineStatusReasonCode>{status}</ram:LineStatusReasonCode>" if status else ""
    return (
        "<ram:IncludedSupplyChainTradeLineItem><ram:AssociatedDocumentLineDocument>"
        f"<ram:LineID>{number}</ram:LineID>{reason}</ram:AssociatedDocumentLineDocument>"
        '<ram:SpecifiedTradeProduct><ram:GlobalID schemeID="0160">4012345678901</ram:GlobalID>'
        "<ram:Name>Oak desk</ram:Name><ram:DesignatedProductClassification>"
        '<ram:ClassCode listID="TST">56101703</ram:ClassCode></ram:DesignatedProductClassification>'
        "</ram:SpecifiedTradeProduct><ram:SpecifiedLineTradeDelivery>"
        '<ram:BilledQuantity unitCode="C62">3</ram:BilledQuantity></ram:SpecifiedLineTradeDelivery>'
        "<ram:SpecifiedLineTradeSettlement><ram:SpecifiedTradeSettlementLineMonetarySummation>"
        f"<ram:LineTotalAmount>{amount}</ram:LineTotalAmount>"
        "</ram:SpecifiedTradeSettlementLineMonetarySummation></ram:SpecifiedLineTradeSettlement>"
        "</ram:IncludedSupplyChainTradeLineItem>"
    )


def invoice(items: str, kind: str = "380", settlement: str = "") -> bytes:
    return (
        f"<rsm:CrossIndustryInvoice {NAMESPACES}><rsm:ExchangedDocument><ram:ID>C-1</ram:ID>"
        f"<ram:TypeCode>{kind}</ram:TypeCode><ram:IssueDateTime>"
        '<udt:DateTimeString format="102">20240506</udt:DateTimeString></ram:IssueDateTime>'
        f"</rsm:ExchangedDocument><rsm:SupplyChainTradeTransaction>{items}"
        "<ram:ApplicableHeaderTradeAgreement><ram:SellerTradeParty><ram:Name>Wood Ltd</ram:Name>"
        "</ram:SellerTradeParty><ram:BuyerTradeParty><ram:Name>Town</ram:Name><ram:PostalTradeAddress>"
        "<ram:CountryID>DE</ram:CountryID></ram:PostalTradeAddress></ram:BuyerTradeParty>"
        "</ram:ApplicableHeaderTradeAgreement><ram:ApplicableHeaderTradeSettlement>"
        f"<ram:InvoiceCurrencyCode>EUR</ram:InvoiceCurrencyCode>{settlement}"
        "</ram:ApplicableHeaderTradeSettlement></rsm:SupplyChainTradeTransaction></rsm:CrossIndustryInvoice>"
    ).encode()


def read(content: bytes):
    (document,) = CiiFormat().read(content, "invoice.xml")
    return document


def test_a_line_says_what_the_invoice_says():
    (line,) = read(invoice(item("1", "30.00"))).lines
    assert (line.description, line.amount, line.currency) == ("Oak desk", Decimal("30.00"), "EUR")
    assert (line.quantity, line.unit, line.date) == (Decimal(3), "C62", "2024-05-06")
    assert (line.supplier, line.buyer, line.country) == ("Wood Ltd", "Town", "DE")
    assert (line.gtin, line.category_scheme) == ("4012345678901", "UNSPSC")


def test_a_credit_note_is_negative():
    document = read(invoice(item("1", "30.00"), kind="381"))
    assert (document.kind, document.lines[0].amount) == ("CII credit note", Decimal("-30.00"))


def test_lines_that_head_others_are_left_out():
    document = read(invoice(item("1", "30.00", "GROUP") + item("1.1", "30.00", "DETAIL")))
    assert [line.number for line in document.lines] == ["1.1"]


def test_freight_on_the_whole_invoice_is_a_line():
    freight = (
        "<ram:SpecifiedLogisticsServiceCharge><ram:Description>Courier</ram:Description>"
        "<ram:AppliedAmount>5.00</ram:AppliedAmount></ram:SpecifiedLogisticsServiceCharge>"
    )
    lines = read(invoice(item("1", "30.00"), settlement=freight)).lines
    assert [(line.description, line.amount) for line in lines][1:] == [("Charge: Courier", Decimal("5.00"))]


def test_an_invoice_of_a_profile_without_lines_says_so():
    assert "expected a profile that has them" in read(invoice("")).reason


@pytest.mark.data_package
def test_every_real_invoice_adds_up_to_the_cent_and_equals_its_twin_in_ubl(data_dir):
    folders = [data_dir / "documents" / "xrechnung", data_dir / "documents" / "en16931" / "cii_examples"]
    counted = twins = 0
    for path in sorted(path for folder in folders for path in folder.rglob("*.xml")):
        if not CiiFormat().recognises(path.read_bytes()):
            continue
        document = read(path.read_bytes())
        assert sum(line.amount for line in document.lines) == document.stated_total, path.name
        counted += 1
        twin = path.with_name(path.name.replace("uncefact", "ubl"))
        if twin != path and twin.exists():
            (other,) = UblInvoiceFormat().read(twin.read_bytes(), twin.name)
            assert document.stated_total == other.stated_total, path.name
            assert len(document.lines) == len(other.lines), path.name
            twins += 1
    assert (counted, twins) == (56, 40)
