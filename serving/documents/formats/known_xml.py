"""XML documents that are known and not read: each is called by its name, with what to give instead."""

from typing import Final

_NO_PURCHASE: Final = (
    "which tells of no purchase: leave it out, and give the invoice or order that it is about."
)
_OTHER_FORMAT: Final = (
    "which is not read: ask for the same as UBL or CII (PEPPOL, EN 16931), or give its lines as CSV."
)
_UBL: Final = "urn:oasis:names:specification:ubl:schema:xsd:"
_KNOWN: Final = (
    (f"{_UBL}ApplicationResponse-2", "a UBL application response", _NO_PURCHASE),
    (f"{_UBL}OrderResponseSimple-2", "a UBL simple order response", _NO_PURCHASE),
    (f"{_UBL}OrderCancellation-2", "a UBL order cancellation", _NO_PURCHASE),
    (f"{_UBL}Reminder-2", "a UBL reminder", _NO_PURCHASE),
    (f"{_UBL}Statement-2", "a UBL statement of account", _NO_PURCHASE),
    (f"{_UBL}RemittanceAdvice-2", "a UBL remittance advice", _NO_PURCHASE),
    (f"{_UBL}RequestForQuotation-2", "a UBL request for quotation", _NO_PURCHASE),
    (f"{_UBL}DebitNote-2", "a UBL debit note, a claim on the supplier", _NO_PURCHASE),
    (_UBL, "a UBL document of another kind", _NO_PURCHASE),
    ("urn:un:unece:uncefact:data:", "a UN/CEFACT document of another kind", _OTHER_FORMAT),
    ("http://ivaservizi.agenziaentrate.gov.it/docs/xsd/fatture", "a FatturaPA invoice", _OTHER_FORMAT),
    ("http://www.facturae.", "a Facturae invoice", _OTHER_FORMAT),
    ("http://www.opentrans.org/", "an openTRANS document", _OTHER_FORMAT),
    ("http://www.bmecat.org/", "a BMEcat catalogue", _OTHER_FORMAT),
    ("urn:sfti:", "a Svefaktura document", _OTHER_FORMAT),
)
"""How a namespace begins, the more exact first -> what the document is, and what to do."""


def known_name(namespace: str) -> str:
    """Say what a document is and what to give instead, by the namespace of its root; "" where unknown.

    Examples
    --------
    >>> known_name("urn:oasis:names:specification:ubl:schema:xsd:Reminder-2").partition(",")[0]
    'a UBL reminder'
    >>> known_name("urn:example")
    ''
    """
    return next((f"{what}, {rest}" for start, what, rest in _KNOWN if namespace.startswith(start)), "")
