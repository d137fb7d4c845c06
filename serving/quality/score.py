"""The score: how far the data of a ledger carry a footprint, from 0 to 100, and what keeps it from 100.

Each criterion has points; it earns the share of the spend on which it holds, of lines that are or may be
purchases. A share of spend is of the sizes of the amounts in US dollars, without VAT. The criterion on money
counts by lines, as lines without money have no spend; so do the others where no line has any. The points are
a judgement, not a measurement: what decides about the category weighs most.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from serving.quality.findings import Finding, Rows
from serving.quality.ledger import CheckedLedger


@dataclass(frozen=True)
class Criterion:
    """What is asked of a line, the points for it, and the findings by which a line falls short of it."""

    title: str
    points: int
    failed_by: tuple[str, ...]
    by_lines: bool = False


CRITERIA: Final = (
    Criterion(
        "The text says something that can be understood",
        20,
        ("text_empty", "text_redacted", "text_code_only", "text_generic", "text_not_understood"),
    ),
    Criterion(
        "The text names goods, not an account",
        10,
        ("text_empty", "text_redacted", "text_code_only", "text_generic", "text_like_an_account"),
    ),
    Criterion(
        "A category code that leads to a category",
        15,
        ("code_missing", "code_scheme_unknown", "code_not_found"),
    ),
    Criterion("Amount and currency", 15, ("amount_missing", "currency_missing"), by_lines=True),
    Criterion("A supplier by name", 10, ("supplier_missing", "supplier_redacted")),
    Criterion("A quantity in a known unit", 10, ("quantity_missing", "unit_unknown")),
    Criterion("A date in the ledger's period", 5, ("date_missing", "date_far")),
    Criterion("With or without VAT is known", 5, ("vat_unknown",)),
    Criterion("Clearly a purchase", 5, ("unclear_*",)),
    Criterion(
        "Nothing speaks against the figures",
        5,
        (
            "line_repeated",
            "booked_twice",
            "credit_without_invoice",
            "price_impossible",
            "amount_outlier",
            "barcode_wrong",
        ),
    ),
)


@dataclass(frozen=True)
class Earned:
    """What one criterion earned: ``points`` times ``share``, of lines where ``of_lines``, else of spend."""

    criterion: Criterion
    share: float
    of_lines: bool

    @property
    def points(self) -> float:
        """Points earned."""
        return self.criterion.points * self.share

    @property
    def lost(self) -> float:
        """Points not earned."""
        return self.criterion.points - self.points


def score(ledger: CheckedLedger, findings: Mapping[str, Finding]) -> list[Earned]:
    """Say what each criterion earned; their points add up to the score.

    Parameters
    ----------
    ledger
        The lines.
    findings
        By code.

    Returns
    -------
    list of Earned
        In the order of :data:`CRITERIA`; all shares are 0 where no line may be a purchase.
    """
    spend = np.where(ledger.bought, np.nan_to_num(np.abs(ledger.usd)), 0.0)
    lines = ledger.bought.astype(np.float64)
    earned = []
    for criterion in CRITERIA:
        of_lines = criterion.by_lines or not spend.sum()
        weights = lines if of_lines else spend
        failed = _failed(criterion, findings, len(lines))
        whole = weights.sum()
        share = float(weights[~failed].sum() / whole) if whole else 0.0
        earned.append(Earned(criterion, share, of_lines))
    return earned


def _failed(criterion: Criterion, findings: Mapping[str, Finding], count: int) -> Rows:
    failed = np.zeros(count, dtype=bool)
    for code, finding in findings.items():
        if any(
            code == name or (name.endswith("*") and code.startswith(name[:-1]))
            for name in criterion.failed_by
        ):
            failed |= finding.rows
    return failed
