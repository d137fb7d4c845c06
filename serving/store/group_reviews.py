"""Reviews of many estimates in one transaction: each is an entry of its own, and what cannot be is told."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Final, Literal

from sqlalchemy import select

from serving.store.canonical import parse_canonical
from serving.store.chain import NewEntry
from serving.store.errors import UnknownEstimateError
from serving.store.periods import Period, periods
from serving.store.reviews import Correction, approved, reviewed
from serving.store.store import Reading, Writing
from serving.store.tables import Entry

Cause = Literal["locked", "changed", "not_reviewed", "own_review", "not_comparable", "not_valued"]
_AT_ONCE: Final = 500


@dataclass(frozen=True)
class LineReview:
    """A review that is to be written.

    Attributes
    ----------
    estimate_id
        What is reviewed.
    seen
        Number of its present review as whoever reviews it saw it, 0 for none.
    correction
        What is right instead; ``None`` accepts the estimate.
    """

    estimate_id: str
    seen: int
    correction: Correction | None = None


@dataclass(frozen=True)
class Refused:
    """A line that stays as it is.

    Attributes
    ----------
    estimate_id
        Of its estimate.
    cause
        Why, for a program.
    sentence
        Why, for a person.
    """

    estimate_id: str
    cause: Cause
    sentence: str


@dataclass(frozen=True)
class GroupReview:
    """What came of reviewing many estimates.

    Attributes
    ----------
    written
        Numbers of the new steps, by estimate.
    refused
        Estimates that stay as they are.
    """

    written: dict[str, int]
    refused: list[Refused]


def review_together(
    writing: Writing, asked: Iterable[LineReview], comment: str = "", reference: str = ""
) -> GroupReview:
    """Review many estimates; those that are locked, or were reviewed meanwhile, stay as they are.

    Parameters
    ----------
    writing
        Transaction.
    asked
        At most one an estimate.
    comment, reference
        As of :func:`serving.store.reviews.review_estimate`, for each of them.

    Raises
    ------
    ScopeError
        If the actor may not review.
    UnknownEstimateError
        If the tenant does not have one of the estimates.
    """

    def step(one: LineReview, estimate: Entry, _review: Entry | None) -> NewEntry | Refused:
        return reviewed(estimate, writing.actor.who, one.correction, comment, reference)

    return _written(writing, asked, step)


def approve_together(writing: Writing, asked: Iterable[LineReview], comment: str = "") -> GroupReview:
    """Sign many reviews off; those that the actor made, that are locked or changed since stay as they are.

    Parameters
    ----------
    writing
        Transaction.
    asked
        Which reviews, as they were seen.
    comment
        Added to those of the reviewers.

    Raises
    ------
    ScopeError
        If the actor may not review.
    UnknownEstimateError
        If the tenant does not have one of the estimates.
    """

    def step(one: LineReview, estimate: Entry, review: Entry | None) -> NewEntry | Refused:
        if review is None or review.status != "reviewed":
            now = "approved already" if review else "not reviewed"
            return Refused(
                one.estimate_id, "not_reviewed", f"The line is {now}: there is nothing to approve."
            )
        if parse_canonical(review.payload or "")["reviewed_by"] == writing.actor.who:
            return Refused(
                one.estimate_id, "own_review", f"{writing.actor.who} reviewed it: another key has to approve."
            )
        return approved(estimate, review, writing.actor.who, comment)

    return _written(writing, asked, step)


def _written(
    writing: Writing,
    asked: Iterable[LineReview],
    step: Callable[[LineReview, Entry, Entry | None], NewEntry | Refused],
) -> GroupReview:
    writing.actor.require("review")
    closed = [period for period in periods(writing) if period.status == "closed"]
    done = GroupReview({}, [])
    left = iter(asked)
    while batch := list(islice(left, _AT_ONCE)):
        steps = []
        for one, estimate, review in _found(writing, batch):
            new = _refused(one, estimate, review, closed) or step(one, estimate, review)
            if isinstance(new, Refused):
                done.refused.append(new)
            else:
                steps.append(new)
        numbers = writing.append(steps)
        done.written.update(zip((entry.subject for entry in steps), numbers, strict=True))
        # what was read is not needed again, and may be large
        writing.session.expunge_all()
    return done


def _refused(
    one: LineReview, estimate: Entry, review: Entry | None, closed: Sequence[Period]
) -> Refused | None:
    day = estimate.line_date
    period = next((period for period in closed if day and period.covers(day)), None)
    if period:
        return Refused(
            one.estimate_id,
            "locked",
            f"The line is dated {day}, which the closed period {period.name!r} locks.",
        )
    now = review.sequence if review else 0
    if now != one.seen:
        return Refused(
            one.estimate_id, "changed", "The line was reviewed since the page was shown: look at it again."
        )
    return None


def _found(reading: Reading, batch: Sequence[LineReview]) -> Iterator[tuple[LineReview, Entry, Entry | None]]:
    """Find the latest estimate and the present review of each."""
    names = [one.estimate_id for one in batch]
    estimates, reviews = (_latest(reading, kind, names) for kind in ("estimate", "review"))
    unknown = next((name for name in names if name not in estimates), None)
    if unknown is not None:
        raise UnknownEstimateError(
            f"Got the estimate {unknown[:60]!r}, expected the ids of estimates that were recorded here: look "
            "them up by their job."
        )
    for one in batch:
        yield one, estimates[one.estimate_id], reviews.get(one.estimate_id)


def _latest(reading: Reading, kind: str, names: Sequence[str]) -> dict[str, Entry]:
    query = select(Entry).where(Entry.kind == kind, Entry.subject.in_(names)).order_by(Entry.sequence)
    return {entry.subject: entry for entry in reading.session.scalars(query)}
