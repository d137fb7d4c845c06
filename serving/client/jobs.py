"""Calls about bulk jobs: hand in a file, wait for its job, fetch the result."""

import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final, Literal

from data.errors import LedgerprintError
from serving.client.connection import Connection, each
from serving.schemas import JobDetail, JobOut, JobPage, OpenLineOut, OpenLinePage
from serving.schemas.jobs import ResultFormat

_BLOCK_BYTES: Final = 1 << 20
_OPEN: Final = frozenset({"waiting", "estimating"})


class JobFailedError(LedgerprintError):
    """A job that was waited for and did not finish, or not in time.

    Attributes
    ----------
    job
        As it was in the end.
    """

    def __init__(self, message: str, job: JobDetail) -> None:
        super().__init__(message)
        self.job = job


class JobCalls:
    """Calls about bulk jobs; :attr:`serving.client.Client.jobs` makes them.

    Parameters
    ----------
    connection
        To the service.

    Examples
    --------
    >>> with Client("http://127.0.0.1:3000") as client:  # doctest: +SKIP
    ...     job = client.jobs.submit(Path("year.csv"), country="GB")
    ...     client.jobs.wait(job.id, lambda now: print(now.progress.lines, "of", now.lines))
    ...     client.jobs.download(job.id, Path("footprint.csv"))
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def submit(
        self,
        ledger: Path,
        *,
        result: ResultFormat | None = None,
        webhook: str = "",
        country: str | None = None,
        currency: str | None = None,
        date: str | None = None,
        mapping: Mapping[str, str] | None = None,
        factor_set: str | None = None,
        vat: Literal["included", "excluded"] | None = None,
        vat_rate: float | None = None,
        sheet: str | None = None,
        explain: bool = False,
        idempotency_key: str | None = None,
    ) -> JobOut:
        """Hand in a file, sent piece by piece."""
        asked: dict[str, Any] = {
            "name": ledger.name,
            "result": result,
            "webhook": webhook or None,
            "country": country,
            "currency": currency,
            "date": date,
            "map": [f"{field}={column}" for field, column in (mapping or {}).items()] or None,
            "factor_set": factor_set,
            "vat": vat,
            "vat_rate": vat_rate,
            "sheet": sheet,
            "explain": explain or None,
        }
        return self._connection.upload(JobOut, "/jobs", _pieces(ledger), asked, idempotency_key)

    def list(self) -> Iterator[JobOut]:
        """Go through the jobs, the latest first."""
        return each(lambda cursor: self._connection.get(JobPage, "/jobs", cursor=cursor))

    def get(self, job_id: str) -> JobDetail:
        """Say how far a job is."""
        return self._connection.get(JobDetail, f"/jobs/{job_id}")

    def wait(
        self,
        job_id: str,
        progress: Callable[[JobDetail], None] | None = None,
        *,
        poll_seconds: float = 2.0,
        timeout_seconds: float | None = None,
    ) -> JobDetail:
        """Wait until a job is finished.

        Parameters
        ----------
        job_id
            Of the job.
        progress
            Called with the job as it is, again and again.
        poll_seconds
            Between two looks.
        timeout_seconds
            How long to wait; ``None`` for as long as it takes.

        Raises
        ------
        JobFailedError
            If it failed, was cancelled, or goes on after that time.
        """
        deadline = None if timeout_seconds is None else time.monotonic() + timeout_seconds
        while True:
            job = self.get(job_id)
            if progress is not None:
                progress(job)
            if job.status == "finished":
                return job
            if job.status not in _OPEN:
                raise JobFailedError(f"Got the job {job_id}, which is {job.status}: {job.detail}", job)
            if deadline is not None and time.monotonic() >= deadline:
                raise JobFailedError(
                    f"Got the job {job_id} still {job.status} after {timeout_seconds:g} s, expected it to be "
                    "finished: wait again.",
                    job,
                )
            time.sleep(poll_seconds)

    def open_lines(
        self, job_id: str, status: Literal["unmatched", "review"] | None = None
    ) -> Iterator[OpenLineOut]:
        """Go through the lines without a figure or for review, in the order of the ledger."""
        path = f"/jobs/{job_id}/lines"
        return each(lambda cursor: self._connection.get(OpenLinePage, path, status=status, cursor=cursor))

    def download(self, job_id: str, output: Path) -> None:
        """Write the result of a finished job to a file; it is there whole, or not at all."""
        scratch = output.with_name(f".{output.name}.part")
        try:
            with self._connection.download(f"/jobs/{job_id}/result") as pieces, scratch.open("wb") as file:
                for piece in pieces:
                    file.write(piece)
            scratch.replace(output)
        finally:
            scratch.unlink(missing_ok=True)

    def cancel(self, job_id: str, idempotency_key: str | None = None) -> JobOut:
        """Stop a job; what it has recorded stays."""
        return self._connection.post(JobOut, f"/jobs/{job_id}/cancellation", {}, idempotency_key)


def _pieces(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while piece := file.read(_BLOCK_BYTES):
            yield piece
