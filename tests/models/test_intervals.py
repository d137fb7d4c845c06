import numpy as np
import pytest

from models.intervals import CategoryDoubt, in_quadrature, interval


@pytest.mark.parametrize("seed", range(5))
def test_the_promise_of_ninety_percent_is_kept_on_goods_with_a_known_answer(seed):
    rng = np.random.default_rng(seed)
    spread = rng.uniform(0.05, 1.5, 4000)
    error = rng.normal(0, 0.8 * spread + 0.05)
    doubt = CategoryDoubt().conformalize(error[:2000], spread[:2000])
    covered = np.abs(error[2000:]) <= doubt.half_width(spread[2000:])
    assert 0.87 < covered.mean() < 0.93


def test_a_small_group_weighs_as_much_as_a_large_one():
    rng = np.random.default_rng(0)
    error = np.concatenate([rng.normal(0, 0.1, 5000), rng.normal(0, 2.0, 50)])
    group = np.repeat(["easy", "hard"], [5000, 50])
    spread = np.full(len(error), 0.5)
    together = CategoryDoubt().conformalize(error, spread)
    by_group = CategoryDoubt().conformalize(error, spread, group)
    assert by_group.multiple_ > 3 * together.multiple_


def test_too_few_goods_to_promise_anything_give_an_unbounded_range():
    doubt = CategoryDoubt().conformalize(np.array([0.1, 0.2]), np.array([0.1, 0.1]))
    assert np.isinf(doubt.half_width(np.array([0.1]))).all()


def test_doubled_doubt_about_the_category_widens_the_range():
    doubt = CategoryDoubt().conformalize(np.linspace(-1, 1, 101), np.full(101, 0.3))
    narrow, wide = doubt.half_width(np.array([0.2, 0.8]))
    assert wide > narrow > 0


def test_the_range_of_a_credit_is_ordered_and_holds_the_figure():
    kg = np.array([10.0, -10.0, 0.0])
    low, high = interval(kg, np.full(3, np.log(2)))
    assert (low <= kg).all()
    assert (kg <= high).all()
    np.testing.assert_allclose(low, [5, -20, 0])


def test_independent_errors_add_in_quadrature():
    np.testing.assert_allclose(in_quadrature(np.array([3.0]), np.array([4.0])), [5.0])
