"""The queue of bulk jobs as a whole, over all tenants: for whoever runs the service."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from serving.store.jobs import OPEN
from serving.store.store import AuditStore
from serving.store.tables import Job, JobBatch


@dataclass(frozen=True)
class JobQueue:
    """Jobs that go on.

    Attributes
    ----------
    jobs
        How many, by status.
    lines_waiting
        Lines that are not recorded yet; those of a ledger that was not read yet are not known.
    oldest
        When the oldest one was handed in; ``None`` if there is none.
    """

    jobs: Mapping[str, int]
    lines_waiting: int
    oldest: datetime | None


def job_queue(store: AuditStore) -> JobQueue:
    """Look at all jobs that go on.

    Raises
    ------
    StoreUnavailableError
        If the database cannot be used.
    """
    by_status = (
        select(Job.status, func.count(), func.sum(Job.lines), func.min(Job.created_at))
        .where(Job.status.in_(OPEN))
        .group_by(Job.status)
    )
    recorded = (
        select(func.sum(JobBatch.lines)).join(Job, Job.id == JobBatch.job_id).where(Job.status.in_(OPEN))
    )
    with store.whole() as connection:
        rows = connection.execute(by_status).all()
        done = connection.scalar(recorded) or 0
    jobs = dict.fromkeys(OPEN, 0) | {row[0]: row[1] for row in rows}
    lines = sum(row[2] or 0 for row in rows)
    return JobQueue(jobs, int(lines - done), min((row[3] for row in rows), default=None))
