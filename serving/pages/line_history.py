"""What happened to a line, in order: every time it was asked for, its reviews, what people remarked."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from serving.store import LOCAL, Reading
from serving.store.errors import UnknownJobError
from serving.store.estimate_search import FoundEstimate
from serving.store.jobs import find
from serving.store.keys import list_keys
from serving.store.reviews import Correction, Review, comments, review_history
from serving.wording import mass_text, number_text


@dataclass(frozen=True)
class Event:
    """Something that happened.

    Attributes
    ----------
    sequence, at, who
        Number of its entry in the audit trail, when, and by whom.
    what
        A few words.
    detail, comment, reference
        What was said, in words of ours and of theirs.
    job_id
        Ledger that it was asked for with, "" for none that has a page: programs name their runs as they like.
    """

    sequence: int
    at: datetime
    who: str
    what: str
    detail: str = ""
    comment: str = ""
    reference: str = ""
    job_id: str = ""

    @property
    def link(self) -> str:
        """Address of the reference, "" where it is none that may be followed."""
        return self.reference if self.reference.startswith(("https://", "http://")) else ""


def line_history(reading: Reading, found: FoundEstimate) -> list[Event]:
    """List what happened to an estimate, the oldest first.

    Parameters
    ----------
    reading
        Transaction.
    found
        The estimate, with the times it was asked for that are to be listed.
    """
    names = key_names(reading)
    estimate_id = found.latest.estimate_id
    ledgers = {name for name in {one.job_id for one in found.history.items} if _is_ledger(reading, name)}
    asked = (
        Event(
            *(one.sequence, one.at, names.get(one.who, one.who), "Asked for"),
            job_id=one.job_id if one.job_id in ledgers else "",
        )
        for one in found.history.items
    )
    steps = (_step(review, names) for review in review_history(reading, estimate_id))
    said = (
        Event(
            *(one.sequence, one.at, names.get(one.who, one.who), "Commented"),
            comment=one.comment,
            reference=one.reference,
        )
        for one in comments(reading, estimate_id)
    )
    return sorted([*asked, *steps, *said], key=lambda event: event.sequence)


def _is_ledger(reading: Reading, job_id: str) -> bool:
    try:
        find(reading, job_id)
    except UnknownJobError:
        return False
    return True


def key_names(reading: Reading) -> dict[str, str]:
    """Name whoever acts: keys by what they are called."""
    return {LOCAL: "this machine"} | {key.public_id: key.name for key in list_keys(reading)}


def correction_words(correction: Correction) -> str:
    """Say what is right instead.

    Examples
    --------
    >>> correction_words(Correction(mass_kg=12.0, kg_co2e=30.0, kg_co2e_low=20.0, kg_co2e_high=40.0))
    'mass 12 kg; footprint 30.0 kg CO2e (20.0 kg to 40.0 kg)'
    """
    return "; ".join(_parts(correction))


def _parts(correction: Correction) -> Iterator[str]:
    if correction.excluded:
        yield "no purchase"
    if correction.category_code is not None:
        yield f"category {correction.category_code}"
    if correction.factor_id is not None:
        yield f"factor {correction.factor_id}"
    if correction.mass_kg is not None:
        yield f"mass {number_text(correction.mass_kg, 6)} kg"
    if correction.kg_co2e is not None:
        low, high = correction.kg_co2e_low, correction.kg_co2e_high
        ends = "" if low is None or high is None else f" ({mass_text(low)} to {mass_text(high)})"
        yield f"footprint {mass_text(correction.kg_co2e)} CO2e{ends}"


def _step(review: Review, names: Mapping[str, str]) -> Event:
    who = review.approved_by or review.reviewed_by
    if review.approved_by:
        what = "Approved"
    elif review.correction is None:
        what = "Accepted"
    else:
        what = "Excluded" if review.correction.excluded else "Corrected"
    detail = correction_words(review.correction) if review.correction else ""
    return Event(
        *(review.sequence, review.at, names.get(who, who), what, detail, review.comment, review.reference)
    )
