"""A plausible result to show, a running service to ask, and both databases: SQLite, and a PostgreSQL of its own."""

import getpass
import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pandas as pd
import psycopg
import pytest

from features.line_items import line_items
from models.estimates import ESTIMATE_FIELDS, Estimates
from serving.result import EstimatedLedger
from serving.store import Actor, AuditStore

DEBIAN = Path("/usr/lib/postgresql")
USD_PER = {"GBP": 1.25, "EUR": 1.08}
NO_PURCHASE = {
    "Pay -": "payroll",
    "Pension": "pension",
    "NI &": "payroll_tax",
    "VAT": "vat_return",
    "Depreciation": "depreciation",
    "Recharge": "internal_recharge",
    "Grants": "grant",
    "Rates": "tax",
}
CATEGORIES = {
    "(81": ("339113", "Surgical Appliance and Supplies Manufacturing", 0.17),
    "(802": ("325412", "Pharmaceutical Preparation Manufacturing", 0.14),
    "(804": ("325120", "Industrial Gas Manufacturing", 1.9),
    "(817": ("325413", "In-Vitro Diagnostic Substance Manufacturing", 0.2),
    "(820": ("424490", "Other Grocery and Related Products Merchant Wholesalers", 0.62),
    "(82": ("325611", "Soap and Other Detergent Manufacturing", 0.33),
    "(831": ("221118", "Other Electric Power Generation", 2.6),
    "(832": ("562111", "Solid Waste Collection", 0.9),
    "(834": ("337211", "Wood Office Furniture Manufacturing", 0.25),
    "(83": ("334111", "Electronic Computer Manufacturing", 0.11),
    "(10": ("236220", "Commercial and Institutional Building Construction", 0.22),
    "(84": ("541990", "All Other Professional, Scientific, and Technical Services", 0.09),
    "(50": ("561320", "Temporary Help Services", 0.05),
}


def _money(text: str) -> float:
    bare = text.replace(",", "")
    if not bare:
        return float("nan")
    return -float(bare.strip("()")) if bare.startswith("(") else float(bare)


def _estimate(line: Any, usd: float, random: np.random.Generator, expense: str) -> dict[str, object]:
    row: dict[str, object] = dict.fromkeys(ESTIMATE_FIELDS, "")
    row |= dict.fromkeys(
        (name for name, column in Estimates.to_schema().columns.items() if column.nullable), float("nan")
    )
    row |= {"line_id": line.line_id, "model_version": "example", "estimate_id": f"e{line.line_id}"}
    row |= {"alternatives": "[]", "conversions": "[]", "evidence": "[]", "contributions": "{}"}
    excluded = next((reason for word, reason in NO_PURCHASE.items() if word in expense), "")
    if excluded:
        words = excluded.replace("_", " ")
        return row | {
            "status": "excluded",
            "reason": excluded,
            "explanation": f"Booked as {words}: nothing was bought.",
        }
    if not line.description:
        sentence = "Got an empty record; expected a description and an amount; fill the line or delete it."
        return row | {"status": "unmatched", "reason": "empty_record", "explanation": sentence}
    code, title, factor = next(
        (c for prefix, c in CATEGORIES.items() if expense.startswith(prefix)),
        ("541990", "Other services", 0.1),
    )
    kg = float(usd * factor * random.lognormal(0, 0.4))
    low, high = sorted((kg / random.uniform(1.5, 2.5), kg * random.uniform(1.5, 3)))
    vague = line.description in {"STOCK", "SUNDRIES", "MISC AS PER QUOTE"}
    return row | {
        "status": "review" if vague else "estimated",
        "reason": "vague_description" if vague else "",
        "kg_co2e": kg,
        "kg_co2e_low": low,
        "kg_co2e_high": high,
        "method": "average-data" if "KG" in line.description else "spend-based",
        "category_code": code,
        "category_scheme": "NAICS",
        "category_title": title,
        "category_probability": 0.7,
        "factor_id": f"epa-1.3/{code}",
        "factor_value": factor,
        "factor_unit": "kg CO2e/USD 2022",
        "factor_source": f"Example factors, row {code}",
        "data_quality": "(2;3;1;4;3)",
        "explanation": f"USD {usd:,.0f} x {factor} kg CO2e per USD of {title}.",
    }


def _build(examples: Path, **changed: str) -> EstimatedLedger:
    source = pd.read_csv(examples / "hospital.csv", dtype=str, keep_default_na=False)
    for column, hostile in changed.items():
        source.loc[0, column] = hostile
    lines = line_items(
        pd.DataFrame(
            {
                "description": source["Description"],
                "amount": source["Net Amount"].map(_money),
                "currency": source["Cur"],
                "date": pd.to_datetime(source["Payment Date"], format="%d/%m/%Y", errors="coerce"),
                "supplier": source["Supplier"],
                "cost_centre": source["Expense Area"],
            }
        )
    )
    usd = lines["amount"] * lines["currency"].map(USD_PER)
    random = np.random.default_rng(20230401)
    rows = [
        _estimate(line, amount, random, expense)
        for line, amount, expense in zip(lines.itertuples(), usd, source["Expense Type"], strict=True)
    ]
    estimates = pd.DataFrame(rows, columns=list(ESTIMATE_FIELDS))
    total = float(estimates["kg_co2e"].sum())
    return EstimatedLedger(
        source=source,
        lines=lines,
        estimates=estimates,
        notes=["One date reads ###### and was left empty."],
        columns=[
            {"field": "description", "column": "Description", "how": "by its name"},
            {"field": "amount", "column": "Net Amount", "how": "by its name, numbers"},
            {"field": "cost_centre", "column": "Expense Area", "how": "by a known synonym"},
        ],
        model_card={
            "model_version": "example",
            "trained_on": ["city purchase lines", "grocery listings"],
            "metrics": {"interval_coverage": 0.9, "top_1": 0.62},
        },
        factor_sources=pd.DataFrame(
            {
                "set_id": ["example-1"],
                "title": ["Example factors"],
                "licence": ["CC0-1.0"],
                "attribution": ["Nobody in particular"],
                "unit": ["kg CO2e per USD of 2022, purchaser prices"],
            }
        ),
        amount_usd=usd.abs(),
        total_kg=total,
        total_kg_low=total * 0.7,
        total_kg_high=total * 1.6,
        total_note="Lines of one category are taken to err together, categories apart from each other.",
        elapsed_seconds=1.84,
    )


@pytest.fixture
def estimated(examples: Path) -> EstimatedLedger:
    """The hospital ledger with seeded, plausible figures."""
    return _build(examples)


@pytest.fixture
def estimated_with(examples: Path) -> Callable[..., EstimatedLedger]:
    """Builds the same with other texts in the first row: ``estimated_with(Description="…")``."""
    return lambda **changed: _build(examples, **changed)


@dataclass(frozen=True)
class RunningService:
    """A real server process, and the only proxy through which it could reach anything else."""

    url: str
    log: Path
    elsewhere: socket.socket


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_until_ready(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline and process.poll() is None:
        try:
            if httpx.get(f"{url}/readyz", timeout=5).is_success:
                return
        except httpx.TransportError:
            time.sleep(0.2)
    pytest.fail(f"the service did not become ready:\n{log.read_text()}")


@pytest.fixture(scope="session")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningService]:
    """``ledgerprint serve``, started from a folder that has a package ``data`` of its own."""
    folder = tmp_path_factory.mktemp("service")
    (folder / "data").mkdir()
    (folder / "data" / "__init__.py").write_text('raise ImportError("not ours")')
    log = folder / "log"
    port = _free_port()
    with socket.create_server(("127.0.0.1", 0)) as elsewhere, log.open("wb") as out:
        proxy = f"http://127.0.0.1:{elsewhere.getsockname()[1]}"
        process = subprocess.Popen(  # noqa: S603 - our own command
            [Path(sys.executable).with_name("ledgerprint"), "serve", "--port", str(port)],
            cwd=folder,
            env=os.environ
            | {"HTTP_PROXY": proxy, "HTTPS_PROXY": proxy, "NO_PROXY": "127.0.0.1"}
            | {"LEDGERPRINT_DATABASE": f"sqlite:///{folder / 'store.db'}"},
            stdout=out,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            _wait_until_ready(f"http://127.0.0.1:{port}", process, log)
            yield RunningService(f"http://127.0.0.1:{port}", log, elsewhere)
        finally:
            process.terminate()
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait(20)


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
