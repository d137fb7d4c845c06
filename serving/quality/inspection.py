"""The inspection: every check on some ledgers, the score, and what mending the data would do."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import pandas as pd

from features.screening import screen
from features.screening.rules import Decision, Reason, decision_of
from models.footprint import EstimateOptions, FootprintModel
from models.range_parts import range_parts
from serving.documents import Ledger
from serving.estimation import (
    LedgerOptions,
    columns_of,
    estimate_ledgers,
    money_options,
    names_of,
    notes_on,
    with_suppliers_codes,
)
from serving.quality import (
    amounts_of_goods,
    codes,
    credit_notes,
    duplicates,
    money,
    parties_and_days,
    purchases,
    texts,
    unit_prices,
)
from serving.quality.findings import Finding, Subject
from serving.quality.ledger import CheckedLedger, checked_ledger
from serving.quality.potential import Scenario, potential
from serving.quality.reference import Reference
from serving.quality.score import Earned, score
from serving.readings import Reading, Remark, readings, remarks

_CHECKS: Final[tuple[Callable[[CheckedLedger], list[Finding]], ...]] = tuple(
    part.find
    for part in (
        texts,
        codes,
        amounts_of_goods,
        parties_and_days,
        money,
        duplicates,
        credit_notes,
        unit_prices,
        purchases,
    )
)
OF_ALL_LINES: Final = frozenset({Subject.PURCHASE, Subject.READING})
"""Subjects of findings whose shares are of all lines, not only of those that may be purchases."""
_EXAMPLES: Final = 5


@dataclass(frozen=True)
class Example:
    """A line that shows a finding."""

    line_id: str
    description: str
    supplier: str
    amount: float
    currency: str
    detail: str


@dataclass(frozen=True)
class Told:
    """A finding as it is told: how many lines, how much of the spend, and the largest of them.

    ``of_lines`` and ``of_spend`` are shares of the lines that are or may be purchases; for what is about
    other lines (no purchases, rows of the layout) of all. ``of_spend`` is NaN where no money can be compared.
    """

    code: str
    subject: Subject
    title: str
    rule: str
    remedy: str
    lines: int
    of_lines: float
    usd: float
    of_spend: float
    examples: list[Example]


@dataclass(frozen=True)
class Inspection:
    """What is told about some ledgers.

    Attributes
    ----------
    files
        Names of the files.
    lines, bought
        Number of lines, and of those that are or may be purchases.
    usd, bought_usd
        Their spend, in US dollars without VAT; the sizes of credits count, not their signs.
    facts
        What is worth knowing without being a fault: name and value.
    findings
        In the order of the subjects, without those that no line shows.
    earned
        By criterion; the score is the sum of their points.
    scenarios
        What mending would do to the total; empty where the model was left out, or no line has a figure.
    readings, remarks
        How columns were understood, and what a person should know about that.
    """

    files: list[str]
    lines: int
    bought: int
    usd: float
    bought_usd: float
    facts: list[tuple[str, str]]
    findings: list[Told]
    earned: list[Earned]
    scenarios: list[Scenario]
    readings: list[Reading]
    remarks: list[Remark]

    @property
    def score(self) -> float:
        """Points of 100."""
        return sum(one.points for one in self.earned)


def inspect_ledgers(
    ledgers: Sequence[Ledger],
    options: LedgerOptions,
    reference: Reference,
    model: FootprintModel | None,
    progress: Callable[[int], None] | None = None,
) -> Inspection:
    """Check some ledgers.

    Parameters
    ----------
    ledgers
        From :func:`serving.estimation.read_ledgers`.
    options
        What the user says about them.
    reference
        Tables of the bundle that the checks use.
    model
        The model of that bundle; without it, screening goes by its rules alone, and there are no scenarios.
    progress
        Called with the number of lines estimated since the last call.
    """
    if options.suppliers is not None:
        ledgers, _ = with_suppliers_codes(ledgers, reference.codes, options.suppliers)
        options = replace(options, suppliers=None)
    estimates: pd.DataFrame | None = None
    if model is None:
        screened = pd.concat([screen(ledger.lines) for ledger in ledgers], ignore_index=True)
    else:
        estimates = estimate_ledgers(ledgers, model, options, progress).estimates
        screened = _screened(estimates)
    ledger = checked_ledger(ledgers, screened, options, reference)
    findings = {finding.code: finding for check in _CHECKS for finding in check(ledger)}
    scenarios: list[Scenario] = []
    if model is not None and estimates is not None:
        parts = _range_parts(model, ledgers, options)
        scenarios = potential(ledger, estimates, model, parts, findings)
    size = np.nan_to_num(np.abs(ledger.usd))
    names = names_of(ledgers)
    return Inspection(
        files=list(dict.fromkeys(one.file or one.path.name for one in ledgers)),
        lines=len(ledger.lines),
        bought=int(ledger.bought.sum()),
        usd=float(size.sum()),
        bought_usd=float(size[ledger.bought].sum()),
        facts=[*_facts(ledger, ledgers), *_figures(estimates)],
        findings=_told(ledger, findings),
        earned=score(ledger, findings),
        scenarios=scenarios,
        readings=readings(columns_of(ledgers), names),
        remarks=remarks(notes_on(ledgers, options), names),
    )


def _range_parts(model: FootprintModel, ledgers: Sequence[Ledger], options: LedgerOptions) -> pd.DataFrame:
    """Say how wide each part of a line's range is, ledgers that say the same of VAT at once."""
    asked = [EstimateOptions(options.factor_set, money_options(one, options)[0]) for one in ledgers]
    kinds = list(dict.fromkeys(asked))
    kind = np.repeat([kinds.index(one) for one in asked], [len(one.lines) for one in ledgers])
    lines = pd.concat([ledger.lines for ledger in ledgers], ignore_index=True)
    parts = [
        range_parts(model, lines[kind == number].reset_index(drop=True), one).set_index(
            np.flatnonzero(kind == number)
        )
        for number, one in enumerate(kinds)
    ]
    return pd.concat(parts).sort_index()


def _screened(estimates: pd.DataFrame) -> pd.DataFrame:
    """Decision and reason of screening, as estimates hold them."""
    reasons = {reason.value: decision_of(reason).value for reason in Reason}
    said = [
        (Decision.EXCLUDED.value, reason)
        if status == "excluded"
        else (reasons.get(reason, "purchase"), reason)
        for status, reason in zip(estimates["status"], estimates["reason"], strict=True)
    ]
    return pd.DataFrame(said, columns=["decision", "reason"])


def _told(ledger: CheckedLedger, findings: dict[str, Finding]) -> list[Told]:
    size = np.abs(ledger.usd)
    order = {subject: place for place, subject in enumerate(Subject)}
    told = []
    for finding in sorted(findings.values(), key=lambda finding: order[finding.subject]):
        among = np.ones_like(ledger.bought) if finding.subject in OF_ALL_LINES else ledger.bought
        rows = finding.rows & among
        if not rows.any():
            continue
        whole, usd = float(np.nansum(size[among])), float(np.nansum(size[rows]))
        told.append(
            Told(
                code=finding.code,
                subject=finding.subject,
                title=finding.title,
                rule=finding.rule,
                remedy=finding.remedy,
                lines=int(rows.sum()),
                of_lines=float(rows.sum() / among.sum()),
                usd=usd,
                of_spend=usd / whole if whole else float("nan"),
                examples=_examples(ledger, finding, np.flatnonzero(rows)),
            )
        )
    return told


def _examples(ledger: CheckedLedger, finding: Finding, rows: np.ndarray) -> list[Example]:
    """Pick the lines with the most money, each text once as long as there are others."""
    ranked = rows[np.argsort(-np.nan_to_num(np.abs(ledger.usd[rows])), kind="stable")]
    lines = ledger.lines.iloc[ranked]
    fresh = ~lines["description"].duplicated().to_numpy()
    picked = np.concatenate([ranked[fresh], ranked[~fresh]])[:_EXAMPLES]
    return [
        Example(
            line_id=str(ledger.lines["line_id"].iloc[row]),
            description=str(ledger.lines["description"].iloc[row]),
            supplier=str(ledger.lines["supplier"].iloc[row]),
            amount=float(ledger.amount[row]),
            currency=str(ledger.lines["currency"].iloc[row]),
            detail=finding.details.get(int(row), ""),
        )
        for row in picked
    ]


def _facts(ledger: CheckedLedger, ledgers: Sequence[Ledger]) -> list[tuple[str, str]]:
    lines = ledger.lines[ledger.bought]
    days = lines["date"].dropna()
    period = f"{days.min():%Y-%m-%d} to {days.max():%Y-%m-%d}" if len(days) else "no dates"
    currencies = lines["currency"][lines["currency"] != ""].value_counts()
    money = ", ".join(f"{name} on {count:,} lines" for name, count in currencies.head(5).items())
    tax = sorted({f"{one.vat}: {one.vat_reason}" for one in ledgers})
    numbered = int(((ledger.document != "") | (ledger.order != "")).sum())
    return [
        ("Period", period),
        ("Currencies", money or "none named"),
        ("Value added tax", "; ".join(tax)),
        ("Different texts", f"{lines['description'].nunique():,}"),
        ("Suppliers", f"{ledger.supplier[ledger.bought].replace('', np.nan).nunique():,}"),
        (
            "Lines with a number of their document or order",
            f"{numbered:,}" if numbered else "none: copies are told without one",
        ),
        ("Barcodes with a valid check digit", f"{_valid_barcodes(ledger):,}"),
    ]


def _figures(estimates: pd.DataFrame | None) -> list[tuple[str, str]]:
    """Say how many lines the model gives a figure."""
    if estimates is None:
        return []
    return [("Lines with a footprint", f"{int(estimates['kg_co2e'].notna().sum()):,}")]


def _valid_barcodes(ledger: CheckedLedger) -> int:
    found = {finding.code: finding.rows for finding in codes.find(ledger)}
    return int((~found["barcode_missing"] & ~found["barcode_wrong"] & ledger.bought).sum())
