"""Findings about lines that are or may be no purchases, and rows that a reader could not take for lines."""

from typing import Final

import numpy as np

from serving.quality.findings import Finding, Subject
from serving.quality.ledger import CheckedLedger
from serving.wording import code_text

_EXCLUDED: Final = (
    "Screening excludes it: account, supplier, cost centre and buyer decide (features/screening)."
)
_UNCLEAR: Final = "Screening cannot tell, so the range of the line reaches zero."


def find(ledger: CheckedLedger) -> list[Finding]:
    """Find what screening excluded or left open, by reason, and what the reader marked, by issue."""
    decision, reason = ledger.screened["decision"], ledger.screened["reason"]
    found = []
    for name in sorted(reason[decision == "excluded"].unique()):
        rows = ((decision == "excluded") & (reason == name)).to_numpy()
        title = f"No purchase: {code_text(name).lower()}"
        found.append(Finding(f"excluded_{name}", Subject.PURCHASE, title, _EXCLUDED, "", rows))
    for name in sorted(reason[decision == "unclear"].unique()):
        rows = ((decision == "unclear") & (reason == name)).to_numpy()
        remedy = "Decide it: name the supplier or the account, or correct the line in review."
        found.append(Finding(f"unclear_{name}", Subject.PURCHASE, code_text(name), _UNCLEAR, remedy, rows))
    return found + _read_with_issues(ledger)


def _read_with_issues(ledger: CheckedLedger) -> list[Finding]:
    issue, detail = ledger.lines["issue"], ledger.lines["issue_detail"]
    found = []
    for name in sorted(issue[issue != ""].unique()):
        rows = (issue == name).to_numpy()
        told = {row: str(detail.iloc[row]) for row in np.flatnonzero(rows).tolist()}
        rule = "The reader of the document could not take the row for a line, or not all of it."
        found.append(Finding(f"issue_{name}", Subject.READING, code_text(name), rule, "", rows, told))
    return found
