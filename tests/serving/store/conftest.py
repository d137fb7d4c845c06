"""Both databases for every test of the store: a SQLite file, and a PostgreSQL server of the tests' own."""

import getpass
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest

from serving.store import Actor, AuditStore

DEBIAN = Path("/usr/lib/postgresql")


@dataclass
class Clock:
    """Goes on by a second whenever it is asked, or as a test sets it."""

    now: datetime = field(default_factory=lambda: datetime(2025, 1, 1, tzinfo=UTC))

    def __call__(self) -> datetime:
        self.now += timedelta(seconds=1)
        return self.now


def _program(name: str) -> Path | None:
    folders = [path / "bin" for path in sorted(DEBIAN.glob("*"), reverse=True)]
    found = shutil.which(name, path=os.pathsep.join([os.environ["PATH"], *map(str, folders)]))
    return Path(found).resolve() if found else None


def _somebody() -> str:
    """PostgreSQL refuses to run as root."""
    if os.geteuid():
        return getpass.getuser()
    users = {user.pw_name for user in pwd.getpwall()}
    return "postgres" if "postgres" in users else "nobody"


@pytest.fixture(scope="session")
def postgresql() -> Iterator[str]:
    """URL of a server on a folder and a port of its own, without the name of a database."""
    initdb, pg_ctl = _program("initdb"), _program("pg_ctl")
    if initdb is None or pg_ctl is None:
        needed = "needs PostgreSQL: install the Debian package postgresql"
        if os.environ.get("CI"):
            pytest.fail(needed)
        pytest.skip(needed)
    folder = Path(tempfile.mkdtemp(prefix="ledgerprint-pg-"))
    user = pwd.getpwnam(_somebody())
    as_user = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []} if not os.geteuid() else {}
    os.chown(folder, user.pw_uid, user.pw_gid)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={folder} -c fsync=off"

    def run(*command: str | Path) -> None:
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd=folder, **as_user)  # noqa: S603

    data = folder / "data"
    try:
        run(initdb, "-D", data, "-U", "ledgerprint", "-A", "trust", "-E", "UTF8", "--no-locale", "--no-sync")
        run(pg_ctl, "-D", data, "-l", folder / "log", "-o", options, "-w", "start")
        try:
            yield f"postgresql://ledgerprint@127.0.0.1:{port}"
        finally:
            run(pg_ctl, "-D", data, "-m", "immediate", "-w", "stop")
    finally:
        shutil.rmtree(folder)


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """An empty SQLite database."""
    return f"sqlite:///{tmp_path / 'store.db'}"


@pytest.fixture
def postgresql_url(postgresql: str) -> Iterator[str]:
    """An empty PostgreSQL database."""
    name = f"test_{uuid.uuid4().hex}"
    with psycopg.connect(f"{postgresql}/postgres", autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
        yield f"{postgresql}/{name}"
        connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest) -> str:
    """An empty database of each kind."""
    return str(request.getfixturevalue(f"{request.param}_url"))


@pytest.fixture
def clock() -> Clock:
    """The time that the store takes it to be."""
    return Clock()


@pytest.fixture
def store(url: str, clock: Clock) -> Iterator[AuditStore]:
    """An empty store."""
    with AuditStore(url, clock=clock) as opened:
        yield opened


@pytest.fixture
def actor() -> Callable[..., Actor]:
    """Makes somebody with a key of their own: ``actor("anna", "review")``."""

    def make(who: str, *scopes: str, tenant: str = "default") -> Actor:
        return Actor(tenant, who, frozenset(scopes or ("estimate", "review", "admin")))

    return make
