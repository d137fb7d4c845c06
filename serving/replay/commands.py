"""Commands of those who check and correct the past: the archive of bundles, replay and restatement."""

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from serving.store.actors import DEFAULT_TENANT

if TYPE_CHECKING:
    from serving.replay.archive import BundleArchive
    from serving.replay.replay import ReplayCount, Replayed
    from serving.store.store import AuditStore

app = typer.Typer()
bundles = typer.Typer(help="Bundles that made recorded estimates.", no_args_is_help=True)
app.add_typer(bundles, name="bundles")

Database = Annotated[
    str | None, typer.Option(help="sqlite:///FILE or postgresql://…; else LEDGERPRINT_DATABASE.")
]
Tenant = Annotated[str, typer.Option(help="Whose.")]
_SHOWN = 20


@bundles.command("list")
def list_bundles(database: Database = None) -> None:
    """List the kept bundles, whether they are whole, and how many records refer to them.

    Leaves with status 1 when one that records refer to is missing or altered.
    """
    from serving.store.bundle_use import BundleUse, records_by_bundle  # noqa: PLC0415

    store, archive = _open(database)
    with store, store.whole() as connection:
        use = records_by_bundle(connection)
    kept = {bundle.version: bundle for bundle in archive.kept()}
    lost = 0
    for version in sorted({*use, *kept}):
        bundle, of = kept.get(version), use.get(version, BundleUse(0, 0))
        fault = "it is not there" if bundle is None else bundle.fault
        lost += bool(fault and (of.estimates or of.restatements))
        size = f"{bundle.size_bytes / 1e6:,.1f} MB" if bundle else "no files"
        typer.echo(
            f"{version}  {size}  {of.estimates:,} estimates, {of.restatements:,} restated lines  "
            f"{fault or 'whole'}"
        )
    typer.echo(f"{len(kept):,} bundles in {archive.folder}")
    if lost:
        raise typer.Exit(1)


@bundles.command("keep")
def keep_bundle(
    folder: Annotated[Path, typer.Argument(help="Folder of a bundle.")], database: Database = None
) -> None:
    """Copy a bundle into the archive."""
    store, archive = _open(database)
    store.close()
    typer.echo(f"Kept: {archive.keep(folder)}")


@bundles.command("remove")
def remove_bundle(
    digest: Annotated[str, typer.Argument(help="Of the bundle, as `bundles list` shows it.")],
    database: Database = None,
) -> None:
    """Remove a bundle that no record refers to."""
    store, archive = _open(database)
    with store:
        archive.remove(digest, store)
    typer.echo(f"Removed: {digest}")


@app.command("replay")
def replay_estimates(
    estimate: Annotated[str | None, typer.Argument(help="Id of one estimate.")] = None,
    job: Annotated[str | None, typer.Option(help="All estimates of a job.")] = None,
    since: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S"], help="All recorded since, UTC."),
    ] = None,
    tenant: Tenant = DEFAULT_TENANT,
    database: Database = None,
) -> None:
    """Make past estimates again with the bundle that made them, and compare them to the last digit.

    Leaves with status 1 when one differs or cannot be made again for want of its bundle, and with 2 when
    there is none.
    """
    from serving.replay.replay import ReplayCount, ReplayError, replay  # noqa: PLC0415
    from serving.store.actors import Actor  # noqa: PLC0415
    from serving.store.estimate_search import EstimateFilter  # noqa: PLC0415

    if (estimate is None) + (job is None) + (since is None) == 3:  # noqa: PLR2004 - the three ways to choose
        raise ReplayError("Got nothing to replay, expected an estimate's id, --job or --since: name one.")
    wanted = EstimateFilter(estimate_id=estimate, job_id=job, since=_utc(since))
    store, archive = _open(database, tenant)
    count = ReplayCount()
    with store, store.reading(Actor.local(tenant)) as reading:
        for replayed in replay(reading, wanted, archive):
            count.take(replayed)
            if replayed.outcome != "equal" and count.outcomes.total() - count.outcomes["equal"] <= _SHOWN:
                _show(replayed)
    if not count.outcomes:
        raise ReplayError("Got no recorded estimate that fits, expected some: look up the id, job or date.")
    _sum_up(count)
    if not count.confirmed:
        raise typer.Exit(1)


def _show(replayed: "Replayed") -> None:
    typer.echo(f"{replayed.outcome}: estimate {replayed.estimate_id}, entry {replayed.sequence:,}")
    for one in replayed.differences:
        typer.echo(f"  {one.column}: recorded {one.recorded}, now {one.recomputed}")
    typer.echo(f"  cause: {replayed.cause}")


def _sum_up(count: "ReplayCount") -> None:
    for column, (lines, largest) in count.columns.items():
        apart = "" if largest.largest != largest.largest else f", by up to {largest.largest:.3g}"
        typer.echo(f"{column} differs in {lines:,} estimates{apart}")
    for cause, lines in count.causes.most_common():
        typer.echo(f"{lines:,} estimates: {cause}")
    told = ", ".join(f"{count.outcomes[name]:,} {name}" for name in ("equal", "different", "impossible"))
    reduced = f", {count.outcomes['reduced']:,} reduced to their hash" if count.outcomes["reduced"] else ""
    typer.echo(f"{count.outcomes.total():,} estimates replayed: {told}{reduced}.")


def _open(database: str | None, tenant: str | None = None) -> "tuple[AuditStore, BundleArchive]":
    """Open the store and its archive; a tenant that is only read must be there."""
    from serving.replay.archive import archive_of  # noqa: PLC0415
    from serving.settings import service_settings  # noqa: PLC0415
    from serving.store.store import AuditStore  # noqa: PLC0415

    settings = service_settings()
    url = database or settings.database
    store = AuditStore(url)
    if tenant is not None:
        store.require_tenant(tenant)
    return store, archive_of(url, settings.bundles)


def _utc(instant: datetime | None) -> datetime | None:
    return instant.replace(tzinfo=UTC) if instant else None
