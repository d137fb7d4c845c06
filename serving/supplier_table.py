"""A buyer's own supplier table: what a supplier sells, for lines that carry no code of their own."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from data.errors import LedgerprintError
from models.buyer_codes import BuyerCodes
from serving.documents.readers import read_tables
from serving.supplier_names import comparable_supplier

DEFAULT_SCHEME: Final = "NAICS"
_REQUIRED: Final = ("supplier", "category")
_NAICS_DIGITS: Final = 6
_SHOWN: Final = 5


class SupplierTableError(LedgerprintError):
    """A supplier table that cannot be used as a whole."""


@dataclass(frozen=True)
class SupplierRow:
    """One supplier of the table, with the number of its row, the header being row 1."""

    row: int
    supplier: str
    code: str
    scheme: str


@dataclass(frozen=True)
class SupplierTable:
    """Codes of suppliers.

    Attributes
    ----------
    name
        Of the file.
    rows
        By the supplier's comparable name.
    problems
        A sentence for each row that cannot be used.
    """

    name: str
    rows: Mapping[str, SupplierRow]
    problems: tuple[str, ...] = ()

    def known_by(self, codes: BuyerCodes) -> "SupplierTable":
        """Leave out the rows whose code the look-up does not know, and say so."""
        known: dict[str, SupplierRow] = {}
        problems = list(self.problems)
        for name, row in self.rows.items():
            if _is_known(row, codes):
                known[name] = row
            else:
                problems.append(
                    f"row {row.row} ({row.supplier}): got the {row.scheme} code {row.code!r}, expected one "
                    "that the look-up of codes knows: correct it or name its scheme in a column 'scheme'."
                )
        return replace(self, rows=known, problems=tuple(problems))

    def code(self, lines: pd.DataFrame) -> "CodedLines":
        """Give the lines without a code of their own that of their supplier.

        Parameters
        ----------
        lines
            :class:`features.line_items.LineItems`, n rows.
        """
        names = lines["supplier"].map(comparable_supplier)
        found = names.map(self.rows).where((lines["category_code"] == "") & (names != ""))
        taken = found.notna()
        coded = lines.copy()
        coded.loc[taken, "category_code"] = [row.code for row in found[taken]]
        coded.loc[taken, "category_scheme"] = [row.scheme for row in found[taken]]
        rows = np.array([row.row if isinstance(row, SupplierRow) else 0 for row in found], dtype=np.int64)
        return CodedLines(coded, rows, frozenset(names[names.isin(list(self.rows))]))

    def notes(self, lines: int, matched: frozenset[str]) -> list[str]:
        """Say what the table did.

        Parameters
        ----------
        lines
            How many took a code from it.
        matched
            Suppliers of the table that are on any line, by comparable name.
        """
        idle = [row.supplier for name, row in self.rows.items() if name not in matched]
        said = [f"Supplier table {self.name}: {lines:,} lines took their supplier's code from it."]
        if idle:
            said.append(
                f"Supplier table {self.name}: {len(idle):,} of {len(self.rows):,} suppliers are on no line: "
                f"{', '.join(idle[:_SHOWN])}{' …' if len(idle) > _SHOWN else ''}."
            )
        return said + [f"Supplier table {self.name}, {problem}" for problem in self.problems]

    def additions(self, estimates: pd.DataFrame, coded: "CodedLines") -> list[str]:
        """Say what the explanation of each line that took a code from the table is to add about it.

        Parameters
        ----------
        estimates
            :class:`models.estimates.Estimates` of the lines, n rows.
        coded
            The lines.

        Returns
        -------
        list of str
            Sentences, n of them, each with a space before it; "" where there is nothing to say.
        """
        by_row = {row.row: row for row in self.rows.values()}
        return [
            f" The line has no code of its own; {by_row[row].scheme} {by_row[row].code} is that of its "
            f"supplier {by_row[row].supplier!r} in {self.name}, row {row}."
            if row and category
            else ""
            for row, category in zip(coded.rows, estimates["category_code"], strict=True)
        ]


@dataclass(frozen=True)
class CodedLines:
    """Lines with the codes of a supplier table.

    Attributes
    ----------
    lines
        :class:`features.line_items.LineItems`, n rows.
    rows
        (n,) row of the table that a line took its code from, 0 for none.
    matched
        Suppliers of the table that are on a line, with or without a code of its own, by comparable name.
    """

    lines: pd.DataFrame
    rows: npt.NDArray[np.int64]
    matched: frozenset[str]


def read_supplier_table(path: Path) -> SupplierTable:
    """Read a supplier table.

    Parameters
    ----------
    path
        CSV or another table, with the columns ``supplier`` and ``category``, a NAICS 2017 code; a column
        ``scheme`` names another scheme (NACE, HS, CN, CPV, EMDN). Other columns are not read.

    Raises
    ------
    UnreadableDocumentError
        If the file cannot be read.
    SupplierTableError
        If a column is missing, two rows contradict each other, or no row can be used.
    """
    table = read_tables(path)[0]
    header, rows = (table.header, table.rows) if table.header else (table.rows[0], table.rows[1:])
    names = [cell.strip().lower() for cell in header]
    for column in _REQUIRED:
        if names.count(column) != 1:
            raise SupplierTableError(
                f"Got the columns {', '.join(names)} in {path.name}, expected 'supplier' and 'category' once "
                "each, and 'scheme' for codes that are not NAICS 2017: name them so."
            )
    found: dict[str, SupplierRow] = {}
    problems: list[str] = []
    for number, cells in enumerate(rows, 2):
        record = dict(zip(names, (cell.strip() for cell in cells), strict=False))
        if not any(record.values()):
            continue
        row = SupplierRow(
            number,
            record.get("supplier", ""),
            record.get("category", "").removesuffix(".0"),
            record.get("scheme", "") or DEFAULT_SCHEME,
        )
        name = comparable_supplier(row.supplier)
        if not name or not row.code:
            missing = "category" if name else "supplier"
            problems.append(
                f"row {number}: got no {missing}, expected both: fill it in or leave the row out."
            )
            continue
        _check_agreement(found.setdefault(name, row), row, path.name)
    if not found:
        first = f": {problems[0]}" if problems else "."
        raise SupplierTableError(f"Got no usable row in {path.name}, expected at least one{first}")
    return SupplierTable(path.name, found, tuple(problems))


def _check_agreement(before: SupplierRow, row: SupplierRow, name: str) -> None:
    if _comparable(before) != _comparable(row):
        raise SupplierTableError(
            f"Got two codes for one supplier in {name}: row {before.row} says {before.scheme} {before.code} "
            f"of {before.supplier!r}, row {row.row} says {row.scheme} {row.code} of {row.supplier!r}; "
            "expected one: leave one out, or put the code on the lines themselves."
        )


def _comparable(row: SupplierRow) -> tuple[str, str]:
    """Code and scheme without marks, the year of the scheme and the check digit of CPV."""
    scheme = "".join(filter(str.isalpha, row.scheme.upper()))
    code = row.code.partition("-")[0] if scheme.startswith("CPV") else row.code
    return "".join(filter(str.isalnum, code.upper())), scheme


def _is_known(row: SupplierRow, codes: BuyerCodes) -> bool:
    """Tell whether a code leads anywhere; a NAICS code of six digits must be one, not just begin like one."""
    categories = codes.categories(row.scheme, row.code)
    if not row.scheme.upper().startswith(DEFAULT_SCHEME) or len(row.code) != _NAICS_DIGITS:
        return bool(categories)
    table = codes.table
    return bool(((table["scheme"] == DEFAULT_SCHEME) & (table["code"] == row.code)).any())
