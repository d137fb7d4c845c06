"""Factur-X, ZUGFeRD and Order-X: a PDF for people with the same invoice or order as XML inside."""

import io
import logging
import zlib
from collections.abc import Sequence
from itertools import islice
from typing import Final

from pypdf import PdfReader
from pypdf.errors import PyPdfError

from data.errors import UnreadableDocumentError
from serving.documents.formats.cii import CiiFormat
from serving.documents.formats.cii_kin import OrderXFormat, ZugferdOneFormat
from serving.documents.formats.document import Document
from serving.documents.formats.safe_xml import is_markup, root_tag
from serving.documents.formats.ubl_invoice import UblInvoiceFormat

# what is wrong with a file is said once, in the error
logging.getLogger("pypdf").setLevel(logging.CRITICAL)

_MAX_BYTES: Final = 1 << 27
_MAX_ATTACHMENTS: Final = 200
_MAX_UNPACKED: Final = 1 << 28
_FAULTS: Final = (
    PyPdfError,
    zlib.error,
    ValueError,
    LookupError,
    TypeError,
    AttributeError,
    ArithmeticError,
    RecursionError,
    NotImplementedError,
)
"""What the reader of PDFs raises for files that are none, depending on where they are broken."""


class PdfInvoiceFormat:
    """Reads the invoice that a PDF carries as an attachment, whatever the attachment is called."""

    kind = "PDF with an XML invoice"

    def __init__(self) -> None:
        self._inside = (CiiFormat(), UblInvoiceFormat(), ZugferdOneFormat(), OrderXFormat())

    def recognises(self, content: bytes) -> bool:
        """Tell by the mark of every PDF."""
        return content.startswith(b"%PDF")

    def read(self, content: bytes, name: str) -> Sequence[Document]:
        """Read the invoices among the attachments."""
        attached = _attachments(content, name)
        found = [
            document
            for attachment in attached
            for one in self._inside
            if one.recognises(attachment)
            for document in one.read(attachment, name)
        ]
        if found:
            return found
        roots = [root_tag(one).rpartition("}")[2] for one in attached if is_markup(one)]
        got = f"only <{roots[0]}> inside" if roots else "no XML inside"
        raise UnreadableDocumentError(
            f"{name}: got a PDF with {got}, expected a Factur-X or ZUGFeRD invoice, or an Order-X order; "
            "ask the supplier for the XML, or give the lines as CSV: pages are not read."
        )


def _attachments(content: bytes, name: str) -> list[bytes]:
    if len(content) > _MAX_BYTES:
        raise UnreadableDocumentError(
            f"{name}: got a PDF of {len(content) >> 20} MiB, expected at most {_MAX_BYTES >> 20}; split it."
        )
    try:
        reader = PdfReader(io.BytesIO(content))
        if reader.is_encrypted:
            raise UnreadableDocumentError(
                f"{name}: got an encrypted PDF, expected one without a password; save it again without."
            )
        found, left = [], _MAX_UNPACKED
        for attachment in islice(reader.attachment_list, _MAX_ATTACHMENTS):
            found.append(attachment.content)
            left -= len(found[-1])
            if left < 0:
                raise UnreadableDocumentError(
                    f"{name}: got a PDF whose attachments unpack to more than {_MAX_UNPACKED >> 20} MiB, "
                    "expected less; give its invoice alone."
                )
    except _FAULTS as error:
        reason = " ".join(str(error).split()) or type(error).__name__
        raise UnreadableDocumentError(
            f"{name}: got a damaged PDF ({reason}), expected a whole one; download it again."
        ) from error
    return found
