"""A ledger's footprint broken down: by status, category, supplier, month, method and data quality."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from models.estimates import STATUSES
from models.totals import Codes, totals
from serving.line_frame import FIGURES, line_frame
from serving.result import EstimatedLedger

NOT_STATED: Final = "Not stated"
PEDIGREE_INDICATORS: Final = (
    "Reliability",
    "Completeness",
    "Temporal correlation",
    "Geographical correlation",
    "Technological correlation",
)
"""The indicators of the pedigree matrix (Weidema and Wesnaes 1996, as used by ecoinvent and openLCA)."""

_PEDIGREE: Final = re.compile(r"^\((\d);(\d);(\d);(\d);(\d)\)$")
_SUMMED: Final = ("usd", *FIGURES, "category_code")
_MOST_MONTHS: Final = 36
_MONTHS: Final = 12


@dataclass(frozen=True)
class Coverage:
    """How much of the money has a figure. All in USD; the sizes of credits count, not their signs.

    ``intensity`` is kg CO2e per USD of net spend over the lines that have a figure, NaN without such spend.
    """

    covered_usd: float
    unmatched_usd: float
    excluded_usd: float
    share: float
    intensity_kg_per_usd: float
    lines_without_money: int


def joined(result: EstimatedLedger) -> pd.DataFrame:
    """Join lines and estimates into the frame of :func:`serving.line_frame.line_frame`."""
    return line_frame(result.lines, result.estimates, result.amount_usd)


def coverage(frame: pd.DataFrame) -> Coverage:
    """Say how much of the purchases' money has a figure.

    Parameters
    ----------
    frame
        From :func:`joined`.
    """
    has_figure = frame["kg"].notna()
    excluded = frame["status"] == "excluded"
    covered = float(frame.loc[has_figure, "usd_size"].sum())
    unmatched = float(frame.loc[~has_figure & ~excluded, "usd_size"].sum())
    with_money = frame.loc[has_figure & frame["usd"].notna(), ["usd", "kg"]]
    net_usd = float(with_money["usd"].sum())
    purchases = covered + unmatched
    return Coverage(
        covered_usd=covered,
        unmatched_usd=unmatched,
        excluded_usd=float(frame.loc[excluded, "usd_size"].sum()),
        share=covered / purchases if purchases > 0 else float("nan"),
        intensity_kg_per_usd=float(with_money["kg"].sum()) / net_usd if net_usd > 0 else float("nan"),
        lines_without_money=int(frame.loc[~excluded, "usd_size"].isna().sum()),
    )


def by_status(frame: pd.DataFrame) -> pd.DataFrame:
    """Count lines, USD and kg CO2e for each status and reason, in the order of the statuses.

    Returns
    -------
    pandas.DataFrame
        Columns ``status``, ``reason``, ``lines``, ``usd_size``, ``kg``.
    """
    told = frame.groupby(["status", "reason"], sort=False, observed=True)
    table = told[["usd_size", "kg"]].sum(min_count=1)
    table.insert(0, "lines", told.size())
    table = table.reset_index().astype({"status": "str", "reason": "str"})
    table["rank"] = table["status"].map({status: rank for rank, status in enumerate(STATUSES)})
    return table.sort_values(["rank", "lines"], ascending=[True, False]).drop(columns="rank")


def by_group(frame: pd.DataFrame, column: str, keep: int = 12) -> pd.DataFrame:
    """Sum the footprint over the values of a column, largest first, with the small ones taken together.

    A group's range is put together as that of the total is (:func:`models.totals.total`).

    Parameters
    ----------
    frame
        From :func:`joined`; only lines with a figure count.
    column
        E.g. ``category``, ``supplier``, ``cost_centre``, ``method``.
    keep
        Number of groups to keep; the others become one last row.

    Returns
    -------
    pandas.DataFrame
        Columns ``group``, ``lines``, ``usd``, ``kg``, ``kg_low``, ``kg_high``, ``together`` (the row of all
        small groups), ``share`` and ``cumulative`` (of what the groups with a positive footprint add up to).
    """
    figures = frame.loc[frame["kg"].notna(), list(dict.fromkeys((column, *_SUMMED)))]
    code, names = _named(figures[column])
    ranked = np.argsort(-np.bincount(code, figures["kg"], len(names)), kind="stable")
    small = ranked[keep:] if len(ranked) > keep + 1 else ranked[:0]
    rest = len(names)
    table = _summed(
        figures, np.where(np.isin(code, small), rest, code), [*names, f"All {len(small):,} others"]
    )
    last = (table["code"] == rest).to_numpy()
    table = pd.concat([table[~last], table[last]], ignore_index=True)
    positive = table["kg"].clip(lower=0)
    table["together"] = table.pop("code") == rest
    table["share"] = positive / positive.sum() if positive.sum() > 0 else float("nan")
    table["cumulative"] = table["share"].cumsum()
    return table


def by_month(frame: pd.DataFrame) -> pd.DataFrame:
    """Sum the footprint by month of purchase, or by year where the ledger spans more than three years.

    Returns
    -------
    pandas.DataFrame
        As :func:`by_group`, without the shares; ``group`` is ``2023-04`` or ``2023``. Undated lines are left
        out.
    """
    dated = frame.loc[frame["kg"].notna() & frame["date"].notna(), ["date", *_SUMMED]]
    days = dated["date"].dt
    months = days.year.to_numpy(dtype=np.int64) * _MONTHS + days.month.to_numpy(dtype=np.int64) - 1
    if len(np.unique(months)) <= _MOST_MONTHS:
        code, found = pd.factorize(months, sort=True)
        names = [f"{month // _MONTHS}-{month % _MONTHS + 1:02}" for month in found.tolist()]
    else:
        code, found = pd.factorize(months // _MONTHS, sort=True)
        names = [str(year) for year in found.tolist()]
    return _summed(dated, code, names).sort_values("code", ignore_index=True).drop(columns="code")


def pedigree(frame: pd.DataFrame) -> pd.DataFrame:
    """Average the pedigree scores, weighted by the size of each line's footprint.

    Returns
    -------
    pandas.DataFrame
        Columns ``indicator``, ``score`` (1 best to 5) and ``worst_share`` (share of kg CO2e scored 4 or 5);
        empty when no line has scores.
    """
    figures = frame.loc[frame["kg"].notna(), ["kg", "data_quality"]]
    code, names = pd.factorize(figures["data_quality"])
    scores = pd.Series(names, dtype="str").str.extract(_PEDIGREE).astype(float)
    weights = pd.Series(np.bincount(code, figures["kg"].abs(), len(names)), dtype=float)
    weights = weights.where(scores.notna().all(axis=1), 0.0)
    if not weights.sum() > 0:
        return pd.DataFrame(columns=["indicator", "score", "worst_share"])
    rows = []
    for name, column in zip(PEDIGREE_INDICATORS, scores.columns, strict=True):
        score = scores[column].fillna(0.0)
        weak = score >= 4  # noqa: PLR2004 - the two worst of the five scores
        rows.append(
            {
                "indicator": name,
                "score": float((score * weights).sum() / weights.sum()),
                "worst_share": float(weights[weak].sum() / weights.sum()),
            }
        )
    return pd.DataFrame(rows)


def largest(frame: pd.DataFrame, column: str, count: int = 10) -> pd.DataFrame:
    """Pick the lines with the largest size in a column, e.g. ``kg`` or ``kg_width``, largest first."""
    order = frame[column].abs().sort_values(ascending=False, kind="stable").dropna()
    return frame.loc[order.index[:count]]


def _named(column: pd.Series) -> tuple[Codes, list[str]]:
    """Give each distinct value of a column a number and a name; "" has one, too."""
    code, found = pd.factorize(column)
    names = [str(name) or NOT_STATED for name in found]
    again, distinct = pd.factorize(pd.Series(names, dtype="str"))
    return again[code], list(distinct)


def _summed(figures: pd.DataFrame, code: Codes, names: Sequence[str]) -> pd.DataFrame:
    """Sum the lines of each group that has some, largest first."""
    estimates = figures[[*FIGURES, "category_code"]].rename(columns=FIGURES)
    found = totals(estimates, code, len(names)).rename(columns={source: to for to, source in FIGURES.items()})
    found.insert(0, "usd", np.bincount(code, figures["usd"].fillna(0.0), len(names)))
    found.insert(0, "lines", np.bincount(code, minlength=len(names)))
    found.insert(0, "group", pd.Series(names, dtype="str"))
    found["code"] = np.arange(len(names))
    found = found[found["lines"] > 0]
    return found.sort_values("kg", ascending=False, kind="stable", ignore_index=True)
