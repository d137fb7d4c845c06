"""Who looks at a page: a browser signed in with a key, or this machine while there is no key.

A browser holds one random token in a cookie that scripts cannot read and that no other site can send. What
changes anything must also carry a value made from the token, which only our own pages hold, and must not come
from another site.
"""

import hashlib
import hmac
import secrets
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Annotated, Final
from urllib.parse import quote, urlsplit

from fastapi import Depends
from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from serving.api.access import require_this_machine
from serving.api.backend import Back
from serving.operations.requests import note_actor
from serving.store import Actor
from serving.store.keys import has_keys
from serving.store.sign_ins import SIGNED_IN_FOR, signed_in

COOKIE: Final = "ledgerprint_visit"
FORM_FIELD: Final = "form_token"
"""Field of a form, or header of a script's request, that shows that a page of ours sent it."""
_FORM_HEADER: Final = "x-form-token"
_CHANGES: Final = frozenset({"POST", "PUT", "PATCH", "DELETE"})


@dataclass(frozen=True)
class Visitor:
    """Whoever looks at a page.

    Attributes
    ----------
    token
        Of the browser.
    actor
        ``None`` until somebody signs in.
    name
        How a page calls them.
    signs_in
        Whether there are keys: else this machine alone is answered, and nobody signs in.
    """

    token: str
    actor: Actor | None
    name: str
    signs_in: bool

    @property
    def form_token(self) -> str:
        """What a form of ours carries."""
        return hmac.new(self.token.encode(), b"form", hashlib.sha256).hexdigest()


class SignInNeededError(Exception):
    """Nobody is signed in; ``next_page`` is what was asked for."""

    def __init__(self, next_page: str) -> None:
        super().__init__(next_page)
        self.next_page = next_page


def _visitor(request: Request, back: Back) -> Visitor:
    """Tell who looks; whoever is not signed in is a visitor, too, and can be shown where to do so."""
    token = request.cookies.get(COOKIE, "")
    store = back.get_store()
    keys = has_keys(store)
    person = signed_in(store, token) if keys and token else None
    if person is not None:
        visitor = Visitor(token, person.actor, person.name, signs_in=True)
    elif keys:
        visitor = Visitor(token or secrets.token_urlsafe(32), None, "", signs_in=True)
    else:
        require_this_machine(request)
        visitor = Visitor(token or secrets.token_urlsafe(32), Actor.local(), "this machine", signs_in=False)
    request.state.visitor = visitor
    return visitor


AnyVisitor = Annotated[Visitor, Depends(_visitor)]
"""Whoever looks, signed in or not."""


def _known(request: Request, visitor: AnyVisitor, back: Back) -> Actor:
    if visitor.actor is None:
        raise SignInNeededError(_asked_for(request))
    note_actor(visitor.actor)
    back.rates.take_request(visitor.actor)
    return visitor.actor


Known = Annotated[Actor, Depends(_known)]
"""Whoever looks and may: a page with it is for people who are signed in."""


async def _own_form(request: Request, visitor: AnyVisitor) -> AsyncIterator[FormData]:
    """Give the form, if it is from a page of ours; its files are closed once it was answered.

    Raises
    ------
    HTTPException
        403, if it is not.
    """
    if request.headers.get("sec-fetch-site", "same-origin") not in {"same-origin", "none"}:
        raise HTTPException(403, "Got a form of another site, expected one of these pages: open it here.")
    try:
        form = await request.form(max_files=1, max_fields=2_000)
    except ClientDisconnect as error:
        raise HTTPException(400, "The upload ended before it was whole: send it again.") from error
    try:
        said = request.headers.get(_FORM_HEADER) or form.get(FORM_FIELD) or ""
        if not hmac.compare_digest(str(said).encode(), visitor.form_token.encode()):
            raise HTTPException(
                403, "The form is from an earlier visit: load its page again, and send it once more."
            )
        yield form
    finally:
        await form.close()


OwnForm = Annotated[FormData, Depends(_own_form)]
"""The form that was sent, known to be from a page of ours: whatever changes anything asks for it."""


def remember(response: Response, token: str, request: Request) -> None:
    """Let the browser keep its token."""
    response.set_cookie(
        COOKIE,
        token,
        max_age=int(SIGNED_IN_FOR.total_seconds()),
        httponly=True,
        samesite="strict",
        secure=request.url.scheme == "https",
    )


def sign_in_address(next_page: str) -> str:
    """Say where somebody signs in who asked for a page."""
    return f"/sign-in?next={quote(next_page, safe='')}"


def own_page(address: str) -> str:
    """Give the address if it is one of these pages, else that of the first page: nobody is led elsewhere."""
    parts = urlsplit(address)
    own = not parts.scheme and not parts.netloc and address.startswith("/") and not address.startswith("//")
    return address if own and "\\" not in address and address.isprintable() else "/"


def _asked_for(request: Request) -> str:
    """Name the page to come back to: of a form that was sent, the page that it stands on."""
    if request.method in _CHANGES or "hx-request" in request.headers:
        return own_page(urlsplit(request.headers.get("referer", "/")).path or "/")
    query = f"?{request.url.query}" if request.url.query else ""
    return own_page(request.url.path + query)
