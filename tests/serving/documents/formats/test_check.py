"""The check of a folder: every document has a row, and a typed result."""

from typer.testing import CliRunner

from serving.documents.formats.check import check_folder, markdown
from serving.format_commands import app

INVOICE = (
    '<Invoice xmlns="urn:oasis:names:specification:ubl:schema:xsd:Invoice-2" '
    'xmlns:cac="urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2" '
    'xmlns:cbc="urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2">'
    "<cbc:ID>1</cbc:ID><cac:LegalMonetaryTotal><cbc:TaxExclusiveAmount>{total}</cbc:TaxExclusiveAmount>"
    "</cac:LegalMonetaryTotal><cac:InvoiceLine><cbc:ID>1</cbc:ID>"
    '<cbc:LineExtensionAmount currencyID="EUR">{amount}</cbc:LineExtensionAmount>'
    "<cac:Item><cbc:Name>Soap</cbc:Name></cac:Item></cac:InvoiceLine></Invoice>"
)


def test_every_file_has_a_typed_result(tmp_path):
    files = {
        "a/right.xml": INVOICE.format(total="5.00", amount="5"),
        "a/wrong.xml": INVOICE.format(total="5.01", amount="5"),
        "a/silent.xml": INVOICE.format(total="", amount="5"),
        "b/figure.xml": INVOICE.format(total="5", amount="five"),
        "b/broken.xml": INVOICE.format(total="5", amount="5")[:-5],
        "b/status.xml": "<cXML><Request><StatusUpdateRequest/></Request></cXML>",
        "c.csv": "description,amount\nPaper,5\n",
        "d.csv": "ocid,awards/0/id,awards/0/title,awards/0/value/amount\no,a,Desks,5\n",
    }
    for name, content in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(content, encoding="utf-8")
    outcomes = {check.file: check.outcome for check in check_folder(tmp_path)}
    assert outcomes == {
        "a/right.xml": "adds_up",
        "a/silent.xml": "no_total_stated",
        "a/wrong.xml": "total_differs",
        "b/broken.xml": "unreadable",
        "b/figure.xml": "figure_unreadable",
        "b/status.xml": "no_purchase",
        "c.csv": "no_document",
        "d.csv": "adds_up",
    }


def test_the_table_shows_difference_to_the_cent(tmp_path):
    (tmp_path / "wrong.xml").write_text(INVOICE.format(total="5.01", amount="5"), encoding="utf-8")
    table = markdown(check_folder(tmp_path))
    assert "| wrong.xml | UBL invoice | 1 | 5.00 | 5.01 | -0.01 | total_differs:" in table


def test_the_command_prints_the_table(tmp_path):
    (tmp_path / "right.xml").write_text(INVOICE.format(total="5", amount="5"), encoding="utf-8")
    result = CliRunner().invoke(app, ["check", str(tmp_path)])
    assert result.exit_code == 0
    assert result.output.startswith("1 documents, 1 lines: 1 adds_up.")
