"""The tables of a database: made, kept in step with the program, never those of a newer one."""

import multiprocessing
import sqlite3
import threading

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import text

from serving.store import AuditStore
from serving.store.engine import make_engine
from serving.store.errors import StoreUnavailableError, StoreVersionError
from serving.store.schema import VERSION_TABLE
from serving.store.tables import Base

SPAWN = multiprocessing.get_context("spawn")


def open_store(url):
    AuditStore(url).close()


def test_the_migrations_make_the_tables_that_the_program_maps(store):
    with store.engine.connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"version_table": VERSION_TABLE, "compare_type": True}
        )

        assert compare_metadata(context, Base.metadata) == []


def test_a_store_that_is_opened_again_is_left_as_it_is(url):
    AuditStore(url).close()

    with AuditStore(url, upgrade=False) as again:
        assert again.tenants() == []


def test_an_empty_database_is_refused_when_it_must_not_be_upgraded(url):
    with pytest.raises(StoreVersionError, match="Got a database of version none, expected 0004"):
        AuditStore(url, upgrade=False)


@pytest.mark.parametrize("upgrade", [True, False])
def test_a_database_of_a_newer_program_is_refused(store, url, upgrade):
    with store.engine.begin() as connection:
        connection.execute(text(f"UPDATE {VERSION_TABLE} SET version_num = '9999'"))  # noqa: S608

    with pytest.raises(StoreVersionError, match=r"9999, which is newer than this program's .*install"):
        AuditStore(url, upgrade=upgrade)


def test_many_processes_may_open_an_empty_database_at_once(url):
    processes = [SPAWN.Process(target=open_store, args=(url,)) for _ in range(4)]
    for process in processes:
        process.start()
    for process in processes:
        process.join(60)

    assert [process.exitcode for process in processes] == [0] * 4


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ("sqlite://", "no file"),
        ("sqlite:///:memory:", "no file"),
        ("sqlite:////no/such/folder/store.db", "make it first"),
        ("mysql://root@localhost/x", "expected sqlite"),
        ("store.db", "no URL"),
        ("postgresql://somebody:secret@127.0.0.1:1/x", "Cannot use the database"),
    ],
)
def test_a_database_that_cannot_be_used_is_refused_without_its_password(wrong, words):
    with pytest.raises(StoreUnavailableError, match=words) as refused:
        AuditStore(wrong)

    assert "secret" not in str(refused.value)


def test_a_file_that_is_no_database_is_refused(tmp_path):
    path = tmp_path / "store.db"
    path.write_text("this is no database" * 500)

    with pytest.raises(StoreUnavailableError, match="not a database"):
        AuditStore(f"sqlite:///{path}")


def test_a_new_file_that_another_connection_is_writing_to_is_waited_for(tmp_path):
    path = tmp_path / "store.db"
    other = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    other.execute("BEGIN IMMEDIATE")
    end = threading.Timer(0.3, other.execute, ["COMMIT"])
    end.start()

    with make_engine(f"sqlite:///{path}").connect() as connection:
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
    end.join()
    other.close()


def test_sqlite_is_in_wal_mode_waits_for_others_and_loses_nothing_that_was_committed(sqlite_url):
    with AuditStore(sqlite_url) as store, store.engine.connect() as connection:
        pragmas = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "busy_timeout", "synchronous", "foreign_keys")
        }

    assert pragmas == {"journal_mode": "wal", "busy_timeout": 60_000, "synchronous": 2, "foreign_keys": 1}
