"""A comparison, a promotion and a refusal, as a data scientist reads them in a terminal."""

import math
from collections.abc import Hashable, Mapping
from typing import Any, Final

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.markup import escape
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from models.totals import Total
from training.estimate_moves import LedgerComparison
from training.head_to_head import HeadToHead
from training.promotion import Outcome
from training.promotion_log import ModelName
from training.scorecards import METRICS, Metric

_METRICS: Final = {metric.name: metric for metric in METRICS}
_STYLES: Final = {"better": "green", "worse": "red"}
_MEGABYTE: Final = 1e6
_TONNE_KG: Final = 1000


def print_comparison(found: HeadToHead, console: Console, moves: int) -> None:
    """Print figures, total, speed and size, and the lines that move most.

    Parameters
    ----------
    found
        What to print.
    console
        Where to.
    moves
        How many lines to show.
    """
    for letter, one, size in (("A", found.a, found.bytes_a), ("B", found.b, found.bytes_b)):
        console.print(f"{letter}: {one.name}, bundle {one.version}, {size / _MEGABYTE:.1f} MB", markup=False)
    console.print(f"Size of B against A: {found.bytes_b / found.bytes_a:.2f}\n")
    for note in found.notes:
        console.print(note, markup=False)
    if found.figures is not None:
        _print_figures(found, console)
        _print_pairs(found, console)
    if found.ledger:
        _print_ledger(found.ledger, console, moves)


def print_outcome(outcome: Outcome, console: Console) -> None:
    """Print the failed checks, and what became of the champion."""
    failed = outcome.entry.failed
    if failed:
        table = _table("Failed checks", "Check", "Got", "Expected")
        for check in failed:
            table.add_row(*(escape(text) for text in (check.check, check.got, check.expected)))
        console.print(table)
    entry = outcome.entry
    if entry.notice:
        console.print(f"Notice: {entry.notice}", markup=False)
    passed = sum(check.passed for check in outcome.checks)
    if outcome.refused:
        console.print(
            f"Refused: {len(failed)} of {passed + len(failed)} checks failed. The champion stays "
            f"{_named(entry.from_model)}. Logged as entry {entry.number}."
        )
        return
    how = (
        f" against {len(failed)} failed checks"
        if entry.forced
        else f", {passed} checks passed" * bool(passed)
    )
    console.print(
        f"Champion: {_named(entry.to_model)}{how}; before: {_named(entry.from_model)}. Logged as entry "
        f"{entry.number}."
    )
    if entry.installed:
        console.print(f"Bundle written to {entry.installed}.", markup=False)


def _print_figures(found: HeadToHead, console: Console) -> None:
    """Print a table for each dataset and method."""
    if found.figures is None:
        return
    for (kind, name), figures in found.figures.groupby(["kind", "slice"], sort=False):
        table = _table(f"{str(kind).capitalize()}: {name}, lines that both were scored on", "Figure")
        for heading in ("Lines", "A", "B", "B - A", "90% range"):
            table.add_column(heading, justify="right", no_wrap=True)
        table.add_column("B is")
        for row in figures.to_dict("records"):
            metric = _METRICS[row["metric"]]
            table.add_row(
                metric.title,
                f"{row['lines']:,}",
                _mean(metric, row["a"]),
                _mean(metric, row["b"]),
                _difference(metric, row["difference"]),
                _difference_range(metric, row),
                row["verdict"],
                style=_STYLES.get(row["verdict"]),
            )
        console.print(table)


def _print_pairs(found: HeadToHead, console: Console) -> None:
    if found.pairs is None:
        return
    left_out = found.pairs[(found.pairs["only_a"] > 0) | (found.pairs["only_b"] > 0)]
    for row in left_out.to_dict("records"):
        console.print(f"{row['dataset']}: {row['only_a']:,} lines of A only, {row['only_b']:,} of B only.")
    console.print(
        f"90% ranges: {found.bootstrap.replicates:,} resamples of groups of lines, seed "
        f"{found.bootstrap.seed}. |log error|: of ln(estimate / truth). Upper/lower: geometric mean of the "
        "range's ends. Interval score: width and misses of the range together; lower is better.\n"
    )


def _print_ledger(ledger: LedgerComparison, console: Console, moves: int) -> None:
    console.print(f"Total of {ledger.lines:,} lines: A {_total(ledger.total_a)}, B {_total(ledger.total_b)}")
    console.print(
        f"Speed: A {ledger.lines_per_second_a:,.0f}, B {ledger.lines_per_second_b:,.0f} lines/s, B against A "
        f"{ledger.speed_ratio:.2f} ({ledger.speed_ratio_low:.2f} to {ledger.speed_ratio_high:.2f})"
    )
    console.print(f"\nLines that move most, of {len(ledger.moves):,} that move:")
    for move in ledger.moves.head(moves).to_dict("records"):
        ratio = "no ratio" if math.isnan(move["log_ratio"]) else f"B / A {math.exp(move['log_ratio']):.2f}"
        console.print(f"\n{move['line_id']}  {move['description']}, {ratio}", markup=False, style="bold")
        for model in ("a", "b"):
            said = f"{model.upper()}: {_kg(move[f'kg_co2e_{model}'])}. {move[f'explanation_{model}']}"
            console.print(Padding(Text(said), (0, 0, 0, 2)))


def _mean(metric: Metric, value: float) -> str:
    if metric.form == "share":
        return f"{value:.1%}"
    return f"{math.exp(value):.2f}" if metric.form == "ratio" else f"{value:.3f}"


def _difference(metric: Metric, value: float) -> str:
    if metric.form == "share":
        return f"{100 * value:+.1f}"
    return f"x {math.exp(value):.2f}" if metric.form == "ratio" else f"{value:+.3f}"


def _difference_range(metric: Metric, row: Mapping[Hashable, Any]) -> str:
    if math.isnan(row["low"]):
        return "few groups"
    return f"{_difference(metric, row['low'])} to {_difference(metric, row['high'])}"


def _total(total: Total) -> str:
    low, middle, high = (
        f"{kg / _TONNE_KG:,.1f}" for kg in (total.kg_co2e_low, total.kg_co2e, total.kg_co2e_high)
    )
    return f"{middle} t CO2e ({low} to {high})"


def _kg(value: float) -> str:
    return "no figure" if math.isnan(value) else f"{value:,.1f} kg CO2e"


def _named(model: ModelName | None) -> str:
    if model is None:
        return "none"
    return f"bundle {model.bundle_version}" + f" (version {model.number})" * bool(model.number)


def _table(title: str, *headings: str) -> Table:
    return Table(*headings, title=title, title_justify="left", box=SIMPLE_HEAD, pad_edge=False)
