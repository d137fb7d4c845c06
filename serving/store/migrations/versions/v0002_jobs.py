"""Bulk jobs, and the marks of their recorded batches."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "jobs",
        *(_text(name) for name in ("tenant", "id", "who")),
        sa.Column("created_at", sa.String(27), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        *(_text(name) for name in ("name", "sha256")),
        sa.Column("options", sa.Text(), nullable=False),
        *(_text(name) for name in ("result", "status", "detail")),
        sa.Column("lines", sa.BigInteger(), nullable=True),
        sa.Column("batches", sa.BigInteger(), nullable=True),
        _text("model_version"),
        sa.Column("finished_at", sa.String(27), nullable=True),
        *(_text(name) for name in ("webhook", "webhook_status")),
        sa.PrimaryKeyConstraint("id", name="pk_jobs"),
        sa.ForeignKeyConstraint(["tenant"], ["audit_heads.tenant"], name="fk_jobs_tenant"),
    )
    op.create_index("ix_jobs_tenant", "jobs", ["tenant"])
    op.create_index("ix_jobs_status", "jobs", ["status"])
    counts = ("lines", "first_sequence", "estimated", "review", "excluded", "unmatched", "errors")
    op.create_table(
        "job_batches",
        *(_text(name) for name in ("tenant", "job_id")),
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        *(sa.Column(name, sa.BigInteger(), nullable=False) for name in counts),
        _text("sha256"),
        sa.PrimaryKeyConstraint("job_id", "number", name="pk_job_batches"),
        sa.ForeignKeyConstraint(["tenant"], ["audit_heads.tenant"], name="fk_job_batches_tenant"),
        sa.ForeignKeyConstraint(["job_id"], ["jobs.id"], name="fk_job_batches_job_id"),
    )


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.String(), nullable=False)
