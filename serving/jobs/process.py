"""The engine as the whole work of a process: by command, or beside a service whose end is its own, too."""

import logging
import os
import signal
import sys
import threading
from functools import partial
from pathlib import Path
from typing import BinaryIO, Final, cast

from data.errors import LedgerprintError
from models.footprint import FootprintModel
from models.persistence import load_model
from serving.database import open_store
from serving.jobs.batches import GetModel, Model
from serving.jobs.engine import JobEngine
from serving.jobs.settings import JobSettings, job_settings
from serving.ledgers.opening import lay_out
from serving.operations.logs import set_up_logs
from serving.operations.settings import operations_settings
from serving.replay.archive import BundleArchive, archive_of
from serving.settings import ServiceSettings, service_settings
from serving.store import Actor
from serving.store.jobs import find

_LOG: Final = logging.getLogger(__name__)
_LAID_OUT_LINES: Final = 500_000


def run_jobs(database: str | None, bundle: Path | None, *, until_idle: bool) -> None:
    """Run jobs until told to stop, or until none is left.

    Parameters
    ----------
    database
        URL of the audit store; ``None`` takes the settings' one.
    bundle
        Folder of a bundle for new jobs; ``None`` takes the settings' one.
    until_idle
        Whether to leave once no job is left.

    Raises
    ------
    StoreError
        If the audit store cannot be used.
    JobFilesError
        If the folder of the jobs cannot.
    """
    settings = service_settings()
    url = database or settings.database
    _run(url, job_settings(url), settings, bundle or settings.bundle, until_idle=until_idle)


def main() -> None:
    """Run the jobs of the settings' store, until the process that holds the other end of stdin ends."""
    settings = service_settings()
    set_up_logs(operations_settings())
    jobs = job_settings(settings.database)
    os.nice(jobs.niceness)
    _run(settings.database, jobs, settings, settings.bundle, until_idle=False, leader=sys.stdin.buffer)


def archived_model(archive: BundleArchive, bundle: Path, threads: int) -> GetModel:
    """Say how a model is loaded: from the archive, so that what it estimates can be made again.

    Parameters
    ----------
    archive
        Where bundles are kept.
    bundle
        Whose model new jobs are estimated with.
    threads
        Of the text encoder.
    """

    def load(version: str) -> Model:
        return load_model(archive.find(version) if version else archive.keep(bundle), threads)

    return load


def _run(
    url: str,
    jobs: JobSettings,
    settings: ServiceSettings,
    bundle: Path,
    *,
    until_idle: bool,
    leader: BinaryIO | None = None,
) -> None:
    load = archived_model(archive_of(url, settings.bundles), bundle, settings.threads)
    with open_store(url) as store:
        engine = JobEngine(store, jobs, load)
        engine.before_end = partial(_lay_out, engine)
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: engine.stop())
        if leader is not None:
            threading.Thread(target=_stop_with, args=(leader, engine), daemon=True).start()
        engine.run(until_idle=until_idle)
    if engine.stopping and not until_idle:
        sys.stdout.flush()
        os._exit(0)  # a webhook that waits for its next call would hold the process


def _lay_out(engine: JobEngine, tenant: str, job_id: str) -> None:
    """Put what pages show of a ledger together, unless it is so long that it would take the memory of it all.

    What fails here is made when it is first looked at: no job ends badly for it.
    """
    try:
        with engine.store.reading(Actor(tenant, "", frozenset())) as reading:
            if (find(reading, job_id).lines or 0) <= _LAID_OUT_LINES:
                lay_out(reading, engine.settings, job_id, cast("FootprintModel", engine.model("")))
    except LedgerprintError as error:
        _LOG.warning("the ledger of job %s is not laid out yet: %s", job_id, error)
    except Exception:  # noqa: BLE001 - a fault in what is only shown costs no job its end
        _LOG.exception("the ledger of job %s is not laid out yet", job_id)


def _stop_with(leader: BinaryIO, engine: JobEngine) -> None:
    """Stop the engine once the process at the other end of a pipe has ended, however it did."""
    leader.read()
    engine.stop()


if __name__ == "__main__":
    main()
