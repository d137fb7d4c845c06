"""Rate limits: a bucket of requests and one of lines for each key.

A call costs one request and up to a thousand lines, which is known only once its body was read; the limiters
made for web frameworks count requests alone, and a token bucket is a few lines. It counts in each worker
process for itself: it keeps one client from starving the others, and bills nobody.
"""

import math
import threading
import time
from collections.abc import Callable
from typing import Final

from data.errors import LedgerprintError
from serving.store import LOCAL, Actor

_MINUTE: Final = 60.0


class RateLimitError(LedgerprintError):
    """A key that asked too much.

    Attributes
    ----------
    retry_after_seconds
        When there is enough again.
    """

    def __init__(self, message: str, retry_after_seconds: int) -> None:
        super().__init__(message)
        self.retry_after_seconds = retry_after_seconds


class RateLimits:
    """How much each key may ask.

    Whoever needs no key, because only this machine can ask, has no limit.

    Parameters
    ----------
    requests_per_minute, lines_per_minute
        Of each key; as much may come at once.
    clock
        Seconds that never run back.
    """

    def __init__(
        self,
        requests_per_minute: int = 6_000,
        lines_per_minute: int = 600_000,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._requests = _Buckets("requests", requests_per_minute, clock)
        self._lines = _Buckets("lines", lines_per_minute, clock)

    def take_request(self, actor: Actor) -> None:
        """Count a request.

        Raises
        ------
        RateLimitError
            If there are too many.
        """
        if actor.who != LOCAL:
            self._requests.take(actor.who, 1)

    def take_lines(self, actor: Actor, lines: int) -> None:
        """Count the lines of a request.

        Raises
        ------
        RateLimitError
            If there are too many.
        """
        if actor.who != LOCAL:
            self._lines.take(actor.who, lines)


class _Buckets:
    """A bucket of tokens for each key, filled evenly."""

    def __init__(self, what: str, per_minute: int, clock: Callable[[], float]) -> None:
        self._what = what
        self._per_minute = per_minute
        self._clock = clock
        self._lock = threading.Lock()
        self._left: dict[str, tuple[float, float]] = {}

    def take(self, who: str, count: int) -> None:
        with self._lock:
            now = self._clock()
            left, at = self._left.get(who, (float(self._per_minute), now))
            left = min(self._per_minute, left + (now - at) * self._per_minute / _MINUTE)
            enough = count <= left
            self._left[who] = (left - count if enough else left, now)
        if not enough:
            seconds = max(1, math.ceil((count - left) * _MINUTE / self._per_minute))
            raise RateLimitError(
                f"Got more than {self._per_minute:,} {self._what} a minute from one key, expected at most "
                f"that: send the request again in {seconds:,} s.",
                seconds,
            )
