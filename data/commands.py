"""The commands of this folder: look at the reference data, verify it, download it."""

import dataclasses
import json
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from data.catalogue import data_file, files
from data.errors import LedgerprintError
from data.location import fetch as fetch_file
from data.location import find, locate
from data.settings import DataSettings

app = typer.Typer(
    help="The reference data: what it is, where it lies, whether it is intact.", no_args_is_help=True
)


@app.command("list")
def list_files(
    as_json: Annotated[
        bool, typer.Option("--json", help="Print everything the catalogue says, as JSON.")
    ] = False,
) -> None:
    """Show every file of the catalogue with its source, its licence and where it was found."""
    settings = DataSettings()
    found = {name: find(entry, settings) for name, entry in files().items()}
    if as_json:
        records = [
            {
                **dataclasses.asdict(entry),
                "downloadable": entry.downloadable,
                "found": str(found[name]) if found[name] else None,
            }
            for name, entry in files().items()
        ]
        typer.echo(json.dumps(records, indent=2, ensure_ascii=False))
        return
    table = Table("File", "Source", "Licence", "Folder", row_styles=["", "dim"])
    for column in table.columns:
        column.overflow = "fold"
    for name, entry in files().items():
        nowhere = "missing, can be fetched" if entry.downloadable else "missing"
        path = found[name]
        folder = str(path).removesuffix(f"/{name}") if path else nowhere
        table.add_row(name, entry.source.title, entry.source.licence, folder)
    Console().print(table)


@app.command()
def verify() -> None:
    """Compare every file with the catalogue; leave with status 1 when one is missing or altered.

    A share-alike file may be missing: nothing takes it unless it is asked for.
    """
    # without downloads: a look at the data must not change what is there
    settings = DataSettings(download=False)
    faults = 0
    names = [name for name, entry in files().items() if not entry.source.share_alike or find(entry, settings)]
    for name in names:
        try:
            locate(name, settings)
        except LedgerprintError as error:
            faults += 1
            typer.echo(str(error), err=True)
    typer.echo(f"{len(names) - faults} of {len(names)} files are as the catalogue describes them.")
    if faults:
        raise typer.Exit(1)


@app.command()
def fetch(
    names: Annotated[
        list[str] | None,
        typer.Argument(
            help="Files to download; without any, all missing ones that can be had, but for share-alike."
        ),
    ] = None,
) -> None:
    """Download files from their pinned upstream into the user cache and verify them."""
    settings = DataSettings()
    wanted = names or [
        name
        for name, entry in files().items()
        if entry.downloadable and not entry.source.share_alike and not find(entry, settings)
    ]
    for name in wanted:
        data_file(name)  # a misspelt name is reported before the first download
    for name in wanted:
        typer.echo(f"{name}: {fetch_file(name, settings)}")
    if not wanted:
        typer.echo("Nothing to fetch: every file that can be downloaded is there.")
