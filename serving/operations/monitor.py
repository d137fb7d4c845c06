"""Every request: its id, its line in the log, its time in the metrics, its span in the trace."""

import logging
import time
from typing import Any, Final

from opentelemetry.trace import Span
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from serving.operations.metrics import REQUEST_SECONDS
from serving.operations.requests import REQUEST_ID, RequestFacts, begin_request, route_template
from serving.operations.traces import request_span, trace_id_of
from serving.problems import problem

_log: Final = logging.getLogger(__name__)
_PROBES: Final = frozenset({"/livez", "/readyz", "/healthz", "/metrics"})
_SERVER_ERROR: Final = 500
_METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


class RequestMonitor:
    """ASGI middleware that stands before everything else.

    Parameters
    ----------
    app
        The application behind.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on and tell of it."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        started = time.perf_counter()
        facts = begin_request(scope)
        status = 0

        async def tell_and_send(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)[REQUEST_ID] = facts.request_id
            await send(message)

        with request_span(scope) as span:
            facts.trace_id = trace_id_of(span)
            try:
                await self.app(scope, receive, tell_and_send)
            except Exception as error:  # noqa: BLE001 - the last place that can answer
                _log.error("a request met a fault", exc_info=error)
                if not status:
                    detail = "The error was logged: try again, and report it if it stays."
                    await problem(_SERVER_ERROR, detail, scope["path"])(scope, receive, tell_and_send)
            finally:
                _tell(scope, facts, span, status, time.perf_counter() - started)


def _tell(scope: Scope, facts: RequestFacts, span: Span, status: int, seconds: float) -> None:
    probe = scope["path"] in _PROBES
    route = scope["path"] if probe else route_template(scope)
    # anybody can make up methods, and each would be a metric of its own
    method = scope["method"] if scope["method"] in _METHODS else "OTHER"
    # no status: whoever asked went away before the answer
    status_class = f"{status // 100}xx" if status else "none"
    REQUEST_SECONDS.labels(method, route, status_class).observe(seconds)
    if span.is_recording():
        span.update_name(f"{method} {route}")
        span.set_attributes({"http.request.method": method, "http.route": route})
        span.set_attributes({"http.response.status_code": status, "ledgerprint.request_id": facts.request_id})
    level = logging.DEBUG if probe else logging.INFO
    if _log.isEnabledFor(level):
        _log.log(level, "request", extra=_said(scope, facts, method, route, status, seconds))


def _said(
    scope: Scope, facts: RequestFacts, method: str, route: str, status: int, seconds: float
) -> dict[str, Any]:
    said: dict[str, Any] = {
        "method": method,
        "route": route,
        "status": status or None,
        "ms": round(seconds * 1000, 2),
        "key_id": facts.key_id or None,
        "tenant": facts.tenant or None,
        "lines": facts.lines,
        "estimates": facts.estimate_count,
        "first_estimate_ids": list(facts.first_estimates) or None,
        "job_id": scope.get("path_params", {}).get("job_id"),
    }
    return {name: value for name, value in said.items() if value is not None}
