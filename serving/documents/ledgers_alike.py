"""Ledgers alike: the same ledger in two formats, such as a CSV beside the workbook it was saved from."""

import hashlib
import re
from decimal import Decimal
from typing import Final

import pandas as pd

from serving.documents.ledger import Ledger

_TOLD: Final = ["description", "amount", "currency", "date", "quantity"]
_EXPLAINED: Final = "issue_detail"
_NUMBER: Final = re.compile(r"-?\d{1,30}(?:\.\d{1,30})?")


class LedgerDigest:
    """What a ledger says, whatever its format, part by part.

    Parameters
    ----------
    first
        The ledger, or its first part.
    """

    def __init__(self, first: Ledger) -> None:
        self._understood = {choice.column for choice in first.columns}
        self._all = hashlib.sha256(repr(list(first.source.columns)).encode("utf-8", "surrogatepass"))
        self._told = hashlib.sha256()
        self.add(first.source, first.lines)

    def add(self, source: pd.DataFrame, lines: pd.DataFrame) -> None:
        """Take in a part: its own columns as text, and its line items."""
        others = source[[name for name in source if name not in self._understood]]
        self._all.update(_rows(lines.drop(columns=_EXPLAINED)))
        self._all.update(_rows(others.map(_comparable)))
        self._told.update(_rows(lines[_TOLD]))

    @property
    def everything(self) -> bytes:
        """Of all line items, and of what the columns say that are none of a line item."""
        return self._all.digest()

    @property
    def told(self) -> bytes:
        """Of what was bought when for how much."""
        return self._told.digest()


class LedgersAlike:
    """Compares the ledgers of an archive with each other.

    Attributes
    ----------
    notes
        Which say the same.
    """

    def __init__(self) -> None:
        self.notes: list[str] = []
        self._everything: dict[bytes, str] = {}
        self._told: dict[bytes, str] = {}

    def is_repeated(self, name: str, digest: LedgerDigest, *, is_counted: bool) -> bool:
        """Tell whether a ledger is one that was there before, and note it.

        Parameters
        ----------
        name
            Of its file.
        digest
            Of all of it.
        is_counted
            Whether its lines have been counted already, as those of a ledger that is read in parts have.

        Returns
        -------
        bool
            Only where everything is the same: lines that are alike may be two purchases.
        """
        same = self._everything.setdefault(digest.everything, name)
        alike = self._told.setdefault(digest.told, name)
        if same != name and not is_counted:
            self.notes.append(f"{name}: the same ledger as {same} in another format, counted once.")
            return True
        if alike != name:
            self.notes.append(
                f"{name}: every line has the text, amount and date of the one in {alike}, and both are "
                "counted; if it is the same ledger, take one out."
            )
        return False


def _rows(frame: pd.DataFrame) -> bytes:
    """Digest rows one by one, so that it is the same however a ledger is cut into parts."""
    return pd.util.hash_pandas_object(frame, index=False).to_numpy().tobytes() if frame.shape[1] else b""


def _comparable(cell: str) -> str:
    """Write a number as every format does: a workbook has no "12.50".

    Examples
    --------
    >>> _comparable(" 12.50 "), _comparable("12.5"), _comparable("A-1 ")
    ('12.5', '12.5', 'A-1')
    """
    text = cell.strip()
    return f"{Decimal(text).normalize():f}" if _NUMBER.fullmatch(text) else text
