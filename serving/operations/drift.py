"""Drift: how far what is asked differs from what buyers wrote in the lines that the model was made of.

Three things are looked at, each by the share of lines that fall into a bin: how similar the nearest text of
the reference index is, which sector (first two digits of NAICS 2017) a line is put into, and how long its
description is. The distance of two such distributions is the population stability index,
``sum((p - q) * ln(p / q))`` over the bins; custom has it that above 0.25 the population is another one
(Siddiqi, Credit Risk Scorecards, 2006).
"""

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Self

import numpy as np
import numpy.typing as npt
import pandas as pd

from models.reference_index import ReferenceIndex

SIMILARITY: Final = "nearest_similarity"
SECTOR: Final = "sector"
LENGTH: Final = "text_length"
FEATURES: Final = (SIMILARITY, SECTOR, LENGTH)

_BUYERS_WORDS: Final = ("austin", "public_lines", "purchase_wordings")
_SAMPLE: Final = 600
_EDGES: Final[Mapping[str, npt.NDArray[np.float64]]] = {
    SIMILARITY: np.array([0.4, 0.5, 0.6, 0.7, 0.8, 0.9]),
    LENGTH: np.array([10.0, 20.0, 40.0, 80.0, 160.0]),
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
    def from_index(cls, index: ReferenceIndex, sample: int = _SAMPLE) -> Self:
        """Work the baseline out from what a bundle knows about its training lines.

        Each source of buyers' words counts alike. The similarity is that to the nearest *other* text, as if
        the line had not been there: what is asked has mostly not been there either.

        Parameters
        ----------
        index
            Of the bundle.
        sample
            Lines for which the nearest text is looked for; the same ones each time.
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
            mine.groupby("source").sample(frac=1.0, random_state=0).groupby("source").head(sample // known)
        )
        nearest = []
        for row, text in drawn["text"].str.lower().items():
            cosine = index.vectors @ index.vectors[row]
            nearest.append(float(cosine[whole & (texts != text).to_numpy()].max()))
        return cls(
            {
                SIMILARITY: _shares(_bins(SIMILARITY, nearest), _alike(drawn)),
                SECTOR: _shares(mine["naics_code"].str[:2].tolist(), weight.tolist()),
                LENGTH: _shares(_bins(LENGTH, mine["text"].str.len()), weight.tolist()),
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
    valued = (estimates["category_code"] != "").to_numpy()
    evidence = [json.loads(text) for text in estimates.loc[valued, "evidence"]]
    # a text that the index holds word by word is nothing new, and the baseline leaves such out, too
    nearest = [found for found in map(_nearest, evidence) if found is not None and found < _KNOWN]
    return {
        SIMILARITY: dict(Counter(_bins(SIMILARITY, nearest))),
        SECTOR: dict(Counter(estimates.loc[valued, "category_code"].str[:2])),
        LENGTH: dict(Counter(_bins(LENGTH, lines.loc[valued, "description"].str.len()))),
    }


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


def _bins(feature: str, values: Any) -> list[str]:
    """Name the bin of each value by its upper end, as Prometheus does."""
    edges = _EDGES[feature]
    names = [f"{edge:g}" for edge in edges] + ["+Inf"]
    return [names[place] for place in np.searchsorted(edges, np.asarray(values, dtype=float))]


def _alike(drawn: pd.DataFrame) -> list[float]:
    sizes = drawn.groupby("source")["text"].transform("size")
    return [float(weight) for weight in 1.0 / sizes / drawn["source"].nunique()]


def _shares(bins: list[str], weights: list[float]) -> dict[str, float]:
    total = pd.Series(weights).groupby(np.array(bins)).sum()
    return {str(name): round(float(share), 6) for name, share in (total / total.sum()).items()}
