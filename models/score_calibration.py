"""From scores of candidates to probabilities that mean what they say."""

from dataclasses import dataclass, replace
from typing import Final, Self

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize_scalar
from scipy.special import softmax

_BOUNDS: Final = {"sharpness": (0.2, 20.0), "lead": (0.0, 4.0), "doubt": (0.0, 0.5)}
_ROUNDS: Final = 6
_AHEAD: Final = 1e-9
"""What the best candidate keeps over the next one however much it is doubted."""

Bools = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class ScoreCalibration:
    """Probabilities of candidates from their scores.

    Attributes
    ----------
    sharpness
        Factor of the scores, whose softmax are the shares of the candidates.
    lead
        Addition to the best candidate's score: where several categories are acceptable, the best one is so
        more often than a share among candidates that sums to 1 can say.
    doubt
        Share that the best candidate loses to the others, in proportion to theirs: however clear the scores
        are, some labels say something else. It never falls behind the next one.

    Notes
    -----
    Sharpness alone is temperature scaling: Guo et al., *On calibration of modern neural networks*, ICML 2017;
    with the two others the curve of the best one's chance has three parameters, as in Kull et al., *Beta
    calibration*, AISTATS 2017.
    """

    sharpness: float = 1.0
    lead: float = 0.0
    doubt: float = 0.0

    @classmethod
    def fitted(cls, score: Floats, accepted: Bools, weight: Floats) -> Self:
        """Find what makes the best candidate's probability its chance of being acceptable.

        One after the other, until all three have been looked for several times, each takes the value with the
        least log loss.

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
        found = cls()
        for _ in range(_ROUNDS):
            for name, bounds in _BOUNDS.items():
                found = found._with_best(name, bounds, score, hit, weight)
        return found

    def probability(self, score: Floats) -> Floats:
        """Probabilities of the candidates, (n, k); rows sum to 1, the order is that of the scores."""
        if score.shape[1] == 1:
            return np.ones(score.shape)
        row, best = np.arange(len(score)), score.argmax(axis=1)
        ahead = score * self.sharpness
        others = ahead.copy()
        others[row, best] = -np.inf
        ahead[row, best] += self.lead
        top = softmax(ahead, axis=1)[row, best]
        out: Floats = softmax(others, axis=1)
        next_one = out.max(axis=1)
        top = np.maximum(top * (1.0 - self.doubt), next_one / (1.0 + next_one) + _AHEAD)
        out *= (1.0 - top)[:, None]
        out[row, best] = top
        return out

    def _with_best(
        self, name: str, bounds: tuple[float, float], score: Floats, hit: Bools, weight: Floats
    ) -> Self:
        def log_loss(value: float) -> float:
            stated = replace(self, **{name: value}).probability(score).max(axis=1)
            sure = np.clip(stated, 1e-6, 1 - 1e-6)
            return float(-np.average(np.where(hit, np.log(sure), np.log1p(-sure)), weights=weight))

        value = float(minimize_scalar(log_loss, bounds=bounds, method="bounded").x)
        at_least = bounds[0]
        return replace(self, **{name: at_least if log_loss(at_least) <= log_loss(value) else value})
