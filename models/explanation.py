"""Words and records that go with an estimate: candidates, evidence, conversions, and one sentence for a person."""

import json
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from scipy import sparse

from features.conversions import Conversion, conversion_sentence
from models.reference_index import Neighbours, ReferenceIndex

CANDIDATES_SHOWN: Final = 5
EVIDENCE_SHOWN: Final = 3
_CANDIDATES_SAID: Final = 2
_TEXT_LENGTH: Final = 160


@dataclass(frozen=True)
class Candidates:
    """The most probable categories of u queries, best first.

    ``column`` (u, c) positions in the classes, -1 beyond the last; ``probability`` (u, c).
    """

    column: npt.NDArray[np.int64]
    probability: npt.NDArray[np.float64]


def top_candidates(probability: sparse.csr_matrix, count: int = CANDIDATES_SHOWN) -> Candidates:
    """Take the most probable categories of each row of (u, C) probabilities; ties in the order of the classes."""
    column = np.full((probability.shape[0], count), -1, dtype=np.int64)
    value = np.zeros((probability.shape[0], count))
    for row in range(probability.shape[0]):
        part = slice(probability.indptr[row], probability.indptr[row + 1])
        order = np.lexsort((probability.indices[part], -probability.data[part]))[:count]
        column[row, : len(order)] = probability.indices[part][order]
        value[row, : len(order)] = probability.data[part][order]
    return Candidates(column, value)


def alternatives_json(
    column: Sequence[int],
    probability: Sequence[float],
    classes: npt.NDArray[np.str_],
    titles: Sequence[str],
    factors: npt.NDArray[np.float64],
    unit: str,
) -> str:
    """Candidates of one query as JSON: code, title, probability, factor (null where there is none) and its unit."""
    return _json(
        [
            {
                "code": str(classes[c]),
                "title": titles[c],
                "probability": round(float(p), 4),
                "factor": _rounded(factors[c]),
                "unit": unit,
            }
            for c, p in zip(column, probability, strict=True)
            if c >= 0
        ]
    )


def evidence_json(found: Neighbours, row: int, index: ReferenceIndex) -> str:
    """Nearest reference entries of one query as JSON: text, category, source, code in the source, similarity."""
    nearest = np.argsort(-found.similarity[row], kind="stable")
    seen: set[str] = set()
    evidence: list[dict[str, Any]] = []
    for position in nearest:
        entry = index.entries.iloc[int(found.entry[row, position])]
        if entry["text"] in seen:
            continue
        seen.add(entry["text"])
        evidence.append(
            {
                "text": str(entry["text"])[:_TEXT_LENGTH],
                "code": entry["naics_code"],
                "source": entry["source"],
                "source_code": entry["source_code"],
                "similarity": round(float(found.similarity[row, position]), 3),
            }
        )
        if len(evidence) == EVIDENCE_SHOWN:
            break
    return _json(evidence)


def conversions_json(conversions: Sequence[Conversion]) -> str:
    """Steps of one line as JSON, figures to nine digits."""
    steps = [
        {name: _rounded(value) if isinstance(value, float) else value for name, value in step.to_dict().items()}
        for step in conversions
    ]
    return _json(steps)


def candidates_text(column: Sequence[int], probability: Sequence[float], titles: Sequence[str]) -> str:
    """Say the leading candidates: "61% Gloves, 22% Rubber goods"."""
    said = [
        f"{p:.0%} {titles[c]}" for c, p in zip(column[:_CANDIDATES_SAID], probability, strict=False) if c >= 0
    ]
    return ", ".join(said)


def estimate_sentence(
    line: Mapping[Hashable, Any],
    conversions: Sequence[Conversion],
    kg_per_converted: float,
    currency: str,
    candidates: str,
    kg: tuple[float, float, float],
    factor_words: str,
) -> str:
    """Say how a figure came about.

    Parameters
    ----------
    line
        The line item.
    conversions
        Its steps.
    kg_per_converted
        kg CO2e per unit of money after the last step.
    currency
        Of that money.
    candidates
        From :func:`candidates_text`.
    kg
        Figure, lower and upper end, kg CO2e.
    factor_words
        The factor set and why it was chosen.
    """
    money = conversion_sentence(conversions) or f"{line['currency']} {line['amount']:,.2f}"
    return (
        f"{money}, times {kg_per_converted:.3g} kg CO2e per {currency} (categories mixed by probability: "
        f"{candidates}) = {kg[0]:,.3g} kg CO2e, 90% range {kg[1]:,.3g} to {kg[2]:,.3g}. {factor_words}"
    )


def _rounded(value: float) -> float | None:
    return None if not np.isfinite(value) else float(f"{value:.9g}")


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
