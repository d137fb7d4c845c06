"""The engine beside the service: a process of its own, started again whenever it ends."""

import logging
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

_LOG: Final = logging.getLogger(__name__)
_INSTALLED_IN: Final = Path(__file__).resolve().parents[2]
_COMMAND: Final = (sys.executable, "-m", "serving.jobs.process")
_SECONDS_TO_STOP: Final = 60
_FIRST_WAIT_SECONDS: Final = 1.0
_LONGEST_WAIT_SECONDS: Final = 60.0
_SOUND_SECONDS: Final = 60.0
"""An engine that ran so long was well; its end says nothing about its next start."""


@contextmanager
def engine_beside(metrics: Path) -> Iterator[None]:
    """Keep an engine running meanwhile, which takes its settings from the environment.

    It is a process of its own, so that it holds neither the interpreter nor the model of the service, and the
    system can let the service's calls go first. At the end it is told to stop and finishes its batch.

    Parameters
    ----------
    metrics
        Folder in which the processes of the service count, so that the lines of jobs are counted with theirs.
    """
    keeper = _Keeper(metrics)
    thread = threading.Thread(target=keeper.keep_running, name="job-engine", daemon=True)
    thread.start()
    try:
        yield
    finally:
        keeper.stop()
        thread.join(_SECONDS_TO_STOP)


class _Keeper:
    def __init__(self, metrics: Path) -> None:
        self._environment = os.environ | {"PROMETHEUS_MULTIPROC_DIR": str(metrics)}
        self._stopping = threading.Event()
        self._process: subprocess.Popen[bytes] | None = None

    def keep_running(self) -> None:
        """Start the engine, and again, later and later where it ends at once."""
        wait = _FIRST_WAIT_SECONDS
        while not self._stopping.is_set():
            began = time.monotonic()
            # Its end of the pipe tells the engine that this process is there; imports start at the working
            # folder, where a user's own folder "data" must not be taken for ours.
            self._process = subprocess.Popen(  # noqa: S603 - our own program
                _COMMAND, stdin=subprocess.PIPE, cwd=_INSTALLED_IN, env=self._environment
            )
            self._process.wait()
            if self._stopping.is_set():
                return
            if time.monotonic() - began > _SOUND_SECONDS:
                wait = _FIRST_WAIT_SECONDS
            _LOG.error("The job engine ended by itself; it is started again in %g s.", wait)
            self._stopping.wait(wait)
            wait = min(2 * wait, _LONGEST_WAIT_SECONDS)

    def stop(self) -> None:
        self._stopping.set()
        process = self._process
        if process is None:
            return
        process.terminate()
        try:
            process.wait(_SECONDS_TO_STOP)
        except subprocess.TimeoutExpired:
            process.kill()  # the batch that it was at is done again
