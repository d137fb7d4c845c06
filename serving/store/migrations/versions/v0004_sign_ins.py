"""Who is signed in to the pages."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "sign_ins",
        sa.Column("token_sha256", sa.String(), nullable=False),
        sa.Column("public_id", sa.String(), nullable=False),
        sa.Column("expires_at", sa.String(27), nullable=False),
        sa.PrimaryKeyConstraint("token_sha256", name="pk_sign_ins"),
        sa.ForeignKeyConstraint(["public_id"], ["api_keys.public_id"], name="fk_sign_ins_public_id"),
    )
    op.create_index("ix_sign_ins_expires_at", "sign_ins", ["expires_at"])
