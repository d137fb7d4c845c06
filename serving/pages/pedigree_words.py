"""Data quality in words: what a pedigree score says.

The words are those of the pedigree matrix (Weidema et al., *Overview and methodology: Data quality guideline
for the ecoinvent database version 3*, 2013), shortened.
"""

import re
from dataclasses import dataclass
from typing import Final

from models.pedigree import INDICATORS

_SCORES: Final = re.compile(r"^\(([1-5]);([1-5]);([1-5]);([1-5]);([1-5])\)$")
_MEANING: Final = {
    "reliability": (
        "verified data from measurements",
        "verified data with assumptions, or measurements not verified",
        "estimates, partly not verified",
        "a qualified estimate",
        "an unqualified estimate",
    ),
    "completeness": (
        "all sites of the market, long enough",
        "more than half of the sites",
        "less than half of the sites, or more for a shorter time",
        "one site, or some for a shorter time",
        "unknown, or few sites for a short time",
    ),
    "temporal": (
        "less than 3 years apart",
        "less than 6 years apart",
        "less than 10 years apart",
        "less than 15 years apart",
        "15 years apart or more, or unknown",
    ),
    "geographical": (
        "the area itself",
        "the average of a larger area with it",
        "an area with similar production",
        "an area with slightly similar production",
        "an unknown or a very different area",
    ),
    "technological": (
        "the very product and process",
        "the same process, of other makers",
        "the same kind of goods, by another technology",
        "related goods or processes",
        "related goods, by another technology or at another scale",
    ),
}


@dataclass(frozen=True)
class QualityScore:
    """One indicator: its name, its score from 1 (best) to 5, and what the score says."""

    indicator: str
    score: int
    meaning: str


def quality_scores(pedigree: str) -> list[QualityScore]:
    """Read pedigree scores; nothing where an estimate has none.

    Examples
    --------
    >>> [(one.indicator, one.score) for one in quality_scores("(2;2;1;1;4)")][-1]
    ('technological', 4)
    >>> quality_scores("")
    []
    """
    found = _SCORES.match(pedigree)
    if found is None:
        return []
    scores = zip(INDICATORS, map(int, found.groups()), strict=True)
    return [QualityScore(name, score, _MEANING[name][score - 1]) for name, score in scores]
