"""What the routes work with: the model, the audit store, the limits and the turn."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Final

import anyio
from fastapi import Depends
from starlette.exceptions import HTTPException
from starlette.requests import Request

from models.footprint import FootprintModel
from serving.jobs.settings import JobSettings
from serving.rate_limits import RateLimits
from serving.store import AuditStore

_RETRY_SECONDS: Final = 10


class Turn:
    """Lets one request at a time use the model.

    The encoder takes every core for itself, and its tokenizer must not be shared by threads.

    Parameters
    ----------
    max_wait_seconds
        How long a request waits before it is answered 503.
    """

    def __init__(self, max_wait_seconds: float = 30.0) -> None:
        self._max_wait_seconds = max_wait_seconds
        self._lock = anyio.Lock()

    @asynccontextmanager
    async def taken(self) -> AsyncIterator[None]:
        """Wait for the turn and hold it.

        Raises
        ------
        HTTPException
            503, if that takes too long.
        """
        try:
            with anyio.fail_after(self._max_wait_seconds):
                await self._lock.acquire()
        except TimeoutError as error:
            raise HTTPException(
                503,
                f"Earlier requests took more than {self._max_wait_seconds:g} s: send the request again "
                "later.",
                {"Retry-After": str(_RETRY_SECONDS)},
            ) from error
        try:
            yield
        finally:
            self._lock.release()


@dataclass(frozen=True)
class Backend:
    """What the routes work with.

    Parameters
    ----------
    get_model
        Gives the model; called once a request.
    get_store
        Gives the audit store; called once a request.
    turn
        For the model.
    rates
        How much each key may ask in a minute.
    promotion_log
        File of the promotion log, ``None`` where this machine has none.
    jobs
        Where the files of jobs lie, and how they are announced.
    """

    get_model: Callable[[], FootprintModel]
    get_store: Callable[[], AuditStore]
    turn: Turn = field(default_factory=Turn)
    rates: RateLimits = field(default_factory=RateLimits)
    promotion_log: Path | None = None
    jobs: JobSettings = field(default_factory=JobSettings)


async def _backend(request: Request) -> Backend:
    backend: Backend = request.app.state.backend
    return backend


Back = Annotated[Backend, Depends(_backend)]
