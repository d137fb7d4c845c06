"""The version of a database's tables: brought up to that of the program, or refused."""

from typing import Final

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, text

from serving.store.engine import BEGIN, explained
from serving.store.errors import StoreVersionError

VERSION_TABLE: Final = "ledgerprint_store_version"
_UPGRADE_LOCK: Final = 0x6C70_5F73
"""Of PostgreSQL: one program upgrades at a time."""


def bring_up_to_date(engine: Engine, *, upgrade: bool) -> None:
    """Make a database's tables those of this program.

    Parameters
    ----------
    engine
        Of the database.
    upgrade
        Whether tables may be made or changed.

    Raises
    ------
    StoreVersionError
        If they are newer than the program, or older and must not be changed.
    """
    with explained(engine):
        with engine.connect() as connection:
            if _is_current(connection, upgrade=upgrade):
                return
        with engine.execution_options(**{BEGIN: "BEGIN IMMEDIATE"}).begin() as connection:
            if connection.dialect.name == "postgresql":
                connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _UPGRADE_LOCK})
            if not _is_current(connection, upgrade=upgrade):
                config = _config()
                config.attributes["connection"] = connection
                command.upgrade(config, "head")


def _is_current(connection: Connection, *, upgrade: bool) -> bool:
    migrations = ScriptDirectory.from_config(_config())
    newest = migrations.get_current_head()
    got = MigrationContext.configure(connection, opts={"version_table": VERSION_TABLE}).get_current_revision()
    if got == newest:
        return True
    if got is not None and got not in {script.revision for script in migrations.walk_revisions()}:
        raise StoreVersionError(
            f"Got a database of version {got}, which is newer than this program's {newest}: install the "
            "newer "
            "ledgerprint that made it."
        )
    if not upgrade:
        raise StoreVersionError(
            f"Got a database of version {got or 'none'}, expected {newest}: open it once with a program that "
            "may "
            "upgrade it, such as `ledgerprint audit head`."
        )
    return False


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", "serving.store:migrations")
    return config
