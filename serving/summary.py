"""The summary on a terminal: what was understood, the total with its range, and the lines that decide it."""

from typing import Final

import pandas as pd
from rich.console import Console
from rich.text import Text

from serving import breakdown
from serving.readings import readings, remarks
from serving.result import EstimatedLedger
from serving.terminal_readings import print_readings
from serving.terminal_tables import print_table, start_table
from serving.wording import (
    amount_text,
    code_text,
    count_text,
    foreign_text,
    mass_text,
    number_text,
    range_text,
    share_text,
    usd_text,
)

_BAR_WIDTH: Final = 18
_CATEGORIES: Final = 8
_LINES: Final = 8
_AMOUNT_FROM_WIDTH: Final = 76
_EIGHTHS: Final = " ▏▎▍▌▋▊▉█"


def print_summary(result: EstimatedLedger, console: Console) -> None:
    """Print what a person at a terminal wants to know first about an estimated ledger.

    Text of the ledger is cleaned and never read as markup, so it can neither colour nor steer the terminal.

    Parameters
    ----------
    result
        The estimated ledger.
    console
        Where to print; a terminal, a pipe or a file. Everything fits 80 columns.
    """
    frame = breakdown.joined(result)
    print_readings(readings(result.columns, result.files), remarks(result.notes, result.files), console)
    _print_total(result, frame, console)
    print_statuses(frame, console)
    categories = breakdown.by_group(frame, "category", keep=_CATEGORIES)
    if len(categories):
        _print_categories(categories, console)
        _print_lines(frame, console)


def _print_total(result: EstimatedLedger, frame: pd.DataFrame, console: Console) -> None:
    if not frame["kg"].notna().any():
        console.print(
            f"No figure: none of {count_text(len(frame), 'line')} has a footprint; below stands why.\n"
        )
        return
    known = breakdown.coverage(frame)
    console.print(
        Text.assemble(
            "Total ",
            (f"{mass_text(result.total_kg)} CO2e", "bold green"),
            f", 90% range {range_text(result.total_kg_low, result.total_kg_high)}",
        )
    )
    console.print(_foreign(result.total_note, 600), style="dim")
    console.print(
        f"Spend with a figure: {share_text(known.share)} "
        f"({usd_text(known.covered_usd)} of {usd_text(known.covered_usd + known.unmatched_usd)}); "
        f"{number_text(known.intensity_kg_per_usd)} kg CO2e per USD; "
        f"{count_text(len(frame), 'line')} in {number_text(result.elapsed_seconds, 2)} s.",
        highlight=False,
    )
    console.print()


def print_statuses(frame: pd.DataFrame, console: Console) -> None:
    """Print lines, spend and footprint by status and reason, of :func:`serving.breakdown.joined`."""
    table = start_table("Lines", "Status", "Reason", ">Lines", ">Spend", ">CO2e")
    for row in breakdown.by_status(frame).to_dict("records"):
        table.add_row(
            code_text(str(row["status"])),
            _foreign(code_text(str(row["reason"])), 40),
            f"{row['lines']:,}",
            usd_text(row["usd_size"]),
            mass_text(row["kg"]),
        )
    print_table(table, console)


def _print_categories(categories: pd.DataFrame, console: Console) -> None:
    table = start_table("Categories", "Category", "", ">CO2e", ">90% range")
    largest = max(float(categories["kg"].max()), 0.0)
    for row in categories.to_dict("records"):
        table.add_row(
            _foreign(str(row["group"]), 120),
            Text(_bar(row["kg"] / largest if largest else 0.0), style="green", no_wrap=True),
            mass_text(row["kg"]),
            range_text(row["kg_low"], row["kg_high"]),
        )
    print_table(table, console)


def _print_lines(frame: pd.DataFrame, console: Console) -> None:
    """Print each line with its id below its description, so that both have room on a narrow terminal."""
    with_amount = console.width >= _AMOUNT_FROM_WIDTH
    headers = ["Line", *([">Amount"] if with_amount else []), ">CO2e", ">90% range"]
    table = start_table("Lines that matter most", *headers)
    for row in breakdown.largest(frame, "kg", _LINES).to_dict("records"):
        name = _foreign(row["description"] or "(no description)", 60)
        table.add_row(
            Text.assemble(name, "\n", (f"line {foreign_text(row['line_id'], 40)}", "dim")),
            *([amount_text(row["amount"], row["currency"])] if with_amount else []),
            mass_text(row["kg"]),
            range_text(row["kg_low"], row["kg_high"]),
        )
    print_table(table, console)


def _bar(share: float) -> str:
    eighths = round(min(max(share, 0.0), 1.0) * _BAR_WIDTH * 8)
    return ("█" * (eighths // 8) + _EIGHTHS[eighths % 8]).rstrip()


def _foreign(text: str, limit: int) -> Text:
    return Text(foreign_text(text, limit))
