"""Commands of those who keep the product catalogue."""

from pathlib import Path
from typing import Annotated

import typer

from serving.store.actors import DEFAULT_TENANT
from serving.store.arguments import Database, Tenant

app = typer.Typer()
catalogue = typer.Typer(help="The product catalogue: what is behind a number of goods.", no_args_is_help=True)
app.add_typer(catalogue, name="catalogue")


@catalogue.command("load")
def load(
    file: Annotated[
        Path, typer.Argument(help="Table of gtin or article, description, material, mass_kg, category, …")
    ],
    tenant: Tenant = DEFAULT_TENANT,
    database: Database = None,
) -> None:
    """Put the rows of a table into the catalogue, in place of what it said of the same numbers.

    Leaves with status 1 when a row cannot be used; the others are loaded.
    """
    from serving.catalogue_file import read_catalogue  # noqa: PLC0415
    from serving.database import open_store  # noqa: PLC0415
    from serving.settings import service_settings  # noqa: PLC0415
    from serving.store.actors import Actor  # noqa: PLC0415
    from serving.store.catalogue import put_items  # noqa: PLC0415

    items, problems = read_catalogue(file)
    with (
        open_store(database or service_settings().database) as store,
        store.writing(Actor.local(tenant)) as writing,
    ):
        changed = put_items(writing, items)
    for problem in problems:
        typer.echo(problem, err=True)
    typer.echo(f"Loaded: {len(items):,} items, {changed:,} of them new or changed")
    if problems:
        raise typer.Exit(1)


@catalogue.command("list")
def list_all(tenant: Tenant = DEFAULT_TENANT, database: Database = None) -> None:
    """List the catalogue as it is now, as CSV."""
    import csv  # noqa: PLC0415
    import sys  # noqa: PLC0415

    from serving.catalogue_file import COLUMNS  # noqa: PLC0415
    from serving.database import open_store  # noqa: PLC0415
    from serving.settings import service_settings  # noqa: PLC0415
    from serving.store.actors import Actor  # noqa: PLC0415
    from serving.store.catalogue import list_items  # noqa: PLC0415
    from serving.store.paging import MAX_PAGE  # noqa: PLC0415

    write = csv.writer(sys.stdout, lineterminator="\n").writerow
    write([*COLUMNS, "version", "at", "who"])
    with open_store(database or service_settings().database) as store:
        store.require_tenant(tenant)
        with store.reading(Actor.local(tenant)) as reading:
            cursor = None
            while cursor != "":
                page = list_items(reading, MAX_PAGE, cursor or "")
                for one in page.items:
                    item = one.item
                    said = [item.gtin, item.article, item.description, item.material, item.mass_kg]
                    coded = [item.category_code, item.category_scheme, item.supplier]
                    write([*said, *coded, one.version, one.at.isoformat(), one.who])
                cursor = page.cursor
