"""How well screening tells purchases from the rest, on lines that a person or a model has labelled."""

import hashlib
import re
from dataclasses import dataclass
from typing import Final

import pandas as pd
import pandera.pandas as pa
from pandera.typing.pandas import Series

from features.line_items import line_items
from features.screening import screen

HALVES: Final = ("developed on", "held back")
"""The half of the suppliers whose lines were looked at while the rules were written, and the other one."""

_TEXTS: Final = ["description", "cost_centre", "supplier", "buyer"]


class LabelledLines(pa.DataFrameModel):
    """Ledger lines with a label; ``buyer`` may be missing where the ledger does not say it."""

    description: Series[str]
    cost_centre: Series[str]
    supplier: Series[str]
    status: Series[str] = pa.Field(isin=["purchase", "excluded", "unclear"])
    excluded_reason: Series[str]

    class Config:
        """Further columns may be there."""

        strict = False
        coerce = True


@dataclass(frozen=True)
class ScreeningScore:
    """Shares of labelled lines; a line screened as unclear is neither found nor wrongly excluded.

    Attributes
    ----------
    lines, non_purchases
        How many lines were scored, and how many of them are labelled as excluded.
    found
        Share of the lines labelled as excluded that screening excludes.
    found_or_unclear
        Share of them that screening excludes or calls unclear.
    wrongly_excluded
        Share of the lines labelled as purchases that screening excludes.
    wrongly_excluded_or_unclear
        Share of them that screening excludes or calls unclear.
    unclear_share
        Share of all lines that screening calls unclear.
    """

    lines: int
    non_purchases: int
    found: float
    found_or_unclear: float
    wrongly_excluded: float
    wrongly_excluded_or_unclear: float
    unclear_share: float


@dataclass(frozen=True)
class ScreeningReport:
    """The score on all lines and on each half of the suppliers, and the reasons given against those labelled.

    Attributes
    ----------
    overall
        The score on all lines.
    by_half
        The score on each of :data:`HALVES`.
    by_reason
        Lines labelled as excluded: labelled reason (rows) against the reason given (columns, "" a purchase).
    """

    overall: ScreeningScore
    by_half: dict[str, ScreeningScore]
    by_reason: pd.DataFrame


def evaluate_screening(lines: pd.DataFrame) -> ScreeningReport:
    """Screen labelled ledger lines and compare.

    Parameters
    ----------
    lines
        Labelled lines (:class:`LabelledLines`), such as those of the source ``public_lines``. A column
        ``buyer`` is used where it is there: who pays decides whether an authority's bill is a transfer.

    Returns
    -------
    ScreeningReport
        Scores overall and by half of the suppliers. Only the half that was held back tells what to expect.
    """
    labelled = LabelledLines.validate(lines).reset_index(drop=True)
    given = screen(line_items(labelled[[column for column in _TEXTS if column in labelled]]))
    judged = labelled[["status", "excluded_reason"]].join(given)
    half = labelled["supplier"].map(half_of)
    excluded = judged[judged["status"] == "excluded"]
    return ScreeningReport(
        overall=_score(judged),
        by_half={name: _score(judged[half == name]) for name in HALVES},
        by_reason=pd.crosstab(excluded["excluded_reason"], excluded["reason"]),
    )


def half_of(supplier: str) -> str:
    """Assign a supplier to one of :data:`HALVES`, the same for every spelling of its name."""
    name = re.sub(r":\d+$", "", supplier.strip())
    key = re.sub(r"[^0-9a-z]", "", name.lower())
    return HALVES[int(hashlib.sha256(key.encode()).hexdigest(), 16) % 2]


def _score(judged: pd.DataFrame) -> ScreeningScore:
    non_purchases = judged.loc[judged["status"] == "excluded", "decision"]
    purchases = judged.loc[judged["status"] == "purchase", "decision"]
    either = ["excluded", "unclear"]
    return ScreeningScore(
        lines=len(judged),
        non_purchases=len(non_purchases),
        found=float((non_purchases == "excluded").mean()),
        found_or_unclear=float(non_purchases.isin(either).mean()),
        wrongly_excluded=float((purchases == "excluded").mean()),
        wrongly_excluded_or_unclear=float(purchases.isin(either).mean()),
        unclear_share=float((judged["decision"] == "unclear").mean()),
    )
