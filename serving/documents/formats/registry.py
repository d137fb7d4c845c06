"""The structured formats that are read. A new one: a class in a file of its own, and its name here."""

from typing import Final

from serving.documents.formats.cii import CiiFormat
from serving.documents.formats.cii_kin import OrderXFormat, ZugferdOneFormat
from serving.documents.formats.cxml import CxmlFormat
from serving.documents.formats.document import DocumentFormat
from serving.documents.formats.envelope import EnvelopeFormat
from serving.documents.formats.ocds import OcdsFormat
from serving.documents.formats.pdf_invoice import PdfInvoiceFormat
from serving.documents.formats.ubl_invoice import UblInvoiceFormat
from serving.documents.formats.ubl_order import UblOrderFormat

FORMATS: Final[tuple[DocumentFormat, ...]] = (
    UblInvoiceFormat(),
    UblOrderFormat(),
    CiiFormat(),
    ZugferdOneFormat(),
    OrderXFormat(),
    EnvelopeFormat(),
    CxmlFormat(),
    PdfInvoiceFormat(),
    OcdsFormat(),
)
"""In order: the first that recognises a document reads it."""
