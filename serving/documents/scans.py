"""Scans of barcodes: GS1 element strings and Digital Links, read for what they say about goods.

What other application identifiers say (coupons, bank accounts, addresses) is split off by its length and
characters and looked at no further.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Final

from biip import ParseError
from biip.gs1_element_strings import GS1ElementString
from biip.gs1_messages import GS1Message

from data.errors import LedgerprintError
from features.gtins import read_gtin
from serving.documents.digital_links import digital_link_elements

_SEPARATOR: Final = "\x1d"
_SEPARATORS_SHOWN: Final = re.compile(r"␝|\\x1d|\\u001d|[<{\[](?:GS|FNC1)[>}\]]", re.IGNORECASE)
"""What scanners and exports write for the separator (FNC1), which is no character of a keyboard."""
_BRACKETED: Final = re.compile(r"\(([0-9]{2,4})\)((?:\\\(|[^(])+)")
_GTIN_ALONE: Final = re.compile(r"[0-9]{8}|[0-9]{12,14}")
_MESSAGES: Final = frozenset({"C1", "d2", "Q3", "J1", "e0"})
_LINKS: Final = frozenset({"Q1", "d1", "J0"})
_GTIN_LENGTHS: Final = {"E0": 13, "E3": 13, "E4": 8, "I1": 14}
_VARIABLE_MEASURE: Final = "9"
PIECE: Final = "PCE"
_MEASURES: Final = {
    "310": "KGM",
    "320": "LBR",
    "356": "APZ",
    "315": "LTR",
    "316": "MTQ",
    "357": "OZA",
    "360": "QTL",
    "361": "GLL",
    "364": "INQ",
    "365": "FTQ",
    "366": "YDQ",
    "314": "MTK",
    "350": "INK",
    "351": "FTK",
    "352": "YDK",
    "311": "MTR",
    "321": "INH",
    "322": "FOT",
    "323": "YRD",
}
"""Application identifier without its decimals -> UNECE Rec 20: net masses, volumes, areas, lengths."""
_EXPIRY: Final = ("17", "15", "16")
_MISMATCH: Final = re.compile(r"Failed to match .* with GS1 AI (\([0-9]+\)) pattern .*")
_MISMATCH_SAID: Final = r"what stands under \1 has the wrong length, characters or date"
_SHOWN: Final = 60


MARKED: Final = r"\][CdQJeEI][0-4]|\(0[12]\)[0-9]|(?i:https?)://\S*/(?:0[12]|gtin)/[0-9]"
"""How a text begins that is marked as GS1 data of goods, whether it is right or wrong."""


class ScanError(LedgerprintError):
    """A text that is no scan of goods."""


@dataclass(frozen=True)
class Scan:
    """What a scan says.

    Attributes
    ----------
    gtin
        14 digits with a right check digit; of the content, where the scan is of a case; "" for none.
    quantity
        In ``unit``; ``None`` where the goods are of variable measure and the scan does not say which.
    unit
        UNECE Rec 20, or PCE for pieces.
    price
        To be paid (392n), in the currency of the place; ``None`` for none.
    batch, serial
        As encoded, "" for none.
    expiry
        Use by, else best before, else sell by.
    elements
        Application identifiers and values in the order of the scan.
    """

    gtin: str
    quantity: Decimal | None
    unit: str
    price: Decimal | None = None
    batch: str = ""
    serial: str = ""
    expiry: date | None = None
    elements: tuple[tuple[str, str], ...] = field(default=())


def read_scan(text: str) -> Scan:
    """Read a scan as scanners send it and as people copy it.

    Parameters
    ----------
    text
        GS1-128, DataMatrix, QR, DotCode or DataBar data with or without their symbology identifier; the same
        in brackets, "(01)..."; a GS1 Digital Link; or a GTIN alone.

    Raises
    ------
    ScanError
        If it is none of these, or a check digit, a date or a length in it is wrong.

    Examples
    --------
    >>> scan = read_scan("(01)09520123456788(3103)000195(10)A7")
    >>> scan.gtin, scan.quantity, scan.unit, scan.batch
    ('09520123456788', Decimal('0.195'), 'KGM', 'A7')
    """
    wanted = _SEPARATORS_SHOWN.sub(_SEPARATOR, text.strip(" \t\r\n\0"))
    try:
        return _read(wanted)
    except (ParseError, ValueError, AssertionError) as error:
        why = _MISMATCH.sub(_MISMATCH_SAID, " ".join(str(error).split())).replace(_SEPARATOR, "␝")
        shown = wanted.replace(_SEPARATOR, "␝")
        shown = shown if len(shown) <= _SHOWN else f"{shown[:_SHOWN]}…"
        raise ScanError(
            f'Got the scan "{shown}", expected GS1 data of goods{f" ({why})" if why else ""}: scan it again.'
        ) from error


def scanned_gtin(text: str) -> str:
    """Return the GTIN of a text that is marked as a scan, "" where it is not, or wrong.

    Examples
    --------
    >>> scanned_gtin("(01)09520123456788(10)A7"), scanned_gtin("9520123456788")
    ('09520123456788', '')
    """
    if re.match(MARKED, text) is None:
        return ""
    try:
        return read_scan(text).gtin
    except ScanError:
        return ""


def _read(text: str) -> Scan:
    symbology, data = (text[1:3], text[3:]) if text.startswith("]") else ("", text)
    if symbology in _GTIN_LENGTHS:
        number, _, composite = data.partition("|")
        if len(number) != _GTIN_LENGTHS[symbology]:
            raise ParseError(f"{len(number)} digits instead of {_GTIN_LENGTHS[symbology]}")
        more = _message(composite.removeprefix("]e0")) if composite else []
        return _of_gtin(number, more)
    if symbology in _MESSAGES:
        return _of_elements(_message(data))
    if symbology in _LINKS or data[:5].lower() in {"http:", "https"}:
        return _of_elements(digital_link_elements(data))
    if symbology:
        raise ParseError(f"the barcode ]{symbology} carries no GS1 data")
    if data.startswith("("):
        return _of_elements(_bracketed(data))
    if _GTIN_ALONE.fullmatch(data):
        return _of_gtin(data, [])
    return _of_elements(_message(data))


def _message(data: str) -> Sequence[GS1ElementString]:
    found = GS1Message.parse(data.removeprefix(_SEPARATOR)).element_strings
    if not found:
        raise ParseError("it is empty")
    return found


def _bracketed(data: str) -> Sequence[GS1ElementString]:
    """Split "(01)...(10)..."; a bracket within a value has a backslash before it."""
    found, end = [], 0
    while end < len(data):
        part = _BRACKETED.match(data, end)
        if part is None:
            raise ParseError("a bracket does not hold an application identifier, or nothing follows it")
        element = GS1ElementString.parse(part[1] + part[2].replace(r"\(", "(").strip())
        if element.ai.ai != part[1]:
            raise ParseError(f"({part[1]}) is no application identifier")
        found.append(element)
        end = part.end()
    return found


def _of_gtin(number: str, more: Sequence[GS1ElementString]) -> Scan:
    reading = read_gtin(number)
    if not reading.digits:
        raise ParseError(reading.note)
    return _scan(reading.digits, more)


def _of_elements(elements: Sequence[GS1ElementString]) -> Scan:
    for element in elements:
        fault = element.gtin_error or element.sscc_error or element.gln_error
        if fault:
            raise ParseError(fault)
    values = {element.ai.ai: element.value for element in elements}
    return _scan(values.get("01") or values.get("02") or "", elements)


def _scan(gtin: str, elements: Sequence[GS1ElementString]) -> Scan:
    values = {element.ai.ai: element.value for element in elements}
    dates = {element.ai.ai: element.date for element in elements}
    quantity, unit = _quantity(gtin, values, elements)
    return Scan(
        gtin=gtin,
        quantity=quantity,
        unit=unit,
        price=next((element.decimal for element in elements if element.ai.ai.startswith("392")), None),
        batch=values.get("10", ""),
        serial=values.get("21", ""),
        expiry=next((dates[ai] for ai in _EXPIRY if dates.get(ai)), None),
        elements=tuple((element.ai.ai, element.value) for element in elements),
    )


def _quantity(
    gtin: str, values: Mapping[str, str], elements: Sequence[GS1ElementString]
) -> tuple[Decimal | None, str]:
    """Take the net measure, the mass before the others, else the count, else one piece."""
    measured = {element.ai.ai[:3]: element.decimal for element in elements if element.decimal is not None}
    for ai, unit in _MEASURES.items():
        if ai in measured:
            return measured[ai], unit
    count = values.get("30") or (values.get("37") if "02" in values else "")
    if count:
        return Decimal(count), PIECE
    return (None, "") if gtin.startswith(_VARIABLE_MEASURE) else (Decimal(1), PIECE)
