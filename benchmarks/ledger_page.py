"""How long the pages of a ledger of 167,000 lines take, with the shipped bundle and the real server.

    python benchmarks/ledger_page.py

The ledger is made of two real months, repeated: each time round, dates
move on by a month and amounts by some percent. It is handed in to a server of its own and estimated, which
takes minutes. The pages are asked for once after the server was started anew (cold: the ledger is read from
its file), then several times (warm). Times are of the whole answer over the loopback, in milliseconds.
"""

import argparse
import statistics
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import httpx
import pandas as pd

from benchmarks.calls_beside_a_job import RealServer
from serving.client import Client

LINES: Final = 167_000
REPEATED: Final = 5
BATCH_LINES: Final = 2_000
_LEDGERS: Final = ("guys_2020_04.csv", "guys_2020_05.csv")
_SUPPLIER: Final = "HEALTHCARE AT HOME LTD"
PAGES: Final[Mapping[str, str]] = {
    "the whole ledger": "",
    "one supplier": f"?supplier={_SUPPLIER}",
    "words": "?text=medical",
    "lines that nobody reviewed": "?review=unreviewed",
    "lines by footprint, page 40": "/lines?sort=-kg&page=40",
    "lines by description": "/lines?sort=description",
    "the report": "/report",
}
PART: Final = {"hx-request": "true"}


def main() -> None:
    """Measure, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, default=Path("shared/data/ledgers"), help="of the real months")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="ledgerprint-pages-") as scratch:
        folder = Path(scratch)
        ledger = year(asked.folder, folder / "year.csv")
        server = RealServer(folder, f"sqlite:///{folder / 'store.db'}", BATCH_LINES, niceness=0)
        try:
            job_id = estimated(server, ledger)
            say(f"{'':<28} {'cold':>8} {'warm':>8} {'slowest':>8} {'kB':>6}")
            for name, path in PAGES.items():
                server.kill()
                started(server)
                say(row(name, f"{server.url}/ledgers/{job_id}{path}"))
        finally:
            server.kill()


def year(folder: Path, path: Path, lines: int = LINES) -> Path:
    """Write a ledger of many months, made of real ones."""
    months = [pd.read_csv(folder / name, dtype=str, encoding="utf-8-sig") for name in _LEDGERS]
    for month in months:
        month.columns = [name.strip().replace("Amount in Sterling", "amount") for name in month]
    real = pd.concat(months, ignore_index=True)
    amount = pd.to_numeric(real["amount"].str.replace(",", ""), errors="coerce")
    days = pd.to_datetime(real["Date of payment"], format="%d/%m/%Y", errors="coerce")
    parts = [
        real.assign(
            amount=(amount * (1 + 0.03 * turn)).round(2),
            **{"Date of payment": (days + pd.DateOffset(months=2 * turn)).dt.strftime("%d/%m/%Y")},
        )
        for turn in range(-(-lines // len(real)))
    ]
    pd.concat(parts, ignore_index=True).head(lines).to_csv(path, index=False)
    return path


def estimated(server: RealServer, ledger: Path) -> str:
    """Hand the ledger in, and wait until it is estimated."""
    started(server)
    with Client(server.url) as client:
        job = client.jobs.submit(ledger, country="GB")
        began = time.monotonic()
        client.jobs.wait(job.id)
    say(f"{LINES:,} lines estimated in {time.monotonic() - began:.0f} s")
    return str(job.id)


def started(server: RealServer) -> None:
    """Start the server, and wait until it answers."""
    server.start(0.0)
    server.await_ready()


def row(name: str, url: str) -> str:
    """Ask for a page again and again, and say how long it took."""
    headers = PART if "/lines" in url else {"accept": "text/html"}
    taken = []
    with httpx.Client(headers=headers, timeout=60) as client:
        client.get(url.partition("/ledgers/")[0])  # the first page draws nothing
        for _ in range(1 + REPEATED):
            began = time.perf_counter()
            answer = client.get(url).raise_for_status()
            taken.append(1000 * (time.perf_counter() - began))
    cold, *warm = taken
    kilobytes = len(answer.content) / 1000
    return f"{name:<28} {cold:>8.0f} {statistics.median(warm):>8.0f} {max(warm):>8.0f} {kilobytes:>6.0f}"


def say(text: str) -> None:
    """Print a line at once."""
    print(text, flush=True)  # noqa: T201


if __name__ == "__main__":
    main()
