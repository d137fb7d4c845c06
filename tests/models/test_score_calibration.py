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


@pytest.mark.parametrize("doubt", [0.0, 0.1, 0.25])
def test_the_stated_chance_holds_also_where_some_labels_are_wrong(doubt):
    score, accepted = labelled(20000, sharpness=5.0, doubt=doubt)
    found = ScoreCalibration.fitted(score, accepted, np.ones(20000))
    again, truth = labelled(20000, sharpness=5.0, doubt=doubt, seed=1)
    assert max(gaps(found, again, truth)) < 0.05
    assert found.doubt == pytest.approx(doubt, abs=0.06)


def test_sharpness_alone_would_promise_too_much_where_scores_are_clear():
    score, accepted = labelled(20000, sharpness=5.0, doubt=0.2)
    found = ScoreCalibration.fitted(score, accepted, np.ones(20000))
    alone = ScoreCalibration(sharpness=found.sharpness)
    assert max(gaps(alone, score, accepted)) > 0.15 > 3 * max(gaps(found, score, accepted))


def test_probabilities_sum_to_one_and_keep_the_order_of_the_scores_however_much_is_doubted():
    score = np.array([[3.0, 2.99, 0.0], [5.0, 5.0, 5.0], [1.0, -800.0, -900.0], [0.0, 1.0, 1.0 - 1e-6]])
    stated = ScoreCalibration(sharpness=2.0, lead=0.1, doubt=0.5).probability(score)
    np.testing.assert_allclose(stated.sum(axis=1), 1.0)
    np.testing.assert_array_equal(stated.argmax(axis=1), score.argmax(axis=1))
    assert (stated >= 0).all()
    assert stated[2, 0] == pytest.approx(0.5)


def test_one_candidate_has_the_whole_probability():
    assert ScoreCalibration(doubt=0.3).probability(np.array([[2.0]])) == pytest.approx(1.0)


def test_a_line_is_judged_alike_alone_and_among_others():
    score, _ = labelled(50, sharpness=2.0, doubt=0.0)
    found = ScoreCalibration(sharpness=1.7, lead=0.4, doubt=0.07)
    np.testing.assert_array_equal(found.probability(score)[7:8], found.probability(score[7:8]))
