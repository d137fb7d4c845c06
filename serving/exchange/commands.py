"""Commands of those who exchange footprints with suppliers and customers."""

from pathlib import Path
from typing import Annotated

import typer

from serving.store.actors import DEFAULT_TENANT

app = typer.Typer()
footprints = typer.Typer(
    help="Footprints that companies exchange: PACT and Catena-X, in and out.", no_args_is_help=True
)
app.add_typer(footprints, name="footprints")

Database = Annotated[
    str | None, typer.Option(help="sqlite:///FILE or postgresql://…; else LEDGERPRINT_DATABASE.")
]
Tenant = Annotated[str, typer.Option(help="Whose.")]


@footprints.command("load")
def load(
    files: Annotated[
        list[Path], typer.Argument(help="JSON: PACT ProductFootprints 2 or 3, Catena-X PCF 9; one or a list.")
    ],
    tenant: Tenant = DEFAULT_TENANT,
    database: Database = None,
) -> None:
    """Declare suppliers' footprints: new estimates of their goods take them.

    Each footprint is answered by itself. Leaves with status 1 when one of them cannot be used.
    """
    from serving.database import open_store  # noqa: PLC0415
    from serving.exchange.intake import read_document, take_in  # noqa: PLC0415
    from serving.settings import service_settings  # noqa: PLC0415
    from serving.store.actors import Actor  # noqa: PLC0415

    documents = [document for file in files for document in read_document(file)]
    with (
        open_store(database or service_settings().database) as store,
        store.writing(Actor.local(tenant)) as writing,
    ):
        taken = list(take_in(writing, documents))
    for one in taken:
        typer.echo(f"{one.outcome}: {one.footprint} {' '.join(one.goods)}: {one.detail}")
    if any(one.outcome == "refused" for one in taken):
        raise typer.Exit(1)
