"""Commands of those who run the service and of those who audit it: keys, and the trail of entries."""

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from serving.store.actors import DEFAULT_TENANT
from serving.store.arguments import Database, Tenant

if TYPE_CHECKING:
    from serving.store.store import AuditStore

app = typer.Typer()
keys = typer.Typer(help="API keys: make, list and revoke them.", no_args_is_help=True)
audit = typer.Typer(help="The audit trail: verify, export and reduce it.", no_args_is_help=True)
app.add_typer(keys, name="keys")
app.add_typer(audit, name="audit")


@keys.command("create")
def create(
    name: Annotated[str, typer.Option(help="Whose key it is, or what for.")],
    scope: Annotated[list[str], typer.Option(help="What it may do: estimate, review, admin; repeatable.")],
    tenant: Annotated[
        str, typer.Option(help="Whose rows it sees; made if it is not there.")
    ] = DEFAULT_TENANT,
    database: Database = None,
) -> None:
    """Make a key and show it, once."""
    from serving.store.actors import Actor  # noqa: PLC0415
    from serving.store.keys import create_key  # noqa: PLC0415

    with _open(database) as store:
        with store.writing(Actor.local(tenant)) as writing:
            key = create_key(writing, name, scope)
        typer.echo(key)
        typer.echo("Keep it now: it is stored as a hash only and cannot be shown again.", err=True)


@keys.command("list")
def list_all(tenant: Tenant = DEFAULT_TENANT, database: Database = None) -> None:
    """List keys, without their secrets."""
    from rich.console import Console  # noqa: PLC0415
    from rich.table import Table  # noqa: PLC0415

    from serving.store.actors import Actor  # noqa: PLC0415
    from serving.store.keys import list_keys  # noqa: PLC0415

    with _open(database, tenant) as store, store.reading(Actor.local(tenant)) as reading:
        found = list_keys(reading)
    table = Table("key", "name", "scopes", "created", "last used", "revoked", box=None)
    for key in found:
        times = [_minute(at) for at in (key.created_at, key.last_used_at, key.revoked_at)]
        table.add_row(key.public_id, key.name, " ".join(sorted(key.scopes)), *times)
    Console().print(table)


@keys.command("revoke")
def revoke(
    key: Annotated[str, typer.Argument(help="Public id: the middle part of the key.")],
    tenant: Tenant = DEFAULT_TENANT,
    database: Database = None,
) -> None:
    """Refuse a key from now on."""
    from serving.store.actors import Actor  # noqa: PLC0415
    from serving.store.keys import revoke_key  # noqa: PLC0415

    with _open(database, tenant) as store, store.writing(Actor.local(tenant)) as writing:
        revoke_key(writing, key)
    typer.echo(f"Revoked: {key}")


@audit.command("verify")
def verify_chains(
    head: Annotated[
        Path | None, typer.Option(help="Heads that `audit head` printed before; they must still be there.")
    ] = None,
    database: Database = None,
) -> None:
    """Find every entry that was changed, taken out, moved or slipped in, in all tenants' chains.

    Leaves with status 1 when there is any.
    """
    from serving.store.heads import read_heads  # noqa: PLC0415
    from serving.store.verification import verify  # noqa: PLC0415

    known = read_heads(head) if head else []
    with _open(database) as store:
        found = verify(store, known)
    for finding in found.findings:
        place = f"{finding.tenant} {finding.sequence:,}" if finding.sequence else finding.tenant
        typer.echo(f"{finding.fault}: {place}: {finding.detail}")
    typer.echo(
        f"{found.entries:,} entries of {found.tenants:,} tenants read, {len(found.findings):,} findings."
    )
    if found.findings:
        raise typer.Exit(1)


@audit.command("head")
def print_heads(database: Database = None) -> None:
    """Print the last entry of every chain, to be kept elsewhere for `audit verify --head`."""
    from serving.store.heads import current_heads, heads_text  # noqa: PLC0415

    with _open(database) as store:
        typer.echo(heads_text(current_heads(store)), nl=False)


@audit.command("export")
def export(
    first: Annotated[datetime, typer.Option("--from", formats=["%Y-%m-%d"], help="First day, 2024-01-01.")],
    last: Annotated[datetime, typer.Option("--to", formats=["%Y-%m-%d"], help="Last day, 2024-12-31.")],
    output: Annotated[Path, typer.Option("--output", "-o", help="File to write.")],
    kind: Annotated[Literal["csv", "parquet"], typer.Option("--format", help="Of the file.")] = "csv",
    by: Annotated[
        Literal["recorded", "dated"],
        typer.Option(help="Entries recorded in the period, or about lines dated in it."),
    ] = "recorded",
    tenant: Tenant = DEFAULT_TENANT,
    database: Database = None,
) -> None:
    """Write a tenant's entries of a period, with the hashes that tie them together."""
    from serving.store.actors import Actor  # noqa: PLC0415
    from serving.store.export import export_trail  # noqa: PLC0415

    with _open(database, tenant) as store, store.reading(Actor.local(tenant)) as reading:
        written = export_trail(reading, first.date(), last.date(), output, kind, by)
    typer.echo(f"Written: {output}, {written:,} entries")


@audit.command("retain")
def retain_hashes(
    before: Annotated[
        datetime, typer.Option(formats=["%Y-%m-%d"], help="Estimates of lines dated before this day.")
    ],
    tenant: Tenant = DEFAULT_TENANT,
    database: Database = None,
) -> None:
    """Reduce the payloads of old estimates to their hash; all of them must lie in closed periods."""
    from serving.store.actors import Actor  # noqa: PLC0415
    from serving.store.retention import retain  # noqa: PLC0415

    with _open(database, tenant) as store, store.writing(Actor.local(tenant)) as writing:
        done = retain(writing, before.date())
    typer.echo(f"Reduced to their hash: {done.reduced:,} estimates of lines dated before {done.before}")


def _open(database: str | None, tenant: str | None = None) -> "AuditStore":
    """Open the store; a tenant that is only read must be there."""
    from serving.database import open_store  # noqa: PLC0415
    from serving.settings import service_settings  # noqa: PLC0415

    store = open_store(database or service_settings().database)
    if tenant is not None:
        store.require_tenant(tenant)
    return store


def _minute(at: datetime | None) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%d %H:%M") if at else ""
