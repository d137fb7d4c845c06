"""How fast lines are estimated, beside what a user would do instead: both in one run on one machine.

    python -m benchmarks.speed --folder ../shared/data/ledgers [--lines 1000000] [--history FILE]

Measures, of ours and of the peer's way (``benchmarks/peer.py``): a start with ten lines, the two real months
of Guy's and St Thomas' from file to file with peak memory, texts that nobody saw before, and the category on
labelled lines of the City of Austin: ours in folds by group, from the champion's scorecard; the peer learns
nothing. Ours alone: a single line, and the same ledger again in a process that saw it. Figures are
ratios first; seconds differ from machine to machine.
"""

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Final

import pandas as pd
from rich.console import Console
from rich.table import Table

from benchmarks.ledger_page import year
from benchmarks.peer import Peer
from data.labelled import austin_lines
from features.line_items import line_items
from models.footprint import FootprintModel
from models.persistence import load_model
from serving.documents import read_ledger
from training.scorecards import shipped_scorecard

_MONTHS: Final = ("guys_2020_04.csv", "guys_2020_05.csv")
_TEXT: Final = ("Expense type", "Supplier")
_NEW_TEXTS: Final = 500
_SINGLE: Final = 40
_TEN: Final = 10
_OURS: Final = Path(sys.executable).with_name("ledgerprint")


@dataclass(frozen=True)
class Figure:
    """One measurement of both ways; peak memory in MiB where a process ran alone."""

    name: str
    unit: str
    ours: float
    peer: float = float("nan")
    ours_mib: float = float("nan")
    peer_mib: float = float("nan")

    @property
    def times_better(self) -> float:
        """How much better ours is."""
        return self.peer / self.ours if self.unit == "s" else self.ours / self.peer


def main() -> None:
    """Measure, print a table, and keep the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, default=Path("../shared/data/ledgers"), help="of real ledgers")
    parser.add_argument(
        "--lines", type=int, default=0, help="length of a ledger made of the real months, too"
    )
    parser.add_argument("--history", type=Path, help="JSON Lines file that the figures are added to")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        figures = [*_processes(asked.folder, Path(scratch), asked.lines), *_in_process(asked.folder)]
    _show(figures)
    if asked.history is not None:
        with asked.history.open("a") as history:
            history.write(json.dumps(_machine() | {"figures": [asdict(figure) for figure in figures]}) + "\n")


def _processes(folder: Path, scratch: Path, lines: int) -> list[Figure]:
    months = pd.concat([_month(folder / name) for name in _MONTHS], ignore_index=True)
    both = scratch / "months.csv"
    months.to_csv(both, index=False)
    ten = scratch / "ten.csv"
    months.head(_TEN).to_csv(ten, index=False)
    asked = [("start, ten lines", ten), (f"two real months, {len(months):,} lines", both)]
    if lines:
        asked.append((f"{lines:,} lines", year(folder, scratch / "long.csv", lines)))
    figures = []
    for name, ledger in asked:
        out = str(scratch / "out.csv")
        ours = _ran([str(_OURS), "estimate", str(ledger), "-o", out, "--country", "GB", "--currency", "GBP"])
        amount = "amount"
        peer = [
            sys.executable,
            "-m",
            "benchmarks.peer",
            str(ledger),
            out,
            "--text",
            *_TEXT,
            "--amount",
            amount,
        ]
        theirs = _ran(peer)
        figures.append(Figure(name, "s", ours[0], theirs[0], ours[1], theirs[1]))
    return figures


def _in_process(folder: Path) -> list[Figure]:
    model, peer = load_model(), Peer()
    months = pd.concat([read_ledger(folder / name).lines for name in _MONTHS], ignore_index=True)
    austin = austin_lines()
    texts = austin["description"].drop_duplicates().head(_NEW_TEXTS).tolist()
    new = line_items(
        pd.DataFrame({"line_id": [str(n) for n in range(len(texts))], "description": texts}).assign(
            amount=100.0, currency="USD", country="US", date="2022-06-01"
        )
    )
    model.predict(new.head(2))
    fresh = Figure(
        f"{len(texts)} new texts",
        "lines/s",
        len(texts) / _seconds(lambda: model.predict(new)),
        len(texts) / _seconds(lambda: peer.nearest(texts)),
    )
    again = Figure("the same texts again", "lines/s", len(texts) / _seconds(lambda: model.predict(new)))
    return [fresh, again, _single(model, months), _accuracy(model, peer, austin)]


def _single(model: FootprintModel, lines: pd.DataFrame) -> Figure:
    some = lines.drop_duplicates(["description", "supplier"]).tail(_SINGLE).reset_index(drop=True)
    taken = [
        _seconds(lambda row=row: model.predict(some.iloc[row : row + 1].reset_index(drop=True)))  # type: ignore[misc]
        for row in range(len(some))
    ]
    return Figure("a single line, median", "s", median(taken))


def _accuracy(model: FootprintModel, peer: Peer, austin: pd.DataFrame) -> Figure:
    card = shipped_scorecard(model.version)
    ours = float("nan") if card is None else float(card.loc[card["dataset"] == "austin", "hit1"].mean())
    found = peer.codes[peer.nearest(austin["description"].tolist())]
    return Figure(
        "right category, Austin lines", "share", ours, float((found == austin["naics_2017"]).mean())
    )


def _month(path: Path) -> pd.DataFrame:
    month = pd.read_csv(path, dtype=str, encoding="utf-8-sig")
    month.columns = [name.strip().replace("Amount in Sterling", "amount") for name in month]
    return month


def _ran(command: Sequence[str]) -> tuple[float, float]:
    """Run a program; wall seconds, and peak memory in MiB."""
    began = time.monotonic()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # noqa: S603
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"got status {process.returncode} of {' '.join(command)}, expected 0")
    return time.monotonic() - began, used.ru_maxrss / 1024


def _seconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def _machine() -> dict[str, str | int]:
    return {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "python": platform.python_version(),
        "processor": platform.processor() or platform.machine(),
        "cores": os.cpu_count() or 1,
    }


def _show(figures: Sequence[Figure]) -> None:
    table = Table("measure", "ours", "peer", "times better", "peak MiB, ours", "peer")
    for figure in figures:
        cells = [figure.ours, figure.peer, figure.times_better, figure.ours_mib, figure.peer_mib]
        shown = ["" if cell != cell else f"{cell:,.3g}" for cell in cells]  # noqa: PLR0124 - NaN is not itself
        table.add_row(f"{figure.name} ({figure.unit})", *shown)
    Console().print(table)


if __name__ == "__main__":
    main()
