"""What the numbers of goods (GTIN) on lines say, and what is missing where nothing else names the goods."""

from typing import Final

import pandas as pd

from features.gtins import read_gtin
from serving.documents.scans import ScanError, read_scan

GOODS_UNKNOWN: Final = "goods_unknown"
"""Issue of a line whose goods have a number and no name: whoever knows the number can lift it."""
_NAMES: Final = ("description", "supplier", "category_code")
_SCAN_MARKS: Final = ("]", "(", "http")
_SHOWN: Final = 40


def gtin_notes(lines: pd.DataFrame) -> list[str]:
    """Say what is wrong with the GTIN of each line, " ..." to go behind its explanation; "" for nothing.

    A wrong number costs a line nothing but what is known about the right one.

    Parameters
    ----------
    lines
        :class:`features.line_items.LineItems`.
    """
    said = {text: _note(text) for text in set(lines["gtin"])}
    return [f" {said[text]}" if said[text] else "" for text in lines["gtin"]]


def mark_unknown_goods(frame: pd.DataFrame) -> None:
    """Give lines whose goods have a number and no name the issue :data:`GOODS_UNKNOWN`.

    Parameters
    ----------
    frame
        Line items with ``issue`` and ``issue_detail``; lines that have an issue keep it.
    """
    unnamed = frame["issue"].eq("") & frame["gtin"].ne("")
    for name in _NAMES:
        unnamed &= frame[name].eq("")
    frame.loc[unnamed, "issue"] = GOODS_UNKNOWN
    frame.loc[unnamed, "issue_detail"] = [_unknown(text) for text in frame.loc[unnamed, "gtin"]]


def _unknown(text: str) -> str:
    shown = text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"
    return (
        f'Got no description, and nothing is known about the goods of the number "{shown}", expected one of '
        "both: load a product catalogue that says what it is, or the footprint that its supplier declares."
    )


def _note(text: str) -> str:
    reading = read_gtin(text)
    if reading.digits or not text.startswith(_SCAN_MARKS):
        return reading.note
    try:
        scan = read_scan(text)
    except ScanError as error:
        return str(error)
    return "" if scan.gtin else "The scan names no goods (no GTIN): scan the goods themselves."
