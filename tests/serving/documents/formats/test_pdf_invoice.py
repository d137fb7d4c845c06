"""Factur-X and ZUGFeRD: the invoice within a PDF, and PDFs that are refused."""

import io
import tracemalloc
import zlib
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


def bomb(files: int, unpacked: int) -> bytes:
    """Write a PDF by hand, with attachments of nothing but zeros."""
    packed = zlib.compress(bytes(unpacked))
    stream = b"<</Type/EmbeddedFile/Filter/FlateDecode/Length %d>>stream\n%s\nendstream" % (
        len(packed),
        packed,
    )
    names = b"".join(b"(%d)%d 0 R" % (number, 10 + number) for number in range(files))
    objects = {
        1: b"<</Type/Catalog/Pages 2 0 R/Names<</EmbeddedFiles<</Names[%s]>>>>>>" % names,
        2: b"<</Type/Pages/Kids[]/Count 0>>",
        3: stream,
    }
    for number in range(files):
        objects[10 + number] = b"<</Type/Filespec/F(%d)/EF<</F 3 0 R>>>>" % number
    body = b"".join(b"%d 0 obj\n%s\nendobj\n" % item for item in objects.items())
    return b"%PDF-1.7\n" + body + b"trailer<</Root 1 0 R/Size 300>>\nstartxref\n0\n%%EOF"


@pytest.mark.parametrize(("files", "unpacked"), [(6, 60_000_000), (1, 400_000_000)])
def test_attachments_that_unpack_without_end_are_refused(files, unpacked):
    tracemalloc.start()
    message = refusal(bomb(files, unpacked))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert "unpack to more than 256 MiB" in message or "got a damaged PDF (Limit reached" in message
    assert peak < 1 << 30


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
