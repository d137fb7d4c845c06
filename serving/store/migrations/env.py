"""What Alembic runs: the migrations, in the transaction of whoever opens the store."""

from alembic import context

from serving.store.schema import VERSION_TABLE
from serving.store.tables import Base

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    version_table=VERSION_TABLE,
    # SQLite can, when its transaction begins before the first statement, as ours does
    transactional_ddl=True,
)
context.run_migrations()
