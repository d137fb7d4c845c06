"""Retention: payloads of old estimates are reduced to their hash, and the chain still verifies."""

from dataclasses import dataclass
from datetime import date
from typing import Any, Final, cast

from sqlalchemy import CursorResult, select, update

from serving.store.chain import NewEntry
from serving.store.errors import RetentionError
from serving.store.number_ranges import NumberRanges
from serving.store.periods import first_open, periods
from serving.store.store import Writing
from serving.store.tables import Entry

_BLOCK: Final = 10_000


@dataclass(frozen=True)
class Retention:
    """What retention did.

    Attributes
    ----------
    reduced
        Number of estimates whose payload is gone.
    before
        Their lines are dated before this day.
    """

    reduced: int
    before: date


def retain(writing: Writing, before: date) -> Retention:
    """Reduce the payloads of the estimates of lines dated before a day.

    What the line said and how it was estimated is gone then; that it was, when, by whom, with which model and
    factor set and with which status stays, and so do reviews. An entry says which payloads went.

    Raises
    ------
    ScopeError
        If the actor is no admin.
    RetentionError
        If one of the lines is dated outside of closed periods. Nothing is reduced then.
    """
    writing.actor.require("admin")
    old = (Entry.kind == "estimate", Entry.payload.is_not(None), Entry.line_date < before)
    days = writing.session.scalars(select(Entry.line_date).where(*old).distinct())
    day = first_open((day for day in days if day is not None), periods(writing))
    if day is not None:
        raise RetentionError(
            f"Got estimates of lines dated before {before} to reduce, one of them dated {day}, which lies in "
            "no closed "
            "period, expected all in closed ones: close the period first, or choose an earlier day."
        )
    numbers = writing.session.scalars(
        select(Entry.sequence).where(*old).order_by(Entry.sequence).execution_options(yield_per=_BLOCK)
    )
    reduced = NumberRanges(numbers)
    ranges = [list(one) for one in reduced.ranges()]
    if not ranges:
        return Retention(0, before)
    writing.append(
        [
            NewEntry(
                kind="retention",
                subject=before.isoformat(),
                payload={"before": before.isoformat(), "reduced": ranges},
            )
        ]
    )
    take_away = update(Entry).where(*old).values(payload=None).execution_options(synchronize_session=False)
    done = cast("CursorResult[Any]", writing.session.execute(take_away))
    return Retention(done.rowcount, before)
