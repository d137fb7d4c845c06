from dataclasses import replace
from io import StringIO

import numpy as np
import pandas as pd
import pytest
from rich.console import Console
from scipy import sparse

from models.bundle import DEFAULT_BUNDLE, load_bundle
from models.category import NearestNeighbourCategory
from models.factor_sets import FactorSets
from models.reference_index import ReferenceIndex
from training.baselines import TfidfNeighbours, constant_factor
from training.evaluation import EVALUATED_ON, OWN, evaluate, expected_calibration_error, hits
from training.scoreboard import print_scores


@pytest.fixture(scope="module")
def factor_set():
    return FactorSets.from_frames(load_bundle(DEFAULT_BUNDLE).tables)[EVALUATED_ON]


@pytest.fixture(scope="module")
def index(encoder, entries):
    return ReferenceIndex.from_vectors(entries, encoder.transform(entries["text"]))


@pytest.fixture(scope="module")
def found(encoder, index, factor_set, labelled):
    other = replace(labelled, name="other", record=np.array([f"elsewhere:{n}" for n in range(10)]))
    return evaluate(encoder, NearestNeighbourCategory().fit(index), factor_set, [labelled, other])


def score(found, dataset, model):
    return next(s for s in found.scores if (s.dataset, s.model) == (dataset, model))


@pytest.mark.parametrize("seed", range(3))
def test_probabilities_that_mean_what_they_say_have_no_calibration_error(seed):
    rng = np.random.default_rng(seed)
    probability = rng.uniform(0, 1, 200_000)
    hit = rng.uniform(0, 1, 200_000) < probability
    assert expected_calibration_error(probability, hit) < 0.01
    assert expected_calibration_error(np.minimum(probability + 0.2, 1), hit) == pytest.approx(0.18, abs=0.02)


def test_certainty_that_is_right_half_of_the_time_is_half_wrong():
    assert expected_calibration_error(np.ones(4), np.array([True, False, True, False])) == 0.5


def test_a_labelled_line_that_is_an_entry_does_not_find_itself(found, index, labelled):
    itself = NearestNeighbourCategory().fit(index)
    answer = found.predictions[0]
    own = np.array([list(itself.classes_).index(codes[0]) for codes in labelled.accepted])
    held_out = answer.probability.toarray()[np.arange(10), own]
    seen = found.predictions[1].probability.toarray()[np.arange(10), own]
    assert (held_out < seen).all()
    assert score(found, "small", OWN).calibration_error > score(found, "other", OWN).calibration_error


def test_lines_of_a_group_keep_each_other_out(encoder, entries, factor_set, labelled):
    by_category = replace(labelled, group=np.array([codes[0] for codes in labelled.accepted]))
    kept = entries[(entries["source"] == "public_lines") | (entries["naics_code"] == "324110")]
    index = ReferenceIndex.from_vectors(kept, encoder.transform(kept["text"]))
    found = evaluate(encoder, NearestNeighbourCategory().fit(index), factor_set, [by_category])
    assert score(found, "small", OWN).top1 == pytest.approx(0.2), (
        "only fuel has entries beside the group's own"
    )


def test_the_baselines_stand_beside_the_model_for_every_set(found):
    frame = found.to_frame()
    assert set(frame.groupby("dataset")["model"].agg(frozenset)) == {frozenset((OWN, "TF-IDF", "constant"))}
    assert frame[["top1", "top5", "factor_mape", "factor_within_2x"]].notna().all(axis=None)
    assert frame.loc[frame["model"] == "constant", "top1"].tolist() == [0.2, 0.2]
    assert frame.loc[frame["model"] == "constant", "top5"].tolist() == [1.0, 1.0]


def test_words_in_common_are_all_that_tfidf_sees(index):
    baseline = TfidfNeighbours().fit(index)
    probability = baseline.probability(
        pd.Series(["latex gloves", "hydraulic excavator", "steel chairs"])
    ).toarray()
    assert baseline.classes_[probability[0].argmax()] == "339113"
    assert probability[1].sum() == 0
    np.testing.assert_allclose(probability[[0, 2]].sum(axis=1), 1)


def test_only_the_nearest_entries_vote_by_tfidf(index):
    probability = TfidfNeighbours(neighbours=1).fit(index).probability(pd.Series(["paper tablets capsules"]))
    assert probability.nnz == 1
    assert probability.sum() == pytest.approx(1)


def test_the_constant_is_the_median_of_the_factors_that_are_known():
    assert constant_factor(np.array([0.1, 0.2, np.nan, 9.0])) == 0.2


def test_a_category_without_any_probability_is_no_hit_among_five(labelled):
    probability = sparse.csr_matrix(np.eye(10, 5))
    classes = np.array(["337214", "000001", "000002", "000003", "339113"])
    first, among_five = hits(probability, classes, labelled)
    assert not first.any()
    assert not among_five.any()


def test_the_scoreboard_fits_eighty_columns_and_cuts_nothing(found):
    text = StringIO()
    print_scores(found, Console(file=text, width=80))
    lines = text.getvalue().splitlines()
    assert max(len(line) for line in lines) <= 80
    assert "…" not in text.getvalue()
    assert sum(OWN in line for line in lines) == 3
