"""What the service costs over its model: latency of a line, many clients at once, lines per second in bulk.

Run ``python benchmarks/service.py`` with the reference data at hand; ``--database`` takes a PostgreSQL for
the SQLite file in a temporary folder. The real server (``ledgerprint serve``, the shipped bundle) stands
beside a bare FastAPI route under uvicorn that calls the same model, and both are asked in turn, so that noise
of the machine hits both. No process sees a line twice: the descriptions are of the Austin and grocery sets.
"""

import argparse
import multiprocessing
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path
from threading import Barrier
from typing import Any

import httpx
import numpy as np
import numpy.typing as npt
import pandas as pd
import uvicorn
from fastapi import FastAPI
from rich.console import Console
from rich.table import Table
from starlette.responses import Response

from data.labelled import austin_lines, grocery_lines
from features.line_items import line_items
from models.bundle import DEFAULT_BUNDLE
from models.persistence import load_model

Line = dict[str, Any]
Seconds = npt.NDArray[np.float64]
CLIENTS = 16
BULK_LINES = 1_000
WARM_UP = 40
START_SECONDS = 300
CALL_SECONDS = 900


def main() -> None:
    """Measure, and print the ratios and what they are made of."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--single", type=int, default=400, help="calls of one line, to each")
    parser.add_argument("--each", type=int, default=25, help="calls of each of the 16 clients")
    parser.add_argument("--bulk", type=int, default=5, help="calls of 1,000 lines")
    parser.add_argument("--database", help="URL of an empty PostgreSQL database; else a SQLite file")
    asked = parser.parse_args()
    lines = distinct_lines()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        database = asked.database or f"sqlite:///{folder / 'store.db'}"
        service = stack.enter_context(served(folder, database))
        bare = stack.enter_context(bare_route())
        model = load_model(DEFAULT_BUNDLE, os.cpu_count())
        for line in take(lines, WARM_UP):
            service([line])
            bare([line])
        rows = []
        through, beside = one_by_one(service, bare, take(lines, asked.single))
        rows += [ratio("one line, p50", through, beside, 50, "at most 2")]
        rows += [ratio("one line, p99", through, beside, 99, "")]
        together, failed = at_once(service, take(lines, CLIENTS * asked.each))
        rows += [ratio(f"{CLIENTS} clients, p99 to one's p50", together, through, (99, 50), "below 10")]
        rows += [(f"{CLIENTS} clients, failed calls", str(failed), "0", f"of {len(together):,}", "")]
        blocks = [take(lines, BULK_LINES) for _ in range(asked.bulk + 1)]
        bulk, in_process = in_turn(
            service, lambda block: model.predict(line_items(pd.DataFrame(block))), blocks
        )
        speeds = [BULK_LINES / np.median(seconds) for seconds in (bulk, in_process)]
        share = f"{speeds[0] / speeds[1]:.0%}"
        rows += [
            ("1,000 lines a call", share, "at least 80%", *(f"{speed:,.0f} lines/s" for speed in speeds))
        ]
    table = Table("measure", "ratio", "aim", "service", "beside it")
    for row in rows:
        table.add_row(*row)
    Console().print(table)


def distinct_lines() -> Iterator[Line]:
    """Give purchase lines, each with a description of its own."""
    texts = [
        text
        for frame, column in ((austin_lines(), "description"), (grocery_lines(), "text"))
        for text in frame[column].str.slice(0, 200).drop_duplicates()
    ]
    order = np.random.default_rng(0)
    for place in order.permutation(len(texts)):
        amount = round(float(order.lognormal(5.0, 1.5)), 2)
        yield {"description": texts[place], "amount": amount, "currency": "USD", "country": "US"}


def take(lines: Iterator[Line], count: int) -> list[Line]:
    """Take lines that nobody was asked about yet."""
    return [next(lines) for _ in range(count)]


@contextmanager
def served(folder: Path, database: str) -> Iterator[Callable[[list[Line]], None]]:
    """Start the real server and give a function that asks it."""
    port = free_port()
    command = [sys.executable, "-m", "ledgerprint", "serve", "--port", str(port)]
    environment = os.environ | {"LEDGERPRINT_DATABASE": database, "LEDGERPRINT_BUNDLES": str(folder / "kept")}
    with (folder / "log").open("w") as log:
        process = subprocess.Popen(command, env=environment, stdout=log, stderr=log)  # noqa: S603 - our own
        try:
            wait_for(f"http://127.0.0.1:{port}/readyz")
            with httpx.Client(timeout=CALL_SECONDS) as client:
                url = f"http://127.0.0.1:{port}/v1/estimates"
                yield lambda lines: post(client, url, {"lines": lines})
        finally:
            process.terminate()
            process.wait()


@contextmanager
def bare_route() -> Iterator[Callable[[list[Line]], None]]:
    """Start a route that does nothing but ask the model, and give a function that asks it."""
    port = free_port()
    process = multiprocessing.get_context("spawn").Process(target=serve_bare, args=(port,))
    process.start()
    try:
        wait_for(f"http://127.0.0.1:{port}/docs")
        with httpx.Client(timeout=CALL_SECONDS) as client:
            yield lambda lines: post(client, f"http://127.0.0.1:{port}/estimates", lines)
    finally:
        process.terminate()
        process.join()


def serve_bare(port: int) -> None:
    """Serve the model on a route without anything else."""
    model = load_model(DEFAULT_BUNDLE, os.cpu_count())
    app = FastAPI()

    @app.post("/estimates")
    def _(lines: list[dict[str, Any]]) -> Response:
        found = model.predict(line_items(pd.DataFrame(lines)))
        return Response(found.to_json(orient="records"), media_type="application/json")

    uvicorn.run(app, port=port, log_level="warning")


def one_by_one(
    service: Callable[[list[Line]], None], bare: Callable[[list[Line]], None], lines: Sequence[Line]
) -> tuple[Seconds, Seconds]:
    """Ask both about one line after the other."""
    return in_turn(service, bare, [[line] for line in lines])


def in_turn(
    one: Callable[[list[Line]], Any], other: Callable[[list[Line]], Any], calls: Sequence[list[Line]]
) -> tuple[Seconds, Seconds]:
    """Time the same calls of two, in turn; the first call is no part of the result."""
    times = [(timed(one, call), timed(other, call)) for call in calls]
    return np.array([first for first, _ in times[1:]]), np.array([second for _, second in times[1:]])


def at_once(ask: Callable[[list[Line]], None], lines: Sequence[Line]) -> tuple[Seconds, int]:
    """Ask from all clients at once: how long the calls took, and how many failed."""
    start = Barrier(CLIENTS)

    def client(mine: Sequence[Line]) -> tuple[list[float], int]:
        took, failed = [], 0
        start.wait()
        for line in mine:
            try:
                took.append(timed(ask, [line]))
            except httpx.HTTPError:
                failed += 1
        return took, failed

    with ThreadPoolExecutor(CLIENTS) as clients:
        done = list(clients.map(client, [lines[number::CLIENTS] for number in range(CLIENTS)]))
    return np.array([seconds for took, _ in done for seconds in took]), sum(failed for _, failed in done)


def timed(ask: Callable[[list[Line]], Any], lines: list[Line]) -> float:
    """Say how long a call took, in seconds."""
    started = time.perf_counter()
    ask(lines)
    return time.perf_counter() - started


def ratio(
    what: str, one: Seconds, other: Seconds, percentile: float | tuple[float, float], aim: str
) -> tuple[str, str, str, str, str]:
    """Write a row of the table about times."""
    shares = percentile if isinstance(percentile, tuple) else (percentile, percentile)
    first, second = (
        float(np.percentile(times, share)) for times, share in zip((one, other), shares, strict=True)
    )
    return what, f"{first / second:.2f}", aim, f"{first * 1000:.1f} ms", f"{second * 1000:.1f} ms"


def post(client: httpx.Client, url: str, content: Any) -> None:
    """Post, and read the answer."""
    client.post(url, json=content).raise_for_status()


def free_port() -> int:
    """Find a free port of this machine."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(url: str) -> None:
    """Wait until an address answers."""
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until:
        try:
            if httpx.get(url).is_success:
                return
        except httpx.HTTPError:
            pass
        time.sleep(0.5)
    raise SystemExit(f"Got no answer of {url} within {START_SECONDS} s, expected one: read the output above.")


if __name__ == "__main__":
    main()
