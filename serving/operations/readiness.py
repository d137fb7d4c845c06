"""``/readyz``: whether requests should be sent here, and if not, why."""

from dataclasses import dataclass
from typing import Any, Final

import anyio.to_thread
from sqlalchemy import select
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from data.errors import LedgerprintError
from serving.operations.ending import OrderlyEnd
from serving.operations.parts import Part
from serving.store import AuditStore

_PATH: Final = "/readyz"
_READY: Final = "ok"
_LOADING: Final = "is being loaded"
_UNUSABLE: Final = "cannot be used: the log says why"


@dataclass(frozen=True)
class Readiness:
    """What must be there before requests should come.

    Parameters
    ----------
    model, store
        Parts of the service.
    end
        Whether the service is about to stop.
    """

    model: Part[Any]
    store: Part[AuditStore]
    end: OrderlyEnd

    def checks(self) -> dict[str, str]:
        """Say of each part "ok" or, in words that hold no secret, what is wrong with it."""
        return {
            "service": "is stopping" if self.end.begun else _READY,
            "model": _of_part(self.model),
            "store": self._of_store(),
        }

    def _of_store(self) -> str:
        store = self.store.loaded
        if store is None:
            return _of_part(self.store)
        try:
            with store.whole() as connection:
                connection.execute(select(1))
        except LedgerprintError:
            return _UNUSABLE
        return _READY


class ReadinessMiddleware:
    """ASGI middleware that answers ``/readyz``, with 200 or with 503 and the reasons.

    Parameters
    ----------
    app
        The application behind.
    readiness
        Of the service.
    """

    def __init__(self, app: ASGIApp, readiness: Readiness) -> None:
        self.app = app
        self.readiness = readiness

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer the probe and pass everything else on."""
        if scope["type"] != "http" or scope["path"] != _PATH:
            await self.app(scope, receive, send)
            return
        checks = await anyio.to_thread.run_sync(self.readiness.checks)
        ready = all(found == _READY for found in checks.values())
        answer = JSONResponse({"ready": ready, "checks": checks}, 200 if ready else 503)
        await answer(scope, receive, send)


def _of_part(part: Part[Any]) -> str:
    if part.loaded is not None:
        return _READY
    return _UNUSABLE if part.fault else _LOADING
