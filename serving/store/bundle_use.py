"""Which bundles the records of all tenants refer to."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from sqlalchemy import Connection, func, select

from serving.store.store import AuditStore, Reading
from serving.store.tables import Entry, Head


@dataclass(frozen=True)
class BundleUse:
    """How many records refer to a bundle."""

    estimates: int
    restatements: int


def records_by_bundle(connection: Connection) -> dict[str, BundleUse]:
    """Count estimates and restated lines by the bundle that made them, whatever was reduced to its hash.

    Parameters
    ----------
    connection
        Over all tenants: of :meth:`serving.store.AuditStore.whole`.
    """
    made = Entry.__table__.c
    rows = connection.execute(
        select(made.model_version, made.kind, func.count())
        .where(made.kind.in_(("estimate", "restatement")), made.model_version != "")
        .group_by(made.model_version, made.kind)
    )
    found: dict[str, dict[str, int]] = {}
    for version, kind, count in rows:
        found.setdefault(version, {})[kind] = count
    return {
        version: BundleUse(counts.get("estimate", 0), counts.get("restatement", 0))
        for version, counts in found.items()
    }


def estimates_by_bundle(reading: Reading) -> dict[str, int]:
    """Count the recorded estimates of the tenant by the bundle that made them."""
    made = select(Entry.model_version, func.count()).where(
        Entry.kind == "estimate", Entry.model_version != ""
    )
    counted = reading.session.execute(made.group_by(Entry.model_version))
    return {row[0]: row[1] for row in counted}


@contextmanager
def chains_held(store: AuditStore) -> Iterator[Connection]:
    """Hold the ends of all chains: nothing is recorded meanwhile."""
    with store.whole(write=True) as connection:
        connection.execute(select(Head.__table__).with_for_update()).all()
        yield connection
