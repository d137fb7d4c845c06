"""Signing in to the pages with an API key: the browser holds a random token, the store its hash.

The key itself is not kept in the browser, and a key that is revoked signs its browsers out.
"""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from sqlalchemy import delete, insert, select

from serving.store.actors import Actor
from serving.store.keys import authenticate, read_scopes
from serving.store.store import AuditStore
from serving.store.tables import ApiKey, SignIn

SIGNED_IN_FOR: Final = timedelta(hours=12)
"""A working day; after it the key is asked for again."""


@dataclass(frozen=True)
class Person:
    """Whoever is signed in.

    Attributes
    ----------
    actor
        What they may do, and for whom.
    name
        Of their key.
    """

    actor: Actor
    name: str


def sign_in(store: AuditStore, key: str) -> str:
    """Sign a browser in, and give the token that it is known by.

    Raises
    ------
    KeyRefusedError
        If the key is malformed, unknown or revoked.
    """
    actor = authenticate(store, key)
    token, now = secrets.token_urlsafe(32), store.clock()
    row = {"token_sha256": _hashed(token), "public_id": actor.who, "expires_at": now + SIGNED_IN_FOR}
    with store.whole(write=True) as connection:
        connection.execute(delete(SignIn).where(SignIn.expires_at <= now))
        connection.execute(insert(SignIn).values(row))
    return token


def signed_in(store: AuditStore, token: str) -> Person | None:
    """Tell who is signed in with a token, ``None`` if nobody is, or not any more."""
    query = (
        select(ApiKey.tenant, ApiKey.public_id, ApiKey.scopes, ApiKey.name)
        .join(SignIn, SignIn.public_id == ApiKey.public_id)
        .where(
            SignIn.token_sha256 == _hashed(token),
            SignIn.expires_at > store.clock(),
            ApiKey.revoked_at.is_(None),
        )
    )
    with store.whole() as connection:
        row = connection.execute(query).one_or_none()
    return Person(Actor(row.tenant, row.public_id, read_scopes(row.scopes)), row.name) if row else None


def sign_out(store: AuditStore, token: str) -> None:
    """Forget a token."""
    with store.whole(write=True) as connection:
        connection.execute(delete(SignIn).where(SignIn.token_sha256 == _hashed(token)))


def _hashed(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "surrogateescape")).hexdigest()
