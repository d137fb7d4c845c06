"""Who asks, and what they may do.

Until a key is made, the service answers this machine alone and asks nobody who they are. From the first key
on, revoked or not, every request needs one.
"""

import ipaddress
from collections.abc import Awaitable, Callable
from typing import Annotated, Final

from fastapi import Depends
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from starlette.requests import Request

from serving.api.backend import Back
from serving.operations.requests import note_actor
from serving.store import Actor, Scope
from serving.store.errors import KeyRefusedError
from serving.store.keys import authenticate, has_keys

_LOCAL_NAMES: Final = frozenset({"localhost", "127.0.0.1", "::1"})
_bearer = HTTPBearer(
    auto_error=False,
    scheme_name="API key",
    description="`Authorization: Bearer lp_...`, made with `ledgerprint keys create`. Not needed on the "
    "machine itself while there is no key.",
)


def _actor(
    request: Request, back: Back, given: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]
) -> Actor:
    store = back.get_store()
    if given is not None:
        actor = authenticate(store, given.credentials)
    elif "authorization" in request.headers:
        raise KeyRefusedError(
            "Got an Authorization header that is no Bearer one, expected `Authorization: Bearer lp_...`: "
            "correct it."
        )
    elif has_keys(store):
        raise KeyRefusedError(
            "Got no API key, expected `Authorization: Bearer lp_...`: have one made with `ledgerprint keys "
            "create`."
        )
    else:
        require_this_machine(request)
        actor = Actor.local()
    note_actor(actor)
    back.rates.take_request(actor)
    return actor


Asker = Annotated[Actor, Depends(_actor)]
"""Whoever asks."""


def _with(scope: Scope) -> Callable[[Actor], Awaitable[Actor]]:
    async def checked(actor: Asker) -> Actor:
        actor.require(scope)
        return actor

    return checked


Estimator = Annotated[Actor, Depends(_with("estimate"))]
Reviewer = Annotated[Actor, Depends(_with("review"))]
Administrator = Annotated[Actor, Depends(_with("admin"))]


def require_this_machine(request: Request) -> None:
    """Refuse other machines, and names of this one that another site made up, while there is no key.

    A page from elsewhere can give this machine a name of its own; a browser would let it read what is
    answered under that name.

    Raises
    ------
    KeyRefusedError
        If the request is from another machine, or for another name than those of this one.
    """
    if not _is_loopback(request):
        raise KeyRefusedError(
            "Got a request from another machine while there is no API key, expected one from this machine: "
            "have a key made with `ledgerprint keys create`."
        )
    if request.url.hostname not in _LOCAL_NAMES:
        raise KeyRefusedError(
            f"Got a request for {(request.url.hostname or '')[:100]!r} while there is no API key, expected "
            "one for 127.0.0.1 or localhost: use such an address, or have a key made with `ledgerprint keys "
            "create`."
        )


def _is_loopback(request: Request) -> bool:
    try:
        return request.client is not None and ipaddress.ip_address(request.client.host).is_loopback
    except ValueError:
        return False
