"""Opening ledgers: the frame of a job, as far as it is estimated, at hand once it was opened."""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import pandas as pd

from models.footprint import EstimateOptions, FootprintModel
from serving.jobs.batches import batch_options
from serving.jobs.files import JobFiles, ReadLedger
from serving.jobs.settings import JobSettings
from serving.jobs.submission import JobOptions
from serving.ledgers.frame import ledger_frame
from serving.ledgers.kept_frame import keep_frame, kept_frame
from serving.ledgers.memory import Memory
from serving.line_frame import Prices
from serving.store.job_batches import RecordedBatch, recorded_batches
from serving.store.jobs import JobRecord, find
from serving.store.store import Reading

GetModel = Callable[[str], FootprintModel]
"""Gives the model of a version; of "" the one that new jobs are estimated with."""


@dataclass(frozen=True, eq=False)
class Ledger:
    """A recorded ledger as it was estimated.

    Attributes
    ----------
    job
        As it is now.
    files
        Of the job.
    read
        What the reading of the ledger found out; ``None`` before it is read.
    frame
        From :func:`serving.ledgers.frame.ledger_frame`; shared, and not to be changed in place.
    """

    job: JobRecord
    files: JobFiles
    read: ReadLedger | None
    frame: pd.DataFrame

    def options_of(self, batch: int) -> EstimateOptions:
        """Say what the lines of a batch, from 1, are estimated with."""
        assert self.read is not None  # noqa: S101 - for mypy; a ledger with lines was read
        return batch_options(JobOptions.of(self.job.options), self.read, batch)


class Frames:
    """Opens ledgers, and keeps those opened last at hand.

    Parameters
    ----------
    settings
        Where the files of jobs lie.
    get_model
        Gives the model whose exchange rates bring spend into dollars; asked when a frame is made.
    memory_bytes
        Set aside for frames.
    """

    def __init__(self, settings: JobSettings, get_model: GetModel, memory_bytes: int) -> None:
        self._folder = settings.folder
        self._get_model = get_model
        self._at_hand: Memory[tuple[str, str, int], pd.DataFrame] = Memory(memory_bytes)
        self._making = threading.Lock()

    def open(self, reading: Reading, job_id: str) -> Ledger:
        """Open the ledger of a job.

        Raises
        ------
        UnknownJobError
            If the tenant has no such job.
        JobResultError
            If its files are not there any more, or not as they were recorded.
        """
        job = find(reading, job_id)
        files = JobFiles(self._folder, job.tenant, job.id)
        read = files.read_ledger()
        key = job.tenant, job.id, job.progress.batches
        frame = self._at_hand.get(key)
        if frame is None:
            # who comes meanwhile waits: making a frame twice at once takes twice as long
            with self._making:
                frame = self._at_hand.get(key)
                if frame is None:
                    frame = self._frame(reading, job, files, read)
                    self._at_hand.put(key, frame, int(frame.memory_usage(deep=True).sum()))
        return Ledger(job, files, read, frame)

    def _frame(
        self, reading: Reading, job: JobRecord, files: JobFiles, read: ReadLedger | None
    ) -> pd.DataFrame:
        batches = recorded_batches(reading, job.id)
        if job.is_open:
            return _made(job, files, read, batches, self._get_model(""))
        frame = kept_frame(files, batches)
        if frame is None:
            frame = _made(job, files, read, batches, self._get_model(""))
            keep_frame(files, batches, frame)
        return frame


def lay_out(reading: Reading, settings: JobSettings, job_id: str, prices: Prices) -> None:
    """Put the frame of a ledger together before its job ends, so that nobody waits for it.

    Parameters
    ----------
    reading
        Transaction.
    settings
        Where the files of jobs lie.
    job_id
        Of a job all of whose batches are recorded.
    prices
        Of the present model.

    Raises
    ------
    JobResultError, JobFilesError
        If its files are not there, or the frame cannot be written.
    """
    job = find(reading, job_id)
    files = JobFiles(settings.folder, job.tenant, job.id)
    batches = recorded_batches(reading, job.id)
    keep_frame(files, batches, _made(job, files, files.read_ledger(), batches, prices))


def _made(
    job: JobRecord,
    files: JobFiles,
    read: ReadLedger | None,
    batches: Sequence[RecordedBatch],
    prices: Prices,
) -> pd.DataFrame:
    asked = JobOptions.of(job.options)
    options = [batch_options(asked, read, batch.number) for batch in batches] if read else []
    return ledger_frame(files, batches, prices, options)
