"""Commands of those who exchange footprints with suppliers and customers."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Literal

import typer

from serving.store.actors import DEFAULT_TENANT
from serving.store.arguments import Database, Tenant

app = typer.Typer()
footprints = typer.Typer(
    help="Footprints that companies exchange: PACT and Catena-X, in and out.", no_args_is_help=True
)
app.add_typer(footprints, name="footprints")


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


@footprints.command("export")
def export(
    output: Annotated[Path, typer.Option("--output", "-o", help="JSON file to write.")],
    company: Annotated[str, typer.Option(help="Who publishes the footprints.")],
    company_id: Annotated[str, typer.Option(help="Its URN, urn:uuid:… or another.")],
    kind: Annotated[
        Literal["pact", "catena-x"], typer.Option("--format", help="PACT 3 or Catena-X PCF 9.")
    ] = "pact",
    fossil_carbon: Annotated[
        float | None,
        typer.Option(help="Kilograms of fossil carbon in a kilogram of all these goods; PACT requires it."),
    ] = None,
    exempted_percent: Annotated[
        float | None,
        typer.Option(help="Percent of emissions that you have left out; PACT requires it."),
    ] = None,
    job: Annotated[str | None, typer.Option(help="Estimates of one job.")] = None,
    since: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Estimates recorded from this day on.")
    ] = None,
    tenant: Tenant = DEFAULT_TENANT,
    database: Database = None,
) -> None:
    """Write recorded estimates as footprints, each of one unit of its goods.

    What says nothing of an amount of goods, as an estimate by money does, or has been corrected since, is
    left out with its reason. Of several estimates of the same goods in a year the latest stands. One whose
    validity has ended is written with the day of that, and counted.
    """
    import json  # noqa: PLC0415
    from collections import Counter  # noqa: PLC0415

    from data.whole_files import write_whole  # noqa: PLC0415
    from serving.database import open_store  # noqa: PLC0415
    from serving.exchange.estimated import Publisher  # noqa: PLC0415
    from serving.exchange.selection import select_footprints  # noqa: PLC0415
    from serving.exchange.written import WRITERS, require_stated  # noqa: PLC0415
    from serving.settings import service_settings  # noqa: PLC0415
    from serving.store.actors import Actor  # noqa: PLC0415
    from serving.store.estimate_search import EstimateFilter  # noqa: PLC0415

    publisher = Publisher(company, company_id, fossil_carbon, exempted_percent)
    require_stated(kind, publisher)
    wanted = EstimateFilter(job_id=job, since=since.replace(tzinfo=UTC) if since else None)
    with open_store(database or service_settings().database) as store:
        store.require_tenant(tenant)
        with store.reading(Actor.local(tenant)) as reading:
            selected = select_footprints(reading, wanted)
    listed = [WRITERS[kind](footprint, publisher) for footprint in selected.footprints]
    write_whole(json.dumps({"data": listed}, ensure_ascii=False, indent=1) + "\n", output)
    reasons = Counter(str(error).partition(": ")[2] for error in selected.refused.values())
    today = datetime.now(UTC).date()
    ended = [one.valid_to for one in selected.footprints if one.has_ended(today)]
    if ended:
        typer.echo(
            f"No longer valid, {len(ended):,}: validityPeriodEnd has passed, first on {min(ended)}; nobody "
            "may use these: estimate later purchases of the goods.",
            err=True,
        )
    for why, count in reasons.most_common():
        typer.echo(f"Left out, {count:,}: {why}", err=True)
    typer.echo(
        f"Written: {output}, {len(listed):,} footprints; {len(selected.refused):,} estimates give none"
    )
