"""Commands of reviewers: reporting periods, and reviews as lists, files and labels."""

from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from serving.store.actors import DEFAULT_TENANT
from serving.store.arguments import Database, Key, Tenant

if TYPE_CHECKING:
    from serving.store.actors import Actor
    from serving.store.reviews import Review
    from serving.store.store import AuditStore

app = typer.Typer()
periods = typer.Typer(help="Reporting periods: close, reopen and list them.", no_args_is_help=True)
reviews = typer.Typer(help="Reviews: list and export them, as labels too.", no_args_is_help=True)
app.add_typer(periods, name="periods")
app.add_typer(reviews, name="reviews")

Status = Annotated[Literal["reviewed", "approved"] | None, typer.Option(help="Of the reviews; else all.")]


@periods.command("close")
def close(
    name: Annotated[str, typer.Argument(help="Such as FY2024.")],
    first: Annotated[datetime, typer.Option("--from", formats=["%Y-%m-%d"], help="First day, 2024-04-01.")],
    last: Annotated[datetime, typer.Option("--to", formats=["%Y-%m-%d"], help="Last day, 2025-03-31.")],
    reason: Annotated[str, typer.Option(help="Why.")] = "",
    key: Key = None,
    tenant: Tenant = DEFAULT_TENANT,
    database: Database = None,
) -> None:
    """Lock the lines dated in a period: their estimates can be remarked on, but not reviewed."""
    from serving.store.periods import close_period  # noqa: PLC0415

    with _open(database, tenant) as store, store.writing(_actor(store, tenant, key)) as writing:
        done = close_period(writing, name, first.date(), last.date(), reason)
    typer.echo(f"Closed: {done.name}, {done.first} to {done.last}, by {done.who}")


@periods.command("reopen")
def reopen(
    name: Annotated[str, typer.Argument(help="Of a closed period.")],
    reason: Annotated[str, typer.Option(help="Why.")],
    key: Key = None,
    tenant: Tenant = DEFAULT_TENANT,
    database: Database = None,
) -> None:
    """Unlock the lines of a closed period."""
    from serving.store.periods import reopen_period  # noqa: PLC0415

    with _open(database, tenant) as store, store.writing(_actor(store, tenant, key)) as writing:
        done = reopen_period(writing, name, reason)
    typer.echo(f"Open: {done.name}, {done.first} to {done.last}, by {done.who}")


@periods.command("list")
def list_periods(key: Key = None, tenant: Tenant = DEFAULT_TENANT, database: Database = None) -> None:
    """List periods as they are now, with who closed or reopened them and why."""
    from serving.store.periods import periods as all_periods  # noqa: PLC0415

    with _open(database, tenant) as store, store.reading(_actor(store, tenant, key)) as reading:
        found = all_periods(reading)
    for one in found:
        told = f"{one.name}  {one.first} to {one.last}  {one.status}  {_minute(one.at)}  {one.who}"
        typer.echo(f"{told}  {one.reason}".rstrip())
    typer.echo(f"{len(found):,} periods")


@reviews.command("list")
def list_reviews(
    status: Status = None, key: Key = None, tenant: Tenant = DEFAULT_TENANT, database: Database = None
) -> None:
    """List the present review of each estimate, the latest first, with who and why."""
    from serving.store.reviews import each_review  # noqa: PLC0415

    count = 0
    with _open(database, tenant) as store, store.reading(_actor(store, tenant, key)) as reading:
        for review in each_review(reading, status):
            count += 1
            typer.echo(_line(review))
    typer.echo(f"{count:,} reviews")


@reviews.command("export")
def export(
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="CSV of all present reviews, with who and why.")
    ] = None,
    labels: Annotated[
        Path | None, typer.Option(help="CSV of approved reviews that `ledgerprint train --labels` reads.")
    ] = None,
    key: Key = None,
    tenant: Tenant = DEFAULT_TENANT,
    database: Database = None,
) -> None:
    """Write reviews to a file, or as labels to train on; what cannot be a label is said.

    Labels are approved reviews: corrected categories (NAICS 2017), corrected footprints with a mass or money
    to divide them by, and the categories of estimates that were accepted.
    """
    from serving.reviews.files import labels_csv, reviews_csv, write_file  # noqa: PLC0415
    from serving.reviews.labels import reviewed_labels  # noqa: PLC0415
    from serving.store.reviews import each_review  # noqa: PLC0415

    if output is None and labels is None:
        raise typer.BadParameter("name --output, --labels or both")
    with _open(database, tenant) as store, store.reading(_actor(store, tenant, key)) as reading:
        if output is not None:
            found = list(each_review(reading))
            write_file(output, reviews_csv(found))
            typer.echo(f"Written: {output}, {len(found):,} reviews")
        if labels is not None:
            made = reviewed_labels(reading)
            write_file(labels, labels_csv(made.labels))
            typer.echo(f"Written: {labels}, {len(made.labels):,} labels")
            for one in made.left_out:
                typer.echo(f"  {one.reason}: estimate {one.estimate_id}: {one.detail}")
            for reason, count in Counter(one.reason for one in made.left_out).most_common():
                typer.echo(f"left out: {count:,} {reason}")


def _line(review: "Review") -> str:
    said = review.correction.to_json() if review.correction else {}
    what = ", ".join(f"{name}={value}" for name, value in said.items() if value is not None) or "accepted"
    approved = f", approved by {review.approved_by}" if review.approved_by else ""
    told = f"{review.sequence}  {review.estimate_id}  {review.status}  {_minute(review.at)}"
    why = "; ".join(filter(None, [review.comment.replace("\n", " "), review.reference]))
    return f"{told}  {review.reviewed_by}{approved}  {what}  {why}".rstrip()


def _open(database: str | None, tenant: str) -> "AuditStore":
    from serving.database import open_store  # noqa: PLC0415
    from serving.settings import service_settings  # noqa: PLC0415
    from serving.store.errors import TenantError  # noqa: PLC0415

    store = open_store(database or service_settings().database)
    try:
        store.require_tenant(tenant)
    except TenantError:
        store.close()
        raise
    return store


def _actor(store: "AuditStore", tenant: str, key: str | None) -> "Actor":
    from serving.store.actors import Actor  # noqa: PLC0415
    from serving.store.keys import authenticate  # noqa: PLC0415

    return authenticate(store, key) if key else Actor.local(tenant)


def _minute(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%d %H:%M")
