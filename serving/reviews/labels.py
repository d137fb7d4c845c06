"""Approved reviews as labels that a training reads; what cannot be one is named, and why."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

from sqlalchemy import select

from serving.overrides.amounts import units_in
from serving.store import Reading
from serving.store.canonical import parse_canonical
from serving.store.estimates import EstimateContent
from serving.store.reviews import Review, is_current_review
from serving.store.tables import Entry

_BLOCK: Final = 500
_NAICS: Final = "NAICS"
_DIGITS: Final = 6
_AGREE: Final = 1.01
"""Footprints of the same goods that are further apart than this contradict each other."""
_ALONE: Final = {
    "excluded": "Got whether the line is a purchase, which no label says.",
    "factor_id": "Got a factor, expected a category or a footprint: a label says what goods are, not how "
    "they are valued.",
    "mass_kg": "Got a mass without a footprint, expected both: correct kg_co2e, too.",
}


@dataclass(frozen=True, kw_only=True)
class ReviewedLabel:
    """A label, as ``ledgerprint train --labels`` reads it.

    Attributes
    ----------
    estimate_id
        What was reviewed.
    description, supplier
        Words of the line.
    category_code
        NAICS 2017, "" for none.
    kg_co2e, mass_kg, amount, currency
        Footprint of the line, and what to divide it by: its mass, else its money without VAT.
    date
        Day in which the line counts.
    who
        Reviewer and approver.
    """

    estimate_id: str
    description: str
    supplier: str
    category_code: str = ""
    kg_co2e: float | None = None
    mass_kg: float | None = None
    amount: float | None = None
    currency: str = ""
    date: dt.date | None = None
    who: str = ""

    @property
    def goods(self) -> tuple[str, str]:
        """The same for all labels of the same words from the same supplier."""
        return self.description.casefold(), self.supplier.casefold()

    @property
    def intensity(self) -> tuple[str, float] | None:
        """What the footprint is divided by, and how much it is then."""
        if self.kg_co2e is None:
            return None
        return ("kg", self.kg_co2e / self.mass_kg) if self.mass_kg else (self.currency, self._per_money)

    @property
    def _per_money(self) -> float:
        return (self.kg_co2e or 0.0) / (self.amount or 1.0)


@dataclass(frozen=True)
class LeftOut:
    """A review, or a part of one, that is no label.

    Attributes
    ----------
    estimate_id
        What was reviewed.
    reason
        Typed code.
    detail
        What was got, what was expected, what to do.
    """

    estimate_id: str
    reason: str
    detail: str


@dataclass(frozen=True)
class ReviewedLabels:
    """All labels that a tenant's reviews give, and all that they do not."""

    labels: list[ReviewedLabel] = field(default_factory=list)
    left_out: list[LeftOut] = field(default_factory=list)


def reviewed_labels(reading: Reading) -> ReviewedLabels:
    """Make labels of the approved reviews of a tenant.

    A corrected category becomes ``category_code``, a corrected footprint ``kg_co2e`` with the mass of the
    line, else with its money. An estimate that was accepted confirms its category. Labels that contradict
    each other are left out, all of them; of those that say the same, the latest stays.

    Returns
    -------
    ReviewedLabels
        In the order of the reviews. Every review is in it: as a label, among what was left out, or both.

    Raises
    ------
    ScopeError
        If the actor may not review.
    """
    reading.actor.require("review")
    found = ReviewedLabels()
    for entry, content in _reviews(reading):
        review = Review.from_entry(entry)
        if review.status != "approved":
            _leave_out(found, review, "not_approved", "Got a review that nobody approved: have it approved.")
            continue
        line = parse_canonical(entry.payload or "")["line"]
        if line is None or not " ".join(line["description"].split()):
            _leave_out(found, review, "no_words", "Got a line without a description, expected its words.")
            continue
        _add_label(found, review, line, content)
    return _agreeing(found)


def _reviews(reading: Reading) -> Iterator[tuple[Entry, EstimateContent | None]]:
    """Go through the present reviews, the oldest first, each with the estimate that was reviewed."""
    query = select(Entry).where(*is_current_review()).order_by(Entry.sequence)
    for block in reading.session.scalars(query.execution_options(yield_per=_BLOCK)).partitions():
        numbers = [parse_canonical(entry.payload or "")["estimate"] for entry in block]
        estimates = reading.session.scalars(select(Entry).where(Entry.sequence.in_(numbers)))
        payloads = {estimate.sequence: estimate.payload for estimate in estimates}
        for entry, number in zip(block, numbers, strict=True):
            payload = payloads.get(number)
            yield entry, EstimateContent.from_payload(payload) if payload else None


def _add_label(
    found: ReviewedLabels, review: Review, line: dict[str, Any], content: EstimateContent | None
) -> None:
    label = ReviewedLabel(
        estimate_id=review.estimate_id,
        description=" ".join(line["description"].split()),
        supplier=" ".join(line["supplier"].split()),
        date=review.line_date,
        who=f"{review.reviewed_by}, approved by {review.approved_by}",
    )
    said = review.correction
    if said is None:
        code, scheme = _estimated_category(content)
    else:
        code, scheme = said.category_code or "", said.category_scheme or ""
        for name in ("excluded", "factor_id", "mass_kg"):
            if getattr(said, name) is not None and (name != "mass_kg" or said.kg_co2e is None):
                _leave_out(found, review, f"{name}_alone", _ALONE[name])
    if code and scheme.upper().startswith(_NAICS) and len(code) == _DIGITS and code.isdecimal():
        label = replace(label, category_code=code)
    elif code or said is None:
        detail = f"Got the category {code!r} of {scheme!r}, expected six digits of NAICS 2017: correct it so."
        _leave_out(found, review, "category_not_naics", detail)
    if said is not None and said.kg_co2e is not None:
        divided = _divided(label, said.kg_co2e, said.mass_kg, line, content)
        if divided is None:
            detail = (
                f"Got {said.kg_co2e} kg CO2e of a line without a mass or money, net and of the same sign, "
                "expected one to divide it by: correct mass_kg, too."
            )
            _leave_out(found, review, "footprint_of_nothing", detail)
        label = divided or label
    if label.category_code or label.kg_co2e is not None:
        found.labels.append(label)


def _estimated_category(content: EstimateContent | None) -> tuple[str, str]:
    if content is None:
        return "", ""
    return content.estimate["category_code"], content.estimate["category_scheme"]


def _divided(
    label: ReviewedLabel,
    kg_co2e: float,
    mass_kg: float | None,
    line: dict[str, Any],
    content: EstimateContent | None,
) -> ReviewedLabel | None:
    """Give the label the footprint with what it is of; a credit and what it takes back are both positive."""
    rate = units_in(line["unit"], "kg") if line["unit"] else None
    mass = mass_kg if mass_kg is not None else (line["quantity"] or 0.0) * (rate or 0.0)
    amount = line["amount"] or 0.0
    if mass and kg_co2e * (amount or mass) > 0:  # a quantity is positive on a credit note, too
        return replace(label, kg_co2e=abs(kg_co2e), mass_kg=abs(mass))
    is_net = content is not None and not content.options.money.amounts_include_vat
    if is_net and line["currency"] and kg_co2e * amount > 0:
        return replace(label, kg_co2e=abs(kg_co2e), amount=abs(amount), currency=line["currency"])
    return None


def _agreeing(found: ReviewedLabels) -> ReviewedLabels:
    """Leave out what contradicts, and what is said again later."""
    of_goods: dict[tuple[str, str], list[ReviewedLabel]] = defaultdict(list)
    for label in found.labels:
        of_goods[label.goods].append(label)
    kept = ReviewedLabels(left_out=found.left_out)
    latest = {
        (label.goods, label.category_code, label.intensity): label.estimate_id for label in found.labels
    }
    for label in found.labels:
        others = [other.estimate_id for other in of_goods[label.goods] if other is not label]
        detail = _contradiction(of_goods[label.goods])
        if detail:
            detail = (
                f"Got {detail} for the same description and supplier ({', '.join(others)}), expected one: "
            )
            detail += "review the estimates again that are wrong."
            kept.left_out.append(LeftOut(label.estimate_id, "contradicting", detail))
        elif latest[label.goods, label.category_code, label.intensity] != label.estimate_id:
            detail = "Got what a later review says of the same goods, too; that one is the label."
            kept.left_out.append(LeftOut(label.estimate_id, "repeated", detail))
        else:
            kept.labels.append(label)
    return kept


def _contradiction(labels: Sequence[ReviewedLabel]) -> str:
    """Say what the labels of the same goods disagree about, "" for nothing."""
    codes = sorted({label.category_code for label in labels} - {""})
    if len(codes) > 1:
        return f"the categories {', '.join(codes)}"
    by_unit: dict[str, list[float]] = defaultdict(list)
    for label in labels:
        if label.intensity is not None:
            by_unit[label.intensity[0]].append(label.intensity[1])
    for unit, values in by_unit.items():
        if max(values) > _AGREE * min(values):
            return f"footprints from {min(values):.4g} to {max(values):.4g} kg CO2e per {unit}"
    return ""


def _leave_out(found: ReviewedLabels, review: Review, reason: str, detail: str) -> None:
    found.left_out.append(LeftOut(review.estimate_id, reason, detail))
