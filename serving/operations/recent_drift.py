"""Drift of the lines that were recorded last, against the lines that the model was made of."""

from collections import Counter
from dataclasses import dataclass
from typing import Final, Literal

import pandas as pd

from serving.operations.drift import FEATURES, FEWEST_LINES, DriftBaseline, observed_bins, stability_index
from serving.store.estimate_search import EstimateFilter, search_estimates
from serving.store.paging import MAX_PAGE
from serving.store.store import Reading

_SOME: Final = 0.1
_STRONG: Final = 0.25

Strength = Literal["none", "some", "strong", "too few lines"]


@dataclass(frozen=True)
class Drift:
    """How far recent lines differ from those that a model was made of, in one measure.

    Attributes
    ----------
    feature
        One of :data:`serving.operations.drift.FEATURES`.
    lines
        How many say something about it.
    index
        Population stability index.
    """

    feature: str
    lines: int
    index: float

    @property
    def strength(self) -> Strength:
        """What custom calls it: below 0.1 none, above 0.25 strong."""
        if self.lines < FEWEST_LINES:
            return "too few lines"
        if self.index > _STRONG:
            return "strong"
        return "some" if self.index > _SOME else "none"


def recent_drift(reading: Reading, version: str, baseline: DriftBaseline) -> list[Drift]:
    """Compare the latest 1,000 recorded estimates of a model with its baseline, feature by feature.

    Parameters
    ----------
    reading
        Transaction; the lines of its tenant count.
    version
        Of the model.
    baseline
        Of the same model; features that it does not have are left out.
    """
    latest = search_estimates(reading, EstimateFilter(model_version=version), MAX_PAGE).items
    contents = [record.content for record in latest if record.content is not None]
    # ids of lines repeat between requests, and none is needed here
    lines = pd.DataFrame({"description": [content.line["description"] for content in contents]})
    made = {name: [one.estimate[name] for one in contents] for name in ("category_code", "evidence")}
    counted = observed_bins(lines, pd.DataFrame(made))
    found = []
    for feature in FEATURES:
        observed, expected = Counter(counted.get(feature, {})), baseline.shares.get(feature)
        if expected:
            index = stability_index(observed, expected) if observed else 0.0
            found.append(Drift(feature, observed.total(), index))
    return found
