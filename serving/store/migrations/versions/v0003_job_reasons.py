"""Why lines of a batch were not simply estimated."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column; batches of before say nothing."""
    op.add_column("job_batches", sa.Column("reasons", sa.Text(), nullable=False, server_default="{}"))
