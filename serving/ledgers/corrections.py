"""A review applied to its own line: what the line says with it, and who said so."""

import math
from dataclasses import dataclass, field
from typing import Any, Final

from serving.ledgers.valuations import Valuation
from serving.line_frame import FIGURES
from serving.overrides.ranges import corrected_range
from serving.store.reviews import Correction, Review
from serving.wording import number_text

CHANGED: Final = (
    *("status", "reason", "method", "category_code", "category", "category_probability", "data_quality"),
    *("factor_id", "factor_source", "explanation", "kg", "kg_low", "kg_high"),
)
"""Columns of a ledger's frame that a review may change."""
_NO_FIGURE: Final = {
    **dict.fromkeys(("method", "data_quality", "factor_id", "factor_source"), ""),
    **dict.fromkeys(("kg", "kg_low", "kg_high"), math.nan),
}

Values = dict[str, Any]


@dataclass(frozen=True)
class Outcome:
    """What a review does to its line.

    Attributes
    ----------
    changes
        Of :data:`CHANGED`, what is different; empty where nothing is.
    note
        Why the correction could not be applied, "" where it was.
    """

    changes: Values = field(default_factory=dict)
    note: str = ""


def accepted(line: Values) -> Outcome:
    """Accept the estimate of a line; one that a person was to look at has been looked at."""
    return Outcome({"status": "estimated", "reason": "accepted"} if line["status"] == "review" else {})


def corrected(line: Values, correction: Correction, valuation: Valuation | None, said: str) -> Outcome:
    """Correct a line.

    Parameters
    ----------
    line
        Row of the ledger's frame.
    correction
        What is right instead.
    valuation
        What it comes to by the model; ``None`` where the model was not asked.
    said
        Who corrected it, as a sentence.
    """
    if correction.excluded:
        words = f"{said} It is no purchase."
        return Outcome(
            _NO_FIGURE | {"status": "excluded", "reason": "excluded_by_review", "explanation": words}
        )
    if correction.kg_co2e is not None:
        return Outcome(_by_figure(correction, correction.kg_co2e, line, valuation, said))
    if valuation is None or isinstance(valuation, str):
        return Outcome(note=valuation or "Nobody could be asked what it comes to.")
    values = _of_frame(valuation)
    if math.isnan(values["kg"] if "kg" in values else line["kg"]):
        return Outcome(note=f"It gives no figure: {valuation.get('explanation', '')}".strip())
    words = f"{said} {values.get('explanation', line['explanation'])}"
    return Outcome(values | {"status": "estimated", "reason": "corrected", "explanation": words})


def sentence(review: Review) -> str:
    """Say who corrected a line, when and why."""
    who = review.reviewed_by + (f", approved by {review.approved_by}" if review.approved_by else "")
    comment = " ".join(review.comment.split())
    why = f": {comment}" if comment else ""
    return f"Corrected by {who} on {review.at.date()}{why}{'' if why.endswith('.') else '.'}"


def _by_figure(
    correction: Correction, kg: float, line: Values, valuation: Valuation | None, said: str
) -> Values:
    of_range = corrected_range(correction, 1.0, kg)
    of_category = {}
    if isinstance(valuation, dict):
        told = _of_frame(valuation)
        names = ("category_code", "category", "category_probability")
        of_category = {name: told[name] for name in names if name in told}
    return (
        _NO_FIGURE
        | of_category
        | {
            "status": "estimated",
            "reason": "corrected",
            "method": line["method"],
            "data_quality": of_range.data_quality,
            "factor_source": "review",
            "explanation": f"{said} {number_text(kg, 6)} kg CO2e. {of_range.sentence}",
            "kg": kg,
            "kg_low": of_range.low,
            "kg_high": of_range.high,
        }
    )


def _of_frame(valuation: Values) -> Values:
    """Name what was worked out as the frame of a ledger does."""
    values = {name: value for name, value in valuation.items() if name in CHANGED}
    if valuation.get("category_title"):
        values["category"] = valuation["category_title"]
    for name, source in FIGURES.items():
        if source in valuation:
            value = valuation[source]
            values[name] = math.nan if value is None else float(value)
    if values.get("category_probability", 0.0) is None:
        values["category_probability"] = math.nan
    return values
