"""Text cells of tables that people open in a spreadsheet, which runs some texts as formulas."""

import re
from typing import Final

import pandas as pd

FORMULA_START: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""How a cell begins that a spreadsheet runs; of full width, too, which East Asian versions read alike."""
_HARMLESS: Final = re.compile(r"[-+]?[£$€]?\s?[\d.,' ]*\d%?|[-+]+")
"""Numbers and dashes begin like formulas too."""


def is_formula(cell: object) -> bool:
    """Tell whether a spreadsheet would run a cell.

    Examples
    --------
    >>> is_formula("=1+1"), is_formula("-4.50"), is_formula(-4.5)
    (True, False, False)
    """
    return isinstance(cell, str) and cell.startswith(FORMULA_START) and not _HARMLESS.fullmatch(cell)


def without_formulas(table: pd.DataFrame) -> tuple[pd.DataFrame, int]:
    """Put an apostrophe before texts that a spreadsheet would run, column names among them.

    Returns
    -------
    table
        A copy.
    changed
        Number of cells, the header aside.

    Examples
    --------
    >>> table, changed = without_formulas(pd.DataFrame({"text": ["=1+1", "-4.50", "gloves"]}))
    >>> table["text"].tolist(), changed
    (["'=1+1", '-4.50', 'gloves'], 1)
    """
    safe = table.copy()
    changed = 0
    for name in safe.columns[[pd.api.types.is_string_dtype(kind) for kind in safe.dtypes]]:
        text = safe[name].fillna("").astype(str)
        harmful = text.str.startswith(FORMULA_START) & ~text.str.fullmatch(_HARMLESS)
        safe[name] = safe[name].mask(harmful, "'" + text)
        changed += int(harmful.sum())
    return safe.rename(columns={name: f"'{name}" for name in safe if is_formula(name)}), changed
