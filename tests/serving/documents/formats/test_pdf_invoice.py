"""Factur-X and ZUGFeRD: the invoice within a PDF, and PDFs that are refused."""

import io
from decimal import Decimal

import pytest
from pypdf import PdfWriter

from data.errors import UnreadableDocumentError
from serving.documents.formats.pdf_invoice import PdfInvoiceFormat
from serving.documents.readers import read_tables

UBL = (
    b'<Invoice xmlns="urn:oasis:names:specification:ubl:schema:xsd:Invoice-2" '
    b'xmlns:cac="urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2" '
    b'xmlns:cbc="urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2">'
    b"<cbc:ID>1</cbc:ID><cac:InvoiceLine><cbc:ID>1</cbc:ID>"
    b'<cbc:LineExtensionAmount currencyID="EUR">5</cbc:LineExtensionAmount>'
    b"<cac:Item><cbc:Name>Soap</cbc:Name></cac:Item></cac:InvoiceLine></Invoice>"
)


def pdf(**attachments: bytes) -> bytes:
    writer = PdfWriter()
    writer.add_blank_page(72, 72)
    for name, content in attachments.items():
        writer.add_attachment(f"{name}.xml", content)
    stream = io.BytesIO()
    writer.write(stream)
    return stream.getvalue()


def refusal(content: bytes) -> str:
    with pytest.raises(UnreadableDocumentError) as refused:
        PdfInvoiceFormat().read(content, "invoice.pdf")
    return str(refused.value)


def test_the_invoice_is_found_whatever_the_attachment_is_called():
    (document,) = PdfInvoiceFormat().read(pdf(terms=b"<terms/>", anything=UBL), "invoice.pdf")
    assert [(line.description, line.amount) for line in document.lines] == [("Soap", Decimal(5))]


def test_a_pdf_without_xml_is_refused_in_one_sentence():
    assert refusal(pdf()).startswith("invoice.pdf: got a PDF with no XML inside, expected a Factur-X")


def test_a_pdf_with_other_xml_says_which():
    assert "only <terms> inside" in refusal(pdf(terms=b"<terms/>"))


def test_a_damaged_pdf_is_refused():
    assert "got a damaged PDF" in refusal(pdf(anything=UBL)[:300])
    assert "got a damaged PDF" in refusal(b"%PDF-1.7\nnothing")


def test_an_encrypted_pdf_is_refused():
    writer = PdfWriter(clone_from=io.BytesIO(pdf(anything=UBL)))
    writer.encrypt("secret", algorithm="RC4-128")
    stream = io.BytesIO()
    writer.write(stream)
    assert "got an encrypted PDF" in refusal(stream.getvalue())


@pytest.mark.data_package
def test_a_real_invoice_in_a_pdf_is_read_through_the_registry(data_dir, tmp_path):
    xml = data_dir / "documents" / "en16931" / "cii_examples" / "CII_example2.xml"
    path = tmp_path / "invoice.bin"
    path.write_bytes(pdf(factur_x=xml.read_bytes()))
    (inside,) = read_tables(path)
    (alone,) = read_tables(xml)
    assert inside.rows == alone.rows
