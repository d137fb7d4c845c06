"""UBL orders, despatch advices and catalogues: lines with what each of them knows."""

from decimal import Decimal

import pytest

from data.errors import UnreadableDocumentError
from serving.documents import read_ledger
from serving.documents.formats.ubl_order import UblOrderFormat

CAC = "urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2"
CBC = "urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2"
ITEM = "<cac:Item><cbc:Name>Gloves</cbc:Name></cac:Item>"
PRICE = '<cac:Price><cbc:PriceAmount currencyID="SEK">20.00</cbc:PriceAmount>{}</cac:Price>'


def document(root: str, inner: str) -> bytes:
    return (
        f'<{root} xmlns="urn:oasis:names:specification:ubl:schema:xsd:{root}-2" xmlns:cac="{CAC}" '
        f'xmlns:cbc="{CBC}"><cbc:ID>O-1</cbc:ID><cbc:IssueDate>2024-05-06</cbc:IssueDate>{inner}</{root}>'
    ).encode()


def read(content: bytes):
    assert UblOrderFormat().recognises(content)
    (found,) = UblOrderFormat().read(content, "order.xml")
    return found


def test_an_order_line_without_an_amount_costs_quantity_times_price():
    base = '<cbc:BaseQuantity unitCode="C62">100</cbc:BaseQuantity>'
    line = f'<cbc:ID>1</cbc:ID><cbc:Quantity unitCode="C62">250</cbc:Quantity>{PRICE.format(base)}{ITEM}'
    found = read(document("Order", f"<cac:OrderLine><cac:LineItem>{line}</cac:LineItem></cac:OrderLine>"))
    (one,) = found.lines
    assert (one.amount, one.currency, one.quantity, one.unit) == (
        Decimal("50.00"),
        "SEK",
        Decimal(250),
        "C62",
    )
    assert "invoice" in found.notes[0]


def test_a_despatch_advice_has_quantities_alone(tmp_path):
    line = f'<cbc:ID>1</cbc:ID><cbc:DeliveredQuantity unitCode="KGM">12.5</cbc:DeliveredQuantity>{ITEM}'
    path = tmp_path / "advice.xml"
    path.write_bytes(document("DespatchAdvice", f"<cac:DespatchLine>{line}</cac:DespatchLine>"))
    ledger = read_ledger(path)
    assert ledger.lines["quantity"].tolist() == [12.5]
    assert ledger.lines["unit"].tolist() == ["KGM"]
    assert ledger.lines["amount"].isna().all()
    assert ledger.lines["issue"].tolist() == [""]
    assert any("no prices" in note for note in ledger.notes)


def test_a_catalogue_line_is_what_its_price_is_for():
    offered = f"<cac:RequiredItemLocationQuantity>{PRICE.format('')}</cac:RequiredItemLocationQuantity>"
    line = f"<cbc:ID>1</cbc:ID><cbc:OrderableUnit>BX</cbc:OrderableUnit>{offered}{ITEM}"
    (one,) = read(document("Catalogue", f"<cac:CatalogueLine>{line}</cac:CatalogueLine>")).lines
    assert (one.amount, one.quantity, one.unit, one.currency) == (Decimal("20.00"), Decimal(1), "BX", "SEK")


def money(place: str, total: str) -> str:
    return f"<cac:{place}><cbc:LineExtensionAmount>{total}</cbc:LineExtensionAmount></cac:{place}>"


def item_line(number: int, status: str = "", substitute: str = "") -> str:
    said = f"<cbc:LineStatusCode>{status}</cbc:LineStatusCode>" if status else ""
    quantity = '<cbc:Quantity unitCode="C62">2</cbc:Quantity>'
    line = f"<cbc:ID>{number}</cbc:ID>{said}{quantity}{PRICE.format('')}{ITEM}"
    return f"<cac:OrderLine><cac:LineItem>{line}</cac:LineItem>{substitute}</cac:OrderLine>"


@pytest.mark.parametrize(("root", "out"), [("OrderChange", "2"), ("OrderResponse", "7")])
def test_lines_that_a_change_or_response_takes_back_are_left_out_and_counted(root, out):
    total = money("AnticipatedMonetaryTotal", "80")
    found = read(document(root, total + item_line(1, "5") + item_line(2, out)))
    assert [line.number for line in found.lines] == ["1"]
    assert found.stated_total is None
    assert "give one of them" in found.notes[0]
    assert found.notes[1] == "Lines left out as cancelled or not accepted: 1."


def test_an_order_that_is_rejected_buys_nothing():
    code = "<cbc:OrderResponseCode>RE</cbc:OrderResponseCode>"
    found = read(document("OrderResponse", code + item_line(1)))
    assert not found.lines
    assert "nothing is bought" in found.reason


def test_what_a_supplier_sends_instead_is_what_is_bought():
    substitute = ITEM.replace("Gloves", "Mittens")
    other = f"<cac:SellerSubstitutedLineItem>{substitute}</cac:SellerSubstitutedLineItem>"
    (line,) = read(document("OrderResponse", item_line(1, "3", other))).lines
    assert (line.description, line.amount) == ("Mittens", Decimal("40.00"))


def test_a_quotation_is_an_offer():
    line = item_line(1).replace("OrderLine", "QuotationLine")
    total = money("QuotedMonetaryTotal", "40.00")
    found = read(document("Quotation", total + line))
    assert (found.lines[0].amount, found.stated_total) == (Decimal("40.00"), Decimal("40.00"))
    assert "offer" in found.notes[0]


def test_a_receipt_advice_has_the_quantities_received():
    line = (
        '<cbc:ID>1</cbc:ID><cbc:ReceivedQuantity unitCode="KGM">12</cbc:ReceivedQuantity>'
        f'<cbc:RejectedQuantity unitCode="KGM">1</cbc:RejectedQuantity>{ITEM}'
    )
    (one,) = read(document("ReceiptAdvice", f"<cac:ReceiptLine>{line}</cac:ReceiptLine>")).lines
    assert (one.quantity, one.unit, one.amount, one.own["rejected_quantity"]) == (12, "KGM", None, "1")


@pytest.mark.parametrize(
    ("root", "name"),
    [
        ("Reminder", "a UBL reminder"),
        ("OrderResponseSimple", "a UBL simple order response"),
        ("ApplicationResponse", "a UBL application response"),
        ("Waybill", "a UBL document of another kind"),
    ],
)
def test_documents_that_tell_of_no_purchase_are_called_by_their_names(tmp_path, root, name):
    path = tmp_path / "x.xml"
    path.write_bytes(document(root, ""))
    with pytest.raises(UnreadableDocumentError, match=f"got {name}, which tells of no purchase"):
        read_ledger(path)


@pytest.mark.parametrize("root", ["Order", "OrderChange", "Quotation", "DespatchAdvice", "Catalogue"])
def test_a_document_without_lines_says_so(root):
    assert "without lines" in read(document(root, "")).reason
