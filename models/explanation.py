"""Words and records that go with an estimate: candidates, evidence, conversions and a sentence to read."""

import json
from collections.abc import Sequence
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
_WHOLE_FROM: Final = 100


@dataclass(frozen=True)
class Candidates:
    """The most probable categories of u queries, best first.

    ``column`` (u, c) positions in the classes, -1 beyond the last; ``probability`` (u, c).
    """

    column: npt.NDArray[np.int64]
    probability: npt.NDArray[np.float64]


def top_candidates(probability: sparse.csr_matrix, count: int = CANDIDATES_SHOWN) -> Candidates:
    """Take the most probable categories of each row of (u, C) probabilities; ties in order of the classes."""
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
    codes: Sequence[str],
    titles: Sequence[str],
    factors: npt.NDArray[np.float64],
    unit: str,
) -> str:
    """Write the candidates of one query as JSON.

    Parameters
    ----------
    column, probability
        (c,) of the query, from :func:`top_candidates`.
    codes, titles, factors
        (C,) of the categories; NaN where a category has no factor.
    unit
        Of the factors.

    Returns
    -------
    str
        List of objects: code, title, probability, factor (null where there is none), unit.
    """
    return _json(
        [
            {
                "code": codes[c],
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
    """Write the nearest reference entries of one query as JSON.

    Returns
    -------
    str
        List of objects, nearest first, no text twice: text, code (of the category), source, source_code (the
        source's own), similarity (cosine).
    """
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
    """Write :class:`features.conversions.Conversion` steps of one line as JSON, figures to nine digits."""
    steps = [
        {
            name: _rounded(value) if isinstance(value, float) else value
            for name, value in step.to_dict().items()
        }
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
    money: str,
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
    money
        Amount of the line as the ledger has it, said where no step changed it.
    conversions
        Steps that the money took.
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
    return (
        f"{conversion_sentence(conversions) or money}, times {kg_per_converted:.3g} kg CO2e per {currency} "
        f"(categories mixed by probability: {candidates}) = {_prose(kg[0])} kg CO2e, "
        f"90% range {_prose(kg[1])} to {_prose(kg[2])}. {factor_words}"
    )


def _prose(value: float) -> str:
    """Three significant digits, thousands told apart, never in powers of ten."""
    rounded = float(f"{value:.3g}")
    return f"{rounded:,.0f}" if abs(rounded) >= _WHOLE_FROM else f"{rounded:,.6f}".rstrip("0").rstrip(".")


def _rounded(value: float) -> float | None:
    return None if not np.isfinite(value) else float(f"{value:.9g}")


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
