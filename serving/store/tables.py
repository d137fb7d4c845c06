"""The tables: entries and the heads of their chains, keys, sign-ins, idempotency records, bulk jobs."""

from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    ForeignKey,
    Index,
    LargeBinary,
    MetaData,
    String,
    TableClause,
    Text,
    and_,
    column,
    table,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from serving.store.chain import Kind
from serving.store.column_types import Day, Instant


class Base(DeclarativeBase):
    """All tables of the store; constraints have names, so that migrations can change them."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map: Final[dict[Any, Any]] = {
        int: BigInteger,
        str: String,
        bytes: LargeBinary,
        datetime: Instant,
        date | None: Day,
    }


class TenantOwned:
    """A table whose rows belong to tenants: a session sees those of its own tenant alone."""

    tenant: Mapped[str] = mapped_column()


class Head(TenantOwned, Base):
    """A tenant, and the last entry of its chain; a tenant without an entry has ``sequence`` 0."""

    __tablename__ = "audit_heads"

    tenant: Mapped[str] = mapped_column(primary_key=True)
    sequence: Mapped[int]
    at: Mapped[datetime]
    hash: Mapped[str]


class Entry(TenantOwned, Base):
    """One entry of a tenant's chain; written once.

    Attributes
    ----------
    tenant, sequence
        Whose it is, and its number from 1 without a gap.
    at
        When it was written; never before the entry before it.
    who
        Public id of a key, or "local".
    kind
        What happened: see :data:`serving.store.chain.Kind`.
    subject
        What it is about: the id of an estimate, key or job, the name of a period, the goods of a figure.
    status
        Of the subject from now on; for an estimate its status.
    job_id, model_version, factor_set
        What an estimate was made in, with and from; "" where that does not apply.
    line_date
        Day in which the line counts.
    gtin, goods
        Goods that a correction is remembered for.
    payload
        Everything else, in canonical form; NULL once retention has reduced it to its hash.
    payload_sha256
        Of the payload.
    previous, hash
        Hash of the entry before, and of this one.
    """

    __tablename__ = "audit_entries"

    tenant: Mapped[str] = mapped_column(ForeignKey("audit_heads.tenant"), primary_key=True)
    sequence: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[datetime]
    who: Mapped[str]
    kind: Mapped[str]
    subject: Mapped[str]
    status: Mapped[str]
    job_id: Mapped[str]
    model_version: Mapped[str]
    factor_set: Mapped[str]
    line_date: Mapped[date | None] = mapped_column(nullable=False)
    gtin: Mapped[str]
    goods: Mapped[str]
    payload: Mapped[str | None] = mapped_column(Text)
    payload_sha256: Mapped[str]
    previous: Mapped[str]
    hash: Mapped[str]


for _found_by in ("job_id", "model_version", "factor_set", "gtin", "goods"):
    _filled = getattr(Entry, _found_by) != ""
    Index(
        None,
        Entry.tenant,
        getattr(Entry, _found_by),
        Entry.sequence,
        sqlite_where=_filled,
        postgresql_where=_filled,
    )
Index(None, Entry.tenant, Entry.kind, Entry.subject, Entry.sequence)
_rare = Entry.kind != "estimate"
Index(None, Entry.tenant, Entry.kind, Entry.sequence, sqlite_where=_rare, postgresql_where=_rare)
Index(None, Entry.tenant, Entry.line_date, Entry.sequence)
Index(None, Entry.tenant, Entry.at, Entry.sequence)


def of_kind(kind: Kind) -> ColumnElement[bool]:
    """Hold for the entries of a kind; what is not an estimate is rare and has an index of its own."""
    is_kind = Entry.kind == kind
    return is_kind if kind == "estimate" else and_(is_kind, Entry.kind != "estimate")


class ApiKey(TenantOwned, Base):
    """An API key; its secret is not here."""

    __tablename__ = "api_keys"

    public_id: Mapped[str] = mapped_column(primary_key=True)
    tenant: Mapped[str] = mapped_column(ForeignKey("audit_heads.tenant"), index=True)
    name: Mapped[str]
    scopes: Mapped[str]
    secret_sha256: Mapped[str]
    created_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    last_used_at: Mapped[datetime | None]


class SignIn(Base):
    """A browser that is signed in with a key; its token is not here."""

    __tablename__ = "sign_ins"

    token_sha256: Mapped[str] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(ForeignKey("api_keys.public_id"))
    expires_at: Mapped[datetime] = mapped_column(index=True)


class IdempotencyRecord(TenantOwned, Base):
    """A request that must be answered once, and its answer."""

    __tablename__ = "idempotency_records"

    tenant: Mapped[str] = mapped_column(ForeignKey("audit_heads.tenant"), primary_key=True)
    route: Mapped[str] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    request_sha256: Mapped[str]
    claim: Mapped[str]
    claimed_until: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)
    status: Mapped[int | None]
    media_type: Mapped[str | None]
    body: Mapped[bytes | None]


class Job(TenantOwned, Base):
    """A bulk job as it is now; what happened to it is in the entries of the kind "job".

    Attributes
    ----------
    tenant, id, who, created_at
        Whose, which, handed in by whom and when.
    sequence
        Of the entry of its submission.
    name, sha256
        Of the ledger's file.
    options, result
        What was asked for, as JSON; format of the result.
    status
        See :data:`serving.store.jobs.Status`.
    detail
        Why it failed.
    lines, batches
        Of the ledger, once it is read.
    model_version
        Of the model that its lines are estimated with, once the first are.
    finished_at
        When it ended, whatever its end.
    webhook, webhook_status
        Where its end is announced, and what became of that.
    """

    __tablename__ = "jobs"

    tenant: Mapped[str] = mapped_column(ForeignKey("audit_heads.tenant"), index=True)
    id: Mapped[str] = mapped_column(primary_key=True)
    who: Mapped[str]
    created_at: Mapped[datetime]
    sequence: Mapped[int]
    name: Mapped[str]
    sha256: Mapped[str]
    options: Mapped[str] = mapped_column(Text)
    result: Mapped[str]
    status: Mapped[str] = mapped_column(index=True)
    detail: Mapped[str]
    lines: Mapped[int | None]
    batches: Mapped[int | None]
    model_version: Mapped[str]
    finished_at: Mapped[datetime | None]
    webhook: Mapped[str]
    webhook_status: Mapped[str]


class JobBatch(TenantOwned, Base):
    """The mark of a batch whose estimates are recorded: written with them, once.

    Attributes
    ----------
    tenant, job_id, number
        Which batch.
    lines, first_sequence
        How many estimates, and the number of the first one's entry.
    estimated, review, excluded, unmatched
        Lines by status.
    errors
        Lines that could not be read.
    sha256
        Of the file that holds the batch's estimates.
    reasons
        Lines by status and reason, as JSON, where there is one.
    """

    __tablename__ = "job_batches"

    tenant: Mapped[str] = mapped_column(ForeignKey("audit_heads.tenant"))
    job_id: Mapped[str] = mapped_column(ForeignKey("jobs.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    lines: Mapped[int]
    first_sequence: Mapped[int]
    estimated: Mapped[int]
    review: Mapped[int]
    excluded: Mapped[int]
    unmatched: Mapped[int]
    errors: Mapped[int]
    sha256: Mapped[str]
    reasons: Mapped[str] = mapped_column(Text, server_default="{}")


def _as_stored(mapped: type[Base]) -> TableClause:
    """Give a table whose columns have no types: what is hashed is not converted on its way."""
    return table(mapped.__tablename__, *(column(known.name) for known in mapped.__table__.columns))


STORED_ENTRIES: Final = _as_stored(Entry)
STORED_HEADS: Final = _as_stored(Head)
STORED_KEYS: Final = _as_stored(ApiKey)
