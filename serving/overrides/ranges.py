"""Ranges of footprints that people stated: their own where they state one, else by data quality.

A figure without a range comes with pedigree scores: its supplier's, or those of a declaration that nobody has
verified. Scores stand for a spread (:mod:`models.pedigree`), and to that comes how far declarations move
anyhow: the same maker's figure of the same product of the same mass differs from one report to the next by
less than a factor of 1.25 in nine of ten cases (139 pairs of the Carbon Catalogue; most were repeated
unchanged). docs/decisions/0019 has the reasons.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np

from models.figures import significant
from models.intervals import Z_90, in_quadrature, interval
from models.pedigree import pedigree_gsd, pedigree_text, temporal_score
from serving.store.reviews import Correction
from serving.store.supplier_figures import FigureVersion

DECLARED: Final = (3, 5, 5, 5, 2)
"""Not verified; which sites, of which age and from where is not said; the goods themselves."""
CORRECTED: Final = (4, 5, 5, 5, 3)
"""A qualified estimate of unknown sites, age and place, of goods alike."""
BASIC_HALF_WIDTH: Final = math.log(1.25)
"""Half-width in log kg CO2e of a figure with the best scores."""
STATED: Final = "stated"
_TEMPORAL: Final = 2


@dataclass(frozen=True)
class Range:
    """A central 90% range, kg CO2e.

    Attributes
    ----------
    low, high
        Its ends.
    by
        :data:`STATED`, or the pedigree scores.
    """

    low: float
    high: float
    by: str

    @property
    def data_quality(self) -> str:
        """Pedigree scores, "" where the range was stated."""
        return "" if self.by == STATED else self.by

    @property
    def sentence(self) -> str:
        """Where it comes from."""
        if self.by == STATED:
            return "The range is stated with it."
        return f"It is stated without a range, which is that of the data quality {self.by}."


def declared_range(version: FigureVersion, units: float, kg_co2e: float, bought: date | None) -> Range:
    """Range of a supplier's figure.

    Parameters
    ----------
    version
        The figure.
    units
        How many of its units the line is; negative for a credit.
    kg_co2e
        Footprint of the line.
    bought
        Day of the line; ``None`` takes the day of the declaration.
    """
    figure = version.figure
    if figure.kg_co2e_per_unit_low is not None and figure.kg_co2e_per_unit_high is not None:
        return _stated(figure.kg_co2e_per_unit_low, figure.kg_co2e_per_unit_high, units)
    if figure.data_quality is not None:
        return _by_scores(kg_co2e, figure.data_quality)
    scores = list(DECLARED)
    if figure.valid_from is not None:
        years = (bought or version.at.date()).year - figure.valid_from.year
        scores[_TEMPORAL] = int(temporal_score(np.array([years]))[0])
    return _by_scores(kg_co2e, scores)


def corrected_range(correction: Correction, times: float, kg_co2e: float) -> Range:
    """Range of a reviewer's figure.

    Parameters
    ----------
    correction
        What was said.
    times
        How many times as much the line is as the corrected one; negative for a credit of it.
    kg_co2e
        Footprint of the line.
    """
    if correction.kg_co2e_low is not None and correction.kg_co2e_high is not None:
        return _stated(correction.kg_co2e_low, correction.kg_co2e_high, times)
    return _by_scores(kg_co2e, CORRECTED)


def _stated(low: float, high: float, times: float) -> Range:
    first, last = significant(np.sort(np.array([low, high]) * times)).tolist()
    return Range(first, last, STATED)


def _by_scores(kg_co2e: float, scores: Sequence[int]) -> Range:
    rows = np.array([scores], dtype=np.int64)
    width = in_quadrature(Z_90 * np.log(pedigree_gsd(rows)), np.array([BASIC_HALF_WIDTH]))
    low, high = (float(significant(end)[0]) for end in interval(np.array([kg_co2e]), width))
    return Range(low, high, pedigree_text(rows)[0])
