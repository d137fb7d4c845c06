"""From ledgers to a Scope 3 summary: estimated, added up, printed and written as CSV or JSON."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import pandas as pd
from rich.console import Console

from data.errors import OutputError
from data.spreadsheet_cells import without_formulas
from data.whole_files import write_whole
from models.bundle import DEFAULT_BUNDLE
from models.persistence import load_model
from serving.estimation import LedgerOptions, estimate_ledgers, read_ledgers
from serving.outputs import check_places
from serving.progress import progress_bar
from serving.readings import readings, remarks
from serving.result import EstimatedLedger
from serving.scope3.summary import Scope3Summary, scope3_summary
from serving.terminal_readings import print_readings
from serving.terminal_tables import print_table, start_table
from serving.wording import code_text, mass_text, range_text, share_text, usd_text

_ENDINGS: Final = (".csv", ".json")


def summarise_files(
    files: Sequence[Path],
    output: Path,
    bundle: Path | None,
    options: LedgerOptions,
    capital_threshold: float | None,
) -> None:
    """Estimate ledgers and write what they add up to by Scope 3 category; the table goes to stdout, too.

    Parameters
    ----------
    files
        Ledgers.
    output
        Ending in .csv (the categories, and lines without a figure by reason) or .json (with rules and
        factor sources).
    bundle
        Folder of a model bundle; ``None`` takes the shipped one.
    options
        What the user says about the ledgers.
    capital_threshold
        As of :func:`serving.scope3.categories.scope3_categories`.

    Raises
    ------
    LedgerprintError
        If anything cannot be used as it was asked for; nothing is written then.
    """
    if output.suffix.lower() not in _ENDINGS:
        raise OutputError(
            f"Got an output named {output.name!r}, expected one ending in {', '.join(_ENDINGS)}: choose one."
        )
    check_places([(output, "the output")], files)
    errors = Console(stderr=True, highlight=False, soft_wrap=True)
    with progress_bar(errors) as progress:
        task = progress.add_task("reading", total=None)
        ledgers = read_ledgers(files, options)
        progress.update(task, description="loading the model")
        model = load_model(bundle or DEFAULT_BUNDLE)
        lines = sum(len(ledger.lines) for ledger in ledgers)
        progress.update(task, description="estimating lines", total=lines)
        result = estimate_ledgers(ledgers, model, options, lambda done: progress.advance(task, done))
    summary = scope3_summary(result, capital_threshold)
    if output.suffix.lower() == ".csv":
        table = pd.concat([summary.categories, _without_a_figure(summary)], ignore_index=True)
        write_whole(without_formulas(table)[0].to_csv(index=False, lineterminator="\n"), output)
    else:
        write_whole(_json(summary, result, capital_threshold), output)
    console = Console()
    print_readings(readings(result.columns, result.files), remarks(result.notes, result.files), console)
    _print(summary, capital_threshold, console)
    errors.print(f"Written: {output}", markup=False)


def _json(summary: Scope3Summary, result: EstimatedLedger, capital_threshold: float | None) -> str:
    said = {
        "standard": "GHG Protocol Corporate Value Chain (Scope 3) Standard",
        "capital_threshold": capital_threshold,
        "model_version": result.model_card.get("model_version", ""),
        "range": result.total_note,
        "categories": _records(summary.categories),
        "rules": summary.rules.to_dict("records"),
        "without_a_figure": summary.excluded.to_dict("records"),
        "often_capitalised_in_category_1": dict(
            zip(("lines", "spend_usd"), summary.often_capitalised, strict=True)
        ),
        "factor_sources": result.factor_sources.to_dict("records"),
    }
    return json.dumps(said, ensure_ascii=False, indent=1) + "\n"


def _records(table: pd.DataFrame) -> list[dict[str, object]]:
    """Give rows as JSON knows them: a number that is not there is null."""
    known = table.astype(object).where(table.notna(), None)
    return [{str(name): value for name, value in row.items()} for row in known.to_dict("records")]


def _without_a_figure(summary: Scope3Summary) -> pd.DataFrame:
    """Give the lines that are in no category as rows, so that the lines add up to those of the ledger."""
    return summary.excluded.rename(columns={"status": "category", "reason": "title"}).assign(
        title=lambda rows: rows["title"].map(code_text), reported_here=False, note="Has no figure."
    )


def _print(summary: Scope3Summary, capital_threshold: float | None, console: Console) -> None:
    table = start_table(
        "Scope 3 categories", "Category", ">Lines", ">Spend", ">CO2e", ">90% range", ">Primary data"
    )
    for row in summary.categories[summary.categories["lines"] > 0].to_dict("records"):
        table.add_row(
            row["title"],
            f"{row['lines']:,}",
            usd_text(row["spend_usd"]),
            mass_text(row["kg_co2e"]),
            range_text(row["kg_co2e_low"], row["kg_co2e_high"]),
            share_text(row["share_primary"]),
        )
    if table.rows:
        print_table(table, console)
    if len(summary.excluded):
        without = start_table("In no category, as they have no figure", "Lines", ">Lines", ">Spend")
        for row in summary.excluded.to_dict("records"):
            title = f"{code_text(row['status'])}: {code_text(row['reason']).lower()}"
            without.add_row(title, f"{row['lines']:,}", usd_text(row["spend_usd"]))
        print_table(without, console)
    if not table.rows:
        console.print("No line has a figure: the notes and reasons above say why.", highlight=False)
        return
    console.print(
        "Only categories 1 and 2 are reported from a ledger like this; the others are named so that nobody "
        "counts them twice.",
        highlight=False,
    )
    lines, usd = summary.often_capitalised
    if lines and capital_threshold is None:
        console.print(
            f"{lines:,} lines of category 1 ({usd_text(usd)}) are of kinds that are often capitalised: say "
            "--capital-threshold to count the large ones as capital goods.",
            highlight=False,
        )
