"""Why a category was chosen: what spoke for it and against the next one, by kind of clue."""

from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import sparse

from models.candidates import Candidates
from models.questions import Questions
from models.ranked_category import RankedCategory

CLUES: Final = ("text", "supplier", "habit", "codes")
"""Words of the whole line and of its description; the supplier alone; how often a category was right before,
its sector and the length of the line; the codes that the buyer gave.
"""

_LEAST: Final = 1e-300
_EQUAL: Final = 1e-3
"""Difference in raw scores below which LightGBM holds two candidates for equal."""

Floats = npt.NDArray[np.float64]


def clue_of(feature: str) -> str:
    """Name the clue that a feature of a candidate belongs to.

    Examples
    --------
    >>> clue_of("supplier.public_lines"), clue_of("austin.count"), clue_of("emdn.similarity")
    ('supplier', 'habit', 'text')
    """
    if feature.startswith("supplier."):
        return "supplier"
    if feature.startswith(("category.", "line.")) or feature.endswith(".count"):
        return "habit"
    return "text"


def category_contributions(
    category: RankedCategory, questions: Questions, probability: sparse.csr_matrix, by_text: sparse.csr_matrix
) -> pd.DataFrame:
    """Say what made the most probable category of each line more probable than the next.

    Parameters
    ----------
    category
        The fitted model.
    questions
        n lines.
    probability, by_text
        (n, C) probabilities of the lines, with and without the buyers' codes.

    Returns
    -------
    pandas.DataFrame
        n rows: ``category`` and ``over`` (the two codes, "" where there is one candidate alone), ``log_odds``
        of the one over the other, and the :data:`CLUES`, which add up to it: LightGBM's contributions to the
        one less those to the other (Lundberg and Lee, *A unified approach to interpreting model predictions*,
        2017), on the scale of the calibrated probabilities; ``codes`` is what the codes changed. Where only
        the codes brought a category up there is nothing but ``codes``.
    """
    found = category.finder.find(questions)
    first, second = _two_best(probability)
    rows = np.arange(len(questions))
    shares = _by_clue(category, found, first) - _by_clue(category, found, second)
    worded = _log_odds(by_text, rows, first, second)
    told = np.isfinite(shares.sum(axis=1))
    raw = shares.sum(axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        scale = np.where(told & (np.abs(raw) > _EQUAL), worded / raw, 0.0)
    out = pd.DataFrame(np.where(told[:, None], shares, 0.0) * scale[:, None], columns=list(CLUES[:-1]))
    odds = _log_odds(probability, rows, first, second)
    out["habit"] += np.where(told, worded, 0.0) - out.sum(axis=1)  # what equal scores do not explain
    out["codes"] = odds - np.where(told, worded, 0.0)
    codes = category.classes_
    out.insert(0, "log_odds", odds)
    out.insert(0, "over", np.where(second >= 0, codes[second], ""))
    out.insert(0, "category", codes[first])
    alone = second < 0
    out.loc[alone, ["log_odds", *CLUES]] = np.nan
    return out


def _two_best(probability: sparse.csr_matrix) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Positions of the two most probable categories of each row, the second -1 where there is none."""
    first = np.zeros(probability.shape[0], dtype=np.int64)
    second = np.full(probability.shape[0], -1, dtype=np.int64)
    for row in range(probability.shape[0]):
        part = slice(probability.indptr[row], probability.indptr[row + 1])
        order = np.lexsort((probability.indices[part], -probability.data[part]))[:2]
        best = probability.indices[part][order]
        first[row] = best[0]
        second[row] = best[1] if len(best) > 1 else -1
    return first, second


def _by_clue(category: RankedCategory, found: Candidates, wanted: npt.NDArray[np.int64]) -> Floats:
    """Contributions of each clue to the score of one candidate a line, (n, clues); NaN if it is none."""
    at = found.column == wanted[:, None]
    rows = np.flatnonzero(at.any(axis=1))
    out = np.full((len(wanted), len(CLUES) - 1), np.nan)
    if not len(rows):
        return out
    features = found.features[rows, at[rows].argmax(axis=1)]
    share = category.ranker.contributions(features)
    clue = np.array([clue_of(name) for name in category.finder.feature_names_])
    out[rows] = np.column_stack([share[:, clue == name].sum(axis=1) for name in CLUES[:-1]])
    return out


def _log_odds(
    probability: sparse.csr_matrix,
    rows: npt.NDArray[np.int64],
    first: npt.NDArray[np.int64],
    second: npt.NDArray[np.int64],
) -> Floats:
    of_first = np.asarray(probability[rows, first]).ravel()
    of_second = np.asarray(probability[rows, np.maximum(second, 0)]).ravel()
    return np.asarray(np.log(np.maximum(of_first, _LEAST)) - np.log(np.maximum(of_second, _LEAST)))
