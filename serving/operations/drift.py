"""Drift: how far what is asked differs from what buyers wrote in the lines that the model was made of.

Three things are looked at, each by the share of lines that fall into a bin: how similar the nearest text of
the reference index is, which sector (first two digits of NAICS 2017) a line is put into, and how long its
description is. The distance of two such distributions is the population stability index,
``sum((p - q) * ln(p / q))`` over the bins; custom has it that above 0.25 the population is another one
(Siddiqi, Credit Risk Scorecards, 2006).
"""

import json
import time
from bisect import bisect_left
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Self

import numpy as np
import pandas as pd

from models.reference_index import ReferenceIndex

SIMILARITY: Final = "nearest_similarity"
SECTOR: Final = "sector"
LENGTH: Final = "text_length"
FEATURES: Final = (SIMILARITY, SECTOR, LENGTH)

FEWEST_LINES: Final = 200
"""Of fewer lines the index is mostly chance: about (bins - 1) / lines of it."""
_BUYERS_WORDS: Final = ("austin", "public_lines", "purchase_wordings")
_SAMPLE: Final = 300
_EDGES: Final[Mapping[str, tuple[float, ...]]] = {
    SIMILARITY: (0.4, 0.5, 0.6, 0.7, 0.8, 0.9),
    LENGTH: (10, 20, 40, 80, 160),
}
_SMALLEST_SHARE: Final = 0.001
_KNOWN: Final = 0.999


@dataclass(frozen=True)
class DriftBaseline:
    """Shares of the bins among the buyers' lines in a bundle.

    Attributes
    ----------
    shares
        Feature -> bin -> share of lines; a feature's shares add up to 1.
    """

    shares: Mapping[str, Mapping[str, float]]

    @classmethod
    def from_index(cls, index: ReferenceIndex, pause_seconds: float = 0.0) -> Self:
        """Work the baseline out from what a bundle knows about its training lines.

        Each source of buyers' words counts alike. The similarity is that to the nearest *other* text, as if
        the line had not been there: what is asked has mostly not been there either.

        Parameters
        ----------
        index
            Of the bundle.
        pause_seconds
            Between two lines for which the nearest text is looked for, so that others can use the cores.
        """
        whole = index.entries["view"].to_numpy() == "line"
        texts = index.entries["text"].str.lower()
        mine = index.entries[whole & index.entries["source"].isin(_BUYERS_WORDS).to_numpy()]
        mine = mine.drop_duplicates(["source", "text"])
        if mine.empty:
            return cls({})
        known = mine["source"].nunique()
        weight = 1.0 / mine.groupby("source")["text"].transform("size") / known
        drawn = (
            mine.groupby("source").sample(frac=1.0, random_state=0).groupby("source").head(_SAMPLE // known)
        )
        nearest = []
        for row, text in drawn["text"].str.lower().items():
            cosine = index.vectors @ index.vectors[row]
            time.sleep(pause_seconds)
            nearest.append(float(cosine[whole & (texts != text).to_numpy()].max()))
        return cls(
            {
                SIMILARITY: _shares([_bin(SIMILARITY, one) for one in nearest], _alike(drawn)),
                SECTOR: _shares(mine["naics_code"].str[:2].tolist(), weight.tolist()),
                LENGTH: _shares([_bin(LENGTH, len(text)) for text in mine["text"]], weight.tolist()),
            }
        )

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Read what :meth:`to_json` wrote."""
        return cls(json.loads(text))

    def to_json(self) -> str:
        """Write the shares."""
        return json.dumps(self.shares, sort_keys=True)


def observed_bins(lines: pd.DataFrame, estimates: pd.DataFrame) -> dict[str, dict[str, int]]:
    """Count lines by bin: feature -> bin -> lines.

    Lines that are no purchase or cannot be read have no category, and are left out.

    Parameters
    ----------
    lines
        :class:`features.line_items.LineItems`, n rows.
    estimates
        :class:`models.estimates.Estimates`, n rows.
    """
    # one line at a time: most calls have few, and a frame costs more than all of them
    out: dict[str, Counter[str]] = {feature: Counter() for feature in FEATURES}
    asked = zip(
        lines["description"].tolist(),
        estimates["category_code"].tolist(),
        estimates["evidence"].tolist(),
        strict=True,
    )
    for description, code, evidence in asked:
        if not code:
            continue
        out[SECTOR][code[:2]] += 1
        out[LENGTH][_bin(LENGTH, len(description))] += 1
        nearest = _nearest(json.loads(evidence))
        # a text that the index holds word by word is nothing new, and the baseline leaves such out, too
        if nearest is not None and nearest < _KNOWN:
            out[SIMILARITY][_bin(SIMILARITY, nearest)] += 1
    return {feature: dict(counts) for feature, counts in out.items()}


def stability_index(observed: Mapping[str, float], baseline: Mapping[str, float]) -> float:
    """Give the population stability index of two distributions over the same bins.

    A share below one in a thousand counts as that, so that an empty bin does not make the index infinite.

    Parameters
    ----------
    observed, baseline
        Lines or shares by bin; a bin that is missing is empty.

    Examples
    --------
    >>> stability_index({"short": 50, "long": 50}, {"short": 0.5, "long": 0.5})
    0.0
    >>> round(stability_index({"short": 90, "long": 10}, {"short": 0.5, "long": 0.5}), 2)
    0.88
    """
    names = sorted({*observed, *baseline})
    now, before = (
        np.maximum([part.get(name, 0.0) / sum(part.values()) for name in names], _SMALLEST_SHARE)
        for part in (observed, baseline)
    )
    return float(np.sum((now - before) * np.log(now / before)))


def _nearest(evidence: list[dict[str, Any]]) -> float | None:
    """Give the similarity of the nearest text of the index; products and corrections are no such texts."""
    similar = [one["similarity"] for one in evidence if "code" in one and "similarity" in one]
    return max(similar, default=None)


def _bin(feature: str, value: float) -> str:
    """Name the bin of a value by its upper end, as Prometheus does."""
    edges = _EDGES[feature]
    place = bisect_left(edges, value)
    return f"{edges[place]:g}" if place < len(edges) else "+Inf"


def _alike(drawn: pd.DataFrame) -> list[float]:
    sizes = drawn.groupby("source")["text"].transform("size")
    return [float(weight) for weight in 1.0 / sizes / drawn["source"].nunique()]


def _shares(bins: list[str], weights: list[float]) -> dict[str, float]:
    total = pd.Series(weights).groupby(np.array(bins)).sum()
    return {str(name): round(float(share), 6) for name, share in (total / total.sum()).items()}
