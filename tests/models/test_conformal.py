import numpy as np
import pytest

from models.conformal import ConformalByKind, LogConformal


def known_errors(rng, n):
    difficulty = rng.uniform(0.1, 1.5, n)
    skewed = rng.gamma(2.0, 1.0, n) - 2.0
    return difficulty * skewed, difficulty


@pytest.mark.parametrize("seed", range(5))
def test_the_promise_of_ninety_percent_is_kept_on_errors_with_a_known_answer(seed):
    rng = np.random.default_rng(seed)
    seen = LogConformal().conformalize(*known_errors(rng, 3000))
    error, difficulty = known_errors(rng, 3000)
    below, above = seen.half_widths(difficulty)
    assert 0.87 < np.mean((-below <= error) & (error <= above)) < 0.93


def test_skewed_errors_give_a_lopsided_range():
    below, above = (
        LogConformal().conformalize(*known_errors(np.random.default_rng(0), 3000)).half_widths(np.ones(1))
    )
    assert above > 1.5 * below


def test_the_promise_is_kept_for_new_groups_whose_members_err_together():
    rng = np.random.default_rng(1)
    group = np.repeat(np.arange(400), rng.integers(1, 60, 400))
    error = rng.normal(0, 1, 400)[group] + rng.normal(0, 0.1, len(group))
    old = group < 200
    conformal = LogConformal().conformalize(error[old], np.ones(old.sum()), group[old])
    below, above = conformal.half_widths(np.ones(len(error)))
    covered = (-below <= error) & (error <= above)
    per_group = [covered[group == name].mean() for name in range(200, 400)]
    assert 0.84 < np.mean(per_group) < 0.96


def test_weight_makes_the_calibration_set_look_like_what_is_asked():
    error = np.concatenate([np.linspace(-0.1, 0.1, 900), np.linspace(-2, 2, 100)])
    weight = np.concatenate([np.full(900, 0.01), np.ones(100)])
    plain = LogConformal().conformalize(error, np.ones(1000))
    weighted = LogConformal().conformalize(error, np.ones(1000), weight=weight)
    assert weighted.above_ > 2 * plain.above_


def test_too_few_goods_to_promise_anything_give_an_unbounded_range():
    conformal = LogConformal().conformalize(np.array([0.1, -0.1]), np.ones(2))
    assert np.isinf(conformal.half_widths(np.ones(1))[1])


def test_the_calibration_survives_being_saved():
    conformal = LogConformal(0.8).conformalize(*known_errors(np.random.default_rng(2), 300))
    again = LogConformal.from_state(conformal.state())
    np.testing.assert_array_equal(again.half_widths(np.ones(3)), conformal.half_widths(np.ones(3)))
    assert again.coverage == 0.8


def errors_of_two_kinds(rng, n):
    kind = rng.integers(0, 2, n)
    return np.where(kind == 1, 0.2, 1.5) * rng.normal(0, 1, n), kind


def test_the_promise_holds_for_each_kind_of_goods():
    rng = np.random.default_rng(3)
    error, kind = errors_of_two_kinds(rng, 4000)
    fitted = ConformalByKind().conformalize(error, np.ones(4000), kind, np.arange(4000), np.ones(4000))
    new, asked = errors_of_two_kinds(rng, 4000)
    below, above = fitted.half_widths(np.ones(4000), asked)
    covered = (-below <= new) & (new <= above)
    for one in (0, 1):
        assert 0.87 < covered[asked == one].mean() < 0.93


def test_a_kind_with_few_groups_gets_the_range_of_all():
    rng = np.random.default_rng(4)
    error, _ = errors_of_two_kinds(rng, 1000)
    kind = (np.arange(1000) < 20).astype(np.int64)
    group, one = np.arange(1000), np.ones(1000)
    fitted = ConformalByKind().conformalize(error, one, kind, group, one)
    pooled = LogConformal().conformalize(error, one, group, one)
    assert fitted.kinds_[1].above_ == pooled.above_


def test_the_calibration_by_kind_survives_being_saved():
    error, kind = errors_of_two_kinds(np.random.default_rng(5), 500)
    fitted = ConformalByKind().conformalize(error, np.ones(500), kind, np.arange(500), np.ones(500))
    again = ConformalByKind.from_state(fitted.state())
    np.testing.assert_array_equal(
        again.half_widths(np.ones(500), kind), fitted.half_widths(np.ones(500), kind)
    )
