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
"""The half of the suppliers whose lines were looked at while the rules were first written, and the other one.

Rules have been mended with errors of both halves in view since: neither is unseen any more."""

SPEND: Final = "spend_alike"
"""Column with the spend behind a labelled line."""

_TEXTS: Final = ["description", "cost_centre", "supplier", "buyer"]


class LabelledLines(pa.DataFrameModel):
    """Ledger lines with a label.

    ``buyer`` may be missing where the ledger does not say it, and so may ``spend_alike``: each line then
    weighs the same.
    """

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
    accuracy
        Share of the lines labelled as excluded or as purchases of which screening says just that.
    found_by_spend, wrongly_excluded_by_spend
        ``found`` and ``wrongly_excluded`` with every line weighted by its spend.
    """

    lines: int
    non_purchases: int
    found: float
    found_or_unclear: float
    wrongly_excluded: float
    wrongly_excluded_or_unclear: float
    unclear_share: float
    accuracy: float
    found_by_spend: float
    wrongly_excluded_by_spend: float


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
    judged = given.assign(
        **{name: labelled[name] for name in ("status", "excluded_reason", SPEND) if name in labelled}
    )
    half = labelled["supplier"].map(half_of)
    excluded = judged[judged["status"] == "excluded"]
    return ScreeningReport(
        overall=score(judged),
        by_half={name: score(judged[half == name]) for name in HALVES},
        by_reason=pd.crosstab(excluded["excluded_reason"], excluded["reason"]),
    )


def half_of(supplier: str) -> str:
    """Assign a supplier to one of :data:`HALVES`, the same for every spelling of its name."""
    name = re.sub(r":\d+$", "", supplier.strip())
    key = re.sub(r"[^0-9a-z]", "", name.lower())
    return HALVES[int(hashlib.sha256(key.encode()).hexdigest(), 16) % 2]


def score(judged: pd.DataFrame) -> ScreeningScore:
    """Score decisions on labelled lines.

    Parameters
    ----------
    judged
        ``status`` as labelled, ``decision`` as given, and where there is one the column ``spend_alike``.
    """
    excluded = judged["decision"] == "excluded"
    either = judged["decision"].isin(["excluded", "unclear"])
    none, bought = judged["status"] == "excluded", judged["status"] == "purchase"
    right = (none & excluded) | (bought & (judged["decision"] == "purchase"))
    spend = judged[SPEND].abs() if SPEND in judged else pd.Series(1.0, index=judged.index)
    return ScreeningScore(
        lines=len(judged),
        non_purchases=int(none.sum()),
        found=float(excluded[none].mean()),
        found_or_unclear=float(either[none].mean()),
        wrongly_excluded=float(excluded[bought].mean()),
        wrongly_excluded_or_unclear=float(either[bought].mean()),
        unclear_share=float((judged["decision"] == "unclear").mean()),
        accuracy=float(right[none | bought].mean()),
        found_by_spend=_share(excluded[none], spend[none]),
        wrongly_excluded_by_spend=_share(excluded[bought], spend[bought]),
    )


def _share(mask: "pd.Series[bool]", weight: "pd.Series[float]") -> float:
    total = float(weight.sum())
    return float(weight[mask].sum()) / total if total else float("nan")
