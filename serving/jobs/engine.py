"""The engine: runs the jobs that are handed in, and goes on after any end, its own violent one included.

DBOS keeps in a file beside the jobs which step of which job is done. A process that is killed in the middle
of a step does that step again when it is started the next time. One engine at a time runs the jobs of a
folder; others wait until it ends.
"""

import fcntl
import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Final

from dbos import DBOS, DBOSConfig, SetWorkflowID

from data.errors import LedgerprintError
from serving.drafts.drafts import remove_old_drafts
from serving.jobs.batches import GetModel, JobWork, Model
from serving.jobs.errors import WebhookFailedError
from serving.jobs.files import JobFiles, explained
from serving.jobs.settings import JobSettings
from serving.jobs.webhook import announce
from serving.store import Actor, AuditStore
from serving.store.errors import JobStateError, StoreUnavailableError
from serving.store.jobs import find, open_jobs, webhook_is_settled

_LOG: Final = logging.getLogger(__name__)
_JOBS: Final = "ledgerprint-jobs"
_WEBHOOKS: Final = "ledgerprint-webhooks"
_WEBHOOKS_AT_ONCE: Final = 4
_SECONDS_TO_STOP: Final = 30
_TIDY_SECONDS: Final = 600
_ENDED_BADLY: Final = frozenset({"ERROR", "CANCELLED", "MAX_RECOVERY_ATTEMPTS_EXCEEDED"})
_STOPPED: Final = -1
"""What a step gives when its job has ended."""


class _StoppingError(BaseException):
    """The engine stops; no ``Exception``, for DBOS would keep those as the outcome of the step."""


@dataclass
class JobEngine:
    """Runs the jobs of a folder, one after the other.

    Parameters
    ----------
    store
        Where jobs are handed in and recorded.
    settings
        Of the jobs.
    load
        Loads the model of a version; called when the first line is to be estimated, and again for a job that
        began with another version than the one before.
    poll_seconds
        How often new jobs are looked for.
    before_end
        Called with tenant and id of a job all of whose lines are recorded, before it ends.

    Notes
    -----
    A process has one engine at a time, for DBOS has one state in a process, and an engine runs once.
    """

    store: AuditStore
    settings: JobSettings
    load: GetModel
    poll_seconds: float = 0.5
    before_end: Callable[[str, str], None] | None = None
    _present: Model | None = None
    _past: Model | None = None
    _model_lock: threading.Lock = field(default_factory=threading.Lock)
    _stop: threading.Event = field(default_factory=threading.Event)
    _tidy_at: float = 0.0

    def run(self, *, until_idle: bool = False) -> None:
        """Run jobs until :meth:`stop` is called, or until none is left.

        Raises
        ------
        JobFilesError
            If the folder of the jobs cannot be used.
        """
        with self._alone() as mine:
            if not mine:
                return
            with self._launched():
                while not self._stop.is_set():
                    self._tidy_up()
                    waiting = open_jobs(self.store)
                    for tenant, job_id in waiting:
                        self._take_up(tenant, job_id)
                    if until_idle and not waiting:
                        return
                    self._stop.wait(self.poll_seconds)

    def stop(self) -> None:
        """End :meth:`run` once the present batch is done; an engine that is started again does the rest.

        A webhook that waits for its next call is left to that engine, too, but its thread sleeps on: a
        process that wants to end at once must not wait for its threads.
        """
        self._stop.set()

    def _tidy_up(self) -> None:
        """Remove, now and then, the ledgers that were dropped on a page and became no jobs."""
        if time.monotonic() >= self._tidy_at:
            self._tidy_at = time.monotonic() + _TIDY_SECONDS
            remove_old_drafts(self.settings)

    @property
    def stopping(self) -> bool:
        """Whether it was asked to end."""
        return self._stop.is_set()

    def model(self, version: str) -> Model:
        """Give the model of a version, of "" the present one.

        A job that began before the bundle was exchanged goes on with the model that it began with.
        """
        with self._model_lock:
            if self._present is None:
                self._present = self.load("")
            if version in {"", self._present.version}:
                self._past = None
                return self._present
            if self._past is None or self._past.version != version:
                self._past = self.load(version)
            return self._past

    def work(self, tenant: str, job_id: str) -> JobWork:
        """Give what is done for a job."""
        files = JobFiles(self.settings.folder, tenant, job_id)
        return JobWork(self.store, files, self.settings.batch_lines)

    @contextmanager
    def _alone(self) -> Iterator[bool]:
        """Wait until no other engine runs the jobs of the folder; false when stopped before."""
        path = self.settings.folder / "engine.lock"
        with explained(path):
            path.parent.mkdir(parents=True, exist_ok=True)
            file = path.open("wb")
        with file:
            while not self._stop.is_set():
                try:
                    # held by the process: it is free again however that ends
                    fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except BlockingIOError:
                    self._stop.wait(self.poll_seconds)
                else:
                    yield True
                    return
            yield False

    @contextmanager
    def _launched(self) -> Iterator[None]:
        config: DBOSConfig = {
            "name": _JOBS,
            "system_database_url": f"sqlite:///{(self.settings.folder / 'workflows.db').resolve()}",
            # what began with an older program goes on with this one
            "application_version": "1",
            "executor_id": "engine",
            "log_level": "WARNING",
            "enable_otlp": False,
        }
        _RUNNING.append(self)
        DBOS(config=config)
        try:
            DBOS.launch()
            DBOS.register_queue(_JOBS, global_concurrency=1, polling_interval_sec=self.poll_seconds)
            DBOS.register_queue(
                _WEBHOOKS, global_concurrency=_WEBHOOKS_AT_ONCE, polling_interval_sec=self.poll_seconds
            )
            yield
        finally:
            self._stop.set()
            DBOS.destroy(workflow_completion_timeout_sec=_SECONDS_TO_STOP)
            _RUNNING.remove(self)

    def _take_up(self, tenant: str, job_id: str) -> None:
        """See to it that a job, or the announcement of its end, is on its way."""
        job = self.work(tenant, job_id).job()
        ended = not job.is_open
        if ended and not job.webhook:
            return
        workflow_id = f"{job_id}-webhook" if ended else job_id
        state = DBOS.get_workflow_status(workflow_id)
        if state is None:
            with SetWorkflowID(workflow_id):
                if ended:
                    DBOS.enqueue_workflow(_WEBHOOKS, _announce_end, tenant, job_id)
                else:
                    DBOS.enqueue_workflow(_JOBS, _run_job, tenant, job_id)
        elif state.status in _ENDED_BADLY:
            _LOG.error("job %s stands still: %s", job_id, state.status)
            if ended:
                self.settle(tenant, job_id, "failed: stopped again and again")
            else:
                with suppress(JobStateError):  # it may have ended this very moment
                    self.work(tenant, job_id).fail(
                        "The job was stopped too often, or met a fault: hand it in again."
                    )

    def settle(self, tenant: str, job_id: str, status: str) -> None:
        """Keep what became of a webhook."""
        with self.store.changing(Actor(tenant, "", frozenset())) as changing:
            webhook_is_settled(changing, job_id, status)


_RUNNING: Final[list[JobEngine]] = []
"""The engine of this process; DBOS calls workflows by name, without an object."""


def _running() -> JobEngine:
    """Give the engine of this process, unless it stops."""
    if not _RUNNING or _RUNNING[-1].stopping:
        raise _StoppingError
    return _RUNNING[-1]


@DBOS.workflow(name="job")
def _run_job(tenant: str, job_id: str) -> None:
    """Do the steps of a job; one that is done is not done again."""
    batches = _read(tenant, job_id)
    for number in range(1, batches + 1):
        if _estimate(tenant, job_id, number) == _STOPPED:
            return
    if batches != _STOPPED:
        _finish(tenant, job_id)


def _may_pass(error: BaseException) -> bool:
    return isinstance(error, StoreUnavailableError)


@DBOS.step(name="read", retries_allowed=True, max_attempts=10, should_retry=_may_pass)
def _read(tenant: str, job_id: str) -> int:
    return _unless_ended(tenant, job_id, lambda work: work.read())


@DBOS.step(name="estimate", retries_allowed=True, max_attempts=10, should_retry=_may_pass)
def _estimate(tenant: str, job_id: str, number: int) -> int:
    def estimate(work: JobWork) -> int:
        work.estimate(number, _running().model)
        return number

    return _unless_ended(tenant, job_id, estimate)


@DBOS.step(name="finish", retries_allowed=True, max_attempts=10, should_retry=_may_pass)
def _finish(tenant: str, job_id: str) -> int:
    def finish(work: JobWork) -> int:
        before_end = _running().before_end
        if before_end is not None:
            before_end(tenant, job_id)
        work.finish()
        return 0

    return _unless_ended(tenant, job_id, finish)


def _unless_ended(tenant: str, job_id: str, act: Callable[[JobWork], int]) -> int:
    """Do a step, unless the job has ended; a fault ends it."""
    work = _running().work(tenant, job_id)
    if not work.job().is_open:
        return _STOPPED
    try:
        return act(work)
    except StoreUnavailableError:
        raise
    except LedgerprintError as error:
        detail = str(error)
    except Exception as error:  # noqa: BLE001 - the fault of one job must not end the others
        _LOG.exception("job %s met a fault", job_id)
        detail = f"The job met a fault of the program ({type(error).__name__}): report it with the log."
    with suppress(JobStateError):  # it may have been cancelled meanwhile
        work.fail(detail)
    return _STOPPED


@DBOS.workflow(name="webhook")
def _announce_end(tenant: str, job_id: str) -> None:
    """Call the webhook, again and again with longer and longer waits, and keep what became of it."""
    settings = _running().settings
    retrying = {
        "name": "call",
        "retries_allowed": True,
        "max_attempts": settings.webhook_attempts,
        "interval_seconds": settings.webhook_wait_seconds,
        "backoff_rate": 2.0,
        "should_retry": _may_answer_later,
    }
    try:
        DBOS.run_step(retrying, _call, tenant, job_id)  # type: ignore[call-overload]
    except Exception as error:  # noqa: BLE001 - DBOS wraps the last failure
        cause = error.errors[-1] if getattr(error, "errors", None) else error  # type: ignore[attr-defined]
        status = (
            f"failed: {cause}" if isinstance(cause, LedgerprintError) else f"failed: {type(cause).__name__}"
        )
    else:
        status = "delivered"
    _settle(tenant, job_id, status)


def _may_answer_later(error: BaseException) -> bool:
    return isinstance(error, (WebhookFailedError, StoreUnavailableError))


def _call(tenant: str, job_id: str) -> None:
    engine = _running()
    with engine.store.reading(Actor(tenant, "", frozenset())) as reading:
        announce(find(reading, job_id), engine.settings, reading.now)


@DBOS.step(name="settle", retries_allowed=True, max_attempts=10, should_retry=_may_pass)
def _settle(tenant: str, job_id: str, status: str) -> None:
    _running().settle(tenant, job_id, status)
