"""The command line: nothing but the assembly of each folder's commands."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import typer
from rich.console import Console
from rich.text import Text

import data.commands
import serving.catalogue_commands
import serving.commands
import serving.exchange.commands
import serving.format_commands
import serving.jobs.commands
import serving.operations.commands
import serving.replay.commands
import serving.reviews.commands
import serving.store.commands
import training.commands
from data.errors import LedgerprintError
from training.registry_commands import registry_app

if TYPE_CHECKING:
    import pandas as pd

    from training.registry import RunRecord


def _read_ledger(path: Path, country: str | None) -> "pd.DataFrame":
    import pandas as pd  # noqa: PLC0415

    from serving.documents import ledgers_in  # noqa: PLC0415

    return pd.concat([ledger.lines for ledger in ledgers_in(path, country=country)], ignore_index=True)


def _retrain(run: "RunRecord", folder: Path) -> str:
    from training.train import retrain  # noqa: PLC0415

    return retrain(run, folder)


app = typer.Typer(
    help="A carbon footprint, with a range and a reason, for every line of a purchase ledger.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.add_typer(serving.commands.app)
app.add_typer(serving.format_commands.app, name="formats")
app.add_typer(serving.store.commands.app)
app.add_typer(serving.catalogue_commands.app)
app.add_typer(serving.exchange.commands.app)
app.add_typer(serving.jobs.commands.app)
app.add_typer(serving.operations.commands.app)
app.add_typer(serving.replay.commands.app)
app.add_typer(serving.reviews.commands.app)
app.add_typer(training.commands.app)
app.add_typer(registry_app(_read_ledger, _retrain))
app.add_typer(data.commands.app, name="data")


def main() -> None:
    """Run a command; a fault that the user can put right is one sentence on stderr and exit status 2."""
    try:
        app()
    except LedgerprintError as error:
        console = Console(stderr=True, highlight=False, soft_wrap=True)
        console.print(Text.assemble(("Error: ", "bold red"), str(error)))
        sys.exit(2)


if __name__ == "__main__":
    main()
