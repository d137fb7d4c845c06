"""Lines of a bulk job that a person should look at: how many there are for each reason, and which."""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Final, Literal, get_args

import pandas as pd
from sqlalchemy import select

from serving.store.canonical import Json, canonical_json, parse_canonical
from serving.store.estimates import EstimateRecord
from serving.store.paging import Page, entry_page
from serving.store.store import Reading
from serving.store.tables import Entry, JobBatch

Open = Literal["unmatched", "review"]
OPEN_STATUSES: Final[tuple[Open, ...]] = get_args(Open)


@dataclass(frozen=True)
class ReasonCount:
    """How many lines of a job have a status for a reason."""

    status: str
    reason: str
    lines: int


@dataclass(frozen=True)
class OpenLine:
    """A line without a figure, or for review.

    Attributes
    ----------
    row
        Of the ledger below its header, from 1.
    record
        Its estimate.
    """

    row: int
    record: EstimateRecord


def reasons_of(estimates: pd.DataFrame) -> str:
    """Count the estimates that have a reason by status and reason, as JSON."""
    told = estimates.loc[estimates["reason"] != "", ["status", "reason"]]
    counts: dict[str, Json] = {}
    for status, of_status in told.groupby("status")["reason"]:
        counts[str(status)] = {str(reason): int(lines) for reason, lines in of_status.value_counts().items()}
    return canonical_json(counts)


def job_reasons(reading: Reading, job_id: str) -> list[ReasonCount]:
    """Count the lines of a job that have a reason, so far as it is done, the most frequent first."""
    counts: Counter[tuple[str, str]] = Counter()
    for batch in reading.session.scalars(select(JobBatch.reasons).where(JobBatch.job_id == job_id)):
        for status, reasons in parse_canonical(batch).items():
            counts.update({(status, reason): lines for reason, lines in reasons.items()})
    return [
        ReasonCount(*about, lines)
        for about, lines in sorted(counts.items(), key=lambda one: (-one[1], one[0]))
    ]


def open_lines(
    reading: Reading, job_id: str, statuses: Collection[Open], limit: int, cursor: str
) -> Page[OpenLine]:
    """List the lines of a job that have no figure or are for review, in the order of the ledger.

    Parameters
    ----------
    reading
        Transaction.
    job_id
        Of a job that the tenant has.
    statuses
        Which of the two.
    limit, cursor
        As of :func:`serving.store.paging.entry_page`.

    Raises
    ------
    CursorError
        If the cursor is of another search.
    """
    wanted = sorted(statuses)
    query = select(Entry).where(Entry.kind == "estimate", Entry.job_id == job_id, Entry.status.in_(wanted))
    search: Json = {"job": job_id, "open": list[Json](wanted)}
    page = entry_page(reading, query, search, limit, cursor, "oldest")
    row_of = _rows(reading, job_id, [entry.sequence for entry in page.items])
    return page.map(lambda entry: OpenLine(row_of[entry.sequence], EstimateRecord.from_entry(entry)))


def _rows(reading: Reading, job_id: str, sequences: Sequence[int]) -> dict[int, int]:
    """Find the ledger's rows of entries: batches follow each other in the ledger and in the chain."""
    query = select(JobBatch.first_sequence, JobBatch.lines).where(JobBatch.job_id == job_id)
    marks = reading.session.execute(query.order_by(JobBatch.number)).all()
    before = accumulate((mark.lines for mark in marks), initial=0)
    ranges = [(mark.first_sequence, mark.lines, above) for mark, above in zip(marks, before, strict=False)]
    rows = {}
    left = iter(ranges)
    first, lines, above = next(left, (0, 0, 0))
    for sequence in sequences:
        while sequence >= first + lines:
            first, lines, above = next(left)
        rows[sequence] = above + sequence - first + 1
    return rows
