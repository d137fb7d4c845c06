"""One factor of several candidate categories, and how far the candidates are from it."""

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
from scipy import sparse

_FAR: Final = float(np.log(1.95))
"""Difference in logs that is charged for: a little less than twofold, so that a figure keeps off the edge."""
_CHARGE: Final = 0.7
_CENTRES: Final = 16
"""Most probable candidates that a figure may lie at, or at the edge of reach of."""
_TIE: Final = 1e-9
_BLOCK: Final = 1024

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class MixedFactors:
    """Candidates' factors mixed by probability: for u queries and y years, (u, y) each.

    ``log_factor`` is the logarithm of the factor to use (NaN where no candidate has a factor), ``spread``
    the mean distance of the candidates' log factors from it.
    """

    log_factor: Floats
    spread: Floats


def mix_factors(probability: sparse.csr_matrix, factors: Floats) -> MixedFactors:
    """Choose the factor with the least expected loss, over the candidates that have one.

    The loss is the distance in logarithms, and 0.7 on top where the true factor is off by more than a factor
    of (nearly) two. The weighted median has the least distance, but often lies far from every other
    candidate; the geometric mean often lies at none of them (docs: decision 0009). Of equally good factors
    the one nearest to the geometric mean is taken.

    Parameters
    ----------
    probability
        (u, C), rows sum to 1.
    factors
        (C, y) kg CO2e per unit of money, NaN where a category has none.

    Examples
    --------
    >>> mixed = mix_factors(sparse.csr_matrix([[0.6, 0.4, 0.0]]), np.array([[0.1], [0.12], [np.nan]]))
    >>> np.exp(mixed.log_factor).round(3), mixed.spread.round(3)
    (array([[0.1]]), array([[0.073]]))
    """
    years = [_mix(probability, column) for column in factors.T]
    shape = (probability.shape[0], factors.shape[1])
    return MixedFactors(
        np.array([year[0] for year in years]).T.reshape(shape),
        np.array([year[1] for year in years]).T.reshape(shape),
    )


def _mix(probability: sparse.csr_matrix, factor: Floats) -> tuple[Floats, Floats]:
    """Log factor and spread of u queries in one year, (u,) each."""
    usable = np.isfinite(factor)
    log = np.log(np.where(usable, factor, 1.0))
    mass = np.asarray(probability @ usable.astype(np.float64))
    with np.errstate(invalid="ignore", divide="ignore"):
        share = sparse.csr_matrix(sparse.diags(1 / mass) @ probability @ sparse.diags(usable.astype(float)))
        middle = np.asarray(probability @ log) / mass
    chosen = middle.copy()
    known = np.flatnonzero(mass > 0)
    for start in range(0, len(known), _BLOCK):
        rows = known[start : start + _BLOCK]
        chosen[rows] = _least_loss(share[rows], log, middle[rows])
    row = np.repeat(np.arange(len(chosen)), np.diff(share.indptr))
    distance = share.copy()
    distance.data = share.data * np.abs(log[share.indices] - chosen[row])
    return chosen, np.where(mass > 0, np.asarray(distance.sum(axis=1)).ravel(), np.nan)


def _least_loss(share: sparse.csr_matrix, log: Floats, middle: Floats) -> Floats:
    """Log factor with the least expected loss, (b,).

    The expected loss is linear between candidates and their edges of reach: one of these has the least.
    Candidates are added up one after the other, so that a line's figure does not depend on its company.
    """
    weight, place = _padded(share, log, middle)
    likely = np.argsort(-weight, axis=1, kind="stable")[:, :_CENTRES]
    centre = np.take_along_axis(place, likely, axis=1)
    tried = np.concatenate([centre, centre - _FAR, centre + _FAR, middle[:, None]], axis=1)
    loss = np.zeros_like(tried)
    for candidate in range(weight.shape[1]):
        distance = np.abs(tried - place[:, [candidate]])
        loss += weight[:, [candidate]] * (distance + _CHARGE * (distance > _FAR + _TIE))
    least = loss <= loss.min(axis=1, keepdims=True) + _TIE
    nearest = np.where(least, np.abs(tried - middle[:, None]), np.inf).argmin(axis=1)
    return np.asarray(np.take_along_axis(tried, nearest[:, None], axis=1)[:, 0])


def _padded(share: sparse.csr_matrix, log: Floats, middle: Floats) -> tuple[Floats, Floats]:
    """Weights and log factors of each query's candidates, (b, k), filled up with candidates of no weight."""
    count = np.diff(share.indptr)
    row = np.repeat(np.arange(len(count)), count)
    column = np.arange(share.nnz) - np.repeat(share.indptr[:-1], count)
    weight = np.zeros((len(count), int(count.max(initial=1))))
    place = np.repeat(middle[:, None], weight.shape[1], axis=1)
    weight[row, column] = share.data
    place[row, column] = log[share.indices]
    return weight, place
