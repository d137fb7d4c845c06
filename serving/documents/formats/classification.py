"""What an item is called elsewhere: classification codes under the names that the model knows, and GTINs."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from serving.documents.content import is_gtin

_SCHEMES: Final = {
    "STI": "CPV",  # UNTDID 7143, as PEPPOL and XRechnung use it: the EU's procurement vocabulary
    "STO": "CPV",
    "TST": "UNSPSC",
    "HS": "HS",
    "CV": "CN",
}
_SHAPES: Final = {
    "CPV": re.compile(r"\d{8}(?:-\d)?"),
    "UNSPSC": re.compile(r"\d{8}(?:\d{2})?"),
    "HS": re.compile(r"\d{4}(?:\.?\d{2})?(?:\.?\d{2,4})?"),
    "CN": re.compile(r"\d{4}(?: ?\d{2}){0,2}"),
}
"""A code of another shape is none of that scheme, whatever the list says; it keeps the name as written."""
_PREFERRED: Final = ("UNSPSC", "CPV", "CN", "HS", "NAICS", "NACE", "PSC", "EMDN")
_GTIN_SCHEMES: Final = frozenset({"0160", "GTIN", "EAN", "UPC"})
_GTIN_DIGITS: Final = re.compile(r"\d{8}|\d{12,14}")


@dataclass(frozen=True)
class Classification:
    """A code and the scheme it belongs to, as the model names it where it knows it, else as written."""

    scheme: str
    code: str


def classification(list_name: str, code: str, *, lists: str = "") -> Classification | None:
    """Name the scheme of a code; None where there is no code.

    Parameters
    ----------
    list_name
        A code of UNTDID 7143 (``STI``), a domain or the name of a scheme.
    code
        As written; a ``.0`` that a spreadsheet left behind is dropped.
    lists
        The version or name of the list, where the document gives it: ``ZZZ`` says nothing, it may.

    Examples
    --------
    >>> classification("STI", "30192000-1")
    Classification(scheme='CPV', code='30192000-1')
    >>> classification("STI", "86776"), classification("unspsc", "44121701.0")
    (Classification(scheme='STI', code='86776'), Classification(scheme='UNSPSC', code='44121701'))
    """
    code = code.strip()
    if code.endswith(".0") and code[:-2].isdigit() and len(code) > len("45.10"):
        code = code[:-2]
    if not code:
        return None
    for written in (list_name.strip(), lists.strip()):
        scheme = _SCHEMES.get(written.upper(), "") or next(
            (known for known in _PREFERRED if written.upper().startswith(known)), ""
        )
        shape = _SHAPES.get(scheme)
        if scheme and (shape is None or shape.fullmatch(code)):
            return Classification(scheme, code)
    return Classification(list_name.strip(), code)


def preferred(found: Sequence[Classification | None]) -> Classification:
    """Choose the code that says most to the model: first of a scheme it knows, else the first."""
    codes = [one for one in found if one is not None]
    ranks = {scheme: rank for rank, scheme in enumerate(_PREFERRED)}
    return min(codes, key=lambda one: ranks.get(one.scheme, len(ranks)), default=Classification("", ""))


def written_codes(found: Sequence[Classification | None]) -> str:
    """List all codes of an item for a reader."""
    return "; ".join(f"{one.scheme} {one.code}".strip() for one in found if one is not None)


def gtin_in(identifier: str, scheme: str = "") -> str:
    """Return an item's standard identifier where it is a GTIN: said to be one, or valid as one.

    Examples
    --------
    >>> gtin_in("4006381333931"), gtin_in("4006381333932"), gtin_in("4006381333932", "0160")
    ('4006381333931', '', '4006381333932')
    """
    digits = identifier.strip().replace(" ", "")
    if not _GTIN_DIGITS.fullmatch(digits):
        return ""
    return digits if scheme.strip().upper() in _GTIN_SCHEMES or is_gtin(digits) else ""
