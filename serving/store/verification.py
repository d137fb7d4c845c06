"""Verification: every entry that was changed, removed, moved or slipped in is named."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection, Select, func, select

from serving.store.chain import NO_ENTRY
from serving.store.chain_check import ChainCheck, Row
from serving.store.column_types import is_storable
from serving.store.errors import StoreUnavailableError
from serving.store.findings import Finding
from serving.store.heads import KnownHead
from serving.store.key_trail import KeyTrail
from serving.store.store import AuditStore
from serving.store.tables import STORED_ENTRIES, STORED_HEADS

_BLOCK: Final = 1_000


@dataclass(frozen=True)
class Verification:
    """Outcome of a verification.

    Attributes
    ----------
    entries, tenants
        How many were read.
    findings
        Everything that is not as it was written.
    """

    entries: int
    tenants: int
    findings: list[Finding]


def verify(store: AuditStore, known: Sequence[KnownHead] = ()) -> Verification:
    """Read every chain and compare it with its hashes, its head, and the keys with their trail.

    Parameters
    ----------
    store
        The store; it may be written to meanwhile.
    known
        Heads that were kept elsewhere. Without them nothing shows when the end of a chain, its head included,
        is put back to an earlier state.
    """
    findings: list[Finding] = []
    entries = 0
    tenants: list[str] = []
    try:
        with store.whole() as connection, _bytes_as_they_are(connection):
            heads = _heads(connection)
            tenants = sorted({*heads, *_tenants_with_entries(connection), *(kept.tenant for kept in known)})
            for tenant in tenants:
                check = _checked(connection, tenant, heads.get(tenant), known)
                findings += check.findings
                entries += check.entries
    except StoreUnavailableError as error:
        findings.append(Finding("", 0, "unreadable", str(error)))
    return Verification(entries, len(tenants), findings)


def _checked(
    connection: Connection, tenant: str, head: KnownHead | None, known: Sequence[KnownHead]
) -> ChainCheck:
    mine = STORED_ENTRIES.c.tenant == tenant
    count = connection.scalar(select(func.count()).select_from(STORED_ENTRIES).where(mine)) or 0
    end = head or KnownHead(tenant=tenant, sequence=0, at="", hash=NO_ENTRY)

    def neighbours(row: Row) -> tuple[int | None, int | None]:
        entries = STORED_ENTRIES.c
        before, after = entries.hash == row["previous"], entries.previous == row["hash"]
        return (
            _number(connection, select(entries.sequence).where(mine, before), row["previous"]),
            _number(connection, select(entries.sequence).where(mine, after), row["hash"]),
        )

    kept = [head for head in known if head.tenant == tenant]
    check = ChainCheck(tenant, end, kept, end.sequence - count, neighbours)
    trail = KeyTrail(tenant)
    rows = connection.execution_options(yield_per=_BLOCK).execute(
        select(STORED_ENTRIES).where(mine).order_by(STORED_ENTRIES.c.sequence)
    )
    for row in map(dict, rows.mappings()):
        if check.take(row) and row["kind"] == "key" and row["payload"] is not None:
            trail.take(row)
    if head is None:
        check.findings.append(Finding(tenant, 0, "missing", "The head of the chain is not there."))
    check.finish()
    check.findings.extend(trail.compare(connection))
    return check


def _number(connection: Connection, query: Select[Any], asked: object) -> int | None:
    """Ask for an entry by its hash, unless that is no text that can be asked for."""
    if not (isinstance(asked, str) and is_storable(asked)):
        return None
    found = connection.scalar(query.limit(1))
    return found if isinstance(found, int) else None


def _heads(connection: Connection) -> dict[str, KnownHead]:
    """Read the heads; one that cannot be right stands for a chain without an entry."""
    heads = {}
    for row in connection.execute(select(STORED_HEADS)).mappings():
        usable = isinstance(row["sequence"], int) and row["sequence"] >= 0
        heads[str(row["tenant"])] = KnownHead.model_construct(
            tenant=row["tenant"], sequence=row["sequence"] if usable else 0, at=row["at"], hash=row["hash"]
        )
    return heads


def _tenants_with_entries(connection: Connection) -> list[str]:
    return [str(tenant) for tenant in connection.scalars(select(STORED_ENTRIES.c.tenant).distinct())]


@contextmanager
def _bytes_as_they_are(connection: Connection) -> Iterator[None]:
    """Read what is no UTF-8 any more, too: a changed byte must be found, not end the search."""
    if connection.dialect.name != "sqlite":
        yield
        return
    driver: Any = connection.connection.driver_connection
    driver.text_factory = lambda raw: raw.decode("utf-8", "surrogateescape")
    try:
        yield
    finally:
        driver.text_factory = str
