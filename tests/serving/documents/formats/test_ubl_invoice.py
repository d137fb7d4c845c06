"""UBL invoices and credit notes: every line as the invoice has it, adding up to what it comes to."""

from decimal import Decimal

import pytest

from serving.documents import read_ledger
from serving.documents.formats.ubl_invoice import UblInvoiceFormat
from serving.documents.ledger import LedgerReading
from serving.documents.parts import read_parts

CAC = "urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2"
CBC = "urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2"


def invoice(lines: str, around: str = "", root: str = "Invoice") -> bytes:
    return (
        f'<{root} xmlns="urn:oasis:names:specification:ubl:schema:xsd:{root}-2" xmlns:cac="{CAC}" '
        f'xmlns:cbc="{CBC}"><cbc:ID>I-1</cbc:ID><cbc:IssueDate>2024-05-06</cbc:IssueDate>'
        f"<cbc:DocumentCurrencyCode>EUR</cbc:DocumentCurrencyCode>{around}{lines}</{root}>"
    ).encode()


def line(number: str, amount: str, inner: str = "", name: str = "Paper", element: str = "InvoiceLine") -> str:
    return (
        f"<cac:{element}><cbc:ID>{number}</cbc:ID>"
        '<cbc:InvoicedQuantity unitCode="KGM">2</cbc:InvoicedQuantity>'
        f'<cbc:LineExtensionAmount currencyID="EUR">{amount}</cbc:LineExtensionAmount>'
        f"<cac:Item><cbc:Name>{name}</cbc:Name>{inner}</cac:Item></cac:{element}>"
    )


def allowance(amount: str, *, charge: bool, reason: str = "") -> str:
    return (
        f"<cac:AllowanceCharge><cbc:ChargeIndicator>{str(charge).lower()}</cbc:ChargeIndicator>"
        f"<cbc:AllowanceChargeReason>{reason}</cbc:AllowanceChargeReason>"
        f'<cbc:Amount currencyID="EUR">{amount}</cbc:Amount></cac:AllowanceCharge>'
    )


def read(content: bytes):
    (document,) = UblInvoiceFormat().read(content, "invoice.xml")
    return document


def test_a_line_says_what_the_invoice_says(tmp_path):
    item = (
        "<cac:StandardItemIdentification><cbc:ID schemeID='0160'>04012345678901</cbc:ID>"
        "</cac:StandardItemIdentification><cac:CommodityClassification>"
        "<cbc:ItemClassificationCode listID='STI'>30197630-1</cbc:ItemClassificationCode>"
        "</cac:CommodityClassification>"
    )
    path = tmp_path / "whatever.csv"
    path.write_bytes(invoice(line("1", "1.005", item)))
    ledger = read_ledger(path)
    found = ledger.lines.iloc[0]
    assert (found["description"], found["amount"], found["currency"]) == ("Paper", 1.005, "EUR")
    assert (found["quantity"], found["unit"], f"{found['date']:%Y-%m-%d}") == (2.0, "KGM", "2024-05-06")
    assert (found["gtin"], found["category_code"]) == ("04012345678901", "30197630-1")
    assert (found["category_scheme"], found["line_id"]) == ("CPV", "I-1/1")
    assert ledger.vat == "excluded"
    assert {choice.how for choice in ledger.columns} == {"by format"}


def test_a_column_chosen_by_the_user_wins(tmp_path):
    path = tmp_path / "invoice.xml"
    path.write_bytes(invoice(line("7", "5")))
    ledger = read_ledger(path, mapping={"cost_centre": "line_number"})
    assert ledger.lines["cost_centre"].tolist() == ["7"]


def test_a_job_reads_an_invoice_whole_however_large_it_is(tmp_path):
    path = tmp_path / "invoice.xml"
    path.write_bytes(invoice(line("1", "5") + line("2", "6")))
    parts = read_parts(path, LedgerReading(path), whole_bytes=0)
    assert parts.first.lines["amount"].tolist() == [5.0, 6.0]
    assert list(parts.following) == []


def test_a_line_called_total_is_a_line(tmp_path):
    path = tmp_path / "invoice.xml"
    path.write_bytes(invoice(line("1", "5") + line("2", "5") + line("3", "10", name="Total")))
    assert read_ledger(path).lines["issue"].tolist() == ["", "", ""]


def test_a_discount_on_the_document_lowers_its_lines_to_the_cent():
    lines = line("1", "10.00") + line("2", "10.00") + line("3", "10.00") + line("4", "-5.00")
    document = read(invoice(lines, allowance("1.00", charge=False, reason="Loyal customer")))
    amounts = [one.amount for one in document.lines]
    assert amounts == [Decimal("9.66"), Decimal("9.67"), Decimal("9.67"), Decimal("-5.00")]
    assert document.lines[0].own["line_amount"] == "10.00"
    assert "Loyal customer" in document.notes[0]


def test_more_discounts_than_anybody_gives_are_lines_of_their_own():
    discounts = allowance("0.01", charge=False) * 20_000
    document = read(invoice(line("1", "1000.00") * 5_000, discounts))
    assert len(document.lines) == 25_000
    assert sum(one.amount for one in document.lines) == Decimal("4999800.00")


def test_a_discount_that_no_line_can_take_is_a_line():
    document = read(invoice(line("1", "1.00"), allowance("3.00", charge=False, reason="Bonus")))
    assert [(one.description, one.amount) for one in document.lines] == [
        ("Paper", Decimal("1.00")),
        ("Discount: Bonus", Decimal("-3.00")),
    ]


def test_a_charge_on_the_document_is_a_line():
    charge = allowance("4.00", charge=True, reason="Freight")
    document = read(invoice(line("1", "1.00"), charge))
    assert [(one.description, one.amount, one.currency) for one in document.lines[1:]] == [
        ("Charge: Freight", Decimal("4.00"), "EUR")
    ]


def test_a_credit_note_is_negative():
    document = read(invoice(line("1", "3.00"), root="CreditNote"))
    assert (document.lines[0].amount, document.lines[0].quantity) == (Decimal("-3.00"), Decimal(-2))


def test_sub_lines_stand_for_their_line_where_they_add_up():
    parts = line("1.1", "1.00", name="Pen", element="SubInvoiceLine") + line(
        "1.2", "2.00", name="Ink", element="SubInvoiceLine"
    )
    whole = line("1", "3.00").replace("</cac:InvoiceLine>", f"{parts}</cac:InvoiceLine>")
    assert [one.description for one in read(invoice(whole)).lines] == ["Pen", "Ink"]
    document = read(invoice(whole.replace("3.00", "4.00", 1)))
    assert [one.description for one in document.lines] == ["Paper"]
    assert "do not add up" in document.notes[0]


def test_a_figure_that_is_none_is_said_on_its_line(tmp_path):
    path = tmp_path / "invoice.xml"
    path.write_bytes(invoice(line("1", "1.234,50") + line("2", "5")))
    lines = read_ledger(path).lines
    assert lines["issue"].tolist() == ["amount_unreadable", ""]
    assert '"1.234,50"' in lines["issue_detail"].iloc[0]


def test_a_quantity_that_is_none_does_not_keep_an_amount_from_counting(tmp_path):
    path = tmp_path / "invoice.xml"
    path.write_bytes(invoice(line("1", "5").replace(">2<", ">two<")))
    ledger = read_ledger(path)
    assert (ledger.lines["amount"].tolist(), ledger.lines["issue"].tolist()) == ([5.0], [""])
    assert ledger.source["unread_figures"].tolist() == ["two"]


@pytest.mark.data_package
def test_every_real_invoice_adds_up_to_the_cent(data_dir):
    folders = [data_dir / "documents" / "xrechnung", data_dir / "documents" / "en16931" / "ubl_examples"]
    counted = 0
    for path in sorted(path for folder in folders for path in folder.rglob("*.xml")):
        if not UblInvoiceFormat().recognises(path.read_bytes()):
            continue
        document = read(path.read_bytes())
        assert sum(one.amount for one in document.lines) == document.stated_total, path.name
        assert all(one.description and one.currency and one.date for one in document.lines), path.name
        counted += 1
    assert counted == 63


@pytest.mark.parametrize(
    ("root", "element", "kind", "amount"),
    [
        ("SelfBilledInvoice", "InvoiceLine", "UBL self-billed invoice", 5),
        ("SelfBilledCreditNote", "CreditNoteLine", "UBL self-billed credit note", -5),
        ("FreightInvoice", "InvoiceLine", "UBL freight invoice", 5),
    ],
)
def test_invoices_that_buyers_or_carriers_write_are_read_like_others(root, element, kind, amount):
    content = invoice(line("1", "5.00", element=element), root=root)
    assert UblInvoiceFormat().recognises(content)
    found = read(content)
    assert (found.kind, found.lines[0].amount) == (kind, Decimal(amount))
