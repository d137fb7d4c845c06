"""Envelopes of the PEPPOL network: a Standard Business Document with an invoice or order inside."""

from collections.abc import Sequence
from typing import Final

from lxml import etree

from data.errors import UnreadableDocumentError
from serving.documents.formats.cii import CiiFormat
from serving.documents.formats.cii_kin import OrderXFormat
from serving.documents.formats.document import Document
from serving.documents.formats.safe_xml import parse_xml, root_tag
from serving.documents.formats.ubl_invoice import UblInvoiceFormat
from serving.documents.formats.ubl_order import UblOrderFormat

_NAMESPACE: Final = "http://www.unece.org/cefact/namespaces/StandardBusinessDocumentHeader"


class EnvelopeFormat:
    """Takes the document out of its envelope and reads it as if it had come alone."""

    kind = "PEPPOL envelope"

    def __init__(self) -> None:
        self._inside = (UblInvoiceFormat(), UblOrderFormat(), CiiFormat(), OrderXFormat())

    def recognises(self, content: bytes) -> bool:
        """Tell by the root element."""
        return root_tag(content) == f"{{{_NAMESPACE}}}StandardBusinessDocument"

    def read(self, content: bytes, name: str) -> Sequence[Document]:
        """Read the documents inside."""
        enclosed = [etree.tostring(one) for one in parse_xml(content, name) if isinstance(one.tag, str)]
        found = [
            document
            for one in enclosed
            for known in self._inside
            if known.recognises(one)
            for document in known.read(one, name)
        ]
        if not found:
            raise UnreadableDocumentError(
                f"{name}: got an envelope without a known document inside, expected a UBL or CII invoice, or "
                "a UBL order; take out what is inside, and give that."
            )
        return found
