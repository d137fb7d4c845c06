"""ZUGFeRD 1 and Order-X: what the CII invoice says, under other names."""

import io
from decimal import Decimal

import pytest
from pypdf import PdfWriter

from serving.documents.formats.cii import CiiFormat
from serving.documents.formats.cii_kin import OrderXFormat, ZugferdOneFormat
from serving.documents.formats.pdf_invoice import PdfInvoiceFormat

REUSABLE = "urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity"
TYPES = "urn:un:unece:uncefact:data:standard:UnqualifiedDataType"
MONEY = "SpecifiedTradeSettlement{}MonetarySummation"


def document(root: str, namespace: str, versions: tuple[int, int], inner: str) -> bytes:
    return (
        f'<rsm:{root} xmlns:rsm="{namespace}" xmlns:ram="{REUSABLE}:{versions[0]}" '
        f'xmlns:udt="{TYPES}:{versions[1]}">{inner}</rsm:{root}>'
    ).encode()


def zugferd(header: str = "", *, line: str = "", kind: str = "380") -> bytes:
    name = "SupplyChainTrade"
    item = (
        "<ram:IncludedSupplyChainTradeLineItem><ram:AssociatedDocumentLineDocument><ram:LineID>1</ram:LineID>"
        f"</ram:AssociatedDocumentLineDocument><ram:Specified{name}Agreement><ram:NetPriceProductTradePrice>"
        "<ram:ChargeAmount>9.90</ram:ChargeAmount></ram:NetPriceProductTradePrice>"
        f'</ram:Specified{name}Agreement><ram:Specified{name}Delivery><ram:BilledQuantity unitCode="C62">20'
        f"</ram:BilledQuantity></ram:Specified{name}Delivery><ram:Specified{name}Settlement>"
        "<ram:ApplicableTradeTax><ram:CategoryCode>S</ram:CategoryCode><ram:ApplicablePercent>19.00"
        f"</ram:ApplicablePercent></ram:ApplicableTradeTax><ram:{MONEY.format('')}><ram:LineTotalAmount>198.00"
        f"</ram:LineTotalAmount></ram:{MONEY.format('')}></ram:Specified{name}Settlement>"
        '<ram:SpecifiedTradeProduct><ram:GlobalID schemeID="0160">4012345001235</ram:GlobalID>'
        "<ram:Name>Trennblätter A4</ram:Name></ram:SpecifiedTradeProduct>"
        "</ram:IncludedSupplyChainTradeLineItem>"
    )
    inner = (
        f"<rsm:HeaderExchangedDocument><ram:ID>471102</ram:ID><ram:TypeCode>{kind}</ram:TypeCode>"
        '<ram:IssueDateTime><udt:DateTimeString format="102">20130305</udt:DateTimeString>'
        "</ram:IssueDateTime></rsm:HeaderExchangedDocument><rsm:SpecifiedSupplyChainTradeTransaction>"
        f"<ram:Applicable{name}Agreement><ram:SellerTradeParty><ram:Name>Lieferant GmbH</ram:Name>"
        "</ram:SellerTradeParty><ram:BuyerTradeParty><ram:Name>Kunden AG</ram:Name><ram:PostalTradeAddress>"
        "<ram:CountryID>DE</ram:CountryID></ram:PostalTradeAddress></ram:BuyerTradeParty>"
        "<ram:BuyerOrderReferencedDocument><ram:ID>B7</ram:ID></ram:BuyerOrderReferencedDocument>"
        f"</ram:Applicable{name}Agreement><ram:Applicable{name}Settlement><ram:InvoiceCurrencyCode>EUR"
        f"</ram:InvoiceCurrencyCode>{header}</ram:Applicable{name}Settlement>{item}{line}"
        "</rsm:SpecifiedSupplyChainTradeTransaction>"
    )
    return document("CrossIndustryDocument", "urn:ferd:CrossIndustryDocument:invoice:1p0", (12, 15), inner)


def summation(total: str) -> str:
    return (
        f"<ram:{MONEY.format('')}><ram:TaxBasisTotalAmount>{total}</ram:TaxBasisTotalAmount>"
        f"</ram:{MONEY.format('')}>"
    )


def order_x(kind: str = "220") -> bytes:
    inner = (
        f"<rsm:ExchangedDocument><ram:ID>PO1</ram:ID><ram:TypeCode>{kind}</ram:TypeCode>"
        "</rsm:ExchangedDocument><rsm:SupplyChainTradeTransaction><ram:IncludedSupplyChainTradeLineItem>"
        "<ram:AssociatedDocumentLineDocument><ram:LineID>1</ram:LineID></ram:AssociatedDocumentLineDocument>"
        "<ram:SpecifiedTradeProduct><ram:Name>Gants</ram:Name></ram:SpecifiedTradeProduct>"
        "<ram:SpecifiedLineTradeAgreement><ram:NetPriceProductTradePrice><ram:ChargeAmount>10.00"
        "</ram:ChargeAmount></ram:NetPriceProductTradePrice></ram:SpecifiedLineTradeAgreement>"
        '<ram:SpecifiedLineTradeDelivery><ram:RequestedQuantity unitCode="C62">6</ram:RequestedQuantity>'
        "</ram:SpecifiedLineTradeDelivery></ram:IncludedSupplyChainTradeLineItem>"
        "<ram:ApplicableHeaderTradeSettlement><ram:OrderCurrencyCode>EUR</ram:OrderCurrencyCode>"
        "</ram:ApplicableHeaderTradeSettlement></rsm:SupplyChainTradeTransaction>"
    )
    namespace = "urn:un:unece:uncefact:data:SCRDMCCBDACIOMessageStructure:100"
    return document("SCRDMCCBDACIOMessageStructure", namespace, (128, 128), inner)


def read(reader, content: bytes):
    assert reader.recognises(content)
    (found,) = reader.read(content, "document.xml")
    return found


def test_a_zugferd_1_invoice_says_all_that_a_later_one_says():
    found = read(ZugferdOneFormat(), zugferd(summation("198.00")))
    (line,) = found.lines
    assert (found.kind, found.identifier, found.stated_total) == (
        "ZUGFeRD 1 invoice",
        "471102",
        Decimal("198.00"),
    )
    assert (line.description, line.amount, line.quantity, line.unit) == (
        "Trennblätter A4",
        Decimal("198.00"),
        20,
        "C62",
    )
    assert (line.supplier, line.buyer, line.country, line.currency, line.date, line.gtin) == (
        "Lieferant GmbH",
        "Kunden AG",
        "DE",
        "EUR",
        "2013-03-05",
        "4012345001235",
    )
    assert (line.own["order_id"], line.own["vat_category"]) == ("B7", "S 19")


def test_a_discount_of_zugferd_1_lowers_the_lines_even_where_it_is_written_with_a_minus():
    discount = (
        "<ram:SpecifiedTradeAllowanceCharge><ram:ChargeIndicator><udt:Indicator>false</udt:Indicator>"
        "</ram:ChargeIndicator><ram:ActualAmount>-8.00</ram:ActualAmount>"
        "</ram:SpecifiedTradeAllowanceCharge>"
    )
    found = read(ZugferdOneFormat(), zugferd(discount + summation("190.00")))
    assert [line.amount for line in found.lines] == [found.stated_total] == [Decimal("190.00")]


def test_a_text_between_the_lines_of_zugferd_1_is_no_line():
    element = "ram:IncludedSupplyChainTradeLineItem"
    text = f"<{element}><ram:AssociatedDocumentLineDocument/></{element}>"
    assert len(read(ZugferdOneFormat(), zugferd(line=text)).lines) == 1


def test_a_credit_note_of_zugferd_1_is_negative():
    found = read(ZugferdOneFormat(), zugferd(summation("198.00"), kind="381"))
    assert (found.kind, found.lines[0].amount) == ("ZUGFeRD 1 credit note", Decimal("-198.00"))


@pytest.mark.parametrize(("kind", "title"), [("220", "order"), ("230", "change"), ("231", "response")])
def test_an_order_x_costs_quantity_times_price(kind, title):
    found = read(OrderXFormat(), order_x(kind))
    (line,) = found.lines
    assert found.kind == f"Order-X {title}"
    assert (line.description, line.amount, line.quantity, line.unit, line.currency) == (
        "Gants",
        Decimal("60.00"),
        6,
        "C62",
        "EUR",
    )
    assert "tell of the same" in found.notes[0]


def test_both_are_found_inside_a_pdf():
    for content in (zugferd(), order_x()):
        writer = PdfWriter()
        writer.add_blank_page(72, 72)
        writer.add_attachment("x.xml", content)
        stream = io.BytesIO()
        writer.write(stream)
        (found,) = PdfInvoiceFormat().read(stream.getvalue(), "a.pdf")
        assert len(found.lines) == 1


def test_an_invoice_of_a_profile_without_lines_is_no_purchase_of_its_freight_alone():
    charge = (
        "<ram:SpecifiedTradeAllowanceCharge><ram:ChargeIndicator><udt:Indicator>true</udt:Indicator>"
        "</ram:ChargeIndicator><ram:ActualAmount>5.00</ram:ActualAmount></ram:SpecifiedTradeAllowanceCharge>"
    )
    inner = (
        "<rsm:SupplyChainTradeTransaction><ram:ApplicableHeaderTradeSettlement>"
        f"{charge}</ram:ApplicableHeaderTradeSettlement></rsm:SupplyChainTradeTransaction>"
    )
    namespace = "urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100"
    found = read(CiiFormat(), document("CrossIndustryInvoice", namespace, (100, 100), inner))
    assert not found.lines
    assert "without lines" in found.reason
