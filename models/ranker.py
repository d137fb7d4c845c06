"""Ranking of candidate categories by gradient-boosted trees, calibrated to probabilities."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any, Final, Self

import lightgbm
import numpy as np
import numpy.typing as npt
from sklearn.base import BaseEstimator
from sklearn.utils.validation import check_is_fitted

from models.candidates import Candidates
from models.score_calibration import ScoreCalibration
from models.state import State

_KINDS: Final = ("described", "supplied")
"""Lines without and with a supplier's name: they are calibrated apart."""
_GRADES: Final = 4
"""Steps of relevance that the ranker tells apart."""

Bools = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]


class CategoryRanker(BaseEstimator):  # type: ignore[misc]
    """Order candidates, and say how probable each is.

    Parameters
    ----------
    rounds, leaves, learning_rate
        Of each LightGBM ranker.
    seeds
        Rankers whose scores are averaged, each grown from its own random splits.

    Attributes
    ----------
    calibration_ : dict of str to ScoreCalibration
        Of the lines "described" alone, and of those "supplied" with a supplier's name.

    Notes
    -----
    LambdaMART: Burges, *From RankNet to LambdaRank to LambdaMART*, 2010, with extremely randomised splits
    (Geurts et al., 2006).
    """

    def __init__(
        self,
        rounds: int = 250,
        leaves: int = 31,
        learning_rate: float = 0.05,
        seeds: Sequence[int] = (1, 2),
    ) -> None:
        self.rounds = rounds
        self.leaves = leaves
        self.learning_rate = learning_rate
        self.seeds = seeds

    def fit(
        self, candidates: Candidates, relevance: Bools | Floats, weight: Floats, names: Sequence[str]
    ) -> Self:
        """Learn which candidates are right.

        Parameters
        ----------
        candidates
            Of n lines, found without the entries of the lines' own groups.
        relevance
            (n, k) from 0 to 1, how acceptable each candidate is: the share of votes, or whether it is.
        weight
            (n,) of the lines.
        names
            (f,) of the features.
        """
        n, k, f = candidates.features.shape
        self.feature_names_ = list(names)
        data = lightgbm.Dataset(
            candidates.features.reshape(n * k, f),
            np.ceil(np.asarray(relevance, dtype=np.float64).reshape(n * k) * _GRADES - 1e-6),
            group=np.full(n, k),
            weight=np.repeat(weight, k),
            feature_name=self.feature_names_,
            free_raw_data=False,
        )
        self._boosters = [lightgbm.train(self._parameters(seed), data, self.rounds) for seed in self.seeds]
        self.calibration_ = dict.fromkeys(_KINDS, ScoreCalibration())
        return self

    def score(self, candidates: Candidates) -> Floats:
        """Scores of the candidates, (n, k), not calibrated."""
        check_is_fitted(self, "_boosters")
        n, k, f = candidates.features.shape
        rows = candidates.features.reshape(n * k, f)
        total = np.sum([booster.predict(rows, num_threads=1) for booster in self._boosters], axis=0)
        return np.asarray(total / len(self._boosters)).reshape(n, k)

    def calibrate(self, score: Floats, accepted: Bools, has_supplier: Bools, weight: Floats) -> Self:
        """Make the best candidate's probability its chance of being right.

        Parameters
        ----------
        score
            (n, k) of lines whose groups took no part in :meth:`fit`.
        accepted
            (n, k).
        has_supplier
            (n,).
        weight
            (n,) of the lines.
        """
        for kind, mask in zip(_KINDS, (~has_supplier, has_supplier), strict=True):
            if mask.any():
                found = ScoreCalibration.fitted(score[mask], accepted[mask], weight[mask])
                self.calibration_[kind] = found
        return self

    def probability(self, score: Floats, has_supplier: Bools) -> Floats:
        """Probabilities of the candidates, (n, k), rows sum to 1."""
        described, supplied = (self.calibration_[kind].probability(score) for kind in _KINDS)
        return np.where(has_supplier[:, None], supplied, described)

    def contributions(self, features: npt.NDArray[np.float32]) -> Floats:
        """Contribution of each feature to the scores of m candidates, (m, f); rows sum to score less bias."""
        parts = [booster.predict(features, pred_contrib=True, num_threads=1) for booster in self._boosters]
        return np.asarray(np.mean(parts, axis=0))[:, :-1]

    def state(self) -> State:
        """Give what the ranker is made of."""
        check_is_fitted(self, "_boosters")
        return State(
            metadata={
                "parameters": {**self.get_params(), "seeds": list(self.seeds)},
                "calibration": {kind: asdict(found) for kind, found in self.calibration_.items()},
                "features": self.feature_names_,
            },
            boosters={
                f"seed_{seed}": booster.model_to_string()
                for seed, booster in zip(self.seeds, self._boosters, strict=True)
            },
        )

    @classmethod
    def from_state(cls, state: State) -> Self:
        """Make a ranker of its state."""
        ranker = cls(**state.metadata["parameters"])
        ranker.calibration_ = _calibrations(state.metadata)
        ranker.feature_names_ = list(state.metadata["features"])
        ranker._boosters = [
            lightgbm.Booster(model_str=state.boosters[f"seed_{seed}"]) for seed in ranker.seeds
        ]
        return ranker

    def _parameters(self, seed: int) -> dict[str, Any]:
        return {
            "objective": "lambdarank",
            "lambdarank_truncation_level": 5,
            "label_gain": list(range(_GRADES + 1)),
            "extra_trees": True,
            "learning_rate": self.learning_rate,
            "num_leaves": self.leaves,
            "min_data_in_leaf": 20,
            "feature_fraction": 0.3,
            "bagging_fraction": 0.7,
            "bagging_freq": 1,
            "lambda_l2": 5.0,
            "seed": seed,
            "deterministic": True,
            "force_col_wise": True,
            "num_threads": 1,
            "verbose": -1,
        }


def _calibrations(metadata: Mapping[str, Any]) -> dict[str, ScoreCalibration]:
    """Read the calibration of each kind; older bundles hold a sharpness and a lead in log odds."""
    if "calibration" in metadata:
        return {kind: ScoreCalibration(**found) for kind, found in metadata["calibration"].items()}
    sharpness, lead = metadata["sharpness"], metadata["lead"]
    return {kind: ScoreCalibration(sharpness[kind], lead[kind]) for kind in _KINDS}
