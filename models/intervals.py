"""Ranges: how far an estimate may be off, as half-widths of log kg CO2e that add up in quadrature."""

from typing import Final, Self

import numpy as np
import numpy.typing as npt
from sklearn.base import BaseEstimator
from sklearn.exceptions import NotFittedError

COVERAGE: Final = 0.9
Z_90: Final = 1.6448536269514722
"""Standard normal quantile at 95%: a central 90% interval is this many standard deviations to either side."""


class CategoryDoubt(BaseEstimator):  # type: ignore[misc]
    """How far the factor may be off because the category may be another one.

    The candidates' factors disagree by a spread u (mean distance of their log factors from that of the
    estimate, under the category probabilities). Conformal calibration on labelled goods finds the multiple q
    such that the true category's factor lies within ``exp(± q (u + floor))`` of the estimate for the promised
    share of goods never seen.

    Parameters
    ----------
    coverage
        Promised share.
    floor
        Spread added for every line: even unanimous neighbours can be wrong.

    Attributes
    ----------
    multiple_ : float
        The calibrated q.

    Notes
    -----
    Normalised split conformal prediction: Papadopoulos et al., *Normalized nonconformity measures*, 2008.
    Each group of goods weighs the same, whatever its number of lines.
    """

    def __init__(self, coverage: float = COVERAGE, floor: float = 0.1) -> None:
        self.coverage = coverage
        self.floor = floor

    def conformalize(
        self,
        log_error: npt.NDArray[np.float64],
        spread: npt.NDArray[np.float64],
        group: npt.NDArray[np.str_] | None = None,
    ) -> Self:
        """Calibrate.

        Parameters
        ----------
        log_error
            (n,) log of true over estimated factor, on goods the model has not seen.
        spread
            (n,) u of the same goods.
        group
            (n,) kind of goods; ``None`` makes all one kind.
        """
        score = np.abs(log_error) / (spread + self.floor)
        labels = (
            np.zeros(len(score), dtype=int) if group is None else np.unique(group, return_inverse=True)[1]
        )
        share = 1.0 / np.bincount(labels)[labels] / len(np.unique(labels))
        # One more point at infinity, as heavy as an average one, is the finite-sample correction.
        share *= len(score) / (len(score) + 1)
        order = np.argsort(score)
        reached = np.searchsorted(np.cumsum(share[order]), self.coverage)
        self.multiple_ = float(score[order[reached]]) if reached < len(score) else float("inf")
        return self

    def half_width(self, spread: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """Half-width of the 90% interval in log kg CO2e, (n,)."""
        if not hasattr(self, "multiple_"):
            raise NotFittedError("This CategoryDoubt is not calibrated yet: call conformalize first.")
        return self.multiple_ * (spread + self.floor)


def in_quadrature(*half_widths: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Half-width of the sum of independent log errors."""
    return np.asarray(np.sqrt(np.sum([np.square(width) for width in half_widths], axis=0)))


def interval(
    kg_co2e: npt.NDArray[np.float64], half_width: npt.NDArray[np.float64]
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Lower and upper end in kg CO2e; for a credit the larger magnitude is the lower end."""
    ends = np.stack([kg_co2e * np.exp(-half_width), kg_co2e * np.exp(half_width)])
    return ends.min(axis=0), ends.max(axis=0)
