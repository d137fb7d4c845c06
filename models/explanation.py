"""Words and records that go with an estimate: candidates, evidence, conversions, and a sentence to read."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import sparse

from features.conversions import Conversion, conversion_sentence
from models.reference_index import Neighbours, ReferenceIndex

CANDIDATES_SHOWN: Final = 5
EVIDENCE_SHOWN: Final = 3
_CANDIDATES_SAID: Final = 2
_PRODUCTS_SAID: Final = 2
_NAME_LENGTH: Final = 60
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
        f"(the factor of the probable categories: {candidates}) = {range_words(kg)}. "
        f"{factor_words}"
    )


def products_json(products: pd.DataFrame) -> str:
    """Write the nearest products with a known footprint as JSON.

    Parameters
    ----------
    products
        Of one line, from :meth:`models.intensity.IntensityModel.evidence`.

    Returns
    -------
    str
        List of objects, nearest first: text, source, licence, boundary, kg_co2e_per_kg (as published),
        similarity (cosine).
    """
    return _json(
        [
            {
                "text": str(row["name"])[:_TEXT_LENGTH],
                "source": row["source"],
                "licence": row["licence"],
                "boundary": row["boundary"],
                "kg_co2e_per_kg": _rounded(float(row["kg_co2e_per_kg"])),
                "similarity": round(float(row["similarity"]), 3),
            }
            for row in products.to_dict("records")
        ]
    )


def products_text(products: pd.DataFrame) -> str:
    """Say the nearest of the products for :func:`products_json`: "Portland cement 1.38, Concrete 0.119"."""
    return ", ".join(
        f"{name[:_NAME_LENGTH]} {_prose(value)}"
        for name, value in zip(
            products["name"][:_PRODUCTS_SAID], products["kg_co2e_per_kg"][:_PRODUCTS_SAID], strict=True
        )
    )


def mass_sentence(weighing: Conversion, factor: float, products: str, kg: tuple[float, float, float]) -> str:
    """Say how a figure came about from a mass.

    Parameters
    ----------
    weighing
        How the amount became kilograms.
    factor
        kg CO2e per kg.
    products
        From :func:`products_text`.
    kg
        Figure, lower and upper end, kg CO2e.
    """
    note = f"; {weighing.note}" if weighing.note else ""
    return (
        f"{_prose(weighing.from_value)} {weighing.from_unit} = {_prose(weighing.to_value)} kg "
        f"({weighing.source}{note}), times {factor:.3g} kg CO2e per kg (learned from footprints of "
        f"products; nearest: {products}) = {range_words(kg)}. Cradle to gate: what comes after the maker's "
        "gate, such as transport and trade, is not in it."
    )


def range_words(kg: tuple[float, float, float]) -> str:
    """Say a figure and its range: "12 kg CO2e, 90% range 8 to 20"."""
    return f"{_prose(kg[0])} kg CO2e, 90% range {_prose(kg[1])} to {_prose(kg[2])}"


def contributions_json(shares: Mapping[str, float]) -> str:
    """Write what makes up a figure as JSON: natural logarithms that add up to that of its size.

    A figure of nothing has no logarithm, and an empty object.
    """
    if not np.isfinite(list(shares.values())).all():
        return "{}"
    return _json({name: round(float(share), 4) for name, share in shares.items()})


def _prose(value: float) -> str:
    """Three significant digits, thousands told apart, never in powers of ten."""
    rounded = float(f"{value:.3g}")
    return f"{rounded:,.0f}" if abs(rounded) >= _WHOLE_FROM else f"{rounded:,.6f}".rstrip("0").rstrip(".")


def _rounded(value: float) -> float | None:
    return None if not np.isfinite(value) else float(f"{value:.9g}")


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
