"""What is known about the request that is being answered: a few facts that log, metrics and traces share."""

import re
import secrets
from collections.abc import Iterable
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Final

from starlette.routing import Route
from starlette.types import Scope

from serving.store import Actor

REQUEST_ID: Final = "x-request-id"
_FORM: Final = re.compile(rb"[A-Za-z0-9][A-Za-z0-9._:-]{7,127}")
_KEY: Final = b"lp_"
_SHOWN_IDS: Final = 3
_ELSEWHERE: Final = "(none)"
_ASSETS: Final = "/v1/assets"
_OPENAPI: Final = "/v1/openapi.json"


@dataclass(slots=True)
class RequestFacts:
    """Facts about one request, written by whoever learns them.

    Attributes
    ----------
    request_id, trace_id
        By which it is found in logs and in traces; ``trace_id`` is "" where nobody traces.
    key_id, tenant
        Public id of the key that asked, and whose lines it sees; "" until it is known.
    lines
        How many were to be estimated, ``None`` if that is not what was asked.
    estimate_count, first_estimates
        How many estimates were recorded, and the ids of the first few.
    """

    request_id: str
    trace_id: str = ""
    key_id: str = ""
    tenant: str = ""
    lines: int | None = None
    estimate_count: int | None = None
    first_estimates: tuple[str, ...] = ()


_current: ContextVar[RequestFacts | None] = ContextVar("ledgerprint_request", default=None)


def begin_request(scope: Scope) -> RequestFacts:
    """Begin to collect facts about a request, under the id that it came with or a new one."""
    facts = RequestFacts(_given_id(scope) or secrets.token_hex(16))
    _current.set(facts)
    return facts


def current_request() -> RequestFacts | None:
    """Give the facts about the request that is being answered, if one is."""
    return _current.get()


def note_actor(actor: Actor) -> None:
    """Remember who asks."""
    facts = _current.get()
    if facts is not None:
        facts.key_id, facts.tenant = actor.who, actor.tenant


def note_lines(count: int) -> None:
    """Remember how many lines are to be estimated."""
    facts = _current.get()
    if facts is not None:
        facts.lines = count


def note_estimates(ids: Iterable[str]) -> None:
    """Remember which estimates were recorded."""
    facts = _current.get()
    if facts is not None:
        known = list(ids)
        facts.estimate_count, facts.first_estimates = len(known), tuple(known[:_SHOWN_IDS])


def route_template(scope: Scope) -> str:
    """Name the route that answered, with its parameters unfilled; "(none)" where there is none.

    A path holds ids, and whatever else a client writes into it: it would make a metric of every one of them.
    """
    route = scope.get("route")
    if isinstance(route, Route):
        return f"{scope.get('root_path', '')}{route.path}"
    # of these two FastAPI does not say which route they are
    if scope.get("root_path") == _ASSETS:
        return f"{_ASSETS}/{{path}}"
    return _OPENAPI if scope["path"] == _OPENAPI else _ELSEWHERE


def _given_id(scope: Scope) -> str:
    """Give the id that came with the request, unless it is malformed or a key put there by mistake."""
    name = REQUEST_ID.encode()
    for header, value in scope["headers"]:
        if header == name and _FORM.fullmatch(value) and not value.startswith(_KEY):
            return str(value.decode("ascii"))
    return ""
