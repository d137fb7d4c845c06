"""The inspection on a terminal: score, findings, and what mending would do."""

from typing import Final

from rich.console import Console
from rich.text import Text

from serving.quality.inspection import OF_ALL_LINES, Inspection
from serving.quality.potential import Scenario
from serving.terminal_readings import print_readings
from serving.terminal_tables import print_table, start_table
from serving.wording import NOTHING, count_text, foreign_text, mass_text, range_text, share_text, usd_text

_IDS: Final = 3


def print_inspection(inspection: Inspection, console: Console) -> None:
    """Print an inspection; text of the ledger is cleaned and never read as markup."""
    console.print(
        Text.assemble("Data quality ", (f"{inspection.score:.0f} of 100", "bold green")), highlight=False
    )
    console.print(
        f"{count_text(inspection.lines, 'line')}; {inspection.bought:,} are or may be purchases, "
        f"{spend_text(inspection)}.",
        highlight=False,
    )
    for name, value in inspection.facts:
        console.print(Text.assemble((f"{name}: ", "dim"), foreign_text(value, 300)))
    console.print()
    print_readings(inspection.readings, inspection.remarks, console)
    _print_score(inspection, console)
    _print_findings(inspection, console)
    if inspection.scenarios:
        _print_scenarios(inspection.scenarios, console)


def _print_score(inspection: Inspection, console: Console) -> None:
    table = start_table("What keeps the score from 100", "Criterion", ">Earned", ">Points", ">Share")
    for one in sorted(inspection.earned, key=lambda one: -one.lost):
        share = f"{share_text(one.share)} of {'lines' if one.of_lines else 'spend'}"
        table.add_row(one.criterion.title, f"{one.points:.1f}", str(one.criterion.points), share)
    print_table(table, console)


def _print_findings(inspection: Inspection, console: Console) -> None:
    table = start_table("Findings", "Finding", ">Lines", ">Of lines", ">Of spend", "Line ids, for example")
    for told in inspection.findings:
        ids = ", ".join(foreign_text(example.line_id, 40) for example in told.examples[:_IDS])
        table.add_row(
            told.title, f"{told.lines:,}", share_text(told.of_lines), share_text(told.of_spend), Text(ids)
        )
    console.print(table)
    if any(told.subject in OF_ALL_LINES for told in inspection.findings):
        console.print(
            "Shares are of what is or may be purchases; for lines that are no purchases or could not be "
            "read, of all.",
            style="dim",
        )
    console.print()


def _print_scenarios(scenarios: list[Scenario], console: Console) -> None:
    by_code = {one.code: one for one in scenarios}
    table = start_table(
        "The total, and what mending would do to its range", "Data", ">Lines", ">CO2e", ">90% range", ">Width"
    )
    for one in scenarios:
        table.add_row(
            one.title,
            f"{one.lines:,}",
            mass_text(one.kg),
            range_text(one.kg_low, one.kg_high),
            change_text(one, by_code),
        )
    print_table(table, console)


def spend_text(inspection: Inspection) -> str:
    """Say how much was bought, as far as its money can be compared."""
    return usd_text(inspection.bought_usd) if inspection.bought_usd else "no money that can be compared"


def change_text(scenario: Scenario, by_code: dict[str, Scenario]) -> str:
    """Say how much narrower or wider a range is than that of its basis, ``-34%``."""
    basis = by_code.get(scenario.basis)
    if basis is None or not basis.width:
        return NOTHING
    change = scenario.width / basis.width - 1
    return f"{change:+.0%}".replace("-", "\N{MINUS SIGN}")
