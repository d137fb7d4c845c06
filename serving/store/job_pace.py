"""The pace of a bulk job: how long it still takes, told from its batches once there are enough of them."""

from typing import Final

from sqlalchemy import select

from serving.store.jobs import JobRecord
from serving.store.store import Reading
from serving.store.tables import Entry, JobBatch

_LEAST_BATCHES: Final = 2
_LOOKED_AT: Final = 20
"""The last batches tell the present pace: the machine may have been busier before, or off."""


def seconds_left(reading: Reading, job: JobRecord) -> float | None:
    """Say how long a job still takes at the pace of its last batches.

    Parameters
    ----------
    reading
        Transaction.
    job
        One that goes on.

    Returns
    -------
    float or None
        Seconds; ``None`` before two batches are recorded or the size of the ledger is known.
    """
    query = (
        select(JobBatch.lines, Entry.at)
        .join(Entry, (Entry.sequence == JobBatch.first_sequence) & (Entry.tenant == JobBatch.tenant))
        .where(JobBatch.job_id == job.id)
        .order_by(JobBatch.number.desc())
        .limit(_LOOKED_AT)
    )
    batches = reading.session.execute(query).all()
    if job.lines is None or len(batches) < _LEAST_BATCHES:
        return None
    took: float = (batches[0].at - batches[-1].at).total_seconds()
    # a batch is recorded when it is done: the time of the first one's lines is not known
    lines: int = sum(batch.lines for batch in batches[:-1])
    return (job.lines - job.progress.lines) * took / lines
