"""Commands of bulk jobs: hand in a ledger, run what was handed in, and fetch what came of it."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from serving.ledger_arguments import (
    Country,
    Currency,
    Day,
    Explain,
    FactorSet,
    Mapping,
    Sheet,
    Vat,
    VatRate,
)
from serving.store.actors import DEFAULT_TENANT
from serving.store.arguments import Database, Tenant

if TYPE_CHECKING:
    from serving.store import AuditStore
    from serving.store.jobs import JobRecord

jobs = typer.Typer(
    help="Bulk jobs: ledgers of any size, in batches, through any interruption.", no_args_is_help=True
)
app = typer.Typer()
app.add_typer(jobs, name="jobs")

JobId = Annotated[str, typer.Argument(help="Id that `jobs submit` printed.")]


@jobs.command("submit")
def submit(
    ledger: Annotated[
        Path, typer.Argument(help="CSV, XLSX, Parquet or JSON Lines.", exists=True, dir_okay=False)
    ],
    result: Annotated[
        Literal["csv", "xlsx", "parquet", "jsonl"] | None,
        typer.Option(help="Format of the result; else the ledger's."),
    ] = None,
    webhook: Annotated[str, typer.Option(help="HTTPS address that is told when the job ends.")] = "",
    country: Country = None,
    currency: Currency = None,
    date: Day = None,
    mapping: Mapping = None,
    factor_set: FactorSet = None,
    vat: Vat = None,
    vat_rate: VatRate = None,
    sheet: Sheet = None,
    explain: Explain = False,
    tenant: Tenant = DEFAULT_TENANT,
    database: Database = None,
) -> None:
    """Hand in a ledger and print the id of its job; `jobs run` does the work."""
    from serving.documents.mapping import parse_mapping  # noqa: PLC0415
    from serving.jobs.settings import job_settings  # noqa: PLC0415
    from serving.jobs.submission import JobOptions, submit_job  # noqa: PLC0415
    from serving.store import Actor  # noqa: PLC0415

    options = JobOptions(
        mapping=parse_mapping(mapping or []),
        country=country,
        currency=currency,
        date=date,
        sheet=sheet,
        vat=vat,
        vat_rate=vat_rate,
        factor_set=factor_set,
        explain=explain,
    )
    with _open(database) as store, ledger.open("rb") as content:
        settings = job_settings(_url(database))
        job = submit_job(store, Actor.local(tenant), settings, content, ledger.name, options, result, webhook)
    typer.echo(job.id)


@jobs.command("run")
def run(
    bundle: Annotated[
        Path | None, typer.Option(help="Folder of a model bundle; else the shipped one.")
    ] = None,
    until_idle: Annotated[bool, typer.Option("--until-idle", help="Leave once no job is left.")] = False,
    database: Database = None,
) -> None:
    """Run the jobs that are handed in; stopped or killed, it goes on where it was when started again.

    A service runs them by itself, unless LEDGERPRINT_JOBS_ENGINE is false.
    """
    from serving.jobs.process import run_jobs  # noqa: PLC0415

    run_jobs(database, bundle, until_idle=until_idle)


@jobs.command("list")
def list_all(
    limit: Annotated[int, typer.Option(min=1, max=1000, help="The latest so many.")] = 20,
    tenant: Tenant = DEFAULT_TENANT,
    database: Database = None,
) -> None:
    """List jobs, the latest first."""
    from rich.console import Console  # noqa: PLC0415
    from rich.table import Table  # noqa: PLC0415

    from serving.store import Actor  # noqa: PLC0415
    from serving.store.jobs import job_page  # noqa: PLC0415

    with _open(database, tenant) as store, store.reading(Actor.local(tenant)) as reading:
        found = job_page(reading, limit).items
    table = Table("job", "ledger", "status", "lines", "handed in", "by", box=None)
    for job in found:
        table.add_row(job.id, job.name, job.status, _lines(job), f"{job.created_at:%Y-%m-%d %H:%M}", job.who)
    Console().print(table)


@jobs.command("show")
def show(job_id: JobId, tenant: Tenant = DEFAULT_TENANT, database: Database = None) -> None:
    """Show how far a job is, and the lines that could not be read."""
    from itertools import islice  # noqa: PLC0415

    from serving.jobs.results import line_errors  # noqa: PLC0415
    from serving.jobs.settings import job_settings  # noqa: PLC0415
    from serving.store import Actor  # noqa: PLC0415
    from serving.store.jobs import find  # noqa: PLC0415

    settings = job_settings(_url(database))
    with _open(database, tenant) as store, store.reading(Actor.local(tenant)) as reading:
        job = find(reading, job_id)
        shown = list(islice(line_errors(reading, settings, job_id), 20)) if job.progress.errors else []
    done = job.progress
    typer.echo(f"{job.name}: {job.status}, {_lines(job)} lines")
    typer.echo(
        f"{done.estimated:,} estimated, {done.review:,} for review, {done.excluded:,} excluded, "
        f"{done.unmatched:,} without a figure, {done.errors:,} not readable"
    )
    for said in (job.detail, f"Webhook: {job.webhook_status}" if job.webhook_status else ""):
        if said:
            typer.echo(said)
    for bad in shown:
        typer.echo(f"row {bad.row:,} ({bad.line_id}): {bad.detail}")
    if done.errors > len(shown):
        typer.echo(f"… and {done.errors - len(shown):,} more; the result has them all.")


@jobs.command("cancel")
def cancel_job(job_id: JobId, tenant: Tenant = DEFAULT_TENANT, database: Database = None) -> None:
    """Stop a job; what it has recorded stays."""
    from serving.store import Actor  # noqa: PLC0415
    from serving.store.jobs import cancel  # noqa: PLC0415

    with _open(database, tenant) as store, store.writing(Actor.local(tenant)) as writing:
        cancel(writing, job_id)
    typer.echo(f"Cancelled: {job_id}")


@jobs.command("result")
def result(
    job_id: JobId,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Copy it there; else its place is printed.")
    ] = None,
    tenant: Tenant = DEFAULT_TENANT,
    database: Database = None,
) -> None:
    """Fetch the result of a finished job: the ledger's own columns, then the estimate."""
    import shutil  # noqa: PLC0415

    from data.errors import OutputError  # noqa: PLC0415
    from data.whole_files import put_whole  # noqa: PLC0415
    from serving.jobs.results import result_file  # noqa: PLC0415
    from serving.jobs.settings import job_settings  # noqa: PLC0415
    from serving.outputs import check_outputs  # noqa: PLC0415
    from serving.store import Actor  # noqa: PLC0415

    with _open(database, tenant) as store, store.reading(Actor.local(tenant)) as reading:
        path = result_file(reading, job_settings(_url(database)), job_id)
    if output:
        check_outputs(output, None, [path])
        if output.suffix.lower() != path.suffix:
            raise OutputError(
                f"Got an output named {output.name!r}, expected a name ending in {path.suffix}, the format "
                "that the job was handed in with: choose one."
            )
        put_whole(output, lambda scratch: shutil.copyfile(path, scratch))
    typer.echo(output or path)


@jobs.command("webhook-secret")
def webhook_secret(tenant: Tenant = DEFAULT_TENANT) -> None:
    """Print the secret with which a tenant's receivers check the signature of webhooks."""
    from serving.jobs.settings import job_settings  # noqa: PLC0415
    from serving.jobs.webhook import tenant_secret  # noqa: PLC0415

    typer.echo(tenant_secret(job_settings(_url(None)), tenant))


def _lines(job: "JobRecord") -> str:
    return f"{job.progress.lines:,} of {'?' if job.lines is None else f'{job.lines:,}'}"


@contextmanager
def _open(database: str | None, tenant: str | None = None) -> "Iterator[AuditStore]":
    """Open the store; a tenant that is only read must be there."""
    from serving.database import open_store  # noqa: PLC0415

    with open_store(_url(database)) as store:
        if tenant is not None:
            store.require_tenant(tenant)
        yield store


def _url(database: str | None) -> str:
    from serving.settings import service_settings  # noqa: PLC0415

    return database or service_settings().database
