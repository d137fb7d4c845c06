"""A folder of jobs, a store, and engines that run in processes of their own, to be killed."""

import importlib.util
import io
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from serving.jobs.batches import JobWork
from serving.jobs.engine import JobEngine
from serving.jobs.files import JobFiles
from serving.jobs.settings import JobSettings
from serving.jobs.submission import JobOptions, submit_job
from serving.store import Actor, AuditStore
from serving.store.jobs import JobRecord, find

ROOT = Path(__file__).resolve().parents[3]
STUB = Path(__file__).with_name("stub.py")


def _stub_model() -> Any:
    """Load the stub, which is a program of its own, too."""
    spec = importlib.util.spec_from_file_location("jobs_stub", STUB)
    module = importlib.util.module_from_spec(spec)
    sys.modules["jobs_stub"] = module
    spec.loader.exec_module(module)
    return module.StubModel


StubModel = _stub_model()


def _ledger(lines: int) -> bytes:
    rows = "".join(
        f"desk {n},2024-03-{n % 28 + 1:02},{n}.25,GBP,Desks {n % 7} Ltd\n" for n in range(1, lines + 1)
    )
    return f"Description,Date,Amount,Currency,Supplier\n{rows}".encode()


@dataclass
class Desk:
    """Where jobs are handed in and run."""

    url: str
    folder: Path
    settings: JobSettings
    actor: Actor = field(default_factory=Actor.local)
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @property
    def log(self) -> Path:
        return self.folder / "estimated.log"

    def submit(self, content: bytes, name: str = "ledger.csv", **said: object) -> str:
        webhook = str(said.pop("webhook", ""))
        result = said.pop("result", None)
        with AuditStore(self.url) as store:
            options = JobOptions.of(said)
            file = io.BytesIO(content)
            return submit_job(store, self.actor, self.settings, file, name, options, result, webhook).id

    def run(self, model: Any = None) -> None:
        """Run all jobs in this process."""
        with AuditStore(self.url) as store:
            JobEngine(store, self.settings, lambda _: model or StubModel(self.log), poll_seconds=0.05).run(
                until_idle=True
            )

    def start(self, seconds: float = 0.0) -> subprocess.Popen[bytes]:
        """Start a process that runs all jobs; so many seconds are spent on every batch."""
        said = {f"LEDGERPRINT_JOBS_{k}".upper(): str(v) for k, v in self.settings.model_dump().items()}
        said.pop("LEDGERPRINT_JOBS_WEBHOOK_SECRET")
        process = subprocess.Popen(  # noqa: S603 - our own program
            [sys.executable, STUB, self.url, self.log, str(seconds)],
            env=os.environ | said | {"PYTHONPATH": str(ROOT)},
            cwd=self.folder,
        )
        self.processes.append(process)
        return process

    def work(self, job_id: str) -> JobWork:
        """The steps of a job, to be done one by one."""
        files = JobFiles(self.settings.folder, self.actor.tenant, job_id)
        return JobWork(AuditStore(self.url), files, self.settings.batch_lines)

    def model(self, _version: str = "") -> Any:
        return StubModel(self.log)

    def job(self, job_id: str) -> JobRecord:
        with AuditStore(self.url) as store, store.reading(self.actor) as reading:
            return find(reading, job_id)

    def estimated(self) -> list[str]:
        """Process and first line of every batch that a model was asked about."""
        return self.log.read_text().splitlines()


def _make(url: str, folder: Path, **said: object) -> Desk:
    given = {"folder": folder / "jobs", "batch_lines": 100, "webhook_wait_seconds": 0.05} | said
    return Desk(url, folder, JobSettings(**given))


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Callable[..., Desk]]:
    """Makes a place for jobs: ``desk(batch_lines=500)``."""
    made: list[Desk] = []

    def make(url: str | None = None, **said: object) -> Desk:
        made.append(_make(url or f"sqlite:///{tmp_path / 'store.db'}", tmp_path, **said))
        return made[-1]

    yield make
    for one in made:
        for process in one.processes:
            process.kill()
            process.wait()


@pytest.fixture
def ledger() -> Callable[[int], bytes]:
    """Makes a CSV of so many lines: desk 1 for GBP 1.25, desk 2 for GBP 2.25 and so on."""
    return _ledger


@pytest.fixture
def stub_model() -> Any:
    """The class of models that cost nothing."""
    return StubModel
