"""Restatements: what recorded estimates would be by a newer model or factor set, proposed and approved.

A restatement overwrites nothing. It is a proposal with a line for every estimate; approved by another key
than the one that proposed it, it is shown beside the estimates.
"""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime
from itertools import islice
from typing import Any, Final, Literal, Self

from sqlalchemy import select

from serving.store.canonical import parse_canonical
from serving.store.chain import NewEntry
from serving.store.errors import StoreError
from serving.store.paging import Page, entry_page
from serving.store.store import Reading, Writing
from serving.store.tables import Entry, Head

RestatementStatus = Literal["proposed", "approved"]
_LINE: Final = "line"
_BLOCK: Final = 1_000


class RestatementError(StoreError):
    """A restatement that does not exist, of nothing, or that the actor cannot approve."""


@dataclass(frozen=True)
class Figure:
    """What an estimate says, its reasons left out.

    Attributes
    ----------
    estimate_id, status, method, category_code, factor_id, model_version
        As of :class:`models.estimates.Estimates`.
    kg_co2e, kg_co2e_low, kg_co2e_high
        kg CO2e; ``None`` where there is no figure.
    """

    estimate_id: str
    status: str
    method: str
    category_code: str
    factor_id: str
    model_version: str
    kg_co2e: float | None
    kg_co2e_low: float | None
    kg_co2e_high: float | None


@dataclass(frozen=True)
class RestatedLine:
    """A recorded estimate and what it would be.

    Attributes
    ----------
    sequence
        Number of the estimate's entry.
    line_date
        Day in which the line counts.
    old, new
        What was recorded, and what it would be.
    """

    sequence: int
    line_date: date | None
    old: Figure
    new: Figure

    @classmethod
    def from_entry(cls, entry: Entry) -> Self:
        """Read an entry of a restated line."""
        payload = parse_canonical(entry.payload or "")
        old, new = Figure(**payload["old"]), Figure(**payload["new"])
        return cls(payload["estimate"], entry.line_date, old, new)


@dataclass(frozen=True)
class Restatement:
    """A restatement as it is now.

    Attributes
    ----------
    number
        Of the entry that proposed it; an approval names it.
    status
        "proposed" until another key approves it.
    summary
        What was asked for, number of lines, totals, what was left out.
    proposed_by, approved_by
        Keys; "" while it is not approved.
    comment
        In the words of whoever approved it.
    at
        When it came to be as it is.
    """

    number: int
    status: RestatementStatus
    summary: Mapping[str, Any]
    proposed_by: str
    approved_by: str
    comment: str
    at: datetime

    @classmethod
    def from_entry(cls, entry: Entry) -> Self:
        """Read an entry that proposes or approves one."""
        payload = parse_canonical(entry.payload or "")
        return cls(
            number=payload["number"],
            status="approved" if entry.status == "approved" else "proposed",
            summary=payload["summary"],
            proposed_by=payload["proposed_by"],
            approved_by=payload["approved_by"],
            comment=payload["comment"],
            at=entry.at,
        )


@dataclass(frozen=True)
class RestatedBeside:
    """An approved restatement of one estimate, to be shown beside it."""

    restatement: Restatement
    line: RestatedLine


def propose_restatement(
    writing: Writing, summary: Mapping[str, Any], lines: Iterable[RestatedLine]
) -> Restatement:
    """Keep a proposal with all its lines.

    Parameters
    ----------
    writing
        Transaction.
    summary
        What was asked for and what came of it; JSON.
    lines
        One an estimate.

    Raises
    ------
    ScopeError
        If the actor may not review.
    """
    writing.actor.require("review")
    number = (writing.session.scalar(select(Head.sequence)) or 0) + 1
    name = _name(number)
    payload = {
        "number": number,
        "summary": summary,
        "proposed_by": writing.actor.who,
        "approved_by": "",
        "comment": "",
    }
    writing.append([NewEntry(kind="restatement", subject=name, status="proposed", payload=payload)])
    left = iter(lines)
    while block := list(islice(left, _BLOCK)):
        writing.append(_line_entry(line, name) for line in block)
    return find_restatement(writing, number)


def approve_restatement(writing: Writing, number: int, comment: str = "") -> Restatement:
    """Sign a restatement off: by another key than the one that proposed it.

    Parameters
    ----------
    writing
        Transaction.
    number
        Of the proposal.
    comment
        Why.

    Raises
    ------
    ScopeError
        If the actor may not review.
    RestatementError
        If there is no such proposal, it is approved already, or it is the actor's own.
    """
    writing.actor.require("review")
    entry = _current_entry(writing, number)
    if entry.status == "approved":
        raise RestatementError(
            f"Got an approval of restatement {number}, which is approved, expected one that is proposed: "
            "look at `ledgerprint restate list`."
        )
    payload = parse_canonical(entry.payload or "")
    if payload["proposed_by"] == writing.actor.who:
        raise RestatementError(
            f"Got an approval by {writing.actor.who}, who proposed restatement {number}, expected another "
            "key: two people sign off."
        )
    payload |= {"approved_by": writing.actor.who, "comment": comment}
    writing.append([NewEntry(kind="restatement", subject=_name(number), status="approved", payload=payload)])
    return find_restatement(writing, number)


def find_restatement(reading: Reading, number: int) -> Restatement:
    """Find a restatement by its number.

    Raises
    ------
    RestatementError
        If the tenant has no such restatement.
    """
    return Restatement.from_entry(_current_entry(reading, number))


def search_restatements(reading: Reading, limit: int = 100, cursor: str = "") -> Page[Restatement]:
    """List restatements as they are now, the latest first.

    Raises
    ------
    CursorError
        If the cursor is of another search.
    """
    query = select(Entry).where(Entry.kind == "restatement", Entry.status == "proposed")
    page = entry_page(reading, query, {"restatements": None}, limit, cursor)
    return page.map(lambda entry: find_restatement(reading, entry.sequence))


def restated_lines(reading: Reading, number: int, limit: int = 100, cursor: str = "") -> Page[RestatedLine]:
    """List the lines of a restatement in their order.

    Raises
    ------
    CursorError
        If the cursor is of another search.
    """
    query = select(Entry).where(
        Entry.kind == "restatement", Entry.status == _LINE, Entry.job_id == _name(number)
    )
    page = entry_page(reading, query, {"restated": number}, limit, cursor, "oldest")
    return page.map(RestatedLine.from_entry)


def approved_restatements(reading: Reading, estimate_id: str) -> list[RestatedBeside]:
    """Find what is to be shown beside an estimate: its approved restatements, the latest first."""
    lines = reading.session.scalars(
        select(Entry)
        .where(Entry.kind == "restatement", Entry.subject == estimate_id, Entry.status == _LINE)
        .order_by(Entry.sequence.desc())
    ).all()
    found = []
    for entry in lines:
        restatement = find_restatement(reading, int(entry.job_id.removeprefix(_name(""))))
        if restatement.status == "approved":
            found.append(RestatedBeside(restatement, RestatedLine.from_entry(entry)))
    return found


def _line_entry(line: RestatedLine, name: str) -> NewEntry:
    return NewEntry(
        kind="restatement",
        subject=line.old.estimate_id,
        status=_LINE,
        job_id=name,
        model_version=line.new.model_version,
        factor_set=line.new.factor_id.partition("/")[0],
        line_date=line.line_date,
        payload={"estimate": line.sequence, "old": asdict(line.old), "new": asdict(line.new)},
    )


def _current_entry(reading: Reading, number: int) -> Entry:
    steps = select(Entry).where(
        Entry.kind == "restatement", Entry.subject == _name(number), Entry.status != _LINE
    )
    entry = reading.session.scalar(steps.order_by(Entry.sequence.desc()).limit(1))
    if entry is None:
        raise RestatementError(
            f"Got the restatement {number}, expected the number of one that was proposed here: look it up "
            "with `ledgerprint restate list`."
        )
    return entry


def _name(number: int | str) -> str:
    return f"restatement-{number}"
