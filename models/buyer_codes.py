"""Codes that the buyer put on a line, led to the categories they point to."""

from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence
from functools import cached_property
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd
import pandera.pandas as pa
from pandera.typing.pandas import Series
from scipy import sparse

_SPELLINGS: Final = {
    "NAICS": ("NAICS", "NAICS2017", "NAICS2022"),
    "NACE": ("NACE", "NACEREV2", "SIC", "SIC2007", "UKSIC"),
    "HS": ("HS", "HSCODE", "HTS", "COMMODITYCODE"),
    "CN": ("CN", "CN8", "TARIC"),
    "CPV": ("CPV", "CPV2008", "CPVCODE"),
    "EMDN": ("EMDN",),
    "PSC": ("PSC", "FSC", "PRODUCTSERVICECODE"),
    "UNSPSC": ("UNSPSC", "UNSPSCCODE"),
}
"""Names of each scheme, in capitals without points and blanks; UK SIC 2007 has the digits of NACE Rev. 2."""

_SCHEME_NAMES: Final = {spelling: name for name, spellings in _SPELLINGS.items() for spelling in spellings}
_NAICS_RANGES: Final = {"31-33": ("31", "32", "33"), "44-45": ("44", "45"), "48-49": ("48", "49")}
"""Sectors whose official code is a range."""
_FIRST_PART: Final = {"NACE": (".", 2), "CPV": ("-", 8), "HS": (".", 4)}
"""Mark after the first part of a written code, and its digits: spreadsheets drop the nought before it."""
_AFTER_ANY: Final = "\uffff"
_SHORTEST: Final = {"NAICS": 2, "NACE": 2, "HS": 4, "CN": 4, "CPV": 2, "EMDN": 1, "PSC": 1, "UNSPSC": 2}


class CodeTable(pa.DataFrameModel):
    """Which categories a code stands for, one row for every pair, at the scheme's most detailed level."""

    scheme: Series[str] = pa.Field(isin=tuple(_SHORTEST))
    code: Series[str] = pa.Field(str_matches=r"^[0-9A-Z]+$", description="without points or blanks")
    naics_code: Series[str] = pa.Field(str_matches=r"^\d{6}$")

    class Config:
        """Exactly these columns, in this order."""

        strict = True
        ordered = True
        coerce = True


class BuyerCodes:
    """Look-up from a code as written to categories.

    A code shorter than the table's stands for every code that begins with it; a longer one is cut until the
    table knows it, but never to fewer digits than name a kind of goods.

    Parameters
    ----------
    table
        :class:`CodeTable`.
    """

    def __init__(self, table: pd.DataFrame) -> None:
        self.table = CodeTable.validate(table.reset_index(drop=True))

    def categories(self, scheme: str, code: str) -> tuple[str, ...]:
        """NAICS 2017 codes that a written code points to, ascending; () where it is not known."""
        return tuple(self.shares(scheme, code))

    def shares(self, scheme: str, code: str) -> dict[str, float]:
        """Say how much of each category lies under a written code, of all codes that lead to it.

        Ascending by category; empty where the code is not known.
        """
        name = scheme_name(scheme)
        if name == "NAICS" and code.strip() in _NAICS_RANGES:
            parts = (self.shares(scheme, part) for part in _NAICS_RANGES[code.strip()])
            return dict(sorted(item for part in parts for item in part.items()))
        digits = _digits(name, code.upper())
        if not name or not digits:
            return {}
        known, naics, total = self._by_scheme[name]
        while len(digits) >= _SHORTEST[name]:
            first, last = bisect_left(known, digits), bisect_left(known, digits + _AFTER_ANY)
            if last > first:
                under = Counter(naics[first:last])
                return {category: under[category] / total[category] for category in sorted(under)}
            digits = digits[:-1]
        return {}

    def matrix(
        self, schemes: Sequence[str], codes: Sequence[str], classes: npt.NDArray[np.str_]
    ) -> sparse.csr_matrix:
        """Say how much of each category lies under the codes of n lines.

        Returns
        -------
        scipy.sparse.csr_matrix, shape (n, len(classes))
            :meth:`shares` of the line's code; an empty row where there is no known code.
        """
        column = {naics: i for i, naics in enumerate(classes)}
        known: dict[tuple[str, str], dict[int, float]] = {}
        rows: list[int] = []
        columns: list[int] = []
        values: list[float] = []
        for row, pair in enumerate(zip(schemes, codes, strict=True)):
            if pair not in known:
                shares = self.shares(*pair).items()
                known[pair] = {column[naics]: share for naics, share in shares if naics in column}
            rows += [row] * len(known[pair])
            columns += known[pair]
            values += known[pair].values()
        return sparse.csr_matrix((values, (rows, columns)), (len(schemes), len(classes)), dtype=np.float64)

    @cached_property
    def _by_scheme(self) -> dict[str, tuple[list[str], list[str], Counter[str]]]:
        """Codes of each scheme, ascending, the category of each, and how many codes a category has."""
        ordered = self.table.sort_values(["code", "naics_code"])
        parts = {name: ordered[ordered["scheme"] == name] for name in _SHORTEST}
        return {
            name: (part["code"].tolist(), part["naics_code"].tolist(), Counter(part["naics_code"]))
            for name, part in parts.items()
        }


def scheme_name(written: str) -> str:
    """Name the scheme that is meant by what a ledger calls it; "" where it is none whose codes are known.

    Examples
    --------
    >>> scheme_name("CPV 2008"), scheme_name("Material group")
    ('CPV', '')
    """
    return _SCHEME_NAMES.get("".join(c for c in written.upper() if c.isalnum()), "")


def _digits(scheme: str, code: str) -> str:
    """Letters and digits of a code, with the nought that a spreadsheet may have taken off its first part."""
    mark, length = _FIRST_PART.get(scheme, ("", 0))
    first, found, rest = code.strip().partition(mark) if mark else (code, "", "")
    if found and len(first) == length - 1:
        code = "0" + first + rest
    return "".join(character for character in code if character.isalnum())
