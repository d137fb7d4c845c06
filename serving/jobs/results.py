"""What a job gives back: its result as a file, and the lines that could not be read."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from serving.jobs.errors import JobResultError
from serving.jobs.files import JobFiles
from serving.jobs.settings import JobSettings
from serving.store import Reading
from serving.store.jobs import batch_digests, find


@dataclass(frozen=True)
class LineError:
    """A line that could not be read.

    Attributes
    ----------
    row
        Of the ledger below its header, from 1.
    line_id
        Of the line.
    code, detail
        What is wrong, for a program and for a person.
    """

    row: int
    line_id: str
    code: str
    detail: str


def result_file(reading: Reading, settings: JobSettings, job_id: str) -> Path:
    """Say where the result of a job lies.

    Raises
    ------
    UnknownJobError
        If the tenant has no such job.
    JobResultError
        If it has none, or none yet.
    """
    job = find(reading, job_id)
    if job.status != "finished":
        raise JobResultError(f"Got the job {job_id}, which is {job.status}, expected a finished one.")
    path = JobFiles(settings.folder, job.tenant, job.id).result(job.result)
    if not path.is_file():
        raise JobResultError(
            f"The result of the job {job_id} is not in its folder any more: hand the ledger in again."
        )
    return path


def line_errors(reading: Reading, settings: JobSettings, job_id: str) -> Iterator[LineError]:
    """Yield the lines that could not be read, so far as the job is done, a batch in memory at a time.

    Raises
    ------
    UnknownJobError
        If the tenant has no such job.
    JobResultError
        If a file of it is not there any more.
    """
    job = find(reading, job_id)
    files = JobFiles(settings.folder, job.tenant, job.id)
    done = len(batch_digests(reading, job_id))
    above = 0
    for number in range(1, done + 1):
        lines, estimates = files.read("lines", number), files.read("estimates", number)
        for position in np.flatnonzero(lines["issue"] != "").tolist():
            line_id = str(estimates["line_id"].iloc[position])
            issue, detail = lines["issue"].iloc[position], lines["issue_detail"].iloc[position]
            yield LineError(above + position + 1, line_id, str(issue), str(detail))
        above += len(lines)
