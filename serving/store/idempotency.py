"""Idempotency keys: the same request sent twice is answered once.

A request first claims its key, then answers, then stores the answer in the transaction that writes what it
did. A claim ends by itself after a while, so that a request whose process died can be sent again; if the
first one was only slow, it finds its claim lost and what it wrote is undone. Either way one of them counts.
"""

import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final, cast

from sqlalchemy import CursorResult, delete, select, update

from serving.store.actors import Actor
from serving.store.errors import ClaimLostError, IdempotencyInProgressError, IdempotencyMismatchError
from serving.store.store import AuditStore, Reading, insert_or_leave
from serving.store.tables import IdempotencyRecord

KEPT: Final = timedelta(hours=24)
"""How long an answer is kept."""
LEASE: Final = timedelta(seconds=120)
"""How long a request may take before another one may answer in its place."""


@dataclass(frozen=True)
class Claim:
    """The right to answer a request."""

    route: str
    key: str
    token: str


@dataclass(frozen=True)
class StoredAnswer:
    """What a request was answered before."""

    status: int
    media_type: str
    body: bytes


def claim_request(
    store: AuditStore, actor: Actor, route: str, key: str, request_sha256: str
) -> Claim | StoredAnswer:
    """Claim the right to answer a request, or give the answer that it got before.

    Parameters
    ----------
    store, actor
        Keys of different tenants have nothing to do with each other.
    route
        Method and path: "POST /v1/estimates".
    key
        The client's ``Idempotency-Key``.
    request_sha256
        Of the body.

    Raises
    ------
    IdempotencyMismatchError
        If the key came with another body before.
    IdempotencyInProgressError
        If the request is being answered at the moment.
    """
    claim = Claim(route, key, secrets.token_hex(16))
    with store.changing(actor) as changing:
        now, session = changing.now, changing.session
        session.execute(delete(IdempotencyRecord).where(IdempotencyRecord.expires_at <= now))
        fresh: dict[str, Any] = {"claim": claim.token, "claimed_until": now + LEASE, "expires_at": now + KEPT}
        row = {"tenant": actor.tenant, "route": route, "key": key, "request_sha256": request_sha256, **fresh}
        session.execute(insert_or_leave(store.engine, IdempotencyRecord).values(row))
        record = session.scalars(_of(claim).with_for_update()).one()
        if record.claim == claim.token:
            return claim
        if record.request_sha256 != request_sha256:
            raise IdempotencyMismatchError(
                f"Got the idempotency key {key[:60]!r} with another body than before, expected the same one: "
                "send a "
                "new request with a new key."
            )
        if record.status is not None:
            return StoredAnswer(record.status, record.media_type or "", record.body or b"")
        if record.claimed_until > now:
            seconds = max(1, int((record.claimed_until - now).total_seconds()))
            raise IdempotencyInProgressError(
                f"Got the idempotency key {key[:60]!r} while its first request is being answered, expected "
                "one at a "
                f"time: ask again, within {seconds} s at the latest.",
                retry_after_seconds=min(seconds, 5),
            )
        session.execute(update(IdempotencyRecord).where(*_is(claim)).values(**fresh))
    return claim


def store_answer(writing: Reading, claim: Claim, answer: StoredAnswer) -> None:
    """Keep the answer of a request, in the transaction that writes what the request did.

    Raises
    ------
    ClaimLostError
        If another request has claimed the key meanwhile; leave the transaction with it.
    """
    mine = update(IdempotencyRecord).where(
        *_is(claim), IdempotencyRecord.claim == claim.token, IdempotencyRecord.status.is_(None)
    )
    values = {"status": answer.status, "media_type": answer.media_type, "body": answer.body}
    if cast("CursorResult[Any]", writing.session.execute(mine.values(**values))).rowcount != 1:
        raise ClaimLostError(
            f"Got an answer for the idempotency key {claim.key[:60]!r} too late, another request has claimed "
            "it: ask "
            "again for its answer."
        )


def give_up(store: AuditStore, actor: Actor, claim: Claim) -> None:
    """Give back the right to answer: the request failed, and may be sent again."""
    with store.changing(actor) as changing:
        changing.session.execute(
            delete(IdempotencyRecord).where(
                *_is(claim), IdempotencyRecord.claim == claim.token, IdempotencyRecord.status.is_(None)
            )
        )


def _of(claim: Claim) -> Any:
    return select(IdempotencyRecord).where(*_is(claim))


def _is(claim: Claim) -> tuple[Any, Any]:
    return IdempotencyRecord.route == claim.route, IdempotencyRecord.key == claim.key
