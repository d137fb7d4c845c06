"""Finding estimates: by id, with all times it was asked for, and by what they were made in, from and when."""

from collections.abc import Iterator
from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Final

from sqlalchemy import ColumnElement, false, select

from serving.store.column_types import is_storable
from serving.store.errors import UnknownEstimateError
from serving.store.estimates import EstimateRecord
from serving.store.paging import MAX_PAGE, Order, Page, entry_page
from serving.store.store import Reading
from serving.store.tables import Entry

_COLUMNS: Final = {
    "job_id": Entry.job_id,
    "model_version": Entry.model_version,
    "factor_set": Entry.factor_set,
    "status": Entry.status,
    "estimate_id": Entry.subject,
}
"""Column of each exact condition of a search."""


@dataclass(frozen=True)
class Occurrence:
    """One time that an estimate was asked for."""

    sequence: int
    at: datetime
    who: str
    job_id: str


@dataclass(frozen=True)
class FoundEstimate:
    """An estimate by its id.

    An id is made from the line, the model and the options: the same line asked again has the same id and the
    same figures, and is recorded again. The latest record stands for all of them.

    Attributes
    ----------
    latest
        The latest record.
    history
        Every time it was asked for, the latest first.
    """

    latest: EstimateRecord
    history: Page[Occurrence]


@dataclass(frozen=True, kw_only=True)
class EstimateFilter:
    """What estimates are looked for; everything that is named must hold.

    Attributes
    ----------
    job_id, model_version, factor_set, status, estimate_id
        As they were recorded.
    since, until
        Recorded at or after, and before.
    dated_from, dated_to
        First and last day in which the lines count.
    """

    job_id: str | None = None
    model_version: str | None = None
    factor_set: str | None = None
    status: str | None = None
    estimate_id: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    dated_from: date | None = None
    dated_to: date | None = None


def find_estimate(
    reading: Reading, estimate_id: str, history_limit: int = 20, cursor: str = ""
) -> FoundEstimate:
    """Find an estimate by its id.

    Parameters
    ----------
    reading
        Transaction.
    estimate_id
        Of the estimate.
    history_limit
        Occurrences on a page.
    cursor
        Of an earlier page of the history.

    Raises
    ------
    UnknownEstimateError
        If the tenant has no such estimate.
    CursorError
        If the cursor is of another search.
    """
    latest = latest_estimate(reading, estimate_id)
    of_id = select(Entry.sequence, Entry.at, Entry.who, Entry.job_id).where(
        Entry.kind == "estimate", Entry.subject == estimate_id
    )
    history = entry_page(reading, of_id, {"estimate_id": estimate_id}, history_limit, cursor)
    occurrences = history.map(lambda row: Occurrence(row.sequence, row.at, row.who, row.job_id))
    return FoundEstimate(EstimateRecord.from_entry(latest), occurrences)


def latest_estimate(reading: Reading, estimate_id: str) -> Entry:
    """Find the latest entry of an estimate.

    Raises
    ------
    UnknownEstimateError
        If the tenant has no such estimate.
    """
    of_id = select(Entry).where(Entry.kind == "estimate", Entry.subject == estimate_id)
    newest = of_id.order_by(Entry.sequence.desc()).limit(1)
    entry = reading.session.scalar(newest) if is_storable(estimate_id) else None
    if entry is None:
        raise UnknownEstimateError(
            f"Got the estimate {estimate_id[:60]!r}, expected the id of one that was recorded here: look it "
            "up by its job or its date."
        )
    return entry


def search_estimates(
    reading: Reading,
    wanted: EstimateFilter,
    limit: int = 100,
    cursor: str = "",
    order: Order = "newest",
) -> Page[EstimateRecord]:
    """Search for estimates, a page at a time.

    Parameters
    ----------
    reading
        Transaction.
    wanted
        What to look for.
    limit
        Estimates on a page, at most 1,000.
    cursor
        Of the page before.
    order
        The latest recorded first, or last.

    Raises
    ------
    CursorError
        If the cursor is of another search.
    """
    query = select(Entry).where(Entry.kind == "estimate", *_conditions(reading, wanted))
    page = entry_page(reading, query, _as_json(wanted), limit, cursor, order)
    return page.map(EstimateRecord.from_entry)


def each_estimate(reading: Reading, wanted: EstimateFilter) -> Iterator[EstimateRecord]:
    """Go through all estimates of a search, the oldest first, a page in memory at a time."""
    return map(EstimateRecord.from_entry, each_entry(reading, wanted))


def each_entry(reading: Reading, wanted: EstimateFilter) -> Iterator[Entry]:
    """Go through the entries of all estimates of a search as they are stored, readable or not.

    The oldest comes first; a page is in memory at a time.
    """
    query = select(Entry).where(Entry.kind == "estimate", *_conditions(reading, wanted))
    cursor = ""
    while True:
        page = entry_page(reading, query, _as_json(wanted), MAX_PAGE, cursor, "oldest")
        reading.session.expunge_all()
        yield from page.items
        if not page.cursor:
            return
        cursor = page.cursor


def model_versions(reading: Reading, wanted: EstimateFilter) -> list[str]:
    """Name the bundles that made the estimates of a search."""
    query = select(Entry.model_version).where(Entry.kind == "estimate", *_conditions(reading, wanted))
    return sorted(reading.session.scalars(query.distinct()))


def _conditions(reading: Reading, wanted: EstimateFilter) -> Iterator[ColumnElement[bool]]:
    for name, column in _COLUMNS.items():
        value = getattr(wanted, name)
        if value is not None:
            yield column == value if is_storable(value) else false()
            if value:
                # the index holds what is not empty, and is not looked for in unless the query says so
                yield column != ""
    if wanted.dated_from is not None:
        yield Entry.line_date >= wanted.dated_from
    if wanted.dated_to is not None:
        yield Entry.line_date <= wanted.dated_to
    # time never runs back in a chain: a time is a number of entries, and pages need no other order
    if wanted.since is not None:
        yield Entry.sequence > _last_before(reading, wanted.since)
    if wanted.until is not None:
        yield Entry.sequence <= _last_before(reading, wanted.until)


def _last_before(reading: Reading, instant: datetime) -> int:
    before = select(Entry.sequence).where(Entry.at < instant)
    last = reading.session.scalar(before.order_by(Entry.at.desc(), Entry.sequence.desc()).limit(1))
    return last or 0


def _as_json(wanted: EstimateFilter) -> dict[str, str | None]:
    values = {field.name: getattr(wanted, field.name) for field in fields(wanted)}
    return {name: None if value is None else str(value) for name, value in values.items()}
