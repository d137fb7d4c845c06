"""The recorded batches of a bulk job: which files hold their estimates, and when they were recorded."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from serving.store.store import Reading
from serving.store.tables import Entry, JobBatch


@dataclass(frozen=True)
class RecordedBatch:
    """A batch whose estimates are recorded.

    Attributes
    ----------
    number
        From 1.
    lines
        How many estimates.
    sha256
        Of the file that holds them.
    recorded_on
        Day in which its lines without a date count.
    """

    number: int
    lines: int
    sha256: str
    recorded_on: date


def recorded_batches(reading: Reading, job_id: str) -> list[RecordedBatch]:
    """List the recorded batches of a job, in the order of the ledger."""
    query = (
        select(JobBatch.number, JobBatch.lines, JobBatch.sha256, Entry.at)
        .join(Entry, Entry.sequence == JobBatch.first_sequence)
        .where(JobBatch.job_id == job_id)
        .order_by(JobBatch.number)
    )
    return [
        RecordedBatch(row.number, row.lines, row.sha256, row.at.date())
        for row in reading.session.execute(query)
    ]
