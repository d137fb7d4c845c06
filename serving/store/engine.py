"""Connections to SQLite and PostgreSQL, set up so that nothing that was committed is lost."""

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, DatabaseError, DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from serving.store.errors import StoreUnavailableError

BEGIN: Final = "ledgerprint_begin"
"""Execution option: how a transaction begins on SQLite."""
_BUSY_SECONDS: Final = 60
_UNUSABLE: Final = (OperationalError, InterfaceError, DatabaseError)
"""The very classes; what derives from them, such as a constraint that does not hold, is about rows."""
_PRAGMAS: Final = (
    f"busy_timeout = {_BUSY_SECONDS * 1000}",
    # WAL's own default may lose the last commits when the power fails
    "synchronous = FULL",
    "foreign_keys = ON",
    # what retention reduces is gone from the file, too
    "secure_delete = ON",
    # a table with triggers keeps a journal of every INSERT, which costs more than the INSERT itself on disk
    "temp_store = MEMORY",
    # REPLACE counts as DELETE, which the entries refuse
    "recursive_triggers = ON",
)


def make_engine(text: str) -> Engine:
    """Make an engine from a URL: ``sqlite:///FILE`` or ``postgresql://USER:PASSWORD@HOST/DATABASE``.

    Raises
    ------
    StoreUnavailableError
        If it is another database, one in memory, or lies in a folder that does not exist.
    """
    url = _checked(text)
    if url.get_backend_name() == "postgresql":
        return create_engine(url.set(drivername="postgresql+psycopg"), pool_pre_ping=True)
    engine = create_engine(url.set(drivername="sqlite+pysqlite"), connect_args={"timeout": _BUSY_SECONDS})
    event.listen(engine, "connect", _set_up_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


@contextmanager
def explained(engine: Engine) -> Iterator[None]:
    """Say what a user can do about a database that cannot be used.

    Raises
    ------
    StoreUnavailableError
        In place of the driver's error.
    """
    try:
        yield
    except PoolTimeoutError as error:
        raise StoreUnavailableError(
            f"Got no connection to the database {_shown(engine.url)} in time, expected one that is "
            "not in use: try again later, or run more processes."
        ) from error
    except DBAPIError as error:
        if type(error) not in _UNUSABLE:
            raise
        raise StoreUnavailableError(
            f"Cannot use the database {_shown(engine.url)} ({_reason(error)}): check that it is there, that "
            "it can be written to and that no other program holds it."
        ) from error


def _checked(text: str) -> URL:
    expected = (
        "expected sqlite:///FILE or postgresql://USER:PASSWORD@HOST/DATABASE: correct LEDGERPRINT_DATABASE"
    )
    try:
        url = make_url(text)
        kind = url.get_backend_name()
    except ArgumentError as error:
        raise StoreUnavailableError(f"Got a database that is no URL, {expected}.") from error
    if kind not in {"sqlite", "postgresql"}:
        raise StoreUnavailableError(f"Got the database {_shown(url)}, {expected}.")
    if kind == "sqlite":
        if not url.database or url.database == ":memory:" or url.database.startswith("file:"):
            raise StoreUnavailableError(f"Got the database {_shown(url)} that is no file, {expected}.")
        if not Path(url.database).resolve().parent.is_dir():
            raise StoreUnavailableError(
                f"Got the database {_shown(url)} in a folder that does not exist, expected an existing one: "
                "make it first."
            )
    return url


def _shown(url: URL) -> str:
    return url.render_as_string(hide_password=True)


def _reason(error: DBAPIError) -> str:
    return " ".join(str(error.orig).split())


def _set_up_sqlite(connection: sqlite3.Connection, _record: object) -> None:
    # the driver would begin transactions by itself, and not before reads
    connection.isolation_level = None
    for pragma in _PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")
    _write_ahead(connection)


def _write_ahead(connection: sqlite3.Connection) -> None:
    """Keep the journal ahead of the file, which the first connection to a new file makes so for all.

    Where two of them do so at once SQLite does not wait: each would wait for the other.
    """
    give_up = time.monotonic() + _BUSY_SECONDS
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > give_up:
                raise
            time.sleep(0.01)
        else:
            return


def _begin_sqlite(connection: Connection) -> None:
    connection.exec_driver_sql(connection.get_execution_options().get(BEGIN, "BEGIN"))
