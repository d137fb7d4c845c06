"""Commands about documents: what a folder of them yields."""

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(help="Invoices, orders and contracts: what they yield.", no_args_is_help=True)


@app.callback()
def formats() -> None:
    """Invoices, orders and contracts: what they yield."""


@app.command()
def check(
    folder: Annotated[Path, typer.Argument(help="Folder of documents, with all folders below.")],
) -> None:
    """Compare the lines of every document in a folder with the total that it states, as a Markdown table."""
    from serving.documents.formats.check import check_folder, markdown  # noqa: PLC0415

    typer.echo(markdown(check_folder(folder)))
