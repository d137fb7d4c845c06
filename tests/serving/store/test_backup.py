"""What docs/operations.md says about backups: a copy taken while the service writes verifies."""

import os
import re
import sqlite3
import subprocess
import uuid
from contextlib import closing

import psycopg
import pytest

from serving.store import Actor, AuditStore
from serving.store.chain import NewEntry
from serving.store.heads import current_heads
from serving.store.verification import verify
from tests.conftest import ROOT
from tests.serving.conftest import DEBIAN

GUIDE = (ROOT / "docs" / "operations.md").read_text()


def _write(store, count):
    with store.writing(Actor.local()) as writing:
        writing.append(
            NewEntry(kind="job", subject=f"job-{n}", status="submitted", payload={}) for n in range(count)
        )


def _program(name):
    found = sorted(DEBIAN.glob(f"*/bin/{name}"), reverse=True)
    if not found:
        assert "CI" not in os.environ, f"continuous integration needs {name}"
        pytest.skip(f"needs {name}")
    return found[0]


def test_a_copy_of_sqlite_taken_by_the_documented_statement_verifies(sqlite_url, tmp_path):
    assert "VACUUM INTO" in GUIDE
    copy = tmp_path / "copy.db"
    with AuditStore(sqlite_url) as store:
        _write(store, 50)
        with store.writing(Actor.local()) as writing:
            writing.append([NewEntry(kind="job", subject="unfinished", status="submitted", payload={})])
            with closing(sqlite3.connect(sqlite_url.removeprefix("sqlite:///"))) as connection:
                connection.execute("VACUUM INTO ?", [str(copy)])

    with AuditStore(f"sqlite:///{copy}") as restored:
        assert list(verify(restored).findings) == []
        assert [head.sequence for head in current_heads(restored)] == [50]


def test_a_dump_of_postgresql_restored_as_documented_verifies(postgresql, postgresql_url):
    dump_options, restore_options = (
        re.search(rf"{name} ([^\n$\"]*)", GUIDE)[1].split() for name in ("pg_dump", "pg_restore")
    )
    with AuditStore(postgresql_url) as store:
        _write(store, 50)
        dump = subprocess.run(  # noqa: S603 - PostgreSQL's own command
            [_program("pg_dump"), *dump_options, postgresql_url], check=True, capture_output=True
        )
    name = f"restored_{uuid.uuid4().hex}"
    with psycopg.connect(f"{postgresql}/postgres", autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
        url = f"{postgresql}/{name}"
        subprocess.run(  # noqa: S603 - PostgreSQL's own command
            [_program("pg_restore"), *restore_options, url], input=dump.stdout, check=True
        )
        with AuditStore(url, upgrade=False) as restored:
            assert list(verify(restored).findings) == []
            _write(restored, 1)
            assert [head.sequence for head in current_heads(restored)] == [51]
        connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
