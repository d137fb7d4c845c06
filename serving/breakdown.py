"""A ledger's footprint broken down: by status, category, supplier, month, method and data quality."""

import re
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from models.estimates import STATUSES
from models.totals import total
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
_MOST_MONTHS: Final = 36


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
    """Join lines and estimates into one frame of what is told about each line, in input order.

    Adds ``usd_size`` (USD, never negative), ``usd`` (USD, credits negative), ``kg``, ``kg_low``, ``kg_high``
    (kg CO2e; NaN without a figure, and for every excluded or unmatched line), ``kg_width``, ``category``,
    ``category_code`` and ``sentence`` (the explanation, else what the reader of the document found wrong).
    """
    lines, estimates = result.lines.reset_index(drop=True), result.estimates.reset_index(drop=True)
    frame = lines[["line_id", "description", "supplier", "cost_centre", "date", "amount", "currency"]].copy()
    told = ["status", "reason", "method", "data_quality"]
    frame[told] = estimates[told].to_numpy()
    frame["sentence"] = (
        estimates["explanation"].where(estimates["explanation"] != "", lines["issue_detail"]).to_numpy()
    )
    titles = estimates["category_title"].where(estimates["category_title"] != "", estimates["category_code"])
    frame["category"] = titles.to_numpy()
    frame["category_code"] = estimates["category_code"].to_numpy()
    frame["usd_size"] = np.abs(result.amount_usd.to_numpy(dtype=float))
    frame["usd"] = frame["usd_size"].where(~(frame["amount"] < 0), -frame["usd_size"])
    has_figure = frame["status"].isin(["estimated", "review"])
    for name, source in (("kg", "kg_co2e"), ("kg_low", "kg_co2e_low"), ("kg_high", "kg_co2e_high")):
        frame[name] = estimates[source].where(has_figure.to_numpy()).to_numpy()
    frame["kg_width"] = frame["kg_high"] - frame["kg_low"]
    return frame


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
    with_money = frame[has_figure & frame["usd"].notna()]
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
    table = (
        frame.groupby(["status", "reason"], sort=False)
        .agg(lines=("line_id", "size"), usd_size=("usd_size", _sum_if_any), kg=("kg", _sum_if_any))
        .reset_index()
    )
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
    figures = frame[frame["kg"].notna()]
    group = figures[column].where(figures[column] != "", NOT_STATED)
    ranked = figures["kg"].groupby(group, sort=False).sum().sort_values(ascending=False, kind="stable").index
    small = ranked[keep:] if len(ranked) > keep + 1 else ranked[:0]
    rest = f"All {len(small):,} others"
    table = _summed(figures.assign(group=group.where(~group.isin(small), rest)))
    last = (table["group"] == rest).to_numpy() & (len(small) > 0)
    table = pd.concat([table[~last], table[last]], ignore_index=True)
    positive = table["kg"].clip(lower=0)
    table["together"] = table["group"].eq(rest) & (len(small) > 0)
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
    dated = frame[frame["kg"].notna() & frame["date"].notna()]
    months = dated["date"].dt.strftime("%Y-%m")
    period = months if months.nunique() <= _MOST_MONTHS else months.str[:4]
    return _summed(dated.assign(group=period)).sort_values("group", ignore_index=True)


def pedigree(frame: pd.DataFrame) -> pd.DataFrame:
    """Average the pedigree scores, weighted by the size of each line's footprint.

    Returns
    -------
    pandas.DataFrame
        Columns ``indicator``, ``score`` (1 best to 5) and ``worst_share`` (share of kg CO2e scored 4 or 5);
        empty when no line has scores.
    """
    figures = frame[frame["kg"].notna()]
    scores = figures["data_quality"].str.extract(_PEDIGREE).astype(float)
    weights = figures["kg"].abs().where(scores.notna().all(axis=1), 0.0)
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


def _summed(named: pd.DataFrame) -> pd.DataFrame:
    rows = []
    for group, part in named.groupby("group", sort=False):
        summed = total(
            part.rename(columns={"kg": "kg_co2e", "kg_low": "kg_co2e_low", "kg_high": "kg_co2e_high"})
        )
        rows.append(
            {
                "group": group,
                "lines": len(part),
                "usd": part["usd"].sum(),
                "kg": summed.kg_co2e,
                "kg_low": summed.kg_co2e_low,
                "kg_high": summed.kg_co2e_high,
            }
        )
    table = pd.DataFrame(rows, columns=["group", "lines", "usd", "kg", "kg_low", "kg_high"])
    return table.sort_values("kg", ascending=False, kind="stable", ignore_index=True)


def _sum_if_any(values: "pd.Series[float]") -> float:
    return float(values.sum(min_count=1))
