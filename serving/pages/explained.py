"""An estimate as a page explains it: what it is, how it came about, what it rests on, what would help."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Self

from data.catalogue import sources
from serving.pages.advice import Advice, advice
from serving.pages.pedigree_words import QualityScore, quality_scores
from serving.schemas.estimates import Arithmetic, EstimateOut
from serving.wording import code_text

_METHODS: Final = {
    "supplier-specific": "what the supplier declares for the goods",
    "hybrid": "partly what the supplier declares",
    "average-data": "mass of the goods times an average per kilogram",
    "spend-based": "money spent times an average per unit of money",
}
_STEPS: Final = {
    "vat": "Without VAT",
    "currency": "Currency",
    "deflation": "Prices of the factor's year",
    "price_basis": "Basic prices",
    "mass": "Mass",
    "quantity": "Quantity",
    "correction": "In proportion to the corrected line",
}
_OWN_SOURCES: Final = {
    "purchase_wordings": "Purchases in buyers' words, written for this model",
    "known_suppliers": "Suppliers and what they sell, compiled for this model",
}
_CATALOGUED: Final = {
    "austin": "parakeet_austin",
    "grocery": "caml_grocery",
    "naics_2017_titles": "naics_2017_descriptions",
    "schedule_b": "concordance",
}
_SHARES: Final = {
    "base": "What is usual",
    "text": "The words",
    "neighbours": "Products like it",
    "industry": "The industry",
    "attributes": "Attributes of the product",
    "codes": "Codes that were given",
    "money": "The money",
    "quantity": "The mass",
}
_CLUES: Final = {
    "text": "The words",
    "supplier": "The supplier",
    "habit": "What buyers usually buy",
    "codes": "Codes that were given",
}
_WHOLE: Final = 100.0


@dataclass(frozen=True)
class Figure:
    """A figure by one method: kg CO2e, its 90% range, and what the method is."""

    method: str
    meaning: str
    kg: float
    low: float
    high: float

    @property
    def is_positive(self) -> bool:
        """Whether a logarithmic scale can show it."""
        return self.kg > 0 and self.low > 0 and self.high > 0


@dataclass(frozen=True)
class Span:
    """Where a figure and its range lie on a logarithmic scale, all in percent of its width."""

    low: float
    middle: float
    high: float


@dataclass(frozen=True)
class Candidate:
    """A category that the line may belong to; ``factor`` is ``None`` where it has none."""

    code: str
    title: str
    probability: float
    factor: float | None
    unit: str


@dataclass(frozen=True)
class Evidence:
    """Something known that is like the line.

    Attributes
    ----------
    text
        Its words, of foreign origin.
    source, source_code, licence
        Who published it, its number there, and the terms; "" where there is none.
    category
        Code of the category it stands for, "" for a product.
    kg_per_kg
        What a kilogram of the product emits, as published; ``None`` for a text.
    similarity
        To the line, 1 for the same words; ``None`` where it is not told.
    """

    text: str
    source: str
    source_code: str
    licence: str
    category: str
    kg_per_kg: float | None
    similarity: float | None


@dataclass(frozen=True)
class Step:
    """A conversion: ``before * rate = after``."""

    name: str
    before: float
    before_unit: str
    rate: float
    after: float
    after_unit: str
    source: str
    note: str


@dataclass(frozen=True)
class Share:
    """What multiplies a figure, or the odds of a category, and how often."""

    name: str
    times: float


@dataclass(frozen=True)
class Known:
    """What a person or a supplier said about the goods.

    Attributes
    ----------
    what
        Kind, as a few words.
    text, source
        Of what, and who says so.
    who, at
        Who recorded it, and the day.
    estimate_id
        Of the estimate that was corrected, "" for anything else.
    applied, note
        Whether it was used here, and why not.
    """

    what: str
    text: str
    source: str
    who: str
    at: str
    estimate_id: str
    applied: bool
    note: str


@dataclass(frozen=True)
class Explained:
    """An estimate, ready for ``estimate_parts.html``.

    Attributes
    ----------
    estimate
        As the API answers it: texts that go onto the page as they are (cleaned by the template).
    figure, other
        By the method that was chosen, and by the other one; ``None`` where there is no figure.
    advice
        ``None`` where the figure can be used as it is.
    candidates, evidence, steps, known, quality
        The most probable category first, the nearest evidence first, the steps in their order.
    arithmetic
        What the factor multiplies after the last step; ``None`` where no factor does.
    makes_up
        Factors that the figure is the product of.
    decided, decided_over
        What made the category more probable than the next one, and the title of that; empty where nobody
        asked the model.
    """

    estimate: EstimateOut
    figure: Figure | None
    other: Figure | None
    advice: Advice | None
    candidates: list[Candidate]
    evidence: list[Evidence]
    steps: list[Step]
    arithmetic: Arithmetic | None
    known: list[Known]
    quality: list[QualityScore]
    makes_up: list[Share]
    decided: list[Share]
    decided_over: str

    @classmethod
    def of(cls, record: Mapping[str, Any], line: Mapping[str, Any]) -> Self:
        """Read an estimate.

        Parameters
        ----------
        record
            A row of :class:`models.estimates.Estimates`, or what the store kept of one.
        line
            The line item that it is for.
        """
        estimate = EstimateOut.from_record(record)
        candidates = [Candidate(**one) for one in estimate.alternatives]
        arithmetic = Arithmetic.of(estimate, line)
        of_category = estimate.contributions.get("category") or {}
        return cls(
            estimate=estimate,
            figure=_figure(estimate.method, estimate.kg_co2e, estimate.kg_co2e_low, estimate.kg_co2e_high),
            other=_figure(
                estimate.other_method,
                estimate.other_kg_co2e,
                estimate.other_kg_co2e_low,
                estimate.other_kg_co2e_high,
            ),
            advice=advice(estimate.status, estimate.reason),
            candidates=candidates,
            evidence=[_evidence(one) for one in estimate.evidence],
            steps=[_step(one) for one in estimate.conversions],
            arithmetic=arithmetic if arithmetic.by_a_factor else None,
            known=_known(estimate),
            quality=quality_scores(estimate.data_quality),
            makes_up=_shares(estimate.contributions, _SHARES),
            decided=_shares(of_category, _CLUES),
            decided_over=_title(of_category.get("over", ""), candidates),
        )

    @property
    def spans(self) -> list[Span]:
        """Draw both methods on one scale; nothing where there is one, or an end of a range is not above 0."""
        drawn = [one for one in (self.figure, self.other) if one is not None]
        if None in (self.figure, self.other) or not all(one.is_positive for one in drawn):
            return []
        least = math.log(min(one.low for one in drawn))
        width = math.log(max(one.high for one in drawn)) - least
        if width <= 0:
            return []
        return [
            Span(*(_WHOLE * (math.log(value) - least) / width for value in (one.low, one.kg, one.high)))
            for one in drawn
        ]


def _figure(method: str, kg: float | None, low: float | None, high: float | None) -> Figure | None:
    if kg is None:
        return None
    ends = (math.nan if end is None else end for end in (low, high))
    return Figure(method, _METHODS.get(method, ""), kg, *ends)


def _evidence(one: Mapping[str, Any]) -> Evidence:
    title, licence = _published(one.get("source", ""))
    return Evidence(
        text=one.get("text", ""),
        source=title,
        source_code=one.get("source_code", ""),
        licence=one.get("licence", licence),
        category=one.get("code", ""),
        kg_per_kg=one.get("kg_co2e_per_kg"),
        similarity=one.get("similarity"),
    )


def _published(source: str) -> tuple[str, str]:
    """Title and licence of a source; a source that the catalogue does not know goes by its own name."""
    if source in _OWN_SOURCES:
        return _OWN_SOURCES[source], ""
    known = sources().get(_CATALOGUED.get(source, source))
    return (known.title, known.licence) if known else (code_text(source), "")


def _step(one: Mapping[str, Any]) -> Step:
    return Step(
        name=_STEPS.get(one["step"], code_text(one["step"])),
        before=one["from_value"],
        before_unit=one["from_unit"],
        rate=one["rate"],
        after=one["to_value"],
        after_unit=one["to_unit"],
        source=one["source"],
        note=one["note"],
    )


def _shares(logarithms: Mapping[str, Any], names: Mapping[str, str]) -> list[Share]:
    """Give what multiplies, in the order of the names; what changes nothing is left out."""
    return [
        Share(said, math.exp(logarithms[name]))
        for name, said in names.items()
        if isinstance(logarithms.get(name), float) and logarithms[name] != 0
    ]


def _title(code: str, candidates: list[Candidate]) -> str:
    return next((one.title for one in candidates if one.code == code), code)


def _known(estimate: EstimateOut) -> list[Known]:
    said = [
        Known(
            what="Correction of the same goods",
            text=str(one.line.get("description", "")),
            source=one.comment,
            who=f"{one.reviewed_by}, approved by {one.approved_by}",
            at=one.at.date().isoformat(),
            estimate_id=one.estimate_id,
            applied=one.applied,
            note=one.note,
        )
        for one in estimate.corrections
    ]
    figure, item = estimate.supplier_figure, estimate.catalogue_item
    if figure is not None:
        goods = " ".join(value for value in figure.goods.values() if value)
        source = str(figure.figure.get("source", ""))
        day = figure.at.date().isoformat()
        said.append(
            Known("Figure of the supplier", goods, source, figure.who, day, "", figure.applied, figure.note)
        )
    if item is not None:
        said.append(
            Known(
                *("Product catalogue", item["text"], item["source"], item["who"], item["at"][:10], ""),
                applied=True,
                note="",
            )
        )
    return said
