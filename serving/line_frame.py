"""Lines and their estimates as one frame: what every view of a ledger is made from."""

from collections.abc import Mapping
from typing import Final, Protocol

import numpy as np
import pandas as pd

from features.money import MoneyOptions, net_spend
from features.price_tables import PriceTables
from models.factor_sets import FactorSet

FIGURES: Final = {"kg": "kg_co2e", "kg_low": "kg_co2e_low", "kg_high": "kg_co2e_high"}
"""Column of the frame for each figure of :class:`models.estimates.Estimates`."""
_OF_LINE: Final = (
    *("description", "supplier", "cost_centre", "date"),
    *("amount", "currency", "quantity", "unit", "gtin"),
)
_OF_ESTIMATE: Final = (
    *("estimate_id", "status", "reason", "method", "category_code", "category_probability", "data_quality"),
    *("factor_id", "factor_source"),
)
LINE_COLUMNS: Final = ("line_id", *_OF_LINE, "issue_detail")
"""Columns of :class:`features.line_items.LineItems` that the frame is made from."""
ESTIMATE_COLUMNS: Final = ("line_id", *_OF_ESTIMATE, "category_title", "explanation", *FIGURES.values())
"""Columns of :class:`models.estimates.Estimates` that the frame is made from."""
_DOLLAR_SET: Final = "epa-v1.3"


class Prices(Protocol):
    """What a model knows of prices."""

    tables: PriceTables

    @property
    def factor_sets(self) -> Mapping[str, FactorSet]:
        """Factor sets by id."""
        ...


def spend_usd(lines: pd.DataFrame, prices: Prices, options: MoneyOptions) -> "pd.Series[float]":
    """Bring the spend of line items into US dollars, comparable between lines.

    Parameters
    ----------
    lines
        :class:`features.line_items.LineItems`, n rows.
    prices
        Of the model.
    options
        What the ledger does not say about its amounts.

    Returns
    -------
    pandas.Series
        n values without VAT; NaN where the line states no money.
    """
    return net_spend(lines, prices.tables, prices.factor_sets[_DOLLAR_SET].prices, options)["spend"]


def line_frame(lines: pd.DataFrame, estimates: pd.DataFrame, amount_usd: "pd.Series[float]") -> pd.DataFrame:
    """Join lines and estimates into one frame of what is told about each line, in input order.

    Parameters
    ----------
    lines
        :data:`LINE_COLUMNS` of n lines.
    estimates
        :data:`ESTIMATE_COLUMNS` of their n estimates, in the same order.
    amount_usd
        From :func:`spend_usd`, its signs aside.

    Returns
    -------
    pandas.DataFrame
        n rows. Of the line ``line_id`` to ``gtin``, of its estimate ``status`` to ``factor_source``, and
        ``category`` (its title, else its code), ``explanation`` (else what the reader of the document found
        wrong), ``usd_size`` (USD, never negative), ``usd`` (USD, credits negative), ``kg``, ``kg_low``,
        ``kg_high`` (kg CO2e; NaN without a figure, and for every excluded or unmatched line), ``kg_width``.
    """
    lines, estimates = lines.reset_index(drop=True), estimates.reset_index(drop=True)
    titles = estimates["category_title"].where(estimates["category_title"] != "", estimates["category_code"])
    said = estimates["explanation"].where(estimates["explanation"] != "", lines["issue_detail"])
    usd_size = pd.Series(np.abs(amount_usd.to_numpy(dtype=float)))
    has_figure = estimates["status"].isin(["estimated", "review"])
    figures = {name: estimates[source].where(has_figure) for name, source in FIGURES.items()}
    return pd.DataFrame(
        {
            "line_id": estimates["line_id"],
            **{name: lines[name] for name in _OF_LINE},
            **{name: estimates[name] for name in _OF_ESTIMATE},
            "category": titles,
            "explanation": said,
            "usd_size": usd_size,
            "usd": usd_size.where(~(lines["amount"] < 0), -usd_size),
            **figures,
            "kg_width": figures["kg_high"] - figures["kg_low"],
        }
    )
