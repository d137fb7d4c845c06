"""Findings about suppliers and dates."""

from typing import Final

import numpy as np
import pandas as pd

from features.screening.kinds import payee_kinds
from serving.quality.findings import Finding, Subject
from serving.quality.ledger import CheckedLedger

_FAR_DAYS: Final = 550


def find(ledger: CheckedLedger) -> list[Finding]:
    """Find lines without a named supplier or a date, and dates far from all others."""
    names = ledger.supplier
    redacted = payee_kinds().kinds["redacted"]
    hidden = names.map({name: redacted.is_whole(name) for name in names.unique()}).to_numpy(dtype=bool)
    day = ledger.lines["date"]
    usual = day[ledger.bought].quantile([0.05, 0.95])
    first, last = pd.Timestamp(usual.iloc[0]), pd.Timestamp(usual.iloc[1])
    margin = pd.Timedelta(days=_FAR_DAYS)
    far = ((day < first - margin) | (day > last + margin)).to_numpy(dtype=bool)
    return [
        Finding(
            "supplier_missing",
            Subject.SUPPLIER,
            "No supplier",
            "The line names no supplier.",
            "Export the supplier's name.",
            names.eq("").to_numpy(),
        ),
        Finding(
            "supplier_redacted",
            Subject.SUPPLIER,
            "Supplier withheld",
            "The supplier's name says that it is withheld.",
            "Use the ledger before it is published; a withheld name may be a person.",
            hidden,
        ),
        Finding(
            "date_missing",
            Subject.DATE,
            "No date",
            "The line has no readable date.",
            "Give the dates, or one for all lines (`--date`): prices are moved from the year of the "
            "purchase.",
            day.isna().to_numpy(),
        ),
        Finding(
            "date_far",
            Subject.DATE,
            "Date far from the others",
            f"The date lies more than {_FAR_DAYS} days outside the dates of the middle 90% of the lines.",
            "Check day, month and year; an old invoice belongs to the year of the purchase.",
            far,
            {
                row: f"{day.iloc[row]:%Y-%m-%d}, most lines {first:%Y-%m-%d} to {last:%Y-%m-%d}"
                for row in np.flatnonzero(far).tolist()
            },
        ),
    ]
