"""UBL orders, despatch advices and catalogues: lines with what each of them knows."""

from decimal import Decimal

import pytest

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


@pytest.mark.parametrize("root", ["Order", "DespatchAdvice", "Catalogue"])
def test_a_document_without_lines_says_so(root):
    assert "without lines" in read(document(root, "")).reason
