"""Kernel ridge regression of log footprints, with what it would say of each product without its family."""

from dataclasses import dataclass
from typing import Final, Self

import numpy as np
import numpy.typing as npt
from scipy import linalg

from models.intensity_features import Products, blocks

_TEXT, _INDUSTRY = 1.5, 1.0  # how fast likeness falls with the squared distance of texts, and of industries
_SHARED_INDUSTRY, _SHARED_BOUNDARY, _SHARED = 0.5, 0.5, 0.5
_NOISE: Final = 0.1

_Matrix = npt.NDArray[np.float32]
_Vector = npt.NDArray[np.float64]


@dataclass(frozen=True)
class KernelRegression:
    r"""Estimate log footprints as :math:`c + \sum_i \alpha_i k(x, x_i)` over the known products.

    With cosine :math:`s` of two texts, agreement :math:`z` of their industries and :math:`b = 1` where the
    boundary is the same, :math:`k = \exp(-1.5 (2 - 2s) - (1 - z)) + z / 2 + b / 2 + 1 / 2`. Smoother than the
    mean of neighbours, it fills in where few are near. Members of a large family count less.

    Attributes
    ----------
    centre
        Median log footprint c.
    alpha
        (m,) weights of the known products.

    Notes
    -----
    Rasmussen and Williams, *Gaussian Processes for Machine Learning*, 2006: the estimate is the posterior
    mean, and :meth:`fit` uses their section 5.4.2 with whole families left out instead of single points.
    """

    centre: float
    alpha: _Vector

    @classmethod
    def fit(cls, known: Products, log: _Vector, family: npt.NDArray[np.int64]) -> tuple[Self, _Vector]:
        """Learn.

        Parameters
        ----------
        known
            m products.
        log
            (m,) their log footprints.
        family
            (m,) which of them are not independent.

        Returns
        -------
        regression
            Learned from all.
        left_out
            (m,) what it would estimate of each product, had it not seen the product's family.
        """
        centre = float(np.median(log))
        _, member, size = np.unique(family, return_inverse=True, return_counts=True)
        noise = np.sqrt(size[member])
        matrix = np.concatenate(
            [_kernel(text, industry, same) for _, text, industry, same in blocks(known, known)]
        )
        matrix[np.diag_indices(len(log))] += (_NOISE * noise / noise.mean()).astype(np.float32)
        inverse = linalg.inv(matrix, assume_a="pos", overwrite_a=True)
        alpha = inverse @ (log - centre)
        left_out = np.empty(len(log))
        order = np.argsort(member, kind="stable")
        for rows in np.split(order, np.cumsum(size)[:-1]):
            own = inverse[np.ix_(rows, rows)].astype(np.float64)
            left_out[rows] = log[rows] - np.linalg.solve(own, alpha[rows])
        return cls(centre, alpha), left_out

    def estimate(self, _: slice, text: _Matrix, industry: _Matrix, same: npt.NDArray[np.bool_]) -> _Vector:
        """Estimate the log footprints of b products from their likeness to the m known ones, (b,)."""
        return np.asarray(self.centre + (_kernel(text, industry, same) * self.alpha).sum(axis=1))


def _kernel(text: _Matrix, industry: _Matrix, same: npt.NDArray[np.bool_]) -> _Matrix:
    local = np.exp(-2.0 * _TEXT * (1.0 - text) - _INDUSTRY * (1.0 - industry))
    return np.asarray(local + _SHARED_INDUSTRY * industry + _SHARED_BOUNDARY * same + _SHARED)
