"""Data quality of a factor as pedigree scores, and the spread that follows from them.

Five indicators are scored from 1 (best) to 5. Each score stands for an uncertainty factor ``U``, and
``GSD**2 = exp(sqrt(sum(ln(U)**2)))`` (Weidema et al., *Overview and methodology: Data quality guideline for
the ecoinvent database version 3*, 2013; the factors of the openLCA "ecoinvent data quality system").
"""

from typing import Final

import numpy as np
import numpy.typing as npt

INDICATORS: Final = ("reliability", "completeness", "temporal", "geographical", "technological")
SCORES: Final = (1, 2, 3, 4, 5)
"""The best to the worst."""

UNCERTAINTY_FACTORS: Final = np.array(
    [
        [1.00, 1.05, 1.10, 1.20, 1.50],
        [1.00, 1.02, 1.05, 1.10, 1.20],
        [1.00, 1.03, 1.10, 1.20, 1.50],
        [1.00, 1.01, 1.02, 1.05, 1.10],
        [1.00, 1.05, 1.20, 1.50, 2.00],
    ]
)
"""Uncertainty factor of each indicator (row, as in :data:`INDICATORS`) and score (column, 1 to 5)."""

_YEARS_UP_TO_SCORE: Final = np.array([3, 6, 10, 15])


def temporal_score(years_apart: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Score of the distance between the year of the data and that of the purchase.

    Examples
    --------
    >>> temporal_score(np.array([0, 2, 3, 9, 20])).tolist()
    [1, 1, 2, 3, 5]
    """
    return np.searchsorted(_YEARS_UP_TO_SCORE, np.abs(years_apart), side="right").astype(np.int64) + 1


def pedigree_gsd(scores: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
    """Geometric standard deviation that pedigree scores stand for.

    Parameters
    ----------
    scores
        Shape (n, 5), from 1 to 5, in the order of :data:`INDICATORS`.

    Returns
    -------
    numpy.ndarray of float64, shape (n,)
        1 for the best scores throughout.

    Examples
    --------
    >>> pedigree_gsd(np.array([[1, 1, 1, 1, 1], [2, 2, 1, 1, 3]])).round(2).tolist()
    [1.0, 1.1]
    """
    log_factors = np.log(UNCERTAINTY_FACTORS[np.arange(len(INDICATORS)), scores - 1])
    return np.asarray(np.exp(np.sqrt((log_factors**2).sum(axis=1)) / 2), dtype=np.float64)


def pedigree_text(scores: npt.NDArray[np.int64]) -> list[str]:
    """Write scores the way ecoinvent does.

    Examples
    --------
    >>> pedigree_text(np.array([[2, 2, 1, 1, 3]]))
    ['(2;2;1;1;3)']
    """
    return [f"({';'.join(map(str, row))})" for row in scores.tolist()]


def combined_gsd(*gsds: npt.NDArray[np.float64] | float) -> npt.NDArray[np.float64]:
    """Spread of a product of independent log-normal quantities.

    Examples
    --------
    >>> combined_gsd(1.5, np.array([1.0, 1.5])).round(3).tolist()
    [1.5, 1.774]
    """
    squares = [np.log(np.asarray(gsd, dtype=np.float64)) ** 2 for gsd in gsds]
    return np.asarray(np.exp(np.sqrt(sum(squares, start=np.float64(0)))), dtype=np.float64)
