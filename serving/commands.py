"""Commands of the people who need estimates: estimate ledgers, serve the estimates."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from serving.ledger_arguments import (
    Bundle,
    Country,
    Currency,
    Day,
    Explain,
    FactorSet,
    Files,
    Mapping,
    Sheet,
    Suppliers,
    Vat,
    VatRate,
)
from serving.store.actors import DEFAULT_TENANT

if TYPE_CHECKING:
    from serving.estimation import LedgerOptions
    from serving.recording import Recorder

app = typer.Typer()


@app.command()
def estimate(
    files: Files,
    output: Annotated[
        Path, typer.Option("--output", "-o", help="Result: a name ending in .csv, .parquet, .jsonl or .xlsx.")
    ],
    report: Annotated[Path | None, typer.Option(help="Also write a self-contained HTML report.")] = None,
    country: Country = None,
    currency: Currency = None,
    date: Day = None,
    mapping: Mapping = None,
    factor_set: FactorSet = None,
    vat: Vat = None,
    vat_rate: VatRate = None,
    sheet: Sheet = None,
    suppliers: Suppliers = None,
    explain: Explain = False,
    bundle: Bundle = None,
    record: Annotated[
        bool,
        typer.Option(
            "--record",
            help="Record the estimates in the audit store, with the corrections there, and keep the bundle.",
        ),
    ] = False,
    tenant: Annotated[str, typer.Option(help="Whose lines are recorded.")] = DEFAULT_TENANT,
    database: Annotated[
        str | None,
        typer.Option(help="Audit store, sqlite:///FILE or postgresql://…; else LEDGERPRINT_DATABASE."),
    ] = None,
) -> None:
    """Estimate the footprint of every line of some ledgers.

    Leaves with status 0 when every line is accounted for, with 2 when an argument or a file cannot be used;
    nothing is written then.
    """
    from serving.estimate_files import estimate_files  # noqa: PLC0415

    options = _options(
        mapping,
        suppliers,
        country=country,
        currency=currency,
        date=date,
        sheet=sheet,
        vat=vat,
        vat_rate=vat_rate,
        factor_set=factor_set,
        explain=explain,
    )
    recorder = _recorder(database, tenant) if record else None
    estimate_files(files, output, report, bundle, options, recorder)


@app.command()
def inspect(
    files: Files,
    json: Annotated[Path | None, typer.Option(help="Also write everything as JSON.")] = None,
    report: Annotated[Path | None, typer.Option(help="Also write a self-contained HTML page.")] = None,
    fast: Annotated[
        bool, typer.Option("--fast", help="Leave out what needs the model: what mending would do.")
    ] = False,
    country: Country = None,
    currency: Currency = None,
    date: Day = None,
    mapping: Mapping = None,
    factor_set: FactorSet = None,
    vat: Vat = None,
    vat_rate: VatRate = None,
    sheet: Sheet = None,
    suppliers: Suppliers = None,
    bundle: Bundle = None,
) -> None:
    """Say how good the data of some ledgers are, and what mending them would do to the total's range."""
    from serving.quality.files import inspect_files  # noqa: PLC0415

    options = _options(
        mapping,
        suppliers,
        country=country,
        currency=currency,
        date=date,
        sheet=sheet,
        vat=vat,
        vat_rate=vat_rate,
        factor_set=factor_set,
    )
    inspect_files(files, json, report, bundle, options, fast=fast)


@app.command()
def scope3(
    files: Files,
    output: Annotated[Path, typer.Option("--output", "-o", help="A name ending in .csv or .json.")],
    capital_threshold: Annotated[
        float | None,
        typer.Option(min=0, help="Amount from which on machinery, vehicles and the like are capital goods."),
    ] = None,
    country: Country = None,
    currency: Currency = None,
    date: Day = None,
    mapping: Mapping = None,
    factor_set: FactorSet = None,
    vat: Vat = None,
    vat_rate: VatRate = None,
    sheet: Sheet = None,
    suppliers: Suppliers = None,
    bundle: Bundle = None,
) -> None:
    """Add ledgers up by category of the GHG Protocol's Scope 3 standard: goods, capital goods."""
    from serving.scope3.files import summarise_files  # noqa: PLC0415

    options = _options(
        mapping,
        suppliers,
        country=country,
        currency=currency,
        date=date,
        sheet=sheet,
        vat=vat,
        vat_rate=vat_rate,
        factor_set=factor_set,
    )
    summarise_files(files, output, bundle, options, capital_threshold)


@app.command()
def serve(
    host: Annotated[str, typer.Option(help="IP address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65535, help="Port to listen on.")] = 3000,
    bundle: Bundle = None,
    workers: Annotated[
        int | None, typer.Option(min=1, help="Worker processes, each with its own model; else one.")
    ] = None,
) -> None:
    """Serve estimates over HTTP: POST /v1/estimates; documentation at /v1/docs.

    This machine needs no API key while there is none; other addresses do: `ledgerprint keys create`.
    """
    from serving.server import run_server  # noqa: PLC0415

    run_server(host=host, port=port, bundle=bundle, workers=workers)


def _options(mapping: list[str] | None, suppliers: Path | None, **said: Any) -> "LedgerOptions":
    from serving.documents.mapping import parse_mapping  # noqa: PLC0415
    from serving.estimation import LedgerOptions  # noqa: PLC0415
    from serving.supplier_table import read_supplier_table  # noqa: PLC0415

    table = read_supplier_table(suppliers) if suppliers else None
    return LedgerOptions(mapping=parse_mapping(mapping or []), suppliers=table, **said)


def _recorder(database: str | None, tenant: str) -> "Recorder":
    """Open the audit store once, so that one that cannot be used is refused before anything is estimated."""
    from serving.recording import Recorder  # noqa: PLC0415
    from serving.replay.archive import archive_of  # noqa: PLC0415
    from serving.settings import service_settings  # noqa: PLC0415
    from serving.store import Actor, AuditStore  # noqa: PLC0415

    settings = service_settings()
    url = database or settings.database
    AuditStore(url).close()
    return Recorder(url, archive_of(url, settings.bundles), Actor.local(tenant).tenant)
