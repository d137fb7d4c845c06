"""From scores of candidates to probabilities that mean what they say."""

from dataclasses import dataclass
from typing import Final, Self

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize_scalar
from scipy.special import expit, logit, softmax
from sklearn.linear_model import LogisticRegression

_SHARPNESS: Final = (0.2, 20.0)
_SURE: Final = 1e-6
"""No share and no probability is nearer to 0 or 1 when its logarithm is taken."""
_AHEAD: Final = 1e-9
"""What the best candidate keeps over the next one however much it is doubted."""
_PENALTY: Final = 0.1

Bools = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class ScoreCalibration:
    r"""Probabilities of candidates from their scores.

    The softmax of scores times a sharpness gives each of k candidates a share. Where several categories are
    acceptable, or labels are in doubt, the best one's share s is not its chance of being right; that is
    :math:`\sigma(a + b\,\mathrm{logit}(s) + c\,h)` with the entropy h of the others' shares among themselves:
    the more of them there are, the less is known. The others divide what is left in proportion.

    Attributes
    ----------
    sharpness
        Factor of the scores.
    intercept, slope, diffuseness
        a, b and c.

    Notes
    -----
    Temperature: Guo et al., *On calibration of modern neural networks*, ICML 2017; logistic: Platt,
    *Probabilistic outputs for support vector machines*, 1999.
    """

    sharpness: float = 1.0
    intercept: float = 0.0
    slope: float = 1.0
    diffuseness: float = 0.0

    @classmethod
    def fitted(cls, score: Floats, accepted: Bools, weight: Floats) -> Self:
        """Find what makes the best candidate's probability its chance of being acceptable.

        Parameters
        ----------
        score
            (n, k) of lines whose groups the ranking has not seen.
        accepted
            (n, k).
        weight
            (n,) of the lines.
        """
        best = score.argmax(axis=1)[:, None]
        hit = np.take_along_axis(accepted, best, axis=1)[:, 0]

        def log_loss(log_sharpness: float) -> float:
            share = softmax(score * np.exp(log_sharpness), axis=1).max(axis=1).clip(_SURE, 1 - _SURE)
            return float(-np.average(np.where(hit, np.log(share), np.log1p(-share)), weights=weight))

        found = minimize_scalar(log_loss, bounds=np.log(_SHARPNESS), method="bounded")
        sharp = cls(float(np.exp(found.x)))
        if hit.all() or not hit.any():
            return sharp
        evidence = np.column_stack(sharp._evidence(*sharp._shares(score)))
        chance = LogisticRegression(C=1 / _PENALTY, max_iter=1000, tol=1e-8)
        chance.fit(evidence, hit, sample_weight=weight / weight.mean())
        slope, diffuseness = (float(value) for value in chance.coef_[0])
        return cls(sharp.sharpness, float(chance.intercept_[0]), slope, diffuseness)

    def probability(self, score: Floats) -> Floats:
        """Probabilities of the candidates, (n, k); rows sum to 1, the best by score stays the best."""
        if score.shape[1] == 1:
            return np.ones(score.shape)
        share, others = self._shares(score)
        certainty, entropy = self._evidence(share, others)
        chance = expit(self.intercept + self.slope * certainty + self.diffuseness * entropy)
        next_one = others.max(axis=1)
        chance = np.maximum(chance, next_one / (1.0 + next_one) + _AHEAD)
        out = others * (1.0 - chance)[:, None]
        out[np.arange(len(score)), score.argmax(axis=1)] = chance
        return np.asarray(out)

    def _shares(self, score: Floats) -> tuple[Floats, Floats]:
        """Share of the best candidate, (n,), and of the others among themselves, (n, k), 0 for the best."""
        row, best = np.arange(len(score)), score.argmax(axis=1)
        sharp = score * self.sharpness
        share: Floats = softmax(sharp, axis=1)[row, best]
        sharp[row, best] = -np.inf
        others: Floats = softmax(sharp, axis=1)
        return share, others

    @staticmethod
    def _evidence(share: Floats, others: Floats) -> tuple[Floats, Floats]:
        """Log odds of the best candidate's share, and entropy of the others, both (n,)."""
        entropy: Floats = -(others * np.log(np.maximum(others, _SURE))).sum(axis=1)
        certainty: Floats = np.asarray(logit(share.clip(_SURE, 1 - _SURE)))
        return certainty, entropy
