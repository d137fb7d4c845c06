"""PEPPOL envelopes: the document inside is read as if it had come alone."""

import pytest

from data.errors import UnreadableDocumentError
from serving.documents.formats.envelope import EnvelopeFormat
from serving.documents.formats.ubl_invoice import UblInvoiceFormat

INVOICE = (
    '<Invoice xmlns="urn:oasis:names:specification:ubl:schema:xsd:Invoice-2" '
    'xmlns:cac="urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2" '
    'xmlns:cbc="urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2">'
    "<cbc:ID>1</cbc:ID><cac:InvoiceLine><cbc:ID>1</cbc:ID>"
    '<cbc:LineExtensionAmount currencyID="EUR">5</cbc:LineExtensionAmount>'
    "<cac:Item><cbc:Name>Soap</cbc:Name></cac:Item></cac:InvoiceLine></Invoice>"
)


def envelope(inside: str) -> bytes:
    space = "http://www.unece.org/cefact/namespaces/StandardBusinessDocumentHeader"
    header = "<sh:StandardBusinessDocumentHeader><sh:HeaderVersion>1.0</sh:HeaderVersion>"
    return (
        f'<sh:StandardBusinessDocument xmlns:sh="{space}">{header}</sh:StandardBusinessDocumentHeader>'
        f"{inside}</sh:StandardBusinessDocument>"
    ).encode()


def test_the_document_inside_is_read_as_if_it_had_come_alone():
    content = envelope(INVOICE)
    assert EnvelopeFormat().recognises(content)
    inside = EnvelopeFormat().read(content, "a.xml")
    assert inside == UblInvoiceFormat().read(INVOICE.encode(), "a.xml")


def test_an_envelope_without_a_known_document_is_refused():
    with pytest.raises(UnreadableDocumentError, match="without a known document"):
        EnvelopeFormat().read(envelope("<x/>"), "a.xml")
