"""Reporting periods: once closed, the lines dated in them are locked."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal, Self

from sqlalchemy import select

from serving.store.canonical import parse_canonical
from serving.store.chain import NewEntry
from serving.store.errors import ClosedPeriodError, PeriodError
from serving.store.store import Reading, Writing
from serving.store.tables import Entry


@dataclass(frozen=True)
class Period:
    """A reporting period as it is now.

    Attributes
    ----------
    name
        Such as "FY2024".
    first, last
        Its days, both within.
    status
        Whether its lines are locked.
    reason
        Why it was closed or opened again.
    who, at
        By whom, when.
    """

    name: str
    first: date
    last: date
    status: Literal["closed", "open"]
    reason: str
    who: str
    at: datetime

    def covers(self, day: date) -> bool:
        """Tell whether lines of the day are locked."""
        return self.status == "closed" and self.first <= day <= self.last

    @classmethod
    def from_entry(cls, entry: Entry) -> Self:
        """Read an entry of the kind "period"."""
        payload = parse_canonical(entry.payload or "")
        return cls(
            name=entry.subject,
            first=date.fromisoformat(payload["first"]),
            last=date.fromisoformat(payload["last"]),
            status="closed" if entry.status == "closed" else "open",
            reason=payload["reason"],
            who=entry.who,
            at=entry.at,
        )


def close_period(writing: Writing, name: str, first: date, last: date, reason: str = "") -> Period:
    """Lock the lines dated from the first day to the last.

    Raises
    ------
    ScopeError
        If the actor is no admin.
    PeriodError
        If it has no name, ends before it begins, or is closed already.
    """
    writing.actor.require("admin")
    if not name.strip() or last < first:
        raise PeriodError(
            f"Got the period {name!r} from {first} to {last}, expected a name and an end that is not before "
            "the "
            "beginning: correct it."
        )
    known = {period.name: period for period in periods(writing)}.get(name)
    if known and known.status == "closed":
        raise PeriodError(
            f"Got the period {name!r}, which is closed from {known.first} to {known.last}, expected an open "
            "or a new "
            "one: reopen it first, or choose another name."
        )
    return _write(writing, name, first, last, "closed", reason)


def reopen_period(writing: Writing, name: str, reason: str) -> Period:
    """Unlock the lines of a closed period.

    Raises
    ------
    ScopeError
        If the actor is no admin.
    PeriodError
        If there is no such closed period, or no reason is given.
    """
    writing.actor.require("admin")
    if not reason.strip():
        raise PeriodError(f"Got no reason to reopen the period {name!r}, expected one: say why.")
    known = {period.name: period for period in periods(writing)}.get(name)
    if known is None or known.status != "closed":
        raise PeriodError(
            f"Got the period {name!r}, expected a closed one: list the periods for their names."
        )
    return _write(writing, name, known.first, known.last, "open", reason)


def periods(reading: Reading) -> list[Period]:
    """List the periods as they are now, in the order of their first days."""
    entries = reading.session.scalars(select(Entry).where(Entry.kind == "period").order_by(Entry.sequence))
    latest = {entry.subject: Period.from_entry(entry) for entry in entries}
    return sorted(latest.values(), key=lambda period: (period.first, period.name))


def require_open(reading: Reading, day: date | None) -> None:
    """Refuse a line that is locked.

    Raises
    ------
    ClosedPeriodError
        If the day lies in a closed period.
    """
    closed = next((period for period in periods(reading) if day and period.covers(day)), None)
    if closed:
        raise ClosedPeriodError(
            f"Got a line dated {day}, which the period {closed.name!r} ({closed.first} to {closed.last}) "
            "locks, "
            "expected one of an open period: have the period reopened, or leave the line as it is."
        )


def first_open(days: Iterable[date], known: Iterable[Period]) -> date | None:
    """Find the first of some days that no closed period covers."""
    closed = [period for period in known if period.status == "closed"]
    return min((day for day in days if not any(period.covers(day) for period in closed)), default=None)


def _write(
    writing: Writing, name: str, first: date, last: date, status: Literal["closed", "open"], reason: str
) -> Period:
    payload = {"first": first.isoformat(), "last": last.isoformat(), "reason": reason}
    writing.append([NewEntry(kind="period", subject=name, status=status, payload=payload)])
    return Period(name, first, last, status, reason, writing.actor.who, writing.at)
