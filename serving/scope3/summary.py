"""The summary: lines, spend, kg CO2e with range, methods and kinds of data of each category."""

from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from models.estimates import METHODS
from models.totals import total
from serving.result import EstimatedLedger
from serving.scope3.categories import (
    BOOKED_AS_REVENUE,
    CAPITAL_GOODS,
    GOODS_AND_SERVICES,
    scope3_categories,
)
from serving.scope3.rules import scope3_rules

PRIMARY_METHODS: Final = ("supplier-specific", "hybrid")
"""Methods that use data of the supplier about its own product: primary data in the words of the standard."""
METHOD_SHARES: Final = {method: f"share_{method.replace('-', '_')}" for method in METHODS if method}
_TITLES: Final = {
    GOODS_AND_SERVICES: "Category 1: purchased goods and services",
    CAPITAL_GOODS: "Category 2: capital goods",
}
_EXAMPLES: Final = 3


@dataclass(frozen=True)
class Scope3Summary:
    """What a ledger adds up to in the words of the standard.

    Attributes
    ----------
    categories
        One row per category: ``category``, ``title``, ``reported_here`` (categories 1 and 2; the others are
        named so that nobody counts them twice), ``lines``, ``lines_to_review``, ``spend_usd``, ``kg_co2e``,
        ``kg_co2e_low``, ``kg_co2e_high`` (central 90% range), a share of kg CO2e for each method,
        ``share_primary``, ``share_secondary``, ``note``. Shares of nothing are NaN.
    rules
        Which rule took how many lines where: ``category``, ``because``, ``lines``, ``kg_co2e``, ``line_ids``.
    excluded
        Lines without a figure: ``status``, ``reason``, ``lines``, ``spend_usd``.
    often_capitalised
        Lines and spend in US dollars in category 1 of kinds that are often capitalised, as far as the ledger
        does not book them as revenue.
    """

    categories: pd.DataFrame
    rules: pd.DataFrame
    excluded: pd.DataFrame
    often_capitalised: tuple[int, float]


def scope3_summary(result: EstimatedLedger, capital_threshold: float | None) -> Scope3Summary:
    """Add up an estimated ledger by category.

    Parameters
    ----------
    result
        The estimated ledger.
    capital_threshold
        As of :func:`serving.scope3.categories.scope3_categories`.
    """
    usd = np.abs(result.amount_usd.to_numpy(dtype=np.float64))
    frame = result.estimates.assign(spend_usd=usd)
    told = scope3_categories(result, capital_threshold)
    frame["category"], frame["because"] = told["category"].to_numpy(), told["because"].to_numpy()
    valued = frame[frame["category"] != ""]
    notes = {entry.category: entry.instead for entry in scope3_rules().elsewhere}
    titles = _TITLES | {entry.category: entry.title for entry in scope3_rules().elsewhere}
    rows = [
        _row(category, title, notes.get(category, ""), valued[valued["category"] == category])
        for category, title in titles.items()
    ]
    plain = valued[(valued["category"] == GOODS_AND_SERVICES) & (valued["because"] != BOOKED_AS_REVENUE)]
    kinds = [scope3_rules().capital.kind_of(code) for code in plain["category_code"]]
    often = plain[np.array(kinds, dtype=str) != ""]
    return Scope3Summary(
        categories=pd.DataFrame(rows),
        rules=_rules(valued),
        excluded=_excluded(frame[frame["category"] == ""]),
        often_capitalised=(len(often), float(often["spend_usd"].sum())),
    )


def _row(category: str, title: str, note: str, lines: pd.DataFrame) -> dict[str, object]:
    summed = total(lines)
    size = lines["kg_co2e"].abs()
    shares = {
        name: float(size[lines["method"] == method].sum() / size.sum()) if size.sum() else np.nan
        for method, name in METHOD_SHARES.items()
    }
    primary = sum(shares[METHOD_SHARES[method]] for method in PRIMARY_METHODS)
    return {
        "category": category,
        "title": title,
        "reported_here": category in _TITLES,
        "lines": len(lines),
        "lines_to_review": int((lines["status"] == "review").sum()),
        "spend_usd": float(lines["spend_usd"].sum()),
        "kg_co2e": summed.kg_co2e,
        "kg_co2e_low": summed.kg_co2e_low,
        "kg_co2e_high": summed.kg_co2e_high,
        **shares,
        "share_primary": primary,
        "share_secondary": 1.0 - primary,
        "note": note,
    }


def _rules(valued: pd.DataFrame) -> pd.DataFrame:
    rows = [
        {
            "category": category,
            "because": because,
            "lines": len(lines),
            "kg_co2e": float(lines["kg_co2e"].sum()),
            "line_ids": list(
                lines.sort_values("kg_co2e", key=abs, ascending=False)["line_id"].head(_EXAMPLES)
            ),
        }
        for (category, because), lines in valued.groupby(["category", "because"], sort=True)
    ]
    return pd.DataFrame(rows, columns=["category", "because", "lines", "kg_co2e", "line_ids"])


def _excluded(lines: pd.DataFrame) -> pd.DataFrame:
    counted = lines.groupby(["status", "reason"], sort=True)
    return counted.agg(lines=("line_id", "size"), spend_usd=("spend_usd", "sum")).reset_index()
