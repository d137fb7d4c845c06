"""Reviews: a person accepts or corrects an estimate, and another one approves that."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final, Literal, Self

from sqlalchemy import ColumnElement, exists, select
from sqlalchemy.orm import aliased

from serving.store.canonical import parse_canonical
from serving.store.chain import NewEntry
from serving.store.errors import ReviewError
from serving.store.estimate_search import latest_estimate
from serving.store.estimates import EstimateContent
from serving.store.figure_ranges import require_range
from serving.store.goods import comparable_goods, product_gtin
from serving.store.paging import MAX_PAGE, Page, entry_page
from serving.store.periods import require_open
from serving.store.store import Reading, Writing
from serving.store.tables import Entry, of_kind

ReviewStatus = Literal["reviewed", "approved"]
_RANGE: Final = frozenset({"kg_co2e_low", "kg_co2e_high"})


@dataclass(frozen=True, kw_only=True)
class Correction:
    """What is right instead; what is ``None`` stays as it was estimated.

    Attributes
    ----------
    category_code, category_scheme
        Of the goods.
    factor_id
        Of the factor that is to be used.
    mass_kg
        Of all goods of the line.
    kg_co2e
        Footprint of the line.
    kg_co2e_low, kg_co2e_high
        Its central 90% range, where the reviewer knows one.
    excluded
        Whether the line is no purchase.
    """

    category_code: str | None = None
    category_scheme: str | None = None
    factor_id: str | None = None
    mass_kg: float | None = None
    kg_co2e: float | None = None
    excluded: bool | None = None
    kg_co2e_low: float | None = None
    kg_co2e_high: float | None = None

    def __post_init__(self) -> None:
        if all(value is None for value in vars(self).values()):
            raise ReviewError(
                "Got a correction of nothing, expected what is right instead: name it, or accept."
            )
        if (self.category_code is None) != (self.category_scheme is None):
            raise ReviewError("Got a category's code or its scheme alone, expected both: name both.")
        require_range(self.kg_co2e, self.kg_co2e_low, self.kg_co2e_high, ReviewError)

    def to_json(self) -> dict[str, Any]:
        """Give it as JSON has it; a range that is not stated is not there, as it was before there was one."""
        return {name: value for name, value in vars(self).items() if value is not None or name not in _RANGE}


@dataclass(frozen=True)
class Review:
    """A review as it is now.

    Attributes
    ----------
    sequence
        Number of its entry; an approval names it, so that nobody approves what they have not seen.
    estimate_id
        What was reviewed.
    status
        "reviewed" until another key approves it.
    correction
        ``None`` where the estimate was accepted.
    comment, reference
        In the reviewer's words; a document that bears it out.
    reviewed_by, approved_by
        Keys; "" while it is not approved.
    at
        When it came to be as it is.
    line_date
        Day in which the line counts.
    """

    sequence: int
    estimate_id: str
    status: ReviewStatus
    correction: Correction | None
    comment: str
    reference: str
    reviewed_by: str
    approved_by: str
    at: datetime
    line_date: date | None

    @classmethod
    def from_entry(cls, entry: Entry) -> Self:
        """Read an entry of the kind "review"."""
        payload = parse_canonical(entry.payload or "")
        return cls(
            sequence=entry.sequence,
            estimate_id=entry.subject,
            status="approved" if entry.status == "approved" else "reviewed",
            correction=Correction(**payload["correction"]) if payload["correction"] else None,
            comment=payload["comment"],
            reference=payload["reference"],
            reviewed_by=payload["reviewed_by"],
            approved_by=payload["approved_by"],
            at=entry.at,
            line_date=entry.line_date,
        )


@dataclass(frozen=True)
class Comment:
    """A remark on an estimate, or a document attached to it; it changes nothing."""

    sequence: int
    at: datetime
    who: str
    comment: str
    reference: str


def review_estimate(
    writing: Writing,
    estimate_id: str,
    correction: Correction | None = None,
    comment: str = "",
    reference: str = "",
) -> Review:
    """Accept an estimate or correct it; the review before, approved or not, is past then.

    Parameters
    ----------
    writing
        Transaction.
    estimate_id
        What is reviewed.
    correction
        What is right instead; ``None`` accepts the estimate.
    comment, reference
        Why, and a document that bears it out: an address or a name.

    Raises
    ------
    ScopeError
        If the actor may not review.
    UnknownEstimateError
        If the tenant has no such estimate.
    ClosedPeriodError
        If the line is dated in a closed period.
    """
    writing.actor.require("review")
    estimate = latest_estimate(writing, estimate_id)
    require_open(writing, estimate.line_date)
    return _write(writing, reviewed(estimate, writing.actor.who, correction, comment, reference))


def approve_review(writing: Writing, estimate_id: str, review: int, comment: str = "") -> Review:
    """Sign a review off: the second step, by another key than the first.

    Parameters
    ----------
    writing
        Transaction.
    estimate_id
        What was reviewed.
    review
        Number of the review that is approved.
    comment
        Added to that of the reviewer.

    Raises
    ------
    ScopeError
        If the actor may not review.
    UnknownEstimateError
        If the tenant has no such estimate.
    ReviewError
        If the review is not the present one, is approved already, or is the actor's own.
    ClosedPeriodError
        If the line is dated in a closed period.
    """
    writing.actor.require("review")
    estimate = latest_estimate(writing, estimate_id)
    require_open(writing, estimate.line_date)
    entry = _current_entry(writing, estimate_id)
    if entry is None or entry.sequence != review or entry.status != "reviewed":
        now = "none" if entry is None else f"{entry.sequence} ({entry.status})"
        raise ReviewError(
            f"Got an approval of review {review} of the estimate {estimate_id}, whose present review is "
            f"{now}, expected the present one, not approved yet: look at it and approve that."
        )
    if parse_canonical(entry.payload or "")["reviewed_by"] == writing.actor.who:
        raise ReviewError(
            f"Got an approval by the reviewer, {writing.actor.who}, expected another key: two people sign "
            "off."
        )
    return _write(writing, approved(estimate, entry, writing.actor.who, comment))


def add_comment(writing: Writing, estimate_id: str, comment: str, reference: str = "") -> Comment:
    """Remark on an estimate or attach a document; that is allowed in closed periods, too.

    Raises
    ------
    ScopeError
        If the actor may not review.
    UnknownEstimateError
        If the tenant has no such estimate.
    ReviewError
        If it says nothing.
    """
    writing.actor.require("review")
    if not (comment.strip() or reference.strip()):
        raise ReviewError("Got an empty comment, expected words or a reference: write some.")
    estimate = latest_estimate(writing, estimate_id)
    payload = {"comment": comment, "reference": reference}
    entry = NewEntry(kind="comment", subject=estimate_id, line_date=estimate.line_date, payload=payload)
    (sequence,) = writing.append([entry])
    return Comment(sequence, writing.at, writing.actor.who, comment, reference)


def current_review(reading: Reading, estimate_id: str) -> Review | None:
    """Say how an estimate is reviewed now."""
    entry = _current_entry(reading, estimate_id)
    return Review.from_entry(entry) if entry else None


def review_history(reading: Reading, estimate_id: str) -> list[Review]:
    """List all steps of an estimate's reviews, the latest first."""
    entries = reading.session.scalars(_steps(estimate_id).order_by(Entry.sequence.desc()))
    return [Review.from_entry(entry) for entry in entries]


def comments(reading: Reading, estimate_id: str) -> list[Comment]:
    """List the remarks on an estimate, the oldest first."""
    query = select(Entry).where(Entry.kind == "comment", Entry.subject == estimate_id)
    return [
        Comment(entry.sequence, entry.at, entry.who, **parse_canonical(entry.payload or ""))
        for entry in reading.session.scalars(query.order_by(Entry.sequence))
    ]


def search_reviews(
    reading: Reading, status: ReviewStatus | None = None, limit: int = 100, cursor: str = ""
) -> Page[Review]:
    """List the present reviews of all estimates, the latest first.

    Raises
    ------
    CursorError
        If the cursor is of another search.
    """
    query = select(Entry).where(of_kind("review"), *is_current_review())
    if status is not None:
        query = query.where(Entry.status == status)
    return entry_page(reading, query, {"reviews": status}, limit, cursor).map(Review.from_entry)


def each_review(reading: Reading, status: ReviewStatus | None = None) -> Iterator[Review]:
    """Go through the present reviews of all estimates, the latest first."""
    page = search_reviews(reading, status, MAX_PAGE)
    yield from page.items
    while page.cursor:
        page = search_reviews(reading, status, MAX_PAGE, page.cursor)
        yield from page.items


def is_current_review() -> Sequence[ColumnElement[bool]]:
    """Hold for the entries that are the latest review of their estimate."""
    later = aliased(Entry)
    superseded = exists().where(
        later.tenant == Entry.tenant,
        later.kind == "review",
        later.subject == Entry.subject,
        later.sequence > Entry.sequence,
    )
    return Entry.kind == "review", ~superseded


def reviewed(
    estimate: Entry, who: str, correction: Correction | None, comment: str, reference: str
) -> NewEntry:
    """Make the step of a review; its correction can be found by its goods from then on."""
    payload = {
        "estimate": estimate.sequence,
        "correction": correction.to_json() if correction else None,
        "comment": comment,
        "reference": reference,
        "reviewed_by": who,
        "approved_by": "",
        "line": _line_of(estimate),
    }
    return _step(estimate, "reviewed", payload)


def approved(estimate: Entry, review: Entry, who: str, comment: str) -> NewEntry:
    """Make the step of a review's approval."""
    payload = parse_canonical(review.payload or "")
    said = "\n".join(text for text in (payload["comment"], comment) if text)
    payload |= {"approved_by": who, "comment": said}
    return _step(estimate, "approved", payload)


def _step(estimate: Entry, status: ReviewStatus, payload: dict[str, Any]) -> NewEntry:
    line = payload["line"] if payload["correction"] else None
    return NewEntry(
        kind="review",
        subject=estimate.subject,
        status=status,
        model_version=estimate.model_version,
        factor_set=estimate.factor_set,
        job_id=estimate.job_id,
        line_date=estimate.line_date,
        gtin=product_gtin(line["gtin"]) if line else "",
        goods=comparable_goods(line["description"], line["supplier"]) if line else "",
        payload=payload,
    )


def _steps(estimate_id: str) -> Any:
    return select(Entry).where(Entry.kind == "review", Entry.subject == estimate_id)


def _current_entry(reading: Reading, estimate_id: str) -> Entry | None:
    found: Entry | None = reading.session.scalar(_steps(estimate_id).order_by(Entry.sequence.desc()).limit(1))
    return found


def _line_of(estimate: Entry) -> dict[str, Any] | None:
    """Give what later lines are compared with, and what a corrected mass or footprint is for."""
    if estimate.payload is None:
        return None
    line = EstimateContent.from_payload(estimate.payload).line
    told = ("description", "supplier", "gtin", "amount", "currency", "quantity", "unit")
    return {name: line[name] for name in told}


def _write(writing: Writing, entry: NewEntry) -> Review:
    (sequence,) = writing.append([entry])
    return Review.from_entry(writing.session.get_one(Entry, (writing.actor.tenant, sequence)))
