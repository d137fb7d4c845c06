import json

import lightgbm
import numpy as np
import pytest
from scipy.special import softmax
from sklearn.exceptions import NotFittedError

from models.candidates import Candidates
from models.ranker import CategoryRanker
from models.score_calibration import ScoreCalibration
from models.state import State

NAMES = ["noise", "telling"]


@pytest.fixture(scope="module")
def ranker(scattered):
    found, right = scattered()
    return CategoryRanker(rounds=40).fit(found, right, np.ones(len(right)), NAMES)


def right_first(score, right):
    return np.take_along_axis(right, score.argmax(axis=1)[:, None], axis=1).mean()


def test_a_signal_that_is_there_is_learned_and_beats_the_order_of_the_candidates(ranker, scattered):
    found, right = scattered(seed=1)
    assert right_first(ranker.score(found), right) > 0.9
    assert right[:, 0].mean() < 0.3


def test_lines_of_more_weight_are_followed_where_lines_contradict_each_other(scattered):
    found, right = scattered()
    contrary = np.arange(len(right)) % 2 == 0
    last = found.features[:, :, 1].argmin(axis=1)[:, None] == np.arange(right.shape[1])
    labels = np.where(contrary[:, None], last, right)
    scores = [
        CategoryRanker(rounds=40).fit(found, labels, np.where(contrary, w, 1.0), NAMES).score(found)
        for w in (0.01, 100.0)
    ]
    assert right_first(scores[0], right) > 0.9
    assert right_first(scores[1], right) < 0.1


def test_what_a_line_does_not_say_may_be_missing(scattered):
    found, right = scattered()
    found.features[::3, :, 0] = np.nan
    ranker = CategoryRanker(rounds=40).fit(found, right, np.ones(len(right)), NAMES)
    assert np.isfinite(ranker.score(found)).all()
    assert right_first(ranker.score(found), right) > 0.9


def test_a_line_is_scored_alike_alone_and_among_others(ranker, scattered):
    found, _ = scattered(seed=2)
    alone = Candidates(found.column[7:8], found.features[7:8], found.neighbours)
    np.testing.assert_array_equal(ranker.score(alone)[0], ranker.score(found)[7])


def test_probabilities_sum_to_one_and_follow_the_scores(ranker, scattered):
    found, _ = scattered(seed=3)
    score = ranker.score(found)
    probability = ranker.probability(score, np.arange(len(score)) % 2 == 0)
    np.testing.assert_allclose(probability.sum(axis=1), 1)
    np.testing.assert_array_equal(np.argsort(probability, axis=1), np.argsort(score, axis=1))


def drawn(rng, n, sharpness):
    """Scores, and which candidate is right: a draw with the chances that sharpened scores state."""
    score = rng.normal(size=(n, 8))
    chance = softmax(score * sharpness, axis=1)
    right = (chance.cumsum(axis=1) > rng.random(n)[:, None]).argmax(axis=1)
    return score, right[:, None] == np.arange(8)


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize(("described", "supplied"), [(0.5, 3.0), (6.0, 0.8)])
def test_the_probability_of_the_best_is_its_hit_rate_for_lines_with_and_without_a_supplier(
    scattered, seed, described, supplied
):
    found, right = scattered(n=60)
    ranker = CategoryRanker(rounds=2, seeds=(1,)).fit(found, right, np.ones(60), NAMES)
    rng = np.random.default_rng(seed)
    has_supplier = rng.random(16000) < 0.4
    score, accepted = drawn(rng, 16000, np.where(has_supplier, supplied, described)[:, None])
    half = np.arange(16000) < 8000
    ranker.calibrate(score[half], accepted[half], has_supplier[half], np.ones(8000))
    sharpness = {kind: found.sharpness for kind, found in ranker.calibration_.items()}
    assert sharpness == pytest.approx({"described": described, "supplied": supplied}, rel=0.15)
    for kind in (has_supplier, ~has_supplier):
        rows = ~half & kind
        stated = ranker.probability(score[rows], has_supplier[rows]).max(axis=1)
        best = score[rows].argmax(axis=1)[:, None]
        hit = np.take_along_axis(accepted[rows], best, axis=1)[:, 0]
        thirds = np.array_split(np.argsort(stated), 3)
        assert np.mean([abs(stated[part].mean() - hit[part].mean()) for part in thirds]) < 0.03


def test_graded_relevance_is_followed_step_by_step(scattered):
    """The best candidate by votes comes first, the second best second, though it is never the label."""
    found, right = scattered(n=600)
    order = np.argsort(-found.features[:, :, 1], axis=1)
    share = np.zeros(right.shape)
    np.put_along_axis(share, order[:, :1], 0.6, axis=1)
    np.put_along_axis(share, order[:, 1:2], 0.3, axis=1)
    score = CategoryRanker(rounds=60).fit(found, share, np.ones(len(right)), NAMES).score(found)
    ranked = np.argsort(-score, axis=1)
    assert (ranked[:, 0] == order[:, 0]).mean() > 0.9
    assert (ranked[:, 1] == order[:, 1]).mean() > 0.6


def test_where_two_candidates_are_acceptable_the_best_is_more_probable_than_its_share(scattered):
    found, right = scattered(n=60)
    ranker = CategoryRanker(rounds=2, seeds=(1,)).fit(found, right, np.ones(60), NAMES)
    rng = np.random.default_rng(0)
    score, first = drawn(rng, 16000, 1.0)
    _, second = drawn(rng, 16000, 1.0)
    chance = softmax(score, axis=1)
    second = (chance.cumsum(axis=1) > rng.random(16000)[:, None]).argmax(axis=1)
    accepted = first | (second[:, None] == np.arange(8))
    nobody = np.zeros(16000, dtype=bool)
    ranker.calibrate(score, accepted, nobody, np.ones(16000))
    assert ranker.calibration_["supplied"] == ScoreCalibration()
    stated = ranker.probability(score, nobody)
    np.testing.assert_array_equal(stated.argmax(axis=1), score.argmax(axis=1))
    hit = np.take_along_axis(accepted, score.argmax(axis=1)[:, None], axis=1).mean()
    assert stated.max(axis=1).mean() == pytest.approx(hit, abs=0.02)


def test_a_ledger_without_suppliers_leaves_the_other_sharpness_as_it_was(scattered):
    found, right = scattered(n=60)
    ranker = CategoryRanker(rounds=2, seeds=(1,)).fit(found, right, np.ones(60), NAMES)
    score, accepted = drawn(np.random.default_rng(0), 500, 2.0)
    ranker.calibrate(score, accepted, np.zeros(500, dtype=bool), np.ones(500))
    assert ranker.calibration_["supplied"] == ScoreCalibration() != ranker.calibration_["described"]


def test_contributions_sum_to_the_score_less_what_every_candidate_has(ranker, scattered):
    found, _ = scattered(seed=4)
    score = ranker.score(found).ravel()
    parts = ranker.contributions(found.features.reshape(-1, 2))
    assert parts.shape == (len(score), 2)
    bias = score - parts.sum(axis=1)
    np.testing.assert_allclose(bias, bias.mean(), atol=1e-6)
    assert np.abs(parts[:, 1]).mean() > 5 * np.abs(parts[:, 0]).mean()


def test_a_ranker_comes_back_from_its_state_through_json_and_answers_the_same(ranker, scattered):
    found, right = scattered(seed=5)
    score = ranker.score(found)
    ranker.calibrate(score, right, np.arange(len(right)) % 2 == 0, np.ones(len(right)))
    state = ranker.state()
    again = CategoryRanker.from_state(
        State(metadata=json.loads(json.dumps(state.metadata)), boosters=dict(state.boosters))
    )
    np.testing.assert_array_equal(again.score(found), score)
    kinds = np.arange(len(right)) % 3 == 0
    np.testing.assert_array_equal(again.probability(score, kinds), ranker.probability(score, kinds))
    assert again.state() == state


def test_the_same_lines_give_the_same_trees_and_another_seed_gives_others(scattered):
    found, right = scattered()
    one, again, other = (
        CategoryRanker(rounds=5, seeds=seeds).fit(found, right, np.ones(len(right)), NAMES).state().boosters
        for seeds in ((1,), (1,), (2,))
    )
    assert one == again
    trees = [
        lightgbm.Booster(model_str=text).dump_model()["tree_info"]
        for text in (one["seed_1"], other["seed_2"])
    ]
    assert trees[0] != trees[1]


def test_the_scores_of_several_seeds_are_averaged(ranker, scattered):
    found, _ = scattered(seed=6)
    rows = found.features.reshape(-1, 2)
    parts = [lightgbm.Booster(model_str=text).predict(rows) for text in ranker.state().boosters.values()]
    assert len(parts) == len(ranker.seeds) == 2
    np.testing.assert_allclose(ranker.score(found).ravel(), np.mean(parts, axis=0))


def test_an_unfitted_ranker_says_so(scattered):
    with pytest.raises(NotFittedError):
        CategoryRanker().score(scattered()[0])
    with pytest.raises(NotFittedError):
        CategoryRanker().state()
