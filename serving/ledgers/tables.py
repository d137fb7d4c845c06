"""A ledger as it stands now as a table: its own columns, the estimates, then what people made of them."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pandas as pd

from serving.ledgers.standing import Standing
from serving.outputs import output_table, write_tables
from serving.store.job_batches import RecordedBatch, recorded_batches
from serving.store.store import Reading

_TEXTS: Final = {
    "review": "review",
    "reviewed_by": "reviewed_by",
    "approved_by": "approved_by",
    "reviewed_status": "status",
    "reviewed_category_code": "category_code",
    "review_comment": "review_comment",
    "review_note": "review_note",
}
_FIGURES: Final = {
    "reviewed_kg_co2e": "kg",
    "reviewed_kg_co2e_low": "kg_low",
    "reviewed_kg_co2e_high": "kg_high",
}
REVIEW_COLUMNS: Final = (*_TEXTS, *_FIGURES)
"""Columns of the table about reviews; empty for a line that nobody reviewed."""


def write_standing(reading: Reading, standing: Standing, path: Path) -> list[str]:
    """Write a ledger as it stands now.

    Parameters
    ----------
    reading
        Transaction.
    standing
        The ledger.
    path
        As of :func:`serving.outputs.write_tables`.

    Returns
    -------
    list of str
        What a user should know: shortened or disarmed cells.

    Raises
    ------
    JobResultError
        If a file of the ledger is not there any more, or is not the one that was recorded.
    OutputError
        As of :func:`serving.outputs.write_tables`.
    """
    return write_tables(standing_tables(standing, recorded_batches(reading, standing.ledger.job.id)), path)


def standing_tables(standing: Standing, batches: list[RecordedBatch]) -> Iterator[pd.DataFrame]:
    """Give the table batch by batch."""
    ledger, above = standing.ledger, 0
    columns = ledger.read.columns if ledger.read else []
    told = _told(standing.frame)
    for batch in batches:
        source = ledger.files.read("source", batch.number).reindex(columns=columns, fill_value="")
        estimates = ledger.files.read("estimates", batch.number, batch.sha256)
        of_batch = told.iloc[above : above + batch.lines].reset_index(drop=True)
        yield output_table(source.reset_index(drop=True), pd.concat([estimates, of_batch], axis=1))[0]
        above += batch.lines


def _told(frame: pd.DataFrame) -> pd.DataFrame:
    is_reviewed = frame["review"] != ""
    # texts as texts: what disarms formulas looks at these alone
    texts = {name: frame[source].astype("str").where(is_reviewed, "") for name, source in _TEXTS.items()}
    figures = {name: frame[source].where(is_reviewed) for name, source in _FIGURES.items()}
    return pd.DataFrame(texts | figures)
