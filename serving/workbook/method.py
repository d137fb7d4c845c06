"""The sheet of the method: what a reader of the workbook needs to know, in sentences."""

from collections.abc import Iterator
from typing import Final

from serving.breakdown import PEDIGREE_INDICATORS
from serving.result import EstimatedLedger

_BOUNDARY: Final = (
    "Cradle-to-gate greenhouse gas emissions of purchased goods and services (GHG Protocol Corporate Value "
    "Chain (Scope 3) Standard, category 1): what was emitted to make and deliver what was bought, not what "
    "is emitted by using it or throwing it away."
)
_METHODS: Final = {
    "supplier-specific": "The supplier's own product carbon footprint times the amount bought.",
    "average-data": "Kilograms of the goods times a footprint per kilogram, learned from published ones.",
    "spend-based": "Money without VAT, at prices of the factor's year, times emissions per unit of money.",
}
_RANGE: Final = (
    "The true figure of a line is meant to lie between kg_co2e_low and kg_co2e_high nine times in ten. The "
    "range covers doubt about what was bought, the factor and prices; it does not cover a wrong amount in "
    "the ledger. A figure by money is the mean of a sector: a single product may lie outside."
)
_STATUSES: Final = {
    "estimated": "A figure to use.",
    "review": "There is a figure, but a person should look; the reason says why.",
    "excluded": "No purchase (pay, tax, transfer and the like): no figure.",
    "unmatched": "No figure can be given; the reason says why. Such lines count as nothing in the total.",
}
_QUALITY: Final = (
    "The column data_quality holds five scores of the pedigree matrix (Weidema and Wesnaes 1996, as used by "
    "ecoinvent and openLCA), each from 1, best, to 5."
)
_SCORES: Final = (
    "from verified measurements to guesses",
    "from data on all sites over an adequate period to unknown representativeness",
    "from less than 3 years to more than 15 years between the data and the purchase",
    "from data of the area of the purchase to data of an unknown or very different one",
    "from data on the product itself to data on related ones or another technology",
)
_ENERGY: Final = (
    "Energy and fuel that the buyer burns usually belong to Scope 1 and 2: take them from meter readings, "
    "and check that they are not counted twice."
)


def method_notes(result: EstimatedLedger) -> Iterator[tuple[str, str]]:
    """Give topics and what is to be said of each, in the order of the sheet."""
    yield "What is counted", _BOUNDARY
    yield from ((f"Method: {name}", words) for name, words in _METHODS.items())
    yield "How to read the range", _RANGE
    yield "Range of the total", result.total_note
    yield from ((f"Status: {name}", words) for name, words in _STATUSES.items())
    yield "Data quality", _QUALITY
    for number, (indicator, words) in enumerate(zip(PEDIGREE_INDICATORS, _SCORES, strict=True), 1):
        yield f"Score {number}: {indicator.lower()}", f"1 to 5: {words}."
    yield "Energy and fuel", _ENERGY
    yield "Model version", str(result.model_card.get("model_version", "not stated"))
    yield from (("Reading of the ledger", note) for note in result.notes)
