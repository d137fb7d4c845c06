"""Evaluation on labelled goods: category, factor and range, beside a constant and TF-IDF neighbours."""

import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import sparse
from sklearn.model_selection import GroupKFold

from features.text import TextEncoder
from models.category import NearestNeighbourCategory
from models.factor_sets import FactorSet
from models.intervals import CategoryDoubt
from models.reference_index import ReferenceIndex
from models.spend_route import mix_factors
from training.baselines import TfidfNeighbours, constant_factor
from training.labelled_sets import LabelledSet

FOLDS: Final = 5
EVALUATED_ON: Final = "epa-v1.3"
OWN: Final = "ledgerprint"
"""Name of the model that is evaluated, beside those of its baselines."""
_FACTOR_YEAR: Final = 2022
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
        lower end; the range was calibrated on the other sets.
    lines_per_second
        Encoding and search, whole process, no cache.
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
    lines_per_second: float = float("nan")


@dataclass(frozen=True)
class Predictions:
    """A model's answers on a set: probabilities (n, C), and the candidates' factors mixed."""

    dataset: LabelledSet
    probability: sparse.csr_matrix
    log_factor: npt.NDArray[np.float64]
    spread: npt.NDArray[np.float64]
    seconds: float


@dataclass(frozen=True)
class Evaluation:
    """Everything an evaluation found.

    Attributes
    ----------
    scores
        One entry for each model and set.
    doubt
        The range for category doubt, calibrated on all sets.
    predictions
        The model's own answers, one for each set.
    """

    scores: list[Scores]
    doubt: CategoryDoubt
    predictions: list[Predictions]

    def to_frame(self) -> pd.DataFrame:
        """Scores as a table."""
        return pd.DataFrame([asdict(score) for score in self.scores])


def evaluate(
    encoder: TextEncoder,
    category: NearestNeighbourCategory,
    factor_set: FactorSet,
    sets: Sequence[LabelledSet],
) -> Evaluation:
    """Evaluate a category model and calibrate its doubt.

    Lines that are themselves entries of the reference index are scored in five folds by group, each with the
    entries of its groups taken out of the index. Ranges are scored with the calibration of the other sets
    only.

    Parameters
    ----------
    encoder, category
        Fitted.
    factor_set
        Supplies the factors that count as true.
    sets
        Labelled sets.
    """
    codes = [str(code) for code in category.classes_]
    factors = factor_set.kg_co2e_per_unit(codes, np.array([_FACTOR_YEAR]))
    answers = [_answers(encoder, category, factors, labelled) for labelled in sets]
    truths = [_true_factors(labelled, factor_set) for labelled in sets]
    scores = []
    for number, (answer, truth) in enumerate(zip(answers, truths, strict=True)):
        others = [i for i in range(len(sets)) if i != number] or [number]
        doubt = calibrated([answers[i] for i in others], [truths[i] for i in others])
        scores += [
            _own_score(answer, truth, category, doubt),
            _tfidf_score(answer.dataset, truth, category.index_, factor_set),
            _constant_score(answer.dataset, truth),
        ]
    return Evaluation(scores, calibrated(answers, truths), answers)


def calibrated(answers: Sequence[Predictions], truths: Sequence[npt.NDArray[np.float64]]) -> CategoryDoubt:
    """Calibrate category doubt on some sets, each weighing the same."""
    error = np.concatenate([np.log(t) - a.log_factor for a, t in zip(answers, truths, strict=True)])
    spread = np.concatenate([a.spread for a in answers])
    name = np.concatenate([np.full(len(a.spread), a.dataset.name) for a in answers])
    known = np.isfinite(error) & np.isfinite(spread)
    return CategoryDoubt().conformalize(error[known], spread[known], name[known])


def _answers(
    encoder: TextEncoder,
    category: NearestNeighbourCategory,
    factors: npt.NDArray[np.float64],
    labelled: LabelledSet,
) -> Predictions:
    started = time.perf_counter()
    vectors = encoder.transform(labelled.text)
    probability = _held_out(category, vectors, labelled)
    seconds = time.perf_counter() - started
    mixed = mix_factors(probability, factors)
    return Predictions(labelled, probability, mixed.log_factor[:, 0], mixed.spread[:, 0], seconds)


def _held_out(
    category: NearestNeighbourCategory, vectors: npt.NDArray[np.float32], labelled: LabelledSet
) -> sparse.csr_matrix:
    """Probabilities by an index that has seen nothing of a line's group."""
    known = category.index_.entries["source_code"]
    if not known.isin(labelled.record).any():
        return category.votes(vectors).probability
    column = {code: i for i, code in enumerate(category.classes_)}
    out = sparse.lil_matrix((len(vectors), len(column)))
    for _, fold in GroupKFold(FOLDS).split(vectors, groups=labelled.group):
        index = category.index_.without(known.isin(labelled.record[fold]).to_numpy())
        model = NearestNeighbourCategory(**category.get_params()).fit(index)
        part = model.votes(vectors[fold]).probability.tocoo()
        where = np.array([column[code] for code in model.classes_])
        out[fold[part.row], where[part.col]] = part.data
    return sparse.csr_matrix(out)


def _true_factors(labelled: LabelledSet, factor_set: FactorSet) -> npt.NDArray[np.float64]:
    """Factor of the best acceptable category, NaN where none has one, (n,)."""
    wanted = sorted({code for codes in labelled.accepted for code in codes})
    values = factor_set.kg_co2e_per_unit(wanted, np.array([_FACTOR_YEAR]))[:, 0]
    known = {code: float(value) for code, value in zip(wanted, values, strict=True) if np.isfinite(value)}
    return np.array([next((known[c] for c in codes if c in known), np.nan) for codes in labelled.accepted])


def _own_score(
    answer: Predictions,
    truth: npt.NDArray[np.float64],
    category: NearestNeighbourCategory,
    doubt: CategoryDoubt,
) -> Scores:
    error = np.log(truth) - answer.log_factor
    width = doubt.half_width(answer.spread)
    hit, _ = hits(answer.probability, category.classes_, answer.dataset)
    scores = _scores(
        OWN, answer.dataset, answer.probability, category.classes_, np.exp(answer.log_factor), truth
    )
    return replace(
        scores,
        calibration_error=expected_calibration_error(_row_max(answer.probability), hit),
        coverage=float((np.abs(error) <= width)[np.isfinite(error)].mean()),
        median_width=float(np.median(np.exp(2 * width))),
        lines_per_second=len(truth) / answer.seconds,
    )


def _tfidf_score(
    labelled: LabelledSet, truth: npt.NDArray[np.float64], index: ReferenceIndex, factor_set: FactorSet
) -> Scores:
    """Baseline over the texts of the classifications, without labelled lines of this set."""
    of_set = index.entries["source_code"].isin(labelled.record).to_numpy()
    baseline = TfidfNeighbours().fit(index.without(of_set))
    probability = baseline.probability(labelled.text)
    factors = factor_set.kg_co2e_per_unit([str(c) for c in baseline.classes_], np.array([_FACTOR_YEAR]))
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


def _row_max(probability: sparse.csr_matrix) -> npt.NDArray[np.float64]:
    return np.asarray(probability.max(axis=1).todense()).ravel()
