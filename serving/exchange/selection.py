"""The selection: which recorded estimates are published, after all that people have said since."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from features.money import MoneyOptions
from serving.exchange.errors import FootprintError
from serving.exchange.estimated import EstimatedFootprint, readable, refused
from serving.overrides.found import LineOverrides, find_overrides
from serving.store.estimate_search import EstimateFilter, each_estimate
from serving.store.estimates import EstimateContent, EstimateRecord, restored_lines
from serving.store.restatements import approved_restatements
from serving.store.reviews import Review, each_review
from serving.store.store import Reading

_ASKED_AT_ONCE: Final = 500
_AGAIN: Final = "record its line again, which takes that into account, and export that estimate"


@dataclass(frozen=True)
class Selection:
    """What is published of some estimates.

    Attributes
    ----------
    footprints
        One for the same goods in the same unit and year: the latest.
    refused
        Estimate id -> why it gives none.
    """

    footprints: list[EstimatedFootprint]
    refused: dict[str, FootprintError]


@dataclass(frozen=True)
class _Candidate:
    record: EstimateRecord
    content: EstimateContent
    footprint: EstimatedFootprint


def select_footprints(reading: Reading, wanted: EstimateFilter) -> Selection:
    """Say which of some recorded estimates give a footprint that still holds.

    An estimate that was corrected since, by a review of it or of the same goods, by a supplier's figure, the
    catalogue or an approved restatement, gives none: what is right would have to be estimated anew. One that
    awaited review counts once two people have signed it off. Of several estimates of the same goods the
    latest stands.
    """
    reviews = {review.estimate_id: review for review in each_review(reading)}
    candidates: dict[tuple[object, ...], _Candidate] = {}
    left_out: dict[str, FootprintError] = {}
    for record in each_estimate(reading, wanted):
        review = reviews.get(record.estimate_id)
        try:
            _require_as_estimated(record, review)
            footprint = EstimatedFootprint.of(record, review)
        except FootprintError as error:
            left_out[record.estimate_id] = error
            continue
        goods = (footprint.product_id, footprint.unit, footprint.first)
        before = candidates.pop(goods, None)
        if before:
            left_out[before.record.estimate_id] = refused(
                before.record, "a later estimate of the same goods stands for it"
            )
        candidates[goods] = _Candidate(record, readable(record), footprint)
        # the same line may have been estimated before, in between and again
        left_out.pop(record.estimate_id, None)
    footprints = []
    for candidate, known in _with_known(reading, list(candidates.values())):
        why = _changed_since(reading, candidate.record, known)
        if why:
            left_out[candidate.record.estimate_id] = refused(candidate.record, f"{why}: {_AGAIN}")
        else:
            footprints.append(candidate.footprint)
    return Selection(footprints, left_out)


def _require_as_estimated(record: EstimateRecord, review: Review | None) -> None:
    """Refuse an estimate that its own review corrects."""
    if review is None or review.correction is None:
        return
    if review.status != "approved":
        raise refused(
            record, "a reviewer has corrected it, and nobody has approved that yet: approve it or accept"
        )
    if review.correction.excluded:
        raise refused(record, "a review found the line to be no purchase")
    raise refused(record, f"a review has corrected it: {_AGAIN}")


def _with_known(
    reading: Reading, candidates: Sequence[_Candidate]
) -> Iterator[tuple[_Candidate, LineOverrides]]:
    """Give each with what is known of its goods now."""
    for start in range(0, len(candidates), _ASKED_AT_ONCE):
        some = candidates[start : start + _ASKED_AT_ONCE]
        # ids of lines differ within a ledger, not within a store
        numbered = [
            replace(one.content, line={**one.content.line, "line_id": str(number)})
            for number, one in enumerate(some)
        ]
        yield from zip(some, find_overrides(reading, restored_lines(numbered), MoneyOptions()), strict=True)


def _changed_since(reading: Reading, record: EstimateRecord, known: LineOverrides) -> str:
    """Say what has been learned of the goods since the estimate; "" for nothing."""
    if any(one.at > record.at for one in known.corrections):
        return "the same goods have been corrected since"
    if known.figure and not known.figure_note and known.figure.at > record.at:
        return "the supplier has declared a figure since"
    if known.item and known.item.at > record.at:
        return "the product catalogue says something new of the goods"
    if any(one.restatement.at > record.at for one in approved_restatements(reading, record.estimate_id)):
        return "an approved restatement has another figure"
    return ""
