"""Inner products: the same bits in whatever company, however many threads, however long the vectors."""

import threading

import numpy as np
import pytest

from models.inner_products import inner_products, shared_out


def vectors(count, dimension, seed):
    return np.random.default_rng(seed).normal(size=(count, dimension)).astype(np.float32)


@pytest.mark.parametrize("dimension", [4, 384, 2_000])
@pytest.mark.parametrize("rows", [slice(0, 1), slice(31, 33), slice(5, 70), slice(200, 300)])
def test_a_row_does_not_depend_on_its_company(rows, dimension):
    left, right = vectors(300, dimension, 1), vectors(700, dimension, 2)
    together = inner_products(left, right)

    np.testing.assert_array_equal(inner_products(left[rows], right), together[rows])
    np.testing.assert_allclose(together, left.astype(float) @ right.astype(float).T, atol=1e-3)


@pytest.mark.parametrize("dimension", [384, 2_000])
@pytest.mark.parametrize("threads", [2, 3, 7])
def test_threads_that_share_the_work_change_no_bit(threads, dimension):
    left, right = vectors(3, dimension, 1), vectors(2_500, dimension, 2)

    np.testing.assert_array_equal(inner_products(left, right, threads), inner_products(left, right))


def test_a_part_of_the_columns_is_the_same_as_in_the_whole():
    left, right = vectors(40, 384, 1), vectors(2_000, 384, 2)

    np.testing.assert_array_equal(
        inner_products(left, right[123:1_777]), inner_products(left, right)[:, 123:1_777]
    )


def test_nothing_with_something_is_nothing():
    assert inner_products(vectors(0, 8, 1), vectors(5, 8, 2)).shape == (0, 5)
    assert inner_products(vectors(2, 8, 1), vectors(0, 8, 2)).shape == (2, 0)


def test_shared_work_is_done_side_by_side_and_comes_back_in_order():
    both = threading.Barrier(2, timeout=10)

    def work(number):
        both.wait()
        return number * 10

    assert shared_out(work, [1, 2, 3, 4], threads=2) == [10, 20, 30, 40]
