"""Entries, heads, keys and idempotency records; entries refuse to be changed."""

from typing import Final

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_NEVER: Final = "entries of the audit store are never changed or removed"
_BEHIND: Final = "entries of the audit store are added at the end of their chain"
_IS_BEHIND: Final = "NEW.sequence <= (SELECT sequence FROM audit_heads WHERE tenant = NEW.tenant)"
_TEXTS: Final = (
    ("who", "kind", "subject", "status", "job_id", "model_version", "factor_set"),
    ("payload_sha256", "previous", "hash"),
)
_FIXED: Final = ("tenant", "sequence", "at", "line_date", "gtin", "goods", *_TEXTS[0], *_TEXTS[1])
_REDUCED: Final = """
    NEW.payload IS NULL AND OLD.kind = 'estimate' AND EXISTS (
        SELECT 1 FROM audit_entries AS later
        WHERE later.tenant = OLD.tenant AND later.kind = 'retention' AND later.sequence > OLD.sequence
    )
"""
"""The one change that is allowed: retention, which says so in an entry first, takes away a payload."""


def upgrade() -> None:
    """Make the tables."""
    _make_heads()
    _make_entries()
    _make_keys()
    _make_idempotency_records()
    protect = _protect_sqlite if op.get_bind().dialect.name == "sqlite" else _protect_postgresql
    protect()


def _make_heads() -> None:
    op.create_table(
        "audit_heads",
        sa.Column("tenant", sa.String(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.String(27), nullable=False),
        sa.Column("hash", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("tenant", name="pk_audit_heads"),
    )


def _make_entries() -> None:
    op.create_table(
        "audit_entries",
        sa.Column("tenant", sa.String(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("at", sa.String(27), nullable=False),
        *(sa.Column(name, sa.String(), nullable=False) for name in _TEXTS[0]),
        sa.Column("line_date", sa.String(10), nullable=False),
        sa.Column("gtin", sa.String(), nullable=False),
        sa.Column("goods", sa.String(), nullable=False),
        sa.Column("payload", sa.Text(), nullable=True),
        *(sa.Column(name, sa.String(), nullable=False) for name in _TEXTS[1]),
        sa.PrimaryKeyConstraint("tenant", "sequence", name="pk_audit_entries"),
        sa.ForeignKeyConstraint(["tenant"], ["audit_heads.tenant"], name="fk_audit_entries_tenant"),
    )
    for name in ("job_id", "gtin", "goods"):
        _index("audit_entries", "tenant", name, "sequence", where=f"{name} != ''")
    _index("audit_entries", "tenant", "kind", "subject", "sequence")
    _index("audit_entries", "tenant", "kind", "model_version", "factor_set", "sequence")
    _index("audit_entries", "tenant", "line_date", "sequence")
    _index("audit_entries", "tenant", "at", "sequence")


def _make_keys() -> None:
    op.create_table(
        "api_keys",
        sa.Column("public_id", sa.String(), nullable=False),
        sa.Column("tenant", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("scopes", sa.String(), nullable=False),
        sa.Column("secret_sha256", sa.String(), nullable=False),
        sa.Column("created_at", sa.String(27), nullable=False),
        sa.Column("revoked_at", sa.String(27), nullable=True),
        sa.Column("last_used_at", sa.String(27), nullable=True),
        sa.PrimaryKeyConstraint("public_id", name="pk_api_keys"),
        sa.ForeignKeyConstraint(["tenant"], ["audit_heads.tenant"], name="fk_api_keys_tenant"),
    )
    _index("api_keys", "tenant")


def _make_idempotency_records() -> None:
    op.create_table(
        "idempotency_records",
        sa.Column("tenant", sa.String(), nullable=False),
        sa.Column("route", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("request_sha256", sa.String(), nullable=False),
        sa.Column("claim", sa.String(), nullable=False),
        sa.Column("claimed_until", sa.String(27), nullable=False),
        sa.Column("expires_at", sa.String(27), nullable=False),
        sa.Column("status", sa.BigInteger(), nullable=True),
        sa.Column("media_type", sa.String(), nullable=True),
        sa.Column("body", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("tenant", "route", "key", name="pk_idempotency_records"),
        sa.ForeignKeyConstraint(["tenant"], ["audit_heads.tenant"], name="fk_idempotency_records_tenant"),
    )
    _index("idempotency_records", "expires_at")


def _index(table: str, *columns: str, where: str | None = None) -> None:
    condition = sa.text(where) if where else None
    name = f"ix_{table}_{'_'.join(columns)}"
    op.create_index(name, table, columns, sqlite_where=condition, postgresql_where=condition)


def _protect_sqlite() -> None:
    never = f"BEGIN SELECT RAISE(ABORT, '{_NEVER}'); END"
    op.execute(f"CREATE TRIGGER audit_entries_stay BEFORE DELETE ON audit_entries {never}")
    op.execute(
        f"CREATE TRIGGER audit_entries_fixed BEFORE UPDATE OF {', '.join(_FIXED)} ON audit_entries {never}"
    )
    op.execute(
        "CREATE TRIGGER audit_entries_payload BEFORE UPDATE OF payload ON audit_entries WHEN NOT "
        f"({_REDUCED}) {never}"
    )
    op.execute(
        f"CREATE TRIGGER audit_entries_at_the_end BEFORE INSERT ON audit_entries WHEN {_IS_BEHIND} "
        f"BEGIN SELECT RAISE(ABORT, '{_BEHIND}'); END"
    )


def _protect_postgresql() -> None:
    changed = " OR ".join(f"NEW.{name} IS DISTINCT FROM OLD.{name}" for name in _FIXED)
    op.execute(
        f"""
        CREATE FUNCTION audit_entries_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF TG_OP = 'UPDATE' THEN
                IF NOT ({changed}) AND ({_REDUCED}) THEN
                    RETURN NEW;
                END IF;
            END IF;
            RAISE EXCEPTION '{_NEVER}';
        END $$
        """
    )
    op.execute(
        "CREATE TRIGGER audit_entries_fixed BEFORE UPDATE OR DELETE ON audit_entries "
        "FOR EACH ROW EXECUTE FUNCTION audit_entries_refuse()"
    )
    op.execute(
        "CREATE TRIGGER audit_entries_stay BEFORE TRUNCATE ON audit_entries "
        "FOR EACH STATEMENT EXECUTE FUNCTION audit_entries_refuse()"
    )
    op.execute(
        f"""
        CREATE FUNCTION audit_entries_refuse_behind() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF {_IS_BEHIND} THEN
                RAISE EXCEPTION '{_BEHIND}';
            END IF;
            RETURN NEW;
        END $$
        """
    )
    op.execute(
        "CREATE TRIGGER audit_entries_at_the_end BEFORE INSERT ON audit_entries "
        "FOR EACH ROW EXECUTE FUNCTION audit_entries_refuse_behind()"
    )
