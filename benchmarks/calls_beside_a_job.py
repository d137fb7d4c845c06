"""How long a call of one line takes while a job runs, with the shipped bundle and the real server.

    python benchmarks/calls_beside_a_job.py --niceness 0 10 19 --batch-lines 250 2000

The ledger holds few different goods, as large ledgers do, so that the model is not all that is measured.
"""

import argparse
import itertools
import statistics
import tempfile
import time
from pathlib import Path

from benchmarks.server_kills import Server
from serving.client import Client

CALLS = 20
LINES = 40_000
GOODS = ("Nitrile gloves, box of 200", "Laptop computer", "Oak desk", "Hand soap 500 ml")


class RealServer(Server):
    """The server with the shipped bundle.

    Parameters
    ----------
    folder, database, batch_lines
        As of :class:`benchmarks.server_kills.Server`.
    niceness
        Of the engine.
    """

    def __init__(self, folder: Path, database: str, batch_lines: int, niceness: int) -> None:
        super().__init__(folder, database, batch_lines)
        self.niceness = niceness

    def settings(self, seconds_a_batch: float) -> dict[str, str]:
        """Give its settings, without the stub."""
        said = super().settings(seconds_a_batch)
        said.pop("PYTHONPATH")
        return said | {"LEDGERPRINT_JOBS_NICENESS": str(self.niceness)}


def calls(client: Client) -> list[float]:
    """Time calls of one line, each of goods that were not asked for before."""
    taken = []
    for number in range(CALLS):
        line = {"description": f"Office chair model {number}", "amount": 100.0 + number, "currency": "GBP"}
        began = time.perf_counter()
        client.estimate([line])
        taken.append(time.perf_counter() - began)
    return taken


def measure(niceness: int, batch_lines: int) -> str:
    """Time calls before and while a job runs."""
    with tempfile.TemporaryDirectory(prefix="ledgerprint-calls-") as scratch:
        folder = Path(scratch)
        server = RealServer(folder, f"sqlite:///{folder / 'store.db'}", batch_lines, niceness)
        try:
            server.start(0.0)
            server.await_ready()
            with Client(server.url) as client:
                calls(client)
                alone = calls(client)
                job = client.jobs.submit(_ledger(folder / "year.csv"), country="GB")
                while client.jobs.get(job.id).progress.batches == 0:
                    time.sleep(0.5)
                began, before = time.monotonic(), client.jobs.get(job.id).progress.lines
                beside = calls(client)
                lines = client.jobs.get(job.id).progress.lines - before
                pace = lines / (time.monotonic() - began)
        finally:
            server.kill()
    return f"{niceness:>8} {batch_lines:>11} {_shown(alone)} {_shown(beside)} {pace:>12.0f}"


def _shown(taken: list[float]) -> str:
    return f"{statistics.median(taken) * 1000:>8.0f} {max(taken) * 1000:>8.0f}"


def _ledger(path: Path) -> Path:
    rows = (f"{GOODS[n % 4]},2024-03-{n % 28 + 1:02},{n % 90 + 1}.25,GBP\n" for n in range(LINES))
    path.write_text("Description,Date,Amount,Currency\n" + "".join(rows))
    return path


def main() -> None:
    """Measure every combination and print a table; times are milliseconds."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--niceness", type=int, nargs="+", default=[0, 10, 19])
    parser.add_argument("--batch-lines", type=int, nargs="+", default=[250, 2_000])
    asked = parser.parse_args()
    print("niceness batch_lines    alone      max   beside      max  job lines/s", flush=True)  # noqa: T201
    for niceness, batch_lines in itertools.product(asked.niceness, asked.batch_lines):
        print(measure(niceness, batch_lines), flush=True)  # noqa: T201


if __name__ == "__main__":
    main()
