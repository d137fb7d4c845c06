"""cXML: items of orders and invoices as they are, and a reason for what is no purchase."""

from decimal import Decimal

import pytest

from serving.documents import read_ledger
from serving.documents.formats.cxml import CxmlFormat
from serving.documents.formats.document import NoPurchaseLinesError

DOCTYPE = '<!DOCTYPE cXML SYSTEM "http://xml.cxml.org.invalid/schemas/cXML/1.2.050/cXML.dtd">'
MONEY = '<Money currency="USD">{}</Money>'
HEADER = (
    "<Header><From><Credential domain='DUNS'><Identity>1</Identity></Credential></From>"
    "<To><Credential domain='DUNS'><Identity>2</Identity></Credential></To>"
    "<Sender><Credential domain='DUNS'><Identity>1</Identity><SharedSecret>coyote</SharedSecret>"
    "</Credential></Sender></Header>"
)


def envelope(payload: str, side: str = "Request") -> bytes:
    return f"{DOCTYPE}<cXML payloadID='p1'>{HEADER}<{side}>{payload}</{side}></cXML>".encode()


def item(number: int, quantity: str, price: str, inner: str = "", attributes: str = "") -> str:
    return (
        f'<ItemOut quantity="{quantity}" lineNumber="{number}" {attributes}><ItemID>'
        "<SupplierPartID>A</SupplierPartID></ItemID><ItemDetail>"
        f"<UnitPrice>{MONEY.format(price)}</UnitPrice><Description xml:lang='de'>Stuhl</Description>"
        "<Description xml:lang='en'><ShortName>Chair</ShortName> with arms</Description>"
        f"<UnitOfMeasure>EA</UnitOfMeasure>{inner}</ItemDetail></ItemOut>"
    )


def order(items: str, kind: str = "new", header: str = "") -> bytes:
    address = (
        '<Address><Name>Acme</Name><PostalAddress><Country isoCountryCode="DE"/></PostalAddress></Address>'
    )
    return envelope(
        f'<OrderRequest><OrderRequestHeader orderID="O1" orderDate="2024-05-06T18:41:29-08:00" type="{kind}">'
        f"<BillTo>{address}</BillTo>{header}</OrderRequestHeader>{items}</OrderRequest>"
    )


def read(content: bytes):
    (document,) = CxmlFormat().read(content, "order.xml")
    return document


def test_an_item_says_what_the_order_says():
    inner = '<Classification domain="UNSPSC">56101504</Classification>'
    (line,) = read(order(item(1, "10", "2.10", inner))).lines
    assert (line.description, line.amount, line.currency) == ("Chair, with arms", Decimal("21.00"), "USD")
    assert (line.quantity, line.unit, line.date) == (Decimal(10), "EA", "2024-05-06")
    assert (line.category_scheme, line.country, line.buyer) == ("UNSPSC", "DE", "Acme")


def test_a_price_for_several_of_another_unit_is_converted():
    basis = '<PriceBasisQuantity quantity="2" conversionFactor="0.5"/>'
    assert read(order(item(1, "8", "10", basis))).lines[0].amount == Decimal("20.00")


def test_of_a_group_either_the_head_or_its_items_count():
    def group(level: str) -> bytes:
        head = item(1, "1", "9", attributes=f'itemType="composite" compositeItemType="{level}"')
        return order(head + item(2, "1", "9", attributes='itemType="item" parentLineNumber="1"'))

    assert [line.number for line in read(group("groupLevel")).lines] == ["1"]
    assert [line.number for line in read(group("itemLevel")).lines] == ["2"]


def test_shipping_of_the_order_is_a_line():
    header = f"<Total>{MONEY.format('2.10')}</Total><Shipping>{MONEY.format('5')}</Shipping>"
    document = read(order(item(1, "1", "2.10"), header=header))
    assert [line.description for line in document.lines] == ["Chair, with arms", "Charge: Shipping"]
    assert document.stated_total == sum(line.amount for line in document.lines)


def test_the_shared_secret_is_nowhere(tmp_path):
    path = tmp_path / "order.xml"
    path.write_bytes(order(item(1, "1", "2.10")))
    assert "coyote" not in read_ledger(path).source.to_csv()


def test_a_cancelled_order_is_no_purchase(tmp_path):
    path = tmp_path / "order.xml"
    path.write_bytes(order(item(1, "1", "2.10"), kind="delete"))
    with pytest.raises(NoPurchaseLinesError, match="cancelled"):
        read_ledger(path)


def invoice(items: str, purpose: str = "standard", summary: str = "") -> bytes:
    partner = (
        '<InvoicePartner><Contact role="soldTo"><Name>Acme</Name><PostalAddress>'
        '<Country isoCountryCode="US"/></PostalAddress></Contact></InvoicePartner>'
    )
    return envelope(
        f'<InvoiceDetailRequest><InvoiceDetailRequestHeader invoiceID="I1" purpose="{purpose}" '
        f'invoiceDate="2024-05-06T00:00:00Z">{partner}</InvoiceDetailRequestHeader><InvoiceDetailOrder>'
        f'<InvoiceDetailOrderInfo><OrderReference orderID="O1"/></InvoiceDetailOrderInfo>{items}'
        f"</InvoiceDetailOrder><InvoiceDetailSummary>{summary}</InvoiceDetailSummary></InvoiceDetailRequest>"
    )


def invoiced(subtotal: str, inner: str = "") -> str:
    return (
        '<InvoiceDetailItem invoiceLineNumber="1" quantity="2"><UnitOfMeasure>EA</UnitOfMeasure>'
        f"<UnitPrice>{MONEY.format('10')}</UnitPrice><InvoiceDetailItemReference lineNumber='4'><ItemID>"
        "<SupplierPartID>A</SupplierPartID></ItemID><Description>Chair</Description>"
        f"</InvoiceDetailItemReference><SubtotalAmount>{MONEY.format(subtotal)}</SubtotalAmount>"
        f"<NetAmount>{MONEY.format('99')}</NetAmount>{inner}</InvoiceDetailItem>"
    )


def test_an_invoice_counts_without_tax_and_with_its_shipping():
    summary = (
        f"<SubtotalAmount>{MONEY.format('20')}</SubtotalAmount><ShippingAmount>{MONEY.format('3')}</ShippingAmount>"
        f"<InvoiceDetailDiscount>{MONEY.format('1')}</InvoiceDetailDiscount>"
    )
    document = read(invoice(invoiced("20"), summary=summary))
    assert [(line.description, line.amount) for line in document.lines] == [
        ("Chair", Decimal("19.00")),
        ("Charge: Shipping", Decimal(3)),
    ]
    assert document.stated_total == Decimal(22)
    assert (document.lines[0].own["order_id"], document.lines[0].country) == ("O1", "US")


def test_a_discount_of_an_item_is_taken_off_once():
    discount = f"<InvoiceDetailDiscount>{MONEY.format('1')}</InvoiceDetailDiscount>"
    summary = f"<SubtotalAmount>{MONEY.format('20')}</SubtotalAmount>{discount}"
    document = read(invoice(invoiced("20", discount), summary=summary))
    assert [line.amount for line in document.lines] == [Decimal(19)]
    assert document.stated_total == Decimal(19)


@pytest.mark.parametrize("subtotal", ["20", "-20"])
def test_a_credit_memo_is_negative_however_it_is_written(subtotal):
    assert read(invoice(invoiced(subtotal), purpose="creditMemo")).lines[0].amount == Decimal(-20)


@pytest.mark.data_package
def test_every_real_document_has_lines_or_a_reason(data_dir):
    found = {
        path.stem: CxmlFormat().read(path.read_bytes(), path.name)[0]
        for path in (data_dir / "documents" / "cxml").glob("*.xml")
    }
    with_lines = {name: len(document.lines) for name, document in found.items() if document.lines}
    assert with_lines == {
        "index": 1,
        "order_request": 2,
        "punchout_order_message": 2,
        "punchout_order_message_advanced_pricing": 1,
    }
    assert all(document.reason for name, document in found.items() if name not in with_lines)
    assert found["order_request"].stated_total == sum(line.amount for line in found["order_request"].lines)
