import numpy as np
import pytest

from models.intensity_features import Products, blocks
from models.intensity_kernel import KernelRegression


def products(n=60, seed=0):
    rng = np.random.default_rng(seed)
    vectors = rng.normal(0, 1, (n, 8)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    profile = np.eye(3, dtype=np.float32)[rng.integers(0, 3, n)]
    return Products(vectors, profile, rng.integers(0, 2, n), np.full(n, np.nan))


def smooth(asked):
    return 2.0 * asked.vectors[:, 0] + asked.profile[:, 1].astype(np.float64)


def estimated(regression, asked, known):
    return np.concatenate([regression.estimate(*block) for block in blocks(asked, known)])


def test_a_smooth_footprint_is_learned_from_products_like_it():
    known, asked = products(400), products(50, seed=1)
    regression, _ = KernelRegression.fit(known, smooth(known), np.arange(400))
    error = estimated(regression, asked, known) - smooth(asked)
    assert np.abs(error).mean() < 0.3 * np.abs(smooth(asked) - np.median(smooth(known))).mean()


def test_left_out_is_what_is_estimated_without_the_family():
    known = products(60)
    log = smooth(known)
    family = np.repeat(np.arange(20), 3)
    _, left_out = KernelRegression.fit(known, log, family)
    own = family == 7
    refitted, _ = KernelRegression.fit(known[~own], log[~own], family[~own])
    # Both centres and mean family sizes hardly differ: a median and equal sizes.
    np.testing.assert_allclose(estimated(refitted, known[own], known[~own]), left_out[own], atol=0.05)


def test_an_estimate_does_not_depend_on_the_products_asked_with_it():
    known, asked = products(200), products(130, seed=2)
    regression, _ = KernelRegression.fit(known, smooth(known), np.arange(200))
    together = estimated(regression, asked, known)
    alone = estimated(regression, asked[np.array([100])], known)
    np.testing.assert_array_equal(alone, together[[100]])


def test_products_that_are_not_finite_are_refused():
    known = products(20)
    known.vectors[3] = np.nan
    with pytest.raises(ValueError, match="NaN"):
        KernelRegression.fit(known, np.zeros(20), np.arange(20))
