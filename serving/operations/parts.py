"""What the service works with: loaded once in each process, and what is wrong while something is missing."""

import logging
import threading
import time
from collections.abc import Callable, Sequence
from typing import Any, Final, Generic, TypeVar

from data.errors import LedgerprintError

_log: Final = logging.getLogger(__name__)
_RETRY_SECONDS: Final = 10.0

T = TypeVar("T")


class Part(Generic[T]):
    """Something that is loaded when it is first asked for, and again after a while if that failed.

    Parameters
    ----------
    name
        As logs and readiness call it.
    load
        Loads it.
    retry_seconds
        How long a failure is remembered: a request must not wait for the same failure again.

    Attributes
    ----------
    fault
        Why it is not there, "" if nothing went wrong yet.
    """

    def __init__(self, name: str, load: Callable[[], T], retry_seconds: float = _RETRY_SECONDS) -> None:
        self.name = name
        self.fault = ""
        self._load = load
        self._retry_seconds = retry_seconds
        self._lock = threading.Lock()
        self._loaded: list[T] = []
        self._failed: tuple[float, LedgerprintError] | None = None

    @property
    def loaded(self) -> T | None:
        """What was loaded, ``None`` if it is not there yet; nobody waits."""
        return self._loaded[0] if self._loaded else None

    def get(self) -> T:
        """Give it; whoever comes while it is being loaded waits for that.

        Raises
        ------
        LedgerprintError
            If it cannot be loaded.
        """
        if self._loaded:
            return self._loaded[0]
        with self._lock:
            if self._loaded:
                return self._loaded[0]
            if self._failed and time.monotonic() - self._failed[0] < self._retry_seconds:
                raise self._failed[1]
            return self._load_now()

    def _load_now(self) -> T:
        started = time.perf_counter()
        try:
            loaded = self._load()
        except LedgerprintError as error:
            self.fault = str(error)
            self._failed = (time.monotonic(), error)
            _log.error("%s cannot be used", self.name, extra={"reason": self.fault}, exc_info=error)
            raise
        self._loaded.append(loaded)
        self.fault = ""
        seconds = round(time.perf_counter() - started, 3)
        told = {"version": loaded.version} if hasattr(loaded, "version") else {}
        _log.info("%s loaded", self.name, extra={"seconds": seconds, **told})
        return loaded


def load_in_background(parts: Sequence[Part[Any]], retry_seconds: float = _RETRY_SECONDS) -> None:
    """Load some parts, one after the other, while the process already says that it is not ready.

    Parameters
    ----------
    parts
        In order; the next one is not tried before the one before it is there.
    retry_seconds
        Between attempts.
    """
    threading.Thread(target=_load_all, args=(parts, retry_seconds), name="loading", daemon=True).start()


def _load_all(parts: Sequence[Part[Any]], retry_seconds: float) -> None:
    for part in parts:
        while part.loaded is None:
            try:
                part.get()
            except LedgerprintError:
                time.sleep(retry_seconds)
            except Exception:  # noqa: BLE001 - the last place that can log it
                part.fault = "a fault of the program: see the log"
                _log.exception("%s met a fault", part.name)
                return
