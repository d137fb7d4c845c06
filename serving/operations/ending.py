"""An orderly end: after SIGTERM the service says that it is not ready, then answers what it has begun."""

import logging
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable
from types import FrameType
from typing import Any, Final, Protocol

_log: Final = logging.getLogger(__name__)
_CLOSING_SECONDS: Final = 0.5
"""What a worker takes at most to stop listening once it was told to."""


class OrderlyEnd:
    """Stands between SIGTERM and the server of a worker process.

    Uvicorn stops listening at once and answers what it has begun. Whoever distributes the requests learns
    only from failures that this process is gone, unless readiness says so some time before.

    Parameters
    ----------
    drain_seconds
        How long that is.

    Attributes
    ----------
    begun
        Whether the process is about to end.
    """

    def __init__(self, drain_seconds: float) -> None:
        self.begun = False
        self._drain_seconds = drain_seconds

    def take_over(self) -> None:
        """Put itself before the present handler of SIGTERM; in the main thread."""
        then = signal.getsignal(signal.SIGTERM)

        def begin(number: int, _: FrameType | None) -> None:
            if not self.begun and callable(then):
                self.begun = True
                # not here: a signal may come while something is being logged
                threading.Thread(target=self._end, args=(then, number), daemon=True).start()

        signal.signal(signal.SIGTERM, begin)

    def _end(self, then: Callable[[int, Any], Any], number: int) -> None:
        _log.info("stopping", extra={"drain_seconds": self._drain_seconds})
        time.sleep(self._drain_seconds)
        then(number, None)


class Supervisor(Protocol):
    """What BentoML gives for a server that it started: :class:`bentoml.Server`."""

    @property
    def arbiter(self) -> Any:
        """The supervisor, with the sockets that it holds."""

    @property
    def running(self) -> bool:
        """Whether it runs."""

    def stop(self) -> None:
        """Tell the workers to end, and wait for them."""


def run_until_told(server: Supervisor, drain_seconds: float) -> None:
    """Wait for SIGTERM or an interrupt, then end the workers in order and refuse new connections.

    The supervising process holds the socket that all workers listen on, so that connections made after the
    workers stopped listening would wait for nobody: it is shut down as soon as they have.

    Parameters
    ----------
    server
        Started, its supervisor in a thread of its own.
    drain_seconds
        How long workers go on listening.

    Raises
    ------
    SystemExit
        With status 1, if the supervisor ended by itself.
    """
    told = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: told.set())
    seen_running = False
    while not told.wait(0.5):
        if seen_running and not server.running:
            sys.exit(1)
        seen_running = server.running
    closing = threading.Timer(drain_seconds + _CLOSING_SECONDS, _refuse, [server])
    closing.daemon = True
    closing.start()
    server.stop()
    closing.cancel()
    _log.info("stopped")


def _refuse(server: Supervisor) -> None:
    for listening in server.arbiter.sockets.values():
        listening.shutdown(socket.SHUT_RDWR)
