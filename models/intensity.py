"""Footprint of a kilogram of a product from its text: nearest known footprints, corrected by LightGBM."""

from collections.abc import Iterator, Sequence
from typing import Any, Final, Self

import lightgbm as lgb
import numpy as np
import numpy.typing as npt
import pandas as pd
import pandera.pandas as pa
from pandera.typing.pandas import Series
from sklearn.base import BaseEstimator, RegressorMixin
from sklearn.utils.validation import check_is_fitted

from models.conformal import LogConformal
from models.intensity_features import (
    BOUNDARIES,
    FEATURES,
    JOINT_MEAN,
    KINDS,
    SAME_BOUNDARY,
    Boundary,
    CategoryProbabilities,
    Footprints,
    Products,
    boundary_positions,
    features,
    similarities,
)
from models.state import State

REASONS: Final = {
    "text": [name.startswith("text_") for name in FEATURES],
    "neighbours": [name.startswith("joint_") for name in FEATURES],
    "industry": [name.startswith("industry_") for name in FEATURES],
    "attributes": [name in ("boundary", "log_weight") for name in FEATURES],
}
"""Which features make up the groups in which an estimate is explained."""

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

_Vector = npt.NDArray[np.float64]


class IntensityExamples(pa.DataFrameModel):
    """Products with a known footprint per kg."""

    text: Series[str] = pa.Field(str_length={"min_value": 1})
    kg_co2e_per_kg: Series[float] = pa.Field(gt=0, description="at the boundary")
    gate_kg_co2e_per_kg: Series[float] = pa.Field(gt=0, description="at the gate; the same if not told")
    boundary: Series[str] = pa.Field(isin=BOUNDARIES)
    domain: Series[str]
    group: Series[str] = pa.Field(description="members of a family are not independent")
    source: Series[str] = pa.Field(description="of the data catalogue")
    licence: Series[str]
    weight: Series[float] = pa.Field(gt=0, description="as evidence; 1 = a published footprint")
    weight_kg: Series[float] = pa.Field(gt=0, nullable=True, description="of a piece; NaN if unknown")

    class Config:
        """Exactly these columns, in this order."""

        strict = True
        ordered = True
        coerce = True


class IntensityModel(RegressorMixin, BaseEstimator):  # type: ignore[misc]
    """Estimate kg CO2e per kg of a product, with a range.

    The nearest known products are found by text and by industry, that is by the categories that the category
    model holds probable; the mean of their log footprints is one estimate, a LightGBM model on statistics of
    several such neighbourhoods another; the two are averaged. Nothing that stems from an example's own family
    is seen when LightGBM learns from it or when the range is calibrated, so both hold for new products.

    Parameters
    ----------
    neighbours
        Known products that vote.
    blend
        Share of LightGBM in the average.
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
        blend: float = 0.5,
        rounds: int = 400,
        coverage: float = 0.9,
        folds: int = 5,
        seed: int = 0,
    ) -> None:
        self.neighbours = neighbours
        self.blend = blend
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
        self._footprints = _footprints(self.examples_)
        if len(np.unique(self._footprints.group)) < self.folds:
            raise ValueError(
                f"{self.folds} folds need as many families, got {len(np.unique(self._footprints.group))}."
            )
        self._calibrate()
        self._booster = self._fit_booster(self._known, self._footprints)
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
        x = features(asked, self._known, self._footprints, self.neighbours)
        log = self._log(self._booster, x)
        below, above = self.conformal_.half_widths(_difficulty(self._difficulty, x))
        return pd.DataFrame(
            {
                "kg_co2e_per_kg": np.exp(log),
                "low": np.exp(log - below),
                "high": np.exp(log + above),
                "log_half_width": np.maximum(below, above),
                "similarity": x[:, FEATURES.index("text_nearest_similarity")],
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
        x = features(asked, self._known, self._footprints, self.neighbours)
        share = np.asarray(self._booster.predict(x, pred_contrib=True)) * self.blend
        out = {name: share[:, :-1][:, member].sum(axis=1) for name, member in REASONS.items()}
        base = share[:, -1] / self.blend if self.blend else np.zeros(len(x))
        out["neighbours"] = out["neighbours"] + (1.0 - self.blend) * (x[:, JOINT_MEAN] - base)
        return pd.DataFrame({**out, "base": base})

    def evidence(
        self,
        vectors: npt.NDArray[np.float32],
        categories: CategoryProbabilities,
        boundary: Boundary = "gate",
        k: int = 3,
    ) -> pd.DataFrame:
        """Return the k known products that vote most for each of n lines.

        Returns
        -------
        pandas.DataFrame
            n * k rows, best first within a line: ``line`` (position), ``source``, ``licence``, ``name``,
            ``boundary``, ``kg_co2e_per_kg`` as published, and ``similarity`` of the texts.
        """
        check_is_fitted(self, "examples_")
        asked = self._products(vectors, categories, None, boundary)
        parts = []
        for line in range(len(asked)):
            one = asked[line : line + 1]
            text, industry = similarities(one, self._known)
            same = one.boundary[:, None] == self._known.boundary[None]
            kind = KINDS["joint"]
            total = (kind.text * text + kind.industry * industry + SAME_BOUNDARY * same)[0]
            best = np.argsort(-total, kind="stable")[:k]
            shown = self.examples_.iloc[best]
            parts.append(
                shown[["source", "licence", "text", "boundary", "kg_co2e_per_kg"]]
                .rename(columns={"text": "name"})
                .assign(line=line, similarity=text[0, best])
            )
        return pd.concat(parts, ignore_index=True)

    def state(self) -> State:
        """Return what has to be kept."""
        check_is_fitted(self, "examples_")
        own = State(
            metadata={"parameters": self.get_params()},
            arrays={
                "vectors": self._known.vectors.astype(np.float16),
                "profile": self._known.profile.astype(np.float16),
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
        kept = cls(**own.metadata["parameters"])
        kept.examples_ = IntensityExamples.validate(own.tables["examples"])
        kept.profile_names_ = own.tables["profile_names"]["name"].to_numpy(dtype=str)
        kept._known = Products(
            own.arrays["vectors"].astype(np.float32),
            own.arrays["profile"].astype(np.float32),
            boundary_positions(kept.examples_["boundary"]),
            kept.examples_["weight_kg"].to_numpy(),
        )
        kept._footprints = _footprints(kept.examples_)
        kept._booster = lgb.Booster(model_str=own.boosters["intensity"])
        kept._difficulty = lgb.Booster(model_str=own.boosters["difficulty"])
        kept.conformal_ = LogConformal.from_state(state.part("conformal"))
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

    def _fit_booster(self, known: Products, footprints: Footprints) -> lgb.Booster:
        """Learn from each example's features as they are when its family is unknown."""
        x = features(known, known, footprints, self.neighbours, footprints.group)
        weight = footprints.weight * footprints.rarity
        return _train({**_PARAMETERS, "seed": self.seed}, x, footprints.log, weight, self.rounds)

    def _log(self, booster: lgb.Booster, x: _Vector) -> _Vector:
        learned = np.asarray(booster.predict(x))
        return np.asarray(self.blend * learned + (1.0 - self.blend) * x[:, JOINT_MEAN])

    def _calibrate(self) -> None:
        """Estimate every family from the others; learn how wrong that is, and how wide a range must be."""
        group, log = self._footprints.group, self._footprints.log
        x = np.empty((len(log), len(FEATURES)))
        estimate = np.empty(len(log))
        for held in family_folds(group, self.folds, self.seed):
            known, footprints = self._known[~held], self._footprints[~held]
            x[held] = features(self._known[held], known, footprints, self.neighbours)
            estimate[held] = self._log(self._fit_booster(known, footprints), x[held])
        error = log - estimate
        parameters = {**_DIFFICULTY, "seed": self.seed}
        weight = self._footprints.weight * self._footprints.rarity
        difficulty = np.empty(len(log))
        for held in family_folds(group, self.folds, self.seed + 1):
            booster = _train(parameters, x[~held], np.abs(error[~held]), weight[~held], _DIFFICULTY_ROUNDS)
            difficulty[held] = _difficulty(booster, x[held])
        self._difficulty = _train(parameters, x, np.abs(error), weight, _DIFFICULTY_ROUNDS)
        self.conformal_ = LogConformal(self.coverage).conformalize(
            error, difficulty, group, self._footprints.rarity
        )
        self.out_of_family_ = pd.DataFrame({"log": estimate, "difficulty": difficulty})


def family_folds(group: npt.NDArray[np.int64], folds: int, seed: int) -> Iterator[npt.NDArray[np.bool_]]:
    """Yield for each fold which examples are held out, (m,); families stay whole."""
    names, member = np.unique(group, return_inverse=True)
    fold = np.random.default_rng(seed).permutation(len(names)) % folds
    for number in range(folds):
        yield fold[member] == number


def _footprints(examples: pd.DataFrame) -> Footprints:
    _, group, size = np.unique(examples["group"].to_numpy(dtype=str), return_inverse=True, return_counts=True)
    domain = examples["domain"]
    return Footprints(
        np.log(examples["kg_co2e_per_kg"].to_numpy()),
        np.log(examples["gate_kg_co2e_per_kg"].to_numpy()),
        examples["weight"].to_numpy() / np.sqrt(size[group]),
        1.0 / np.sqrt(domain.map(domain.value_counts()).to_numpy(dtype=np.float64)),
        group,
    )


def _as_kept(rows: npt.NDArray[Any]) -> npt.NDArray[np.float32]:
    """Round to the half precision of the state, so that a restored model estimates the same."""
    return rows.astype(np.float16).astype(np.float32)


def _train(parameters: dict[str, Any], x: _Vector, y: _Vector, weight: _Vector, rounds: int) -> lgb.Booster:
    data = lgb.Dataset(
        x, y, weight=weight / weight.mean(), feature_name=list(FEATURES), categorical_feature=["boundary"]
    )
    return lgb.train(parameters, data, rounds)


def _difficulty(booster: lgb.Booster, x: _Vector) -> _Vector:
    return np.asarray(np.maximum(np.asarray(booster.predict(x)), _SMALLEST_DIFFICULTY))
