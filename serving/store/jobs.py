"""Bulk jobs in the store: their state, and their estimates, each recorded once however often a batch runs."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal, Self, get_args

import pandas as pd
from sqlalchemy import func, select

from models.footprint import EstimateOptions
from serving.store.canonical import Json, canonical_json, parse_canonical
from serving.store.chain import NewEntry
from serving.store.column_types import is_storable
from serving.store.errors import JobStateError, UnknownJobError
from serving.store.estimates import record_estimates
from serving.store.job_lines import reasons_of
from serving.store.paging import Page, entry_page
from serving.store.store import AuditStore, Reading, Writing
from serving.store.tables import Entry, Job, JobBatch

Status = Literal["waiting", "estimating", "finished", "failed", "cancelled"]
STATUSES: Final[tuple[Status, ...]] = get_args(Status)
OPEN: Final[tuple[Status, ...]] = ("waiting", "estimating")
_COUNTS: Final = ("lines", "estimated", "review", "excluded", "unmatched", "errors")


@dataclass(frozen=True)
class JobProgress:
    """Lines that are done, all and by status of their estimate; ``errors`` could not be read.

    ``batches`` says in how many batches.
    """

    lines: int
    estimated: int
    review: int
    excluded: int
    unmatched: int
    errors: int
    batches: int


_NOTHING_DONE: Final = JobProgress(0, 0, 0, 0, 0, 0, 0)


@dataclass(frozen=True)
class JobRecord:
    """A job as it is now.

    The attributes are those of :class:`serving.store.tables.Job`, with ``options`` read and ``progress``.
    """

    id: str
    tenant: str
    who: str
    created_at: datetime
    sequence: int
    name: str
    sha256: str
    options: dict[str, Any]
    result: str
    status: str
    detail: str
    lines: int | None
    batches: int | None
    model_version: str
    finished_at: datetime | None
    webhook: str
    webhook_status: str
    progress: JobProgress

    @classmethod
    def from_row(cls, row: Job, progress: JobProgress) -> Self:
        """Read a job."""
        names = set(cls.__dataclass_fields__) - {"options", "progress"}
        values = {name: getattr(row, name) for name in names}
        return cls(options=parse_canonical(row.options), progress=progress, **values)

    @property
    def is_open(self) -> bool:
        """Whether it goes on."""
        return self.status in OPEN


def submit(
    writing: Writing, job_id: str, *, name: str, sha256: str, options: Json, result: str, webhook: str
) -> JobRecord:
    """Hand in a job, and say so in the trail.

    Parameters
    ----------
    writing
        Transaction.
    job_id
        New.
    name, sha256
        Of the ledger's file.
    options
        What the user says about the ledger.
    result
        Format of the result.
    webhook
        URL, or "".

    Raises
    ------
    ScopeError
        If the actor may not estimate.
    """
    writing.actor.require("estimate")
    said = {"name": name, "sha256": sha256, "options": options, "result": result, "webhook": webhook}
    entry = NewEntry(kind="job", subject=job_id, status="submitted", job_id=job_id, payload=said)
    (sequence,) = writing.append([entry])
    row = Job(
        tenant=writing.actor.tenant,
        id=job_id,
        who=writing.actor.who,
        created_at=writing.at,
        sequence=sequence,
        name=name,
        sha256=sha256,
        options=canonical_json(options),
        result=result,
        status="waiting",
        detail="",
        lines=None,
        batches=None,
        model_version="",
        finished_at=None,
        webhook=webhook,
        webhook_status="",
    )
    writing.session.add(row)
    writing.session.flush()
    return JobRecord.from_row(row, _NOTHING_DONE)


def find(reading: Reading, job_id: str) -> JobRecord:
    """Find a job with its progress.

    Raises
    ------
    UnknownJobError
        If the tenant has no such job.
    """
    return JobRecord.from_row(_row(reading, job_id), _progress(reading, job_id))


def job_page(reading: Reading, limit: int = 100, cursor: str = "") -> Page[JobRecord]:
    """List jobs, the latest first, a page at a time.

    Raises
    ------
    CursorError
        If the cursor is of another search.
    """
    query = select(Entry.sequence, Job).join(Job, Job.sequence == Entry.sequence)
    page = entry_page(reading, query, {"jobs": "all"}, limit, cursor)
    done = _progress_of(reading, [row.Job.id for row in page.items])
    return page.map(lambda row: JobRecord.from_row(row.Job, done[row.Job.id]))


def open_jobs(store: AuditStore) -> list[tuple[str, str]]:
    """Name tenant and id of the jobs that go on or whose end is to be announced, the oldest first."""
    waiting = Job.status.in_(OPEN) | ((Job.webhook != "") & (Job.webhook_status == ""))
    with store.whole() as connection:
        rows = connection.execute(select(Job.tenant, Job.id).where(waiting).order_by(Job.created_at, Job.id))
        return [(row.tenant, row.id) for row in rows]


def ledger_is_read(writing: Writing, job_id: str, lines: int, batches: int) -> None:
    """Say how large the ledger is; its batches may now be recorded."""
    row = _open_row(writing, job_id)
    row.status, row.lines, row.batches = "estimating", lines, batches


def is_recorded(reading: Reading, job_id: str, number: int) -> bool:
    """Tell whether a batch is recorded."""
    return _mark(reading, job_id, number) is not None


def record_batch(
    writing: Writing,
    job_id: str,
    number: int,
    received: Sequence[Json],
    lines: pd.DataFrame,
    estimates: pd.DataFrame,
    options: EstimateOptions,
    sha256: str,
    notes: Sequence[str] | None = None,
) -> bool:
    """Record the estimates of a batch and mark it, both or neither, and neither a second time.

    Parameters
    ----------
    writing
        Transaction; while it lasts nobody else can mark the batch.
    job_id, number
        Which batch.
    received, lines, estimates, options
        As of :func:`serving.store.estimates.record_estimates`.
    sha256
        Of the file that holds the estimates.
    notes
        As of :func:`serving.store.estimates.record_estimates`.

    Returns
    -------
    bool
        Whether this call recorded them.

    Raises
    ------
    JobStateError
        If the job has ended, or began with another model.
    """
    row = _open_row(writing, job_id)
    if _mark(writing, job_id, number) is not None:
        return False
    version = str(estimates["model_version"].iloc[0])
    if row.model_version not in {"", version}:
        raise JobStateError(
            f"Got the model {version} for a job that began with {row.model_version}, expected one model for "
            "all its lines: start the jobs with that bundle again, or hand the ledger in once more."
        )
    row.model_version = version
    numbers = record_estimates(writing, received, lines, estimates, options, job_id, notes)
    statuses = estimates["status"].value_counts()
    mark = {
        status: int(statuses.get(status, 0)) for status in ("estimated", "review", "excluded", "unmatched")
    }
    writing.session.add(
        JobBatch(
            tenant=writing.actor.tenant,
            job_id=job_id,
            number=number,
            lines=len(estimates),
            first_sequence=numbers.start,
            errors=int((lines["issue"] != "").sum()),
            sha256=sha256,
            reasons=reasons_of(estimates),
            **mark,
        )
    )
    return True


def end(writing: Writing, job_id: str, status: Status, payload: dict[str, Any], detail: str = "") -> None:
    """End a job and say so in the trail.

    Parameters
    ----------
    writing
        Transaction.
    job_id
        Which.
    status
        "finished", "failed" or "cancelled".
    payload
        What the trail is to say.
    detail
        Why it failed.

    Raises
    ------
    JobStateError
        If it has ended before, or is to be finished and a line is missing.
    """
    row = _open_row(writing, job_id)
    done = _progress(writing, job_id)
    if status == "finished" and done.lines != row.lines:
        raise JobStateError(f"Got {done.lines:,} recorded lines, expected {row.lines:,}: report this fault.")
    row.status, row.detail, row.finished_at = status, detail, writing.at
    said = {**payload, "recorded": done.lines, "detail": detail}
    writing.append([NewEntry(kind="job", subject=job_id, status=status, job_id=job_id, payload=said)])


def cancel(writing: Writing, job_id: str) -> None:
    """Stop a job: once this is committed, none of its lines is recorded any more.

    Raises
    ------
    ScopeError
        If the actor may not estimate.
    UnknownJobError
        If the tenant has no such job.
    JobStateError
        If it has ended.
    """
    writing.actor.require("estimate")
    end(writing, job_id, "cancelled", {})


def webhook_is_settled(changing: Reading, job_id: str, status: str) -> None:
    """Say what became of the announcement of a job's end."""
    _row(changing, job_id).webhook_status = status


def batch_digests(reading: Reading, job_id: str) -> list[str]:
    """Give the digests of the files of the recorded batches, in order."""
    query = select(JobBatch.sha256).where(JobBatch.job_id == job_id).order_by(JobBatch.number)
    return list(reading.session.scalars(query))


def _row(reading: Reading, job_id: str) -> Job:
    row = reading.session.scalar(select(Job).where(Job.id == job_id)) if is_storable(job_id) else None
    if row is None:
        raise UnknownJobError(
            f"Got the job {job_id[:60]!r}, expected the id of one that was handed in here: list them."
        )
    return row


def _open_row(writing: Writing, job_id: str) -> Job:
    row = _row(writing, job_id)
    if row.status not in OPEN:
        raise JobStateError(f"Got the job {job_id}, which is {row.status}, expected one that goes on.")
    return row


def _mark(reading: Reading, job_id: str, number: int) -> JobBatch | None:
    return reading.session.scalar(
        select(JobBatch).where(JobBatch.job_id == job_id, JobBatch.number == number)
    )


def _progress(reading: Reading, job_id: str) -> JobProgress:
    return _progress_of(reading, [job_id])[job_id]


def _progress_of(reading: Reading, job_ids: Sequence[str]) -> dict[str, JobProgress]:
    sums = [*(func.sum(getattr(JobBatch, name)) for name in _COUNTS), func.count()]
    query = select(JobBatch.job_id, *sums).where(JobBatch.job_id.in_(job_ids)).group_by(JobBatch.job_id)
    done = {row[0]: JobProgress(*map(int, row[1:])) for row in reading.session.execute(query)}
    return {job_id: done.get(job_id, _NOTHING_DONE) for job_id in job_ids}
