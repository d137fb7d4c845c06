"""The frame of a job's ledger: one row a line, from the files of its recorded batches."""

from collections.abc import Sequence
from typing import Final

import numpy as np
import pandas as pd

from features.line_items import LineItems
from models.estimates import Estimates
from models.footprint import EstimateOptions
from serving.jobs.files import JobFiles
from serving.line_frame import ESTIMATE_COLUMNS, LINE_COLUMNS, Prices, line_frame, spend_usd
from serving.store.goods import goods_key
from serving.store.job_batches import RecordedBatch

REPEATED: Final = (
    *("description", "supplier", "cost_centre", "currency", "unit", "gtin", "goods"),
    *("status", "reason", "method", "category_code", "category", "data_quality", "factor_id"),
    "factor_source",
)
"""Text columns whose values repeat; they are kept as categories."""


def ledger_frame(
    files: JobFiles, batches: Sequence[RecordedBatch], prices: Prices, options: Sequence[EstimateOptions]
) -> pd.DataFrame:
    """Put the frame of a ledger together, as far as it is estimated.

    Parameters
    ----------
    files
        Of the job.
    batches
        Those that are recorded, in order.
    prices
        Of a model.
    options
        What the lines of each batch were estimated with.

    Returns
    -------
    pandas.DataFrame
        As of :func:`serving.line_frame.line_frame`, and before it ``row`` (from 1), after it ``line_date``
        (day in which the line counts) and ``goods`` (equal for the same goods, never ""; see
        :func:`serving.store.goods.goods_key`).

    Raises
    ------
    JobResultError
        If a file is not there, or is not the one that was recorded.
    """
    of_lines = ("country", *LINE_COLUMNS)
    lines = _together(
        LineItems.empty()[list(of_lines)],
        [files.read("lines", batch.number, columns=of_lines) for batch in batches],
    )
    estimates = _together(
        Estimates.empty()[list(ESTIMATE_COLUMNS)],
        [files.read("estimates", batch.number, batch.sha256, ESTIMATE_COLUMNS) for batch in batches],
    )
    frame = line_frame(lines, estimates, _spend_usd(lines, prices, batches, options))
    frame.insert(0, "row", np.arange(1, len(frame) + 1))
    recorded = np.repeat(
        np.array([batch.recorded_on for batch in batches], dtype="datetime64[ns]"),
        [batch.lines for batch in batches],
    )
    frame["line_date"] = frame["date"].dt.normalize().where(frame["date"].notna(), pd.Series(recorded))
    frame["goods"] = _goods(frame)
    return frame.astype(dict.fromkeys(REPEATED, "category"))


def _spend_usd(
    lines: pd.DataFrame, prices: Prices, batches: Sequence[RecordedBatch], options: Sequence[EstimateOptions]
) -> "pd.Series[float]":
    """Bring spend into dollars, lines of the same options at once."""
    kinds = list(dict.fromkeys(one.money for one in options))
    kind = np.repeat([kinds.index(one.money) for one in options], [batch.lines for batch in batches])
    spend = np.full(len(lines), np.nan)
    for number, money in enumerate(kinds):
        mine = kind == number
        spend[mine] = spend_usd(lines[mine].reset_index(drop=True), prices, money)
    return pd.Series(spend, dtype=float)


def _together(empty: pd.DataFrame, parts: list[pd.DataFrame]) -> pd.DataFrame:
    return pd.concat(parts, ignore_index=True) if parts else empty


def _goods(frame: pd.DataFrame) -> "pd.Series[str]":
    """Name the goods of each line; those of lines that say nothing are their own."""
    texts = pd.MultiIndex.from_frame(frame[["description", "supplier", "gtin"]])
    code, distinct = pd.factorize(texts)
    keys = np.array([goods_key(*text) for text in distinct], dtype=object)
    goods = pd.Series(keys[code] if len(keys) else keys, dtype="str")
    return goods.where(goods != "", "row-" + frame["row"].astype("str"))
