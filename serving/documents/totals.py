"""Totals rows and repeated headers: rows of a ledger that are no lines of it."""

import re
from typing import Final

import numpy as np
import pandas as pd

from serving.documents.so_far import RunningTotals

_PREFIX: Final = r"(?:grand |sub[- ]?|overall |report |sous-)?"
_TOTAL: Final = rf"(?:{_PREFIX}totals?|(?:zwischen|gesamt)?summe|gesamt|somme|totale|totaal|suma)"
_HINT: Final = "[Tt][Oo][Tt]|[Ss][Uu][Mm]|[Ss][Oo][Mm]|[Gg][Ee][Ss]"
"""In every label: a quick filter before the full pattern."""
_LABEL: Final = re.compile(rf"{_TOTAL}\b.*|.*\b(?:sub-?)?totals?:?", re.IGNORECASE | re.DOTALL)
"""A total names its group behind the word, or before it as the subtotals of spreadsheets do."""
_LABEL_ALONE: Final = re.compile(rf"{_TOTAL}(?: général)?:?", re.IGNORECASE)
_CENT: Final = 0.01
_RELATIVE: Final = 1e-6
_SUMMED_LINES: Final = 2


def totals_rows(source: pd.DataFrame, amounts: pd.Series, running: RunningTotals) -> "pd.Series[bool]":
    """Tell which rows sum up others: labelled as a total, and adding up or with nothing else in them.

    Parameters
    ----------
    source
        The ledger as text.
    amounts
        The amount of every row, NaN where there is none, in the order of ``source``.
    running
        Sums of the rows above; afterwards those of these rows, too.

    Returns
    -------
    pandas.Series of bool
        On the index of ``source``. A supplier called "Total" is no totals row: its amount is not the sum of
        the lines above it, and its row is as full as the others.
    """
    found = np.zeros(len(source), dtype=bool)
    labelled = np.zeros(len(source), dtype=bool)
    for name in source:
        column = source[name]
        likely = np.flatnonzero(column.str.contains(_HINT))
        labelled[likely[column.iloc[likely].str.strip().str.match(_LABEL)]] = True
    sums = np.concatenate([[0.0], np.nancumsum(amounts.to_numpy(dtype=float))])
    above, lines_above, start = running.since, running.lines_since, 0
    for position in np.flatnonzero(labelled).tolist():
        since_last = above + float(sums[position] - sums[start])
        lines_since = lines_above + position - start
        amount = float(amounts.iloc[position])
        cells = [cell.strip() for cell in source.iloc[position] if cell.strip()]
        words = [cell for cell in cells if any(character.isalpha() for character in cell)]
        alone = all(_LABEL_ALONE.fullmatch(word) for word in words)
        labels = [word for word in words if _LABEL.fullmatch(word)]
        least = 1 if len(labels) == len(words) else _SUMMED_LINES
        adds_up = running.rows + position >= _SUMMED_LINES and (
            _equal(amount, running.closed + since_last)
            or (lines_since >= least and _equal(amount, since_last))
        )
        if alone or adds_up:
            found[position] = True
            running.closed += since_last
            above, lines_above, start = 0.0, 0, position + 1
    running.since = above + float(sums[-1] - sums[start])
    running.lines_since = lines_above + len(source) - start
    running.rows += len(source)
    return pd.Series(found, index=source.index, dtype=bool)


def repeated_headers(source: pd.DataFrame) -> "pd.Series[bool]":
    """Tell which rows repeat the header, as exports with a header on every page do."""
    same = np.zeros(len(source), dtype=int)
    for name in source:
        same += source[name].str.strip().str.lower().eq(str(name).lower()).to_numpy(dtype=int)
    return pd.Series((same > source.shape[1] / 2) & (source.shape[1] > 1), index=source.index, dtype=bool)


def _equal(amount: float, total: float) -> bool:
    return bool(total) and abs(amount - total) <= max(_CENT, _RELATIVE * abs(total))
