"""From ledgers to a Scope 3 summary: estimated, added up, printed and written as CSV or JSON."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from rich import box
from rich.console import Console
from rich.table import Table

from data.errors import OutputError
from data.spreadsheet_cells import without_formulas
from data.whole_files import write_whole
from models.bundle import DEFAULT_BUNDLE
from models.persistence import load_model
from serving.estimation import LedgerOptions, estimate_ledgers, read_ledgers
from serving.outputs import check_places
from serving.progress import progress_bar
from serving.result import EstimatedLedger
from serving.scope3.summary import Scope3Summary, scope3_summary
from serving.wording import mass_text, range_text, share_text, usd_text

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
        Ending in .csv (the categories) or .json (with rules, exclusions and factor sources).
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
        write_whole(without_formulas(summary.categories)[0].to_csv(index=False, lineterminator="\n"), output)
    else:
        write_whole(_json(summary, result, capital_threshold), output)
    _print(summary, capital_threshold, Console())
    errors.print(f"Written: {output}", markup=False)


def _json(summary: Scope3Summary, result: EstimatedLedger, capital_threshold: float | None) -> str:
    said = {
        "standard": "GHG Protocol Corporate Value Chain (Scope 3) Standard",
        "capital_threshold": capital_threshold,
        "model_version": result.model_card.get("model_version", ""),
        "range": result.total_note,
        "categories": summary.categories.to_dict("records"),
        "rules": summary.rules.to_dict("records"),
        "without_a_figure": summary.excluded.to_dict("records"),
        "often_capitalised_in_category_1": dict(
            zip(("lines", "spend_usd"), summary.often_capitalised, strict=True)
        ),
        "factor_sources": result.factor_sources.to_dict("records"),
    }
    return json.dumps(said, ensure_ascii=False, indent=1) + "\n"


def _print(summary: Scope3Summary, capital_threshold: float | None, console: Console) -> None:
    table = Table(title="Scope 3 categories", title_justify="left", box=box.SIMPLE_HEAD, show_edge=False)
    table.add_column("Category", overflow="fold")
    for header in ("Lines", "CO2e", "90% range", "Primary data"):
        table.add_column(header, justify="right", no_wrap=True)
    for row in summary.categories.to_dict("records"):
        figures = (mass_text(row["kg_co2e"]), range_text(row["kg_co2e_low"], row["kg_co2e_high"]))
        table.add_row(row["title"], f"{row['lines']:,}", *figures, share_text(row["share_primary"]))
    console.print(table)
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
