"""Footprint of a kilogram of a product from its text: known footprints of its like, corrected by LightGBM."""

from collections.abc import Iterator, Sequence
from typing import Any, Final, Self

import lightgbm as lgb
import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import sparse
from sklearn.base import BaseEstimator, RegressorMixin
from sklearn.utils.validation import check_is_fitted

from models.conformal import ConformalByKind
from models.intensity_examples import BOUNDARIES, Boundary, IntensityExamples, boundary_positions
from models.intensity_features import (
    FEATURES,
    KINDS,
    MAIN_DOMAIN,
    NEAREST,
    SAME_BOUNDARY,
    CategoryProbabilities,
    Footprints,
    Products,
    blocks,
    by_likeness,
    features,
)
from models.intensity_kernel import KernelRegression
from models.state import State

REASONS: Final = {
    "text": ("text_",),
    "neighbours": ("joint_", "kernel_"),
    "industry": ("industry_",),
    "attributes": ("boundary", "log_weight"),
}
"""How the features begin that make up the groups in which an estimate is explained."""

_PARAMETERS: Final[dict[str, Any]] = {
    "objective": "regression_l1",
    "learning_rate": 0.04,
    "num_leaves": 7,
    "min_data_in_leaf": 20,
    "feature_fraction": 0.15,
    "bagging_fraction": 0.7,
    "bagging_freq": 1,
    "lambda_l2": 5.0,
    "num_threads": 1,
    "deterministic": True,
    "force_col_wise": True,
    "verbose": -1,
}
_DIFFICULTY: Final = {**_PARAMETERS, "min_data_in_leaf": 60}
_DIFFICULTY_ROUNDS: Final = 120
_SMALLEST_DIFFICULTY: Final = 0.15
_MOSTLY: Final = 0.5
_TWINS: Final = 4
"""Products of one name, source and boundary that evidence looks past."""

_Vector = npt.NDArray[np.float64]


class IntensityModel(RegressorMixin, BaseEstimator):  # type: ignore[misc]
    """Estimate kg CO2e per kg of a product, with a range.

    The nearest known products are found by text and by industry, that is by the categories that the category
    model holds probable, and the mean of their log footprints is taken. The more of them are of the domain
    with most examples, the more does kernel regression on the same likeness have a say, up to a half; in the
    others an estimate is drawn towards the mean of its neighbours' domains where no product is much alike.
    LightGBM corrects that by statistics of several such neighbourhoods.
    Nothing that stems from an example's own family is seen when LightGBM learns from it or when the range is
    calibrated, so both hold for new products. The range is calibrated apart for products of the domain with
    most examples, told by the neighbours, and for the others.

    Parameters
    ----------
    neighbours
        Known products that vote.
    blend
        Share of LightGBM's correction that is believed.
    to_domain
        How far, at most, an estimate is drawn to the mean of its neighbours' domains.
    rounds
        Trees.
    coverage
        Share of true values that the range is to hold.
    folds
        Parts of the families for calibrating the range.
    seed
        Of the folds and of LightGBM.

    Attributes
    ----------
    examples_ : pandas.DataFrame
        What is known, m rows of :class:`IntensityExamples`.
    out_of_family_ : pandas.DataFrame
        Per example ``log`` and ``difficulty`` as estimated without its family; not kept in the state.
    """

    def __init__(
        self,
        neighbours: int = 60,
        blend: float = 0.3,
        to_domain: float = 0.3,
        rounds: int = 200,
        coverage: float = 0.9,
        folds: int = 5,
        seed: int = 0,
    ) -> None:
        self.neighbours = neighbours
        self.blend = blend
        self.to_domain = to_domain
        self.rounds = rounds
        self.coverage = coverage
        self.folds = folds
        self.seed = seed

    def fit(
        self, examples: pd.DataFrame, vectors: npt.NDArray[np.float32], categories: CategoryProbabilities
    ) -> Self:
        """Learn.

        Parameters
        ----------
        examples
            m rows of :class:`IntensityExamples`.
        vectors
            (m, d) unit-norm vectors of their texts.
        categories
            Probabilities of their categories, m rows.

        Raises
        ------
        ValueError
            If there are fewer families than folds.
        """
        self.examples_ = IntensityExamples.validate(examples.reset_index(drop=True))
        self.profile_names_ = categories.profile_names()
        self._known = Products(
            _as_kept(np.asarray(vectors)),
            _as_kept(categories.profile(self.profile_names_)),
            boundary_positions(self.examples_["boundary"]),
            self.examples_["weight_kg"].to_numpy(),
        )
        self._footprints = Footprints.of_examples(self.examples_)
        if len(np.unique(self._footprints.group)) < self.folds:
            raise ValueError(
                f"{self.folds} folds need as many families, got {len(np.unique(self._footprints.group))}."
            )
        self._calibrate()
        self._kernel, self._booster = self._learn(self._known, self._footprints)
        return self

    def predict(
        self,
        texts: Sequence[str] | pd.Series,
        vectors: npt.NDArray[np.float32],
        categories: CategoryProbabilities,
        weight_kg: npt.ArrayLike | None = None,
        boundary: Boundary = "gate",
    ) -> pd.DataFrame:
        """Estimate.

        Parameters
        ----------
        texts
            n descriptions; for the index of the result.
        vectors
            (n, d) unit-norm vectors of the texts.
        categories
            Probabilities of their categories, n rows.
        weight_kg
            (n,) mass of a piece, NaN where unknown.
        boundary
            Where the footprint is to end.

        Returns
        -------
        pandas.DataFrame
            n rows: ``kg_co2e_per_kg``, its range ``low`` and ``high``, ``log_half_width`` (the wider side, in
            natural logarithms), and ``similarity`` of the nearest known product's text.
        """
        check_is_fitted(self, "examples_")
        asked = self._products(vectors, categories, weight_kg, boundary)
        x = self._features(asked)
        log = self._log(self._booster, x)
        below, above = self.conformal_.half_widths(_difficulty(self._difficulty, x), _kind(x))
        return pd.DataFrame(
            {
                "kg_co2e_per_kg": np.exp(log),
                "low": np.exp(log - below),
                "high": np.exp(log + above),
                "log_half_width": np.maximum(below, above),
                "similarity": x[:, NEAREST],
            },
            index=pd.Index(list(texts), name="text", dtype="str"),
        )

    def contributions(
        self,
        vectors: npt.NDArray[np.float32],
        categories: CategoryProbabilities,
        weight_kg: npt.ArrayLike | None = None,
        boundary: Boundary = "gate",
    ) -> pd.DataFrame:
        """Share of each group of features in the log estimate, n rows; with ``base`` they add up to it."""
        check_is_fitted(self, "examples_")
        asked = self._products(vectors, categories, weight_kg, boundary)
        x = self._features(asked)
        share = _predicted(self._booster, x, pred_contrib=True) * self.blend
        names = self._booster.feature_name()
        out = {
            reason: share[:, :-1][:, [name.startswith(begins) for name in names]].sum(axis=1)
            for reason, begins in REASONS.items()
        }
        out["neighbours"] = out["neighbours"] + by_likeness(x, self.to_domain) - self._kernel.centre
        return pd.DataFrame({**out, "base": self._kernel.centre + share[:, -1]})

    def evidence(
        self,
        vectors: npt.NDArray[np.float32],
        categories: CategoryProbabilities,
        boundary: Boundary = "gate",
        k: int = 3,
    ) -> pd.DataFrame:
        """Return the k known products that are most alike to each of n lines; of twins, the first.

        Returns
        -------
        pandas.DataFrame
            Up to n * k rows, best first within a line: ``line`` (position), ``source``, ``licence``,
            ``name``, ``boundary``, ``kg_co2e_per_kg`` as published, and ``similarity`` of the texts.
        """
        check_is_fitted(self, "examples_")
        asked = self._products(vectors, categories, None, boundary)
        kind = KINDS["joint"]
        parts = []
        for rows, text, industry, same in blocks(asked, self._known):
            total = kind.text * text + kind.industry * industry + SAME_BOUNDARY * same
            best = np.argsort(-total, axis=1, kind="stable")[:, : _TWINS * k]
            shown = self.examples_.iloc[best.ravel()]
            parts.append(
                shown[["source", "licence", "text", "boundary", "kg_co2e_per_kg"]]
                .rename(columns={"text": "name"})
                .assign(
                    line=np.repeat(np.arange(rows.start, rows.start + len(best)), best.shape[1]),
                    similarity=np.take_along_axis(text, best, axis=1).ravel(),
                )
            )
        found = pd.concat(parts, ignore_index=True).drop_duplicates(["line", "source", "name", "boundary"])
        return found.groupby("line").head(k).reset_index(drop=True)

    def state(self) -> State:
        """Return what has to be kept."""
        check_is_fitted(self, "examples_")
        profile = sparse.csr_matrix(self._known.profile)
        own = State(
            metadata={"parameters": self.get_params(), "centre": self._kernel.centre},
            arrays={
                "alpha": self._kernel.alpha,
                "vectors": self._known.vectors.astype(np.float16),
                "profile": profile.data.astype(np.float16),
                "profile_column": profile.indices.astype(np.int16),
                "profile_start": profile.indptr.astype(np.int32),
            },
            tables={
                "examples": self.examples_,
                "profile_names": pd.DataFrame({"name": self.profile_names_}, dtype="str"),
            },
            boosters={
                "intensity": self._booster.model_to_string(),
                "difficulty": self._difficulty.model_to_string(),
            },
        )
        return State.of_parts({"model": own, "conformal": self.conformal_.state()})

    @classmethod
    def from_state(cls, state: State) -> Self:
        """Restore."""
        own = state.part("model")
        kept = cls(**{"to_domain": 0.0, **own.metadata["parameters"]})
        kept.examples_ = IntensityExamples.validate(own.tables["examples"])
        kept.profile_names_ = own.tables["profile_names"]["name"].to_numpy(dtype=str)
        profile = (
            own.arrays["profile"].astype(np.float32),
            own.arrays["profile_column"],
            own.arrays["profile_start"],
        )
        kept._known = Products(
            own.arrays["vectors"].astype(np.float32),
            sparse.csr_matrix(profile, (len(kept.examples_), len(kept.profile_names_))).toarray(),
            boundary_positions(kept.examples_["boundary"]),
            kept.examples_["weight_kg"].to_numpy(),
        )
        kept._footprints = Footprints.of_examples(kept.examples_)
        kept._kernel = KernelRegression(own.metadata["centre"], own.arrays["alpha"])
        kept._booster = lgb.Booster(model_str=own.boosters["intensity"])
        kept._difficulty = lgb.Booster(model_str=own.boosters["difficulty"])
        kept.conformal_ = ConformalByKind.from_state(state.part("conformal"))
        return kept

    def _products(
        self,
        vectors: npt.NDArray[np.float32],
        categories: CategoryProbabilities,
        weight_kg: npt.ArrayLike | None,
        boundary: Boundary,
    ) -> Products:
        n = len(vectors)
        mass = np.full(n, np.nan) if weight_kg is None else np.asarray(weight_kg, dtype=np.float64)
        at = np.full(n, BOUNDARIES.index(boundary))
        return Products(
            np.asarray(vectors, dtype=np.float32), categories.profile(self.profile_names_), at, mass
        )

    def _features(self, asked: Products) -> _Vector:
        return features(asked, self._known, self._footprints, self.neighbours, self._kernel.estimate)

    def _learn(self, known: Products, footprints: Footprints) -> tuple[KernelRegression, lgb.Booster]:
        """Learn from each example's features as they are when its family is unknown."""
        kernel, left_out = KernelRegression.fit(known, footprints.log, footprints.group)
        x = features(
            known, known, footprints, self.neighbours, lambda rows, *_: left_out[rows], footprints.group
        )
        weight = footprints.weight * footprints.rarity
        parameters = {**_PARAMETERS, "seed": self.seed}
        like = by_likeness(x, self.to_domain)
        return kernel, _train(parameters, x, footprints.log - like, weight, self.rounds)

    def _log(self, booster: lgb.Booster, x: _Vector) -> _Vector:
        return np.asarray(by_likeness(x, self.to_domain) + self.blend * _predicted(booster, x))

    def _calibrate(self) -> None:
        """Estimate every family from the others; learn how wrong that is, and how wide a range must be."""
        group, log = self._footprints.group, self._footprints.log
        x = np.empty((len(log), len(FEATURES)))
        estimate = np.empty(len(log))
        for held in family_folds(group, self.folds, self.seed):
            known, footprints, asked = self._known[~held], self._footprints[~held], self._known[held]
            kernel, booster = self._learn(known, footprints)
            x[held] = features(asked, known, footprints, self.neighbours, kernel.estimate)
            estimate[held] = self._log(booster, x[held])
        error = log - estimate
        parameters = {**_DIFFICULTY, "seed": self.seed}
        weight = self._footprints.weight * self._footprints.rarity
        difficulty = np.empty(len(log))
        for held in family_folds(group, self.folds, self.seed + 1):
            booster = _train(parameters, x[~held], np.abs(error[~held]), weight[~held], _DIFFICULTY_ROUNDS)
            difficulty[held] = _difficulty(booster, x[held])
        self._difficulty = _train(parameters, x, np.abs(error), weight, _DIFFICULTY_ROUNDS)
        self.conformal_ = ConformalByKind(self.coverage).conformalize(
            error, difficulty, _kind(x), group, self._footprints.rarity
        )
        self.out_of_family_ = pd.DataFrame({"log": estimate, "difficulty": difficulty})


def family_folds(group: npt.NDArray[np.int64], folds: int, seed: int) -> Iterator[npt.NDArray[np.bool_]]:
    """Yield for each fold which examples are held out, (m,); families stay whole."""
    names, member = np.unique(group, return_inverse=True)
    fold = np.random.default_rng(seed).permutation(len(names)) % folds
    for number in range(folds):
        yield fold[member] == number


def _as_kept(rows: npt.NDArray[Any]) -> npt.NDArray[np.float32]:
    """Round to the half precision of the state, so that a restored model estimates the same."""
    return rows.astype(np.float16).astype(np.float32)


def _train(parameters: dict[str, Any], x: _Vector, y: _Vector, weight: _Vector, rounds: int) -> lgb.Booster:
    data = lgb.Dataset(
        x, y, weight=weight / weight.mean(), feature_name=list(FEATURES), categorical_feature=["boundary"]
    )
    return lgb.train(parameters, data, rounds)


def _kind(x: _Vector) -> npt.NDArray[np.int64]:
    """1 for products whose neighbours are mostly of the domain with most examples, else 0."""
    return (x[:, MAIN_DOMAIN] > _MOSTLY).astype(np.int64)


def _difficulty(booster: lgb.Booster, x: _Vector) -> _Vector:
    return np.asarray(np.maximum(_predicted(booster, x), _SMALLEST_DIFFICULTY))


def _predicted(booster: lgb.Booster, x: _Vector, **options: bool) -> _Vector:
    """Predict from the features that the trees have learned from: older ones know fewer."""
    return np.asarray(
        booster.predict(x[:, [FEATURES.index(name) for name in booster.feature_name()]], **options)
    )
