import numpy as np
import pytest
from scipy.special import softmax

from models.score_calibration import ScoreCalibration


def labelled(n, *, sharpness, doubt, seed=0):
    """Scores and labels: a draw with the chances of sharpened scores, of which some labels are any other."""
    rng = np.random.default_rng(seed)
    score = rng.normal(size=(n, 8))
    chance = softmax(score * sharpness, axis=1)
    right = (chance.cumsum(axis=1) > rng.random(n)[:, None]).argmax(axis=1)
    odd = rng.random(n) < doubt
    right = np.where(odd, (right + rng.integers(1, 8, n)) % 8, right)
    return score, right[:, None] == np.arange(8)


def gaps(found, score, accepted):
    """How far the stated chance of the best is from its hits, in tenths of the lines."""
    stated = found.probability(score).max(axis=1)
    hit = np.take_along_axis(accepted, score.argmax(axis=1)[:, None], axis=1)[:, 0]
    return [abs(stated[part].mean() - hit[part].mean()) for part in np.array_split(np.argsort(stated), 10)]


@pytest.mark.parametrize("doubt", [0.0, 0.05])
def test_the_stated_chance_holds_also_where_some_labels_are_wrong(doubt):
    score, accepted = labelled(20000, sharpness=5.0, doubt=doubt)
    found = ScoreCalibration.fitted(score, accepted, np.ones(20000))
    again, truth = labelled(20000, sharpness=5.0, doubt=doubt, seed=1)
    assert np.mean(gaps(found, again, truth)) < 0.035


def test_sharpness_alone_would_promise_too_much_where_scores_are_clear():
    score, accepted = labelled(20000, sharpness=5.0, doubt=0.2)
    found = ScoreCalibration.fitted(score, accepted, np.ones(20000))
    alone = ScoreCalibration(sharpness=5.0)
    assert np.mean(gaps(alone, score, accepted)) > 2 * np.mean(gaps(found, score, accepted))


def test_the_more_others_there_are_the_less_the_best_is_trusted_where_that_was_so():
    rng = np.random.default_rng(0)
    many = rng.random(8000) < 0.5
    score = np.where(np.arange(8) < np.where(many, 8, 2)[:, None], 0.0, -9.0)
    score[:, 0] = np.where(many, 1.95, 0.0) + 1.0  # in both cases the best has the same share
    accepted = np.zeros(score.shape, dtype=bool)
    accepted[:, 0] = rng.random(8000) < np.where(many, 0.4, 0.8)
    found = ScoreCalibration.fitted(score, accepted, np.ones(8000))
    stated = found.probability(score)[:, 0]
    assert stated[many].mean() == pytest.approx(0.4, abs=0.03)
    assert stated[~many].mean() == pytest.approx(0.8, abs=0.03)


def test_probabilities_sum_to_one_and_the_best_stays_the_best_however_much_is_doubted():
    score = np.array([[3.0, 2.99, 0.0], [5.0, 5.0, 5.0], [1.0, -800.0, -900.0], [0.0, 1.0, 1.0 - 1e-6]])
    stated = ScoreCalibration(sharpness=2.0, intercept=-3.0, slope=0.5).probability(score)
    np.testing.assert_allclose(stated.sum(axis=1), 1.0)
    np.testing.assert_array_equal(stated.argmax(axis=1), score.argmax(axis=1))
    assert (stated >= 0).all()


def test_a_lead_of_older_bundles_is_an_addition_to_the_log_odds():
    score = np.array([[1.0, 0.5, -1.0]])
    ahead = softmax(score * 1.5 + np.array([[0.7, 0.0, 0.0]]), axis=1)
    np.testing.assert_allclose(ScoreCalibration(1.5, 0.7).probability(score), ahead, rtol=1e-6)


@pytest.mark.parametrize("always", [True, False])
def test_lines_that_are_all_right_or_all_wrong_can_be_calibrated_on(always):
    score = np.array([[2.0, 0.0], [1.0, 0.5]])
    accepted = np.array([[always, not always]] * 2)
    stated = ScoreCalibration.fitted(score, accepted, np.ones(2)).probability(score)
    np.testing.assert_allclose(stated.sum(axis=1), 1.0)


def test_one_candidate_has_the_whole_probability():
    assert ScoreCalibration(intercept=-1.0).probability(np.array([[2.0]])) == pytest.approx(1.0)


def test_a_line_is_judged_alike_alone_and_among_others():
    score, _ = labelled(50, sharpness=2.0, doubt=0.0)
    found = ScoreCalibration(sharpness=1.7, intercept=0.4, slope=0.9, diffuseness=-0.1)
    np.testing.assert_array_equal(found.probability(score)[7:8], found.probability(score[7:8]))
