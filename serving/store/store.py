"""The audit store: transactions that see one tenant's rows, and write at the end of its chain."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, Final, Self

from sqlalchemy import Connection, Engine, event, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import ORMExecuteState, Session, with_loader_criteria

from serving.store.actors import Actor
from serving.store.chain import NO_ENTRY, Link, NewEntry, chained
from serving.store.engine import BEGIN, explained, make_engine
from serving.store.errors import TenantError
from serving.store.schema import bring_up_to_date
from serving.store.tables import STORED_ENTRIES, Base, Head, TenantOwned


class TenantSession(Session):
    """A session that sees the rows of one tenant.

    Every statement on mapped classes is narrowed to the tenant when it is executed, and statements on bare
    tables, which could not be, are refused: there is no query that forgets whose rows it may read.
    """

    def __init__(self, bind: Engine, tenant: str) -> None:
        super().__init__(bind, info={"tenant": tenant}, expire_on_commit=False)


@event.listens_for(TenantSession, "do_orm_execute")
def _keep_to_tenant(state: ORMExecuteState) -> None:
    if not state.is_orm_statement:
        raise TypeError("got a statement on bare tables, expected one on mapped classes: it names no tenant")
    if state.is_select or state.is_update or state.is_delete:
        tenant = state.session.info["tenant"]
        state.statement = state.statement.options(
            with_loader_criteria(TenantOwned, lambda owned: owned.tenant == tenant, include_aliases=True)
        )


class Reading:
    """A transaction of one tenant.

    Attributes
    ----------
    session
        Sees the tenant's rows alone.
    actor
        Who reads.
    now
        When it began.
    """

    def __init__(self, session: TenantSession, actor: Actor, now: datetime) -> None:
        self.session = session
        self.actor = actor
        self.now = now


class Writing(Reading):
    """A transaction that holds the end of the tenant's chain: no other one adds to it meanwhile.

    What is read in it is still so when it ends. All of it is kept, or nothing.
    """

    def __init__(self, session: TenantSession, actor: Actor, now: datetime) -> None:
        super().__init__(session, actor, now)
        head = session.scalars(select(Head).with_for_update()).one()
        self._end = Link(head.sequence, max(now, head.at), head.hash)

    @property
    def at(self) -> datetime:
        """Time of the entries: now, or that of the last entry where the clock was put back since."""
        return self._end.at

    def append(self, entries: Iterable[NewEntry]) -> range:
        """Add entries to the chain and give their numbers.

        Raises
        ------
        CanonicalFormError
            If a payload has no canonical form; none of the entries is added then.
        """
        first = self._end.sequence + 1
        rows = chained(self._end, self.actor.tenant, self.actor.who, self.at, entries)
        if rows:
            end = Link(rows[-1]["sequence"], self.at, rows[-1]["hash"])
            with self.session.begin_nested():
                self.session.connection().execute(insert(STORED_ENTRIES), rows)
                self.session.execute(update(Head).values(sequence=end.sequence, at=end.at, hash=end.hash))
            self._end = end
        return range(first, first + len(rows))


class AuditStore:
    """The audit store in a database.

    Parameters
    ----------
    url
        ``sqlite:///FILE`` or ``postgresql://USER:PASSWORD@HOST/DATABASE``.
    upgrade
        Whether the tables are made or brought up to date.
    clock
        Says what time it is, with a time zone.

    Raises
    ------
    StoreUnavailableError
        If the database cannot be used.
    StoreVersionError
        If it is newer than the program, or older and must not be upgraded.

    Examples
    --------
    >>> store = AuditStore("sqlite:///:memory:")  # doctest: +IGNORE_EXCEPTION_DETAIL
    Traceback (most recent call last):
    serving.store.errors.StoreUnavailableError: ...
    """

    def __init__(
        self, url: str, *, upgrade: bool = True, clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self.engine: Final[Engine] = make_engine(url)
        self.clock = clock
        self._writers = self.engine.execution_options(**{BEGIN: "BEGIN IMMEDIATE"})
        # SQLite's readers see one state of the database by nature
        one_state = {} if self.engine.dialect.name == "sqlite" else {"isolation_level": "REPEATABLE READ"}
        self._readers = self.engine.execution_options(**one_state)
        try:
            bring_up_to_date(self.engine, upgrade=upgrade)
        except Exception:
            self.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Give the connections back."""
        self.engine.dispose()

    @contextmanager
    def reading(self, actor: Actor) -> Iterator[Reading]:
        """Read as the actor: one state of the database, whatever is written meanwhile."""
        with self._session(self._readers, actor) as session:
            yield Reading(session, actor, self.clock())

    @contextmanager
    def changing(self, actor: Actor) -> Iterator[Reading]:
        """Change rows that are no entries; the chain is not held."""
        with self._session(self._writers, actor) as session:
            self._make_tenant(session, actor.tenant)
            yield Reading(session, actor, self.clock())

    @contextmanager
    def writing(self, actor: Actor) -> Iterator[Writing]:
        """Hold the end of the tenant's chain and write to it; a tenant that is not there yet is made."""
        with self._session(self._writers, actor) as session:
            self._make_tenant(session, actor.tenant)
            yield Writing(session, actor, self.clock())

    @contextmanager
    def whole(self, *, write: bool = False) -> Iterator[Connection]:
        """Open a transaction over all tenants: for keys, whose tenant is not known yet, and for auditors."""
        with explained(self.engine), (self._writers if write else self._readers).begin() as connection:
            yield connection

    def tenants(self) -> list[str]:
        """Name all tenants."""
        with self.whole() as connection:
            return list(connection.scalars(select(Head.tenant).order_by(Head.tenant)))

    def require_tenant(self, tenant: str) -> None:
        """Refuse a tenant that does not exist.

        Raises
        ------
        TenantError
            If it does not.
        """
        known = self.tenants()
        if tenant not in known:
            raise TenantError(
                f"Got the tenant {tenant!r}, expected one of {', '.join(known) or 'none so far'}: name one, "
                "or make it "
                "with `ledgerprint keys create --tenant NAME`."
            )

    @contextmanager
    def _session(self, engine: Engine, actor: Actor) -> Iterator[TenantSession]:
        with explained(engine), TenantSession(engine, actor.tenant) as session, session.begin():
            yield session

    def _make_tenant(self, session: TenantSession, tenant: str) -> None:
        if session.scalar(select(Head.tenant)) is None:
            row = {"tenant": tenant, "sequence": 0, "at": self.clock(), "hash": NO_ENTRY}
            session.execute(insert_or_leave(self.engine, Head).values(row))


def insert_or_leave(engine: Engine, mapped: type[Base]) -> Any:
    """Start an INSERT that leaves a row alone which is there already."""
    dialect = sqlite if engine.dialect.name == "sqlite" else postgresql
    return dialect.insert(mapped).on_conflict_do_nothing()
