"""Findings about credits: whether the purchase that they take back is in the ledger."""

from typing import Final

import numpy as np
import pandas as pd

from serving.quality.findings import Finding, Subject
from serving.quality.ledger import CheckedLedger

_TOLERANCE: Final = 0.005


def find(ledger: CheckedLedger) -> list[Finding]:
    """Find credits for which the same supplier has no purchase that is as large."""
    amount = pd.Series(ledger.amount)
    key = [ledger.supplier, ledger.lines["currency"]]
    largest = amount.where(ledger.bought & (amount > 0)).groupby(key).transform("max").fillna(0.0)
    named = ledger.supplier.ne("")
    alone = ((amount < 0) & named & (-amount > largest + _TOLERANCE)).to_numpy(dtype=bool)
    return [
        Finding(
            "credit_without_invoice",
            Subject.CREDIT_NOTE,
            "Credit without its invoice",
            "The amount is negative, and no line of the same supplier and currency is as large.",
            "Take the ledger of the period before, too; else the total is too low by what the credit "
            "takes off.",
            alone,
            {
                row: f"largest purchase of the supplier here: {largest.iloc[row]:,.2f}"
                for row in np.flatnonzero(alone).tolist()
            },
        )
    ]
