"""Findings about lines that stand in the ledger more than once."""

from collections.abc import Mapping
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from features.screening.kinds import payee_kinds
from serving.quality.findings import Finding, Rows, Subject
from serving.quality.ledger import CheckedLedger

_PAIR: Final = 2


def find(ledger: CheckedLedger) -> list[Finding]:
    """Find copies of a line, within a document and in another one; the first of each stays uncounted."""
    number = ledger.document.where(ledger.document != "", ledger.order)
    numbered = number.ne("").to_numpy()
    same, alike, first = _within(ledger, number, numbered)
    again, other = _in_another_document(ledger, ledger.document)
    again = again & ~same
    ids = ledger.lines["line_id"]
    return [
        Finding(
            "line_repeated",
            Subject.DUPLICATE,
            "Line stands twice in the same document",
            "Document number (else the order's), date, amount, text, quantity, supplier and cost centre "
            "are those "
            "of an earlier line; a line that a credit of the same size takes back is not counted.",
            "Compare with the invoice: take the copy out, or tell the lines apart.",
            same,
            _as_line(same, first, ids),
        ),
        Finding(
            "booked_twice",
            Subject.DUPLICATE,
            "Likely booked twice",
            "The supplier has exactly two lines of this amount in the ledger, under two document "
            "numbers, and they "
            "share date, text, quantity and cost centre.",
            "Compare both documents: the same invoice may have been entered twice.",
            again,
            {row: f"{said} in document {ledger.document.iloc[other[row]]}"
             for row, said in _as_line(again, other, ids).items()},
        ),
        Finding(
            "lines_alike",
            Subject.DUPLICATE,
            "Lines that nothing tells apart",
            "There is no number of a document or an order, and date, amount, text, quantity, supplier "
            "and cost "
            "centre are those of an earlier line.",
            "Export the document number: only then copies can be told from regular purchases.",
            alike,
            _as_line(alike, first, ids),
        ),
    ]  # fmt: skip


def _purchase(ledger: CheckedLedger) -> dict[str, object]:
    """Give what lines of the same purchase have in common."""
    lines = ledger.lines
    return {
        "supplier": ledger.supplier,
        "day": lines["date"].dt.strftime("%Y-%m-%d").fillna(""),
        "text": ledger.text,
        "currency": lines["currency"],
        "size": np.abs(ledger.amount),
        "quantity": lines["quantity"].abs().fillna(0.0),
        "where": lines["cost_centre"],
    }


def _told_apart(ledger: CheckedLedger) -> Rows:
    """Tell the lines of which a copy could be told: with money, text and a supplier that is not withheld."""
    redacted = payee_kinds().kinds["redacted"]
    named = {name: bool(name) and not redacted.is_whole(name) for name in ledger.supplier.unique()}
    usable = ledger.supplier.map(named).to_numpy(dtype=bool) & ledger.text.ne("").to_numpy()
    return np.asarray(usable & ledger.bought & np.isfinite(ledger.amount) & (ledger.amount != 0))


def _within(
    ledger: CheckedLedger, number: pd.Series, numbered: Rows
) -> tuple[Rows, Rows, npt.NDArray[np.int64]]:
    """Tell copies in the same document, and where there is none, net of credits; and the first of each."""
    lines = ledger.lines
    codes = {name: lines[name] for name in ("gtin", "unit", "category_code")}
    key = pd.DataFrame({**_purchase(ledger), **codes, "number": number})
    group = key.groupby(list(key.columns), sort=False, dropna=False).ngroup().to_numpy()
    told = _told_apart(ledger)
    positive, negative = told & (ledger.amount > 0), told & (ledger.amount < 0)
    count = int(group.max(initial=-1)) + 1
    left = np.bincount(group[positive], minlength=count) - np.bincount(group[negative], minlength=count)
    nth = np.zeros(len(key), dtype=np.int64)
    nth[positive] = pd.Series(group[positive]).groupby(group[positive]).cumcount().to_numpy()
    first = np.full(count, -1, dtype=np.int64)
    rows = np.flatnonzero(positive)[::-1]
    first[group[rows]] = rows
    copies = positive & (nth >= 1) & (nth < left[group])
    return copies & numbered, copies & ~numbered, first[group]


def _in_another_document(ledger: CheckedLedger, document: pd.Series) -> tuple[Rows, npt.NDArray[np.int64]]:
    """Tell the second of the only two lines of an amount, and the row of the first."""
    key = pd.DataFrame({**_purchase(ledger), "document": document, "row": np.arange(len(document))})
    key = key[_told_apart(ledger) & document.ne("").to_numpy()]
    pairs = key.groupby(["supplier", "currency", "size"], sort=False).filter(lambda part: len(part) == _PAIR)
    copies, other = np.zeros(len(document), dtype=bool), np.full(len(document), -1, dtype=np.int64)
    shared = ["supplier", "day", "text", "currency", "size", "quantity", "where"]
    for _, pair in pairs.groupby(shared, sort=False):
        rows = pair["row"].to_numpy()
        if len(rows) == _PAIR and pair["document"].nunique() == _PAIR and (ledger.amount[rows] > 0).all():
            copies[rows[1]], other[rows[1]] = True, rows[0]
    return copies, other


def _as_line(copies: Rows, first: npt.NDArray[np.int64], ids: pd.Series) -> Mapping[int, str]:
    return {int(row): f"as line {ids.iloc[first[row]]}" for row in np.flatnonzero(copies).tolist()}
