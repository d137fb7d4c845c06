"""API keys: ``lp_<public id>_<secret>``, of which only a hash is kept.

The secret is 256 random bits. Nobody can try that many, so one SHA-256 of it is as good as the slow hashes
that passwords need, and costs a request a microsecond instead of a tenth of a second.
"""

import hashlib
import hmac
import re
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, cast

from sqlalchemy import select, update

from serving.store.actors import SCOPES, Actor, Scope
from serving.store.chain import NewEntry
from serving.store.errors import KeyNameError, KeyRefusedError, ScopeError, UnknownKeyError
from serving.store.store import AuditStore, Reading, Writing
from serving.store.tables import ApiKey

_FORM: Final = re.compile(r"lp_([0-9a-f]{16})_([0-9a-f]{64})")
_USE_IS_NOTED: Final = timedelta(minutes=1)
"""How exact the last use is: a write for every request would cost more than the request."""


@dataclass(frozen=True)
class KeyRecord:
    """A key without its secret."""

    public_id: str
    name: str
    scopes: frozenset[Scope]
    created_at: datetime
    revoked_at: datetime | None
    last_used_at: datetime | None


def create_key(writing: Writing, name: str, scopes: Iterable[str]) -> str:
    """Make a key for the tenant and give it whole: the only time that its secret is seen.

    Raises
    ------
    ScopeError
        If the actor is no admin, or there is no such scope or none at all.
    KeyNameError
        If the name says nothing.
    """
    writing.actor.require("admin")
    wanted = set(scopes)
    if not wanted or wanted - set(SCOPES):
        raise ScopeError(
            f"Got the scopes {', '.join(sorted(wanted)) or 'none'}, expected some of {', '.join(SCOPES)}: "
            "name them."
        )
    if not name.strip() or not name.isprintable():
        raise KeyNameError(f"Got the key name {name!r}, expected words that say whose key it is: name it.")
    public_id, secret = secrets.token_hex(8), secrets.token_hex(32)
    row = ApiKey(
        public_id=public_id,
        tenant=writing.actor.tenant,
        name=name,
        scopes=" ".join(sorted(wanted)),
        secret_sha256=_hashed(secret),
        created_at=writing.now,
    )
    writing.session.add(row)
    writing.append([_entry(row, "created")])
    return f"lp_{public_id}_{secret}"


def revoke_key(writing: Writing, public_id: str) -> None:
    """Refuse a key from now on; it stays in the list.

    Raises
    ------
    ScopeError
        If the actor is no admin.
    UnknownKeyError
        If the tenant has no such key, or it is revoked already.
    """
    writing.actor.require("admin")
    row = writing.session.scalar(
        select(ApiKey).where(ApiKey.public_id == public_id, ApiKey.revoked_at.is_(None))
    )
    if row is None:
        raise UnknownKeyError(
            f"Got the key {public_id!r}, expected the public id of a key in use (the middle part of "
            "lp_<public id>_<secret>): see `ledgerprint keys list`."
        )
    row.revoked_at = writing.now
    writing.append([_entry(row, "revoked")])


def list_keys(reading: Reading) -> list[KeyRecord]:
    """List the tenant's keys, the oldest first."""
    rows = reading.session.scalars(select(ApiKey).order_by(ApiKey.created_at, ApiKey.public_id))
    return [
        KeyRecord(
            row.public_id, row.name, read_scopes(row.scopes), row.created_at, row.revoked_at, row.last_used_at
        )
        for row in rows
    ]


def has_keys(store: AuditStore, *, usable: bool = False) -> bool:
    """Tell whether a key was ever made, for any tenant.

    Parameters
    ----------
    store
        The store.
    usable
        Whether a revoked key does not count.
    """
    query = select(ApiKey.public_id).limit(1)
    with store.whole() as connection:
        found = connection.scalar(query.where(ApiKey.revoked_at.is_(None)) if usable else query)
    return found is not None


def authenticate(store: AuditStore, key: str) -> Actor:
    """Tell whose key it is, and note its use.

    Raises
    ------
    KeyRefusedError
        If it is malformed, unknown or revoked.
    """
    form = _FORM.fullmatch(key)
    public_id, secret = form.groups() if form else ("", "")
    with store.whole() as connection:
        row = connection.execute(select(ApiKey.__table__).where(ApiKey.public_id == public_id)).one_or_none()
    # compared even where there is nothing to compare with, so that the time taken says nothing
    right = hmac.compare_digest(_hashed(secret), row.secret_sha256 if row else "")
    if row is None or not right or row.revoked_at is not None:
        raise KeyRefusedError(
            "Got an API key that is malformed, unknown or revoked, expected lp_<public id>_<secret> as it "
            "was shown when it was made: have one made with `ledgerprint keys create`."
        )
    now = store.clock()
    if row.last_used_at is None or now - row.last_used_at >= _USE_IS_NOTED:
        with store.whole(write=True) as connection:
            connection.execute(update(ApiKey).where(ApiKey.public_id == public_id).values(last_used_at=now))
    return Actor(row.tenant, public_id, read_scopes(row.scopes))


def _entry(row: ApiKey, status: str) -> NewEntry:
    payload = {"name": row.name, "scopes": row.scopes.split(), "secret_sha256": row.secret_sha256}
    return NewEntry(kind="key", subject=row.public_id, status=status, payload=payload)


def read_scopes(text: str) -> frozenset[Scope]:
    """Read the scopes of a key as they are stored."""
    return frozenset(cast("list[Scope]", text.split()))


def _hashed(secret: str) -> str:
    return hashlib.sha256(secret.encode("ascii")).hexdigest()
