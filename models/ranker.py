"""Ranking of candidate categories by gradient-boosted trees, calibrated to probabilities."""

from collections.abc import Sequence
from typing import Any, Final, Self

import lightgbm
import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize_scalar
from scipy.special import softmax
from sklearn.base import BaseEstimator
from sklearn.utils.validation import check_is_fitted

from models.candidates import Candidates
from models.state import State

_SHARPNESS: Final = (0.2, 20.0)
"""Bounds of the calibrated sharpness: 1 leaves the scores as they are."""
_LEAD: Final = (0.0, 4.0)
"""Bounds of the calibrated lead: 0 leaves the scores as they are."""
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
    sharpness_ : dict of str to float
        Calibrated factor of the scores, for lines with and without a supplier's name.
    lead_ : dict of str to float
        Calibrated addition to the best candidate's score: where several categories are acceptable, the best
        one is so more often than a share among candidates that sums to 1 can say.

    Notes
    -----
    LambdaMART: Burges, *From RankNet to LambdaRank to LambdaMART*, 2010, with extremely randomised splits
    (Geurts et al., 2006). Calibration by temperature: Guo et al., *On calibration of modern neural networks*,
    ICML 2017.
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
        self.sharpness_ = {"described": 1.0, "supplied": 1.0}
        self.lead_ = {"described": 0.0, "supplied": 0.0}
        return self

    def score(self, candidates: Candidates) -> Floats:
        """Scores of the candidates, (n, k), not calibrated."""
        check_is_fitted(self, "_boosters")
        n, k, f = candidates.features.shape
        rows = candidates.features.reshape(n * k, f)
        total = np.sum([booster.predict(rows, num_threads=1) for booster in self._boosters], axis=0)
        return np.asarray(total / len(self._boosters)).reshape(n, k)

    def calibrate(self, score: Floats, accepted: Bools, has_supplier: Bools, weight: Floats) -> Self:
        """Find the sharpness and lead that make the best candidate's probability its chance of being right.

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
        for kind, mask in (("described", ~has_supplier), ("supplied", has_supplier)):
            if mask.any():
                sharpness = _sharpness(score[mask], accepted[mask], weight[mask])
                self.sharpness_[kind] = sharpness
                self.lead_[kind] = _lead(score[mask] * sharpness, accepted[mask], weight[mask])
        return self

    def probability(self, score: Floats, has_supplier: Bools) -> Floats:
        """Probabilities of the candidates, (n, k), rows sum to 1."""
        sharpness = np.where(has_supplier, self.sharpness_["supplied"], self.sharpness_["described"])
        lead = np.where(has_supplier, self.lead_["supplied"], self.lead_["described"])
        return _shares(score * sharpness[:, None], lead)

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
                "sharpness": self.sharpness_,
                "lead": self.lead_,
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
        ranker.sharpness_ = dict(state.metadata["sharpness"])
        ranker.lead_ = dict(state.metadata.get("lead", dict.fromkeys(ranker.sharpness_, 0.0)))
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


def _shares(score: Floats, lead: Floats | float) -> Floats:
    """Softmax of scores (n, k) after a lead, (n,) or one for all, was given to the best of each line."""
    ahead = score.copy()
    ahead[np.arange(len(score)), score.argmax(axis=1)] += lead
    return np.asarray(softmax(ahead, axis=1))


def _log_loss(probability: Floats, accepted: Bools, weight: Floats) -> float:
    """Log loss of "the most probable candidate is acceptable"."""
    best = probability.argmax(axis=1)[:, None]
    hit = np.take_along_axis(accepted, best, axis=1)[:, 0]
    sure = np.clip(np.take_along_axis(probability, best, axis=1)[:, 0], 1e-6, 1 - 1e-6)
    return float(-np.average(np.where(hit, np.log(sure), np.log1p(-sure)), weights=weight))


def _sharpness(score: Floats, accepted: Bools, weight: Floats) -> float:
    """Sharpness with the least log loss."""

    def log_loss(log_sharpness: float) -> float:
        return _log_loss(_shares(score * np.exp(log_sharpness), 0.0), accepted, weight)

    found = minimize_scalar(log_loss, bounds=np.log(_SHARPNESS), method="bounded")
    return float(np.exp(found.x))


def _lead(score: Floats, accepted: Bools, weight: Floats) -> float:
    """Lead with the least log loss."""

    def log_loss(lead: float) -> float:
        return _log_loss(_shares(score, lead), accepted, weight)

    return float(minimize_scalar(log_loss, bounds=_LEAD, method="bounded").x)
