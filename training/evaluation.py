"""Evaluation on labelled goods: category, factor and range, beside a constant and TF-IDF neighbours."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import sparse

from models.factor_mixing import mix_factors
from models.factor_sets import FactorSet
from models.intervals import CategoryDoubt
from models.reference_index import ReferenceIndex
from training.baselines import TfidfNeighbours, constant_factor
from training.category import FittedCategory, LabelledLines
from training.labelled_sets import LabelledSet
from training.scorecards import Scorecard

EVALUATED_ON: Final = "epa-v1.3"
OWN: Final = "ledgerprint"
"""Name of the model that is evaluated, beside those of its baselines."""
AGREED: Final = 0.75
"""Share of the votes from which on people agree about a line."""
FACTOR_YEAR: Final = 2022
"""Year of the factors that answers are compared by."""
_BINS: Final = 10


@dataclass(frozen=True)
class Scores:
    """Figures of one model on one set.

    Attributes
    ----------
    model, dataset
        Names.
    lines, groups
        How many texts and how many groups of them.
    top1, top5
        Share of lines whose most probable category, or one of the five most probable, is acceptable.
    factor_mape, factor_within_2x
        Mean absolute percentage error of the factor against that of the best acceptable category, and share
        of lines within a factor of two.
    spend_weighted_error
        The same error weighted by the spend behind the lines.
    calibration_error
        Expected calibration error of the probability of the most probable category, ten bins.
    coverage, median_width
        Share of true factors inside the 90% range for category doubt, and the median of its upper over
        lower end; the range was calibrated on other groups.
    factor_sum
        Sum of the estimated over that of the true factors: how far sums come out low or high.
    """

    model: str
    dataset: str
    lines: int
    groups: int
    top1: float
    top5: float
    factor_mape: float
    factor_within_2x: float
    spend_weighted_error: float
    calibration_error: float = float("nan")
    coverage: float = float("nan")
    median_width: float = float("nan")
    factor_sum: float = float("nan")


@dataclass(frozen=True)
class Predictions:
    """A model's answers on a set of n lines, each from a model that has not seen the line's group.

    Attributes
    ----------
    dataset
        The set.
    probability
        (n, C).
    fold
        (n,) the lines of a fold were answered together.
    log_factor, spread
        (n,) the candidates' factors mixed.
    """

    dataset: LabelledSet
    probability: sparse.csr_matrix
    fold: npt.NDArray[np.int64]
    log_factor: npt.NDArray[np.float64]
    spread: npt.NDArray[np.float64]

    def take(self, rows: npt.NDArray[np.int64]) -> "Predictions":
        """Keep some of the lines."""
        return Predictions(
            self.dataset.take(rows),
            self.probability[rows],
            self.fold[rows],
            self.log_factor[rows],
            self.spread[rows],
        )


@dataclass(frozen=True)
class Evaluation:
    """Everything an evaluation found.

    Attributes
    ----------
    scores
        One entry for each model and set.
    doubt
        The range for category doubt, calibrated on all lines.
    predictions
        The model's own answers, one for each set.
    scorecard
        :class:`training.scorecards.Scorecard`: the model's own answers, scored line by line.
    """

    scores: list[Scores]
    doubt: CategoryDoubt
    predictions: list[Predictions]
    scorecard: pd.DataFrame

    def to_frame(self) -> pd.DataFrame:
        """Scores as a table."""
        return pd.DataFrame([asdict(score) for score in self.scores])


def evaluate(category: FittedCategory, lines: LabelledLines, factor_set: FactorSet) -> Evaluation:
    """Evaluate a category model by its held-out answers, and calibrate its doubt on them.

    Ranges of a fold are scored with the calibration of the other folds.

    Parameters
    ----------
    category
        Fitted, with its held-out answers.
    lines
        What it was fitted on.
    factor_set
        Supplies the factors that count as true.
    """
    classes, index = category.model.classes_, category.model.index_
    factors = factor_set.kg_co2e_per_unit([str(code) for code in classes], np.array([FACTOR_YEAR]))
    answers = [
        _answers(category.held_out, lines, number, factors, labelled)
        for number, labelled in enumerate(lines.sets)
    ]
    truths = [true_factors(labelled, factor_set) for labelled in lines.sets]
    width = _held_out_widths(answers, truths)
    scores, cards = [], []
    for answer, truth, half_width in zip(answers, truths, width, strict=True):
        cards.append(_scorecard(answer, truth, half_width, classes))
        scores += [
            _own_score(answer, truth, half_width, classes),
            _tfidf_score(answer.dataset, truth, index, factor_set),
            _constant_score(answer.dataset, truth),
        ]
        scores += _agreed_scores(answer, truth, half_width, classes)
    card = Scorecard.validate(pd.concat(cards, ignore_index=True))
    return Evaluation(scores, calibrated(answers, truths), answers, card)


def calibrated(
    answers: Sequence[Predictions],
    truths: Sequence[npt.NDArray[np.float64]],
    without_fold: int | None = None,
) -> CategoryDoubt:
    """Calibrate category doubt on some sets, each weighing the same, with or without the lines of a fold."""
    error = np.concatenate([np.log(t) - a.log_factor for a, t in zip(answers, truths, strict=True)])
    spread = np.concatenate([a.spread for a in answers])
    name = np.concatenate([np.full(len(a.spread), a.dataset.name) for a in answers])
    fold = np.concatenate([a.fold for a in answers])
    known = np.isfinite(error) & np.isfinite(spread) & (fold != without_fold)
    return CategoryDoubt().conformalize(error[known], spread[known], name[known])


def _held_out_widths(
    answers: Sequence[Predictions], truths: Sequence[npt.NDArray[np.float64]]
) -> list[npt.NDArray[np.float64]]:
    """Half-width of each line's range, calibrated without the lines of its fold."""
    folds = np.unique(np.concatenate([answer.fold for answer in answers]))
    doubt = {int(fold): calibrated(answers, truths, int(fold)) for fold in folds}
    widths = []
    for answer in answers:
        width = np.zeros(len(answer.fold))
        for fold, fitted in doubt.items():
            width[answer.fold == fold] = fitted.half_width(answer.spread[answer.fold == fold])
        widths.append(width)
    return widths


def _answers(
    held_out: sparse.csr_matrix,
    lines: LabelledLines,
    number: int,
    factors: npt.NDArray[np.float64],
    labelled: LabelledSet,
) -> Predictions:
    mine = np.flatnonzero(lines.set_number == number)
    probability = sparse.csr_matrix(held_out[mine])
    mixed = mix_factors(probability, factors)
    return Predictions(labelled, probability, lines.fold[mine], mixed.log_factor[:, 0], mixed.spread[:, 0])


def _scorecard(
    answer: Predictions,
    truth: npt.NDArray[np.float64],
    half_width: npt.NDArray[np.float64],
    classes: npt.NDArray[np.str_],
) -> pd.DataFrame:
    first, among_five = hits(answer.probability, classes, answer.dataset)
    return pd.DataFrame(
        {
            "dataset": answer.dataset.name,
            "record": answer.dataset.record,
            "group": answer.dataset.group,
            "weight": answer.dataset.weight,
            "hit1": first.astype(float),
            "hit5": among_five.astype(float),
            "log_error": answer.log_factor - np.log(truth),
            "half_width": half_width,
            "probability": most_probable(answer.probability),
            "method": "spend-based",
        }
    )


def true_factors(labelled: LabelledSet, factor_set: FactorSet) -> npt.NDArray[np.float64]:
    """Find the factor of the best acceptable category, NaN where none has one, (n,)."""
    wanted = sorted({code for codes in labelled.accepted for code in codes})
    values = factor_set.kg_co2e_per_unit(wanted, np.array([FACTOR_YEAR]))[:, 0]
    known = {code: float(value) for code, value in zip(wanted, values, strict=True) if np.isfinite(value)}
    return np.array([next((known[c] for c in codes if c in known), np.nan) for codes in labelled.accepted])


def _own_score(
    answer: Predictions,
    truth: npt.NDArray[np.float64],
    half_width: npt.NDArray[np.float64],
    classes: npt.NDArray[np.str_],
) -> Scores:
    error = np.log(truth) - answer.log_factor
    hit, _ = hits(answer.probability, classes, answer.dataset)
    scores = _scores(OWN, answer.dataset, answer.probability, classes, np.exp(answer.log_factor), truth)
    return replace(
        scores,
        calibration_error=expected_calibration_error(most_probable(answer.probability), hit),
        coverage=float((np.abs(error) <= half_width)[np.isfinite(error)].mean()),
        median_width=float(np.median(np.exp(2 * half_width))),
    )


def _agreed_scores(
    answer: Predictions,
    truth: npt.NDArray[np.float64],
    half_width: npt.NDArray[np.float64],
    classes: npt.NDArray[np.str_],
) -> list[Scores]:
    """Score the lines about whose label people agree as a set by themselves, if there are votes."""
    rows = np.flatnonzero(answer.dataset.trust >= AGREED)
    if not answer.dataset.votes or not len(rows):
        return []
    agreed = answer.take(rows)
    named = replace(agreed, dataset=replace(agreed.dataset, name=f"{answer.dataset.name} agreed"))
    return [_own_score(named, truth[rows], half_width[rows], classes)]


def _tfidf_score(
    labelled: LabelledSet, truth: npt.NDArray[np.float64], index: ReferenceIndex, factor_set: FactorSet
) -> Scores:
    """Baseline over the texts of the classifications, without labelled lines of this set."""
    own = (index.entries["source_code"].isin(labelled.record) | (index.entries["view"] != "line")).to_numpy()
    baseline = TfidfNeighbours().fit(index.without(own))
    probability = baseline.probability(labelled.text)
    factors = factor_set.kg_co2e_per_unit([str(c) for c in baseline.classes_], np.array([FACTOR_YEAR]))
    estimate = np.exp(mix_factors(probability, factors).log_factor[:, 0])
    estimate = np.where(np.isfinite(estimate), estimate, constant_factor(truth))
    return _scores("TF-IDF", labelled, probability, baseline.classes_, estimate, truth)


def _constant_score(labelled: LabelledSet, truth: npt.NDArray[np.float64]) -> Scores:
    """Baseline that knows the set: its commonest categories, and the median of its factors."""
    codes, commonest = np.unique([accepted[0] for accepted in labelled.accepted], return_counts=True)
    n = len(labelled.accepted)
    probability = sparse.csr_matrix(np.tile(commonest / n, (n, 1)))
    estimate = np.full(n, constant_factor(truth))
    return _scores("constant", labelled, probability, codes, estimate, truth)


def _scores(
    model: str,
    labelled: LabelledSet,
    probability: sparse.csr_matrix,
    classes: npt.NDArray[np.str_],
    estimate: npt.NDArray[np.float64],
    truth: npt.NDArray[np.float64],
) -> Scores:
    """Score probabilities (n, C) and factors (n,), kg CO2e per unit of money, NaN where there is none."""
    first, among_five = hits(probability, classes, labelled)
    known = np.isfinite(truth) & np.isfinite(estimate)
    ratio = estimate[known] / truth[known]
    error = np.abs(ratio - 1)
    return Scores(
        model=model,
        dataset=labelled.name,
        lines=len(labelled.accepted),
        groups=len(set(labelled.group)),
        top1=float(first.mean()),
        top5=float(among_five.mean()),
        factor_mape=float(error.mean()),
        factor_within_2x=float((np.abs(np.log(ratio)) <= np.log(2)).mean()),
        spend_weighted_error=float(np.average(error, weights=labelled.weight[known])),
        factor_sum=float(estimate[known].sum() / truth[known].sum()),
    )


def hits(
    probability: sparse.csr_matrix, classes: npt.NDArray[np.str_], labelled: LabelledSet
) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.bool_]]:
    """Tell whether the most probable category, and one of the best five, is acceptable; (n,) each."""
    dense = probability.toarray()
    best = np.argsort(-dense, axis=1, kind="stable")[:, :5]
    accepted = [
        [classes[c] in codes for c in row] for row, codes in zip(best, labelled.accepted, strict=True)
    ]
    right = np.logical_and(np.array(accepted), np.take_along_axis(dense, best, axis=1) > 0)
    return right[:, 0], np.asarray(right.any(axis=1))


def expected_calibration_error(probability: npt.NDArray[np.float64], hit: npt.NDArray[np.bool_]) -> float:
    """Mean gap between stated probability and share of hits over bins of equal width, weighted by their size.

    Notes
    -----
    Guo et al., *On calibration of modern neural networks*, ICML 2017.
    """
    bins = np.minimum((probability * _BINS).astype(int), _BINS - 1)
    gaps = [
        abs(probability[bins == b].mean() - hit[bins == b].mean()) * (bins == b).mean()
        for b in np.unique(bins)
    ]
    return float(np.sum(gaps))


def most_probable(probability: sparse.csr_matrix) -> npt.NDArray[np.float64]:
    """Probability of the most probable category, (n,)."""
    return np.asarray(probability.max(axis=1).todense()).ravel()
