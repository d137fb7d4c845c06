"""Every POST is answered once: sent again with its ``Idempotency-Key``, it gets the answer it got before."""

import hashlib
from collections.abc import Callable
from typing import Annotated, Final

from fastapi import Depends, Header
from starlette.requests import Request
from starlette.responses import Response

from serving.api.access import Asker
from serving.api.backend import Back
from serving.store import Actor, AuditStore, Writing
from serving.store.idempotency import Claim, StoredAnswer, claim_request, give_up, store_answer

_JSON: Final = "application/json"
_REPLAYED: Final = "Idempotent-Replayed"


class OneAnswer:
    """The one answer of a request.

    Parameters
    ----------
    store, actor
        Where and for whom it is written.
    route
        Method and path.
    key
        The client's ``Idempotency-Key``, ``None`` for a request that may be answered each time.
    request_sha256
        Of its body.
    """

    def __init__(
        self, store: AuditStore, actor: Actor, route: str, key: str | None, request_sha256: str
    ) -> None:
        self._store = store
        self._actor = actor
        self._route = route
        self._key = key
        self._request_sha256 = request_sha256
        self._claim: Claim | None = None

    def begin(self) -> Response | None:
        """Claim the right to answer, or give the answer of before.

        Raises
        ------
        IdempotencyMismatchError, IdempotencyInProgressError
            If the key came with another body, or its first request is still being answered.
        """
        if self._key is None:
            return None
        found = claim_request(self._store, self._actor, self._route, self._key, self._request_sha256)
        if isinstance(found, StoredAnswer):
            return Response(found.body, found.status, {_REPLAYED: "true"}, found.media_type)
        self._claim = found
        return None

    def complete(self, status: int, act: Callable[[Writing], str]) -> Response:
        """Act and keep the answer, in one transaction.

        Parameters
        ----------
        status
            HTTP status of the answer.
        act
            Writes to the trail and gives the body, JSON.

        Raises
        ------
        ClaimLostError
            If it took so long that another request answered; nothing is written then.
        """
        with self._store.writing(self._actor) as writing:
            body = act(writing).encode()
            if self._claim is not None:
                store_answer(writing, self._claim, StoredAnswer(status, _JSON, body))
        return Response(body, status, media_type=_JSON)

    def abandon(self) -> None:
        """Give the right to answer back: the request failed, and may be sent again."""
        if self._claim is not None:
            give_up(self._store, self._actor, self._claim)

    def answer(self, status: int, act: Callable[[Writing], str]) -> Response:
        """Begin and complete; see there."""
        before = self.begin()
        if before is not None:
            return before
        try:
            return self.complete(status, act)
        except BaseException:
            self.abandon()
            raise


async def _body_sha256(request: Request) -> str:
    return hashlib.sha256(await request.body()).hexdigest()


IdempotencyKey = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        min_length=1,
        max_length=255,
        pattern=r"^[!-~]+$",
        description="Any text of your own. Sent again within a day with the same body, the request gets "
        "the answer that it got before, and nothing happens twice.",
        examples=["order-1017-attempt"],
    ),
]


async def _one_answer(
    request: Request,
    back: Back,
    actor: Asker,
    body_sha256: Annotated[str, Depends(_body_sha256)],
    idempotency_key: IdempotencyKey = None,
) -> OneAnswer:
    route = f"{request.method} {request.url.path}"
    return OneAnswer(back.get_store(), actor, route, idempotency_key, body_sha256)


Once = Annotated[OneAnswer, Depends(_one_answer)]
