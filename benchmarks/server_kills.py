"""Kill the whole server again and again in the middle of a job, and look whether a line was lost or doubled.

The server is the real one: ``ledgerprint serve`` with its workers and its engine; its model is a stub that
costs nothing, so that the job's own work is what is interrupted. Run it with

    python benchmarks/server_kills.py --lines 200000 --kills 20
"""

import argparse
import os
import random
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import httpx
import pandas as pd
from sqlalchemy import text

from serving.client import Client
from serving.store import Actor, AuditStore
from serving.store.jobs import find
from serving.store.verification import verify

ROOT = Path(__file__).resolve().parent.parent
STUBBED = ROOT / "tests" / "serving" / "jobs" / "stubbed"
COMMAND = Path(sys.executable).with_name("ledgerprint")
SECONDS_A_BATCH = 1.0
"""What the stub takes while the server is killed, so that it can be killed often before the job is done."""
LONGEST_START_SECONDS = 15.0
LONGEST_WORK_SECONDS = 4.0
START_SECONDS = 180.0


@dataclass
class Outcome:
    """What became of the job.

    Attributes
    ----------
    status
        Of the job.
    kills
        How often the server was killed, by what it was doing.
    lost, doubled
        Lines that are not in the audit store, or more than once.
    in_order
        Whether the result has every line of the ledger once, in its order.
    findings
        Of the verification of the chain.
    again
        Batches that a model was asked about more than once.
    seconds
        In all, start of the servers included.
    """

    status: str
    kills: Counter[str]
    lost: int
    doubled: int
    in_order: bool
    findings: int
    again: int
    seconds: float

    @property
    def sound(self) -> bool:
        """Whether nothing was lost, doubled or changed."""
        return (
            self.status == "finished" and self.in_order and not (self.lost or self.doubled or self.findings)
        )


class Server:
    """A server that is started and killed.

    Parameters
    ----------
    folder
        Of its files.
    database
        URL of its audit store.
    batch_lines
        Of its jobs.
    """

    def __init__(self, folder: Path, database: str, batch_lines: int) -> None:
        self.folder = folder
        self.database = database
        self.batch_lines = batch_lines
        self.log = folder / "estimated.log"
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Its address."""
        return f"http://127.0.0.1:{self.port}"

    def settings(self, seconds_a_batch: float) -> dict[str, str]:
        """Give its settings."""
        return {
            "LEDGERPRINT_DATABASE": self.database,
            "LEDGERPRINT_JOBS_BATCH_LINES": str(self.batch_lines),
            "LEDGERPRINT_JOBS_FOLDER": str(self.folder / "jobs"),
            "PYTHONPATH": str(STUBBED),
            "STUB_LOG": str(self.log),
            "STUB_SECONDS": str(seconds_a_batch),
        }

    def start(self, seconds_a_batch: float) -> None:
        """Start it and do not wait."""
        with (self.folder / "server.log").open("ab") as log:
            self.process = subprocess.Popen(  # noqa: S603 - our own command
                [COMMAND, "serve", "--port", str(self.port)],
                env=os.environ | self.settings(seconds_a_batch),
                cwd=self.folder,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def is_ready(self) -> bool:
        """Tell whether it answers."""
        try:
            return httpx.get(f"{self.url}/readyz", timeout=5).is_success
        except httpx.TransportError:
            return False

    def await_ready(self) -> None:
        """Wait until it answers."""
        deadline = time.monotonic() + START_SECONDS
        while not self.is_ready():
            if time.monotonic() > deadline:
                raise TimeoutError((self.folder / "server.log").read_text()[-2_000:])
            time.sleep(0.2)

    def kill(self) -> None:
        """Kill it with all its processes, workers and engine, at one blow."""
        if self.process is None:
            return
        # workers lead groups of their own, so that the group of the server is not all of it
        for pid in [self.process.pid, *_descendants(self.process.pid)]:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self.process.wait()


def kill_again_and_again(folder: Path, database: str, lines: int, kills: int, batch_lines: int) -> Outcome:
    """Hand in a ledger, kill the server so often at random moments, let it finish, and look.

    Parameters
    ----------
    folder
        Empty.
    database
        URL of an empty audit store.
    lines
        Of the ledger.
    kills
        How often.
    batch_lines
        Of a batch.
    """
    began = time.monotonic()
    server = Server(folder, database, batch_lines)
    moment = random.Random(16)  # noqa: S311 - a moment, no secret
    killed: Counter[str] = Counter()
    try:
        server.start(SECONDS_A_BATCH)
        server.await_ready()
        with Client(server.url) as client:
            job_id = client.jobs.submit(_ledger(folder / "year.csv", lines), country="GB").id
        while killed.total() < kills:
            if killed.total() % 3:  # every third dies while it starts or reads
                _await_batch(server, job_id)
                time.sleep(moment.uniform(0, LONGEST_WORK_SECONDS))
                killed["estimating"] += 1
            else:
                time.sleep(moment.uniform(0, LONGEST_START_SECONDS))
                killed["starting or reading"] += 1
            server.kill()
            server.start(SECONDS_A_BATCH)
        server.kill()
        server.start(0.0)
        server.await_ready()
        with Client(server.url) as client:
            status = client.jobs.wait(job_id, poll_seconds=1).status
            client.jobs.download(job_id, folder / "result.csv")
    finally:
        server.kill()
    recorded = Counter(_recorded(database, job_id))
    result = pd.read_csv(folder / "result.csv", usecols=["Description"])["Description"].tolist()
    with AuditStore(database) as store:
        findings = len(verify(store).findings)
    asked = Counter(line.split(maxsplit=1)[1] for line in server.log.read_text().splitlines())
    asked.pop("desk", None)  # what the workers ask for to warm up
    return Outcome(
        status=status,
        kills=killed,
        lost=sum(str(n) not in recorded for n in range(1, lines + 1)),
        doubled=sum(times > 1 for times in recorded.values()),
        in_order=result == [f"desk {n}" for n in range(1, lines + 1)],
        findings=findings,
        again=sum(times > 1 for times in asked.values()),
        seconds=time.monotonic() - began,
    )


def _ledger(path: Path, lines: int) -> Path:
    rows = (f"desk {n},2024-03-{n % 28 + 1:02},{n}.25,GBP,Desks {n % 7} Ltd\n" for n in range(1, lines + 1))
    path.write_text("Description,Date,Amount,Currency,Supplier\n" + "".join(rows))
    return path


def _await_batch(server: Server, job_id: str) -> None:
    """Wait until one more batch is recorded."""
    deadline = time.monotonic() + START_SECONDS
    with AuditStore(server.database) as store:
        before = None
        while True:
            with store.reading(Actor.local()) as reading:
                job = find(reading, job_id)
            before = job.progress.batches if before is None else before
            if job.progress.batches > before:
                return
            if not job.is_open or time.monotonic() > deadline:
                raise TimeoutError(f"The job is {job.status} before the server was killed often enough.")
            time.sleep(0.05)


def _recorded(database: str, job_id: str) -> Iterator[str]:
    """Give the ids of the lines of all entries of a job."""
    query = text("SELECT payload FROM audit_entries WHERE kind = 'estimate' AND job_id = :job")
    with AuditStore(database) as store, store.whole() as connection:
        for payload in connection.execution_options(yield_per=1_000).scalars(query, {"job": job_id}):
            yield payload.split('"line_id":"')[1].split('"')[0]


def _descendants(pid: int) -> list[int]:
    parents = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            parents[int(stat.parent.name)] = int(stat.read_text().rpartition(")")[2].split()[1])
    found, waiting = [], [pid]
    while waiting:
        parent = waiting.pop()
        children = [child for child, of in parents.items() if of == parent]
        found += children
        waiting += children
    return found


def main() -> None:
    """Do it as the command line says, and print what came of it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lines", type=int, default=200_000)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--batch-lines", type=int, default=2_000)
    parser.add_argument("--database", default="")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="ledgerprint-kills-") as scratch:
        folder = Path(scratch)
        database = asked.database or f"sqlite:///{folder / 'store.db'}"
        outcome = kill_again_and_again(folder, database, asked.lines, asked.kills, asked.batch_lines)
    print(outcome)  # noqa: T201 - what it is run for
    print("sound" if outcome.sound else "NOT SOUND")  # noqa: T201
    sys.exit(not outcome.sound)


if __name__ == "__main__":
    main()
