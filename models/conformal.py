"""Ranges with a promise: normalised split conformal prediction for errors in logarithms."""

from typing import Any, Final, Self

import numpy as np
import numpy.typing as npt
from sklearn.base import BaseEstimator

from models.state import State

_SMALLEST_DIFFICULTY: Final = 1e-9


class LogConformal(BaseEstimator):  # type: ignore[misc]
    r"""Half widths below and above an estimate, in logarithms, that hold on groups never seen.

    With the errors :math:`e = \log true - \log estimate` of a calibration set and a difficulty :math:`d > 0`
    of each, the range is :math:`[\log estimate - q_- d, \log estimate + q_+ d]`, where :math:`q_-` and
    :math:`q_+` are the weighted quantiles of :math:`-e/d` and :math:`e/d` that leave half of what may be
    missed on either side. A group weighs the same however many members it has, and a new group of its own
    stands for what may come: with too few groups the range is unbounded.

    Parameters
    ----------
    coverage
        Share of true values that the range is to hold.

    Attributes
    ----------
    below_, above_ : float
        :math:`q_-` and :math:`q_+`.

    Notes
    -----
    Vovk, Gammerman and Shafer, *Algorithmic Learning in a Random World*, 2005; Papadopoulos, Gammerman and
    Vovk, *Normalized nonconformity measures*, 2008; for groups Dunn, Wasserman and Ramdas,
    *Distribution-free prediction sets for two-layer hierarchical models*, 2022.
    """

    def __init__(self, coverage: float = 0.9) -> None:
        self.coverage = coverage

    def conformalize(
        self,
        log_error: npt.NDArray[np.float64],
        difficulty: npt.NDArray[np.float64],
        group: npt.ArrayLike | None = None,
        weight: npt.NDArray[np.float64] | None = None,
    ) -> Self:
        """Calibrate.

        Parameters
        ----------
        log_error
            (n,) log of the true value over the estimate, of goods that no model in play has seen.
        difficulty
            (n,) positive: the scale of the error that was expected.
        group
            (n,) members of one group share its weight; ``None`` makes each a group of its own.
        weight
            (n,) further weight, to make the calibration set look like what will be asked.
        """
        n = len(log_error)
        names = np.arange(n) if group is None else np.asarray(group)
        _, member, size = np.unique(names, return_inverse=True, return_counts=True)
        share = (np.ones(n) if weight is None else np.asarray(weight, dtype=np.float64)) / size[member]
        newcomer = float(share.sum() / len(size)) if n else 1.0
        score = np.asarray(log_error) / np.maximum(difficulty, _SMALLEST_DIFFICULTY)
        tail = (1.0 + self.coverage) / 2.0
        self.below_ = _quantile(-score, share, newcomer, tail)
        self.above_ = _quantile(score, share, newcomer, tail)
        return self

    def half_widths(
        self, difficulty: npt.NDArray[np.float64]
    ) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
        """Return how far the range reaches below and above the log estimate, each (n,), never negative."""
        scale = np.maximum(difficulty, _SMALLEST_DIFFICULTY)
        return np.maximum(self.below_, 0.0) * scale, np.maximum(self.above_, 0.0) * scale

    def state(self) -> State:
        """Return what has to be kept."""
        return State(metadata={"coverage": self.coverage, "below": self.below_, "above": self.above_})

    @classmethod
    def from_state(cls, state: State) -> Self:
        """Restore."""
        kept = cls(state.metadata["coverage"])
        kept.below_, kept.above_ = state.metadata["below"], state.metadata["above"]
        return kept


class ConformalByKind(BaseEstimator):  # type: ignore[misc]
    """:class:`LogConformal` on its own for each kind of goods, so that the promise holds for each.

    A kind with few groups is calibrated on all goods.

    Parameters
    ----------
    coverage
        Share of true values that the range is to hold.
    fewest_groups
        Groups that a kind must have for a calibration of its own.

    Attributes
    ----------
    kinds_ : list of LogConformal
        Of kind 0, 1, ...

    Notes
    -----
    Mondrian conformal prediction: Vovk, Gammerman and Shafer 2005, section 4.5.
    """

    def __init__(self, coverage: float = 0.9, fewest_groups: int = 50) -> None:
        self.coverage = coverage
        self.fewest_groups = fewest_groups

    def conformalize(
        self,
        log_error: npt.NDArray[np.float64],
        difficulty: npt.NDArray[np.float64],
        kind: npt.NDArray[np.int64],
        group: npt.NDArray[Any],
        weight: npt.NDArray[np.float64],
    ) -> Self:
        """Calibrate; parameters as in :meth:`LogConformal.conformalize`, ``kind`` (n,) counted from 0."""
        self.kinds_ = []
        for one in range(int(kind.max()) + 1):
            own = kind == one
            if len(np.unique(group[own])) < self.fewest_groups:
                own = np.ones(len(kind), dtype=bool)
            fitted = LogConformal(self.coverage)
            self.kinds_.append(fitted.conformalize(log_error[own], difficulty[own], group[own], weight[own]))
        return self

    def half_widths(
        self, difficulty: npt.NDArray[np.float64], kind: npt.NDArray[np.int64]
    ) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
        """Return how far the range reaches below and above the log estimate, each (n,), never negative."""
        widths = np.array([fitted.half_widths(difficulty) for fitted in self.kinds_])
        below, above = widths[kind, :, np.arange(len(kind))].T
        return below, above

    def state(self) -> State:
        """Return what has to be kept."""
        kinds = [dict(fitted.state().metadata) for fitted in self.kinds_]
        return State(metadata={"parameters": self.get_params(), "kinds": kinds})

    @classmethod
    def from_state(cls, state: State) -> Self:
        """Restore."""
        kept = cls(**state.metadata["parameters"])
        kept.kinds_ = [LogConformal.from_state(State(metadata=kind)) for kind in state.metadata["kinds"]]
        return kept


def _quantile(
    score: npt.NDArray[np.float64], weight: npt.NDArray[np.float64], newcomer: float, level: float
) -> float:
    """Smallest score that ``level`` of the weight does not exceed, a newcomer counted as infinitely far."""
    order = np.argsort(score, kind="stable")
    reached = np.cumsum(weight[order]) / (weight.sum() + newcomer)
    at = int(np.searchsorted(reached, level))
    return float(score[order[at]]) if at < len(score) else float("inf")
