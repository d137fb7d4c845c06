"""Commands of those who check and correct the past: the archive of bundles, replay and restatement."""

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from serving.store.actors import DEFAULT_TENANT
from serving.store.arguments import Database, Key, Tenant

if TYPE_CHECKING:
    from serving.replay.archive import BundleArchive
    from serving.replay.replay import ReplayCount, Replayed
    from serving.replay.restatement import Diff
    from serving.store.actors import Actor
    from serving.store.store import AuditStore

app = typer.Typer()
bundles = typer.Typer(help="Bundles that made recorded estimates.", no_args_is_help=True)
app.add_typer(bundles, name="bundles")
restatements = typer.Typer(help="What recorded purchases would be by a newer model or factor set.")
app.add_typer(restatements, name="restate")

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


@restatements.callback(invoke_without_command=True)
def propose(
    context: typer.Context,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Diff: .csv, .xlsx, .parquet or .jsonl.")
    ] = None,
    factor_set: Annotated[str | None, typer.Option(help="Factor set for every line.")] = None,
    bundle: Annotated[
        Path | None, typer.Option(help="Folder of a newer model; else the bundle that made each estimate.")
    ] = None,
    since: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S"], help="Estimates recorded since, UTC."),
    ] = None,
    job: Annotated[str | None, typer.Option(help="Estimates of a job.")] = None,
    tenant: Tenant = DEFAULT_TENANT,
    database: Database = None,
    key: Key = None,
) -> None:
    """Say line by line what recorded purchases would be by a newer model or factor set, and propose that.

    Nothing is overwritten: `restate approve` by another key lets it be shown beside the estimates.
    """
    from serving.outputs import check_outputs, write_table  # noqa: PLC0415
    from serving.replay.restatement import RestatementRequest, restate  # noqa: PLC0415
    from serving.store.estimate_search import EstimateFilter  # noqa: PLC0415
    from serving.store.restatements import RestatementError, propose_restatement  # noqa: PLC0415

    if context.invoked_subcommand:
        return
    if output is None or (since is None and job is None):
        raise RestatementError(
            "Got a restatement without an output, or of no date and no job, expected --output, and --since "
            "or --job: name them."
        )
    check_outputs(output, None, [])
    request = RestatementRequest(EstimateFilter(since=_utc(since), job_id=job), factor_set, bundle)
    store, archive = _open(database, None if key else tenant)
    with store:
        actor = _actor(store, tenant, key)
        actor.require("review")
        with store.reading(actor) as reading:
            diff = restate(reading, request, archive)
        with store.writing(actor) as writing:
            kept = propose_restatement(writing, diff.summary(request), diff.restated_lines())
    notes = write_table(diff.lines, output)
    _show_diff(diff)
    for note in notes:
        typer.echo(note, err=True)
    typer.echo(f"Written: {output}", err=True)
    typer.echo(
        f"Proposed: restatement {kept.number}, to be approved by another key: ledgerprint restate approve "
        f"{kept.number}",
        err=True,
    )


@restatements.command("approve")
def approve(
    number: Annotated[int, typer.Argument(help="Of the restatement.")],
    comment: Annotated[str, typer.Option(help="Why.")] = "",
    tenant: Tenant = DEFAULT_TENANT,
    database: Database = None,
    key: Key = None,
) -> None:
    """Let a restatement be shown beside the estimates; by another key than the one that proposed it."""
    from serving.store.restatements import approve_restatement  # noqa: PLC0415

    store, _ = _open(database, None if key else tenant)
    with store, store.writing(_actor(store, tenant, key)) as writing:
        done = approve_restatement(writing, number, comment)
    typer.echo(f"Approved: restatement {done.number}, proposed by {done.proposed_by}, by {done.approved_by}")


@restatements.command("list")
def list_restatements(tenant: Tenant = DEFAULT_TENANT, database: Database = None) -> None:
    """List the latest hundred restatements."""
    from serving.store.actors import Actor  # noqa: PLC0415
    from serving.store.restatements import search_restatements  # noqa: PLC0415

    store, _ = _open(database, tenant)
    with store, store.reading(Actor.local(tenant)) as reading:
        for found in search_restatements(reading).items:
            by = f"proposed by {found.proposed_by}"
            by += f", approved by {found.approved_by}" if found.approved_by else ""
            said = found.summary
            typer.echo(
                f"{found.number}  {found.status}  {found.at:%Y-%m-%d %H:%M}  {by}  {said['lines']:,} lines, "
                f"{said['old']['kg_co2e']:,.0f} -> {said['new']['kg_co2e']:,.0f} kg CO2e"
            )


def _show_diff(diff: "Diff") -> None:
    lines = diff.lines
    for words, of in (("recorded", diff.old), ("restated", diff.new)):
        typer.echo(
            f"{words}: {of.kg_co2e:,.0f} kg CO2e ({of.kg_co2e_low:,.0f} to {of.kg_co2e_high:,.0f}, 90% range)"
        )
    change = diff.new.kg_co2e - diff.old.kg_co2e
    share = f", {change / diff.old.kg_co2e:+.1%}" if diff.old.kg_co2e else ""
    typer.echo(
        f"difference: {change:+,.0f} kg CO2e{share}; {len(lines):,} lines, "
        f"{lines['method_changed'].sum():,} change their method, {lines['category_changed'].sum():,} their "
        "category"
    )
    if diff.repeated or diff.reduced:
        typer.echo(
            f"left out: {diff.repeated:,} estimates of lines that were estimated again later, "
            f"{diff.reduced:,} reduced to their hash"
        )
    for row in diff.moved_most().to_dict("records"):
        moved = f"{row['old_kg_co2e']:,.1f} -> {row['new_kg_co2e']:,.1f}"
        typer.echo(f"  {row['difference_kg_co2e']:+,.1f} kg: {moved}  {row['description'][:60]}")


def _actor(store: "AuditStore", tenant: str, key: str | None) -> "Actor":
    from serving.store.actors import Actor  # noqa: PLC0415
    from serving.store.keys import authenticate  # noqa: PLC0415

    return authenticate(store, key) if key else Actor.local(tenant)


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
