"""Log mass of goods from their description vectors, with a range calibrated on goods of unseen groups."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final, Self

import lightgbm as lgb
import numpy as np
import numpy.typing as npt
from sklearn.base import BaseEstimator, RegressorMixin
from sklearn.exceptions import NotFittedError
from sklearn.model_selection import GroupKFold

from models.intervals import CategoryDoubt
from models.state import State

Floats = npt.NDArray[np.float64]
Vectors = npt.NDArray[np.float32]

_SHARPNESS: Final = 40.0
_MEAN: Final = 0
_NEAREST: Final = 2
"""Columns of the features."""
_POINT: Final[dict[str, Any]] = {
    "objective": "huber",
    "alpha": 1.0,
    "learning_rate": 0.05,
    "num_leaves": 8,
    "min_data_in_leaf": 8,
    "feature_fraction": 0.5,
    "bagging_fraction": 0.8,
    "bagging_freq": 1,
    "lambda_l2": 5.0,
    "verbose": -1,
    "deterministic": True,
    "force_col_wise": True,
    "num_threads": 1,
}
_SPREAD: Final[dict[str, Any]] = {
    **_POINT,
    "objective": "regression",
    "num_leaves": 5,
    "min_data_in_leaf": 20,
}
_LEAST_COVERAGE: Final = 0.85
_FAR: Final = 0.05
"""Share of the training goods whose nearest neighbour of another group is too far to promise anything by."""


@dataclass(frozen=True)
class MassPrediction:
    """n predictions.

    Attributes
    ----------
    log_mass
        (n,) natural logarithm.
    half_width
        (n,) of the central 90% range of ``log_mass``.
    is_near
        (n,) whether there are goods alike in the training: elsewhere the range promises nothing.
    """

    log_mass: Floats
    half_width: Floats
    is_near: npt.NDArray[np.bool_]


class Neighbours:
    """Training goods, and what the nearest of them say.

    Attributes
    ----------
    vectors, log_mass
        (m, d) and (m,).
    components
        (d, c) principal directions of the vectors.
    count
        Goods that vote.
    """

    def __init__(self, vectors: Vectors, log_mass: Floats, components: Floats, count: int) -> None:
        self.vectors = vectors
        self.log_mass = log_mass
        self.components = components
        self.count = count

    def features(
        self,
        vectors: Vectors,
        extra: Floats,
        own_group: npt.NDArray[np.bool_] | None = None,
    ) -> Floats:
        """Neighbours' mean and spread, cosine to the nearest and mean cosine, directions, further features.

        ``own_group`` (n, m) marks training goods that may not vote.
        """
        cosine = vectors.astype(np.float64) @ self.vectors.astype(np.float64).T
        if own_group is not None:
            cosine = np.where(own_group, -1.0, cosine)
        k = min(self.count, len(self.vectors))
        nearest = np.argsort(-cosine, axis=1, kind="stable")[:, :k]
        similarity = np.take_along_axis(cosine, nearest, axis=1)
        vote = np.exp(_SHARPNESS * (similarity - similarity[:, :1]))
        vote /= vote.sum(axis=1, keepdims=True)
        masses = self.log_mass[nearest]
        mean = (vote * masses).sum(axis=1)
        spread = np.sqrt((vote * (masses - mean[:, None]) ** 2).sum(axis=1))
        parts = [mean, spread, similarity[:, 0], similarity.mean(axis=1)]
        return np.column_stack([*parts, vectors.astype(np.float64) @ self.components, extra])


@dataclass(frozen=True)
class NeighbourCorrection:
    """Mean log mass of the neighbours, corrected by LightGBM: a point estimate."""

    neighbours: Neighbours
    booster: lgb.Booster

    def predict(self, features: Floats) -> Floats:
        """Give log mass from the neighbours' features, (n,)."""
        return np.asarray(features[:, _MEAN] + self.booster.predict(features), dtype=np.float64)


class LogMassRegressor(RegressorMixin, BaseEstimator):  # type: ignore[misc]
    """Neighbours' log mass, corrected by LightGBM; conformal range of a learned spread.

    Parameters
    ----------
    components
        Principal directions of the vectors that LightGBM sees.
    neighbours
        Training goods that vote.
    rounds
        Trees of the correction.
    folds
        Grouped folds that the range is calibrated on.
    seed
        Of LightGBM's sampling.

    Attributes
    ----------
    point_ : NeighbourCorrection
        The estimate.
    spread_ : lightgbm.Booster
        Its expected absolute error.
    doubt_ : CategoryDoubt
        Conformal multiple of the spread.
    least_similarity_ : float
        Cosine to the nearest training good below which no promise is made.

    Notes
    -----
    Kinds of groups weigh the same, whatever their number of goods. In training, neighbours of a good's own
    group do not vote. Range: normalised conformal prediction (Papadopoulos et al., 2008) on residuals of
    grouped folds, the spread cross-fitted on the same folds; the multiple is raised until no kind is covered
    by less than 85%.
    """

    def __init__(
        self, components: int = 24, neighbours: int = 8, rounds: int = 60, folds: int = 5, seed: int = 0
    ) -> None:
        self.components = components
        self.neighbours = neighbours
        self.rounds = rounds
        self.folds = folds
        self.seed = seed

    def fit(
        self,
        vectors: Vectors,
        log_mass: Floats,
        extra: Floats,
        group: npt.NDArray[np.str_],
        kind: npt.NDArray[np.str_],
        weight: Floats,
    ) -> Self:
        """Learn and calibrate.

        Parameters
        ----------
        vectors
            (n, d) unit-norm description vectors.
        log_mass
            (n,) target.
        extra
            (n, e) further features, NaN where unknown.
        group, kind
            (n,) what must not be split, and the kind of group.
        weight
            (n,) of a good within its kind.
        """
        weight = _kinds_alike(weight, kind)
        residual = np.zeros(len(log_mass))
        for train, test in self._splits(group):
            part, _ = self._fit_point(
                vectors[train], log_mass[train], extra[train], group[train], weight[train]
            )
            residual[test] = log_mass[test] - part.predict(
                part.neighbours.features(vectors[test], extra[test])
            )
        self.point_, features = self._fit_point(vectors, log_mass, extra, group, weight)
        expected = np.zeros(len(log_mass))
        for train, test in self._splits(group):
            booster = self._boost(_SPREAD, features[train], np.abs(residual[train]), weight[train])
            expected[test] = _spread(booster, features[test])
        self.spread_ = self._boost(_SPREAD, features, np.abs(residual), weight)
        self.doubt_ = _calibrated(residual, expected, kind)
        self.least_similarity_ = _weighted_quantile(features[:, _NEAREST], weight, _FAR)
        return self

    def predict(self, vectors: Vectors, extra: Floats) -> MassPrediction:
        """Predict n goods from (n, d) vectors and (n, e) further features.

        Raises
        ------
        sklearn.exceptions.NotFittedError
            Before :meth:`fit`.
        """
        if not hasattr(self, "doubt_"):
            raise NotFittedError("This LogMassRegressor is not fitted yet: call fit first.")
        features = self.point_.neighbours.features(vectors, extra)
        return MassPrediction(
            log_mass=self.point_.predict(features),
            half_width=self.doubt_.half_width(_spread(self.spread_, features)),
            is_near=features[:, _NEAREST] >= self.least_similarity_,
        )

    def state(self) -> State:
        """Give everything a prediction needs."""
        return State(
            metadata={
                "parameters": self.get_params(),
                "multiple": self.doubt_.multiple_,
                "least_similarity": self.least_similarity_,
            },
            arrays={
                "vectors": self.point_.neighbours.vectors,
                "log_mass": self.point_.neighbours.log_mass,
                "components": self.point_.neighbours.components,
            },
            boosters={
                "point": self.point_.booster.model_to_string(),
                "spread": self.spread_.model_to_string(),
            },
        )

    @classmethod
    def from_state(cls, state: State) -> Self:
        """Restore what :meth:`state` gave."""
        model = cls(**state.metadata["parameters"])
        arrays = state.arrays
        neighbours = Neighbours(arrays["vectors"], arrays["log_mass"], arrays["components"], model.neighbours)
        model.point_ = NeighbourCorrection(neighbours, lgb.Booster(model_str=state.boosters["point"]))
        model.spread_ = lgb.Booster(model_str=state.boosters["spread"])
        model.doubt_ = CategoryDoubt()
        model.doubt_.multiple_ = float(state.metadata["multiple"])
        model.least_similarity_ = float(state.metadata["least_similarity"])
        return model

    def _splits(self, group: npt.NDArray[np.str_]) -> Iterator[tuple[Any, Any]]:
        folds = min(self.folds, len(np.unique(group)))
        yield from GroupKFold(folds).split(np.zeros(len(group)), groups=group)

    def _fit_point(
        self, vectors: Vectors, log_mass: Floats, extra: Floats, group: npt.NDArray[np.str_], weight: Floats
    ) -> tuple[NeighbourCorrection, Floats]:
        """Fit an estimate; its features are those of goods whose own group does not vote."""
        neighbours = Neighbours(
            vectors, log_mass, _directions(vectors, weight, self.components), self.neighbours
        )
        features = neighbours.features(vectors, extra, group[:, None] == group[None, :])
        booster = self._boost(_POINT, features, log_mass - features[:, _MEAN], weight)
        return NeighbourCorrection(neighbours, booster), features

    def _boost(
        self, parameters: dict[str, Any], features: Floats, target: Floats, weight: Floats
    ) -> lgb.Booster:
        data = lgb.Dataset(features, target, weight=weight, params={"verbose": -1})
        return lgb.train({**parameters, "seed": self.seed}, data, self.rounds)


def _kinds_alike(weight: Floats, kind: npt.NDArray[np.str_]) -> Floats:
    """Weigh kinds the same, the mean weight being 1."""
    labels = np.unique(kind, return_inverse=True)[1]
    share = weight / np.bincount(labels, weight)[labels]
    return np.asarray(share * len(weight) / share.sum(), dtype=np.float64)


def _directions(vectors: Vectors, weight: Floats, components: int) -> Floats:
    """Principal directions (d, c) of weighted vectors, each with a fixed sign."""
    centred = (vectors - np.average(vectors, axis=0, weights=weight)) * np.sqrt(weight)[:, None]
    _, _, right = np.linalg.svd(centred.astype(np.float64), full_matrices=False)
    right = right[:components]
    sign = np.sign(right[np.arange(len(right)), np.abs(right).argmax(axis=1)])
    return np.asarray((right * sign[:, None]).T)


def _calibrated(residual: Floats, expected: Floats, kind: npt.NDArray[np.str_]) -> CategoryDoubt:
    """Promise 90% over all kinds, and no kind less than its least share."""
    doubt = CategoryDoubt().conformalize(residual, expected, kind)
    for name in np.unique(kind):
        of_kind = kind == name
        least = CategoryDoubt(coverage=_LEAST_COVERAGE).conformalize(residual[of_kind], expected[of_kind])
        if np.isfinite(least.multiple_):
            doubt.multiple_ = max(doubt.multiple_, least.multiple_)
    return doubt


def _spread(booster: lgb.Booster, features: Floats) -> Floats:
    return np.maximum(np.asarray(booster.predict(features), dtype=np.float64), 0.0)


def _weighted_quantile(values: Floats, weight: Floats, share: float) -> float:
    order = np.argsort(values, kind="stable")
    reached = np.searchsorted(np.cumsum(weight[order]), share * weight.sum())
    return float(values[order[min(int(reached), len(values) - 1)]])
