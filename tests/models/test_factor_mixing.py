import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import sparse

from models.factor_mixing import mix_factors


def mixed(probability, factors):
    found = mix_factors(sparse.csr_matrix(np.atleast_2d(probability)), np.array(factors)[:, None])
    return float(found.log_factor[0, 0]), float(found.spread[0, 0])


def test_one_certain_candidate_gives_its_factor_and_no_spread():
    log_factor, spread = mixed([0.0, 1.0], [0.3, 0.7])
    assert np.exp(log_factor) == pytest.approx(0.7)
    assert spread == 0


def test_a_candidate_without_a_factor_leaves_its_share_to_the_others():
    assert mixed([0.25, 0.25, 0.5], [0.1, 0.4, np.nan]) == pytest.approx(mixed([0.5, 0.5], [0.1, 0.4]))


def test_where_no_candidate_has_a_factor_there_is_no_figure():
    log_factor, spread = mixed([0.5, 0.5], [np.nan, np.nan])
    assert np.isnan(log_factor)
    assert np.isnan(spread)


def test_every_query_is_mixed_for_every_year():
    probability = sparse.csr_matrix([[1.0, 0.0], [0.0, 1.0]])
    found = mix_factors(probability, np.array([[0.1, 0.2, 0.3], [0.4, 0.5, 0.6]]))
    np.testing.assert_allclose(np.exp(found.log_factor), [[0.1, 0.2, 0.3], [0.4, 0.5, 0.6]])


def test_the_more_probable_of_two_far_candidates_is_taken_and_not_a_factor_between_them():
    log_factor, spread = mixed([0.7, 0.3], [0.1, 1.0])
    assert np.exp(log_factor) == pytest.approx(0.1)
    assert spread == pytest.approx(0.3 * np.log(10))


def test_a_figure_moves_off_the_median_where_that_brings_more_candidates_within_reach():
    probability, factors = [0.3, 0.4, 0.3], [0.1, 0.18, 0.38]
    log_factor, _ = mixed(probability, factors)
    assert (np.abs(np.log(factors) - log_factor) < np.log(2)).all()
    assert abs(np.log(0.18) - log_factor) > 0.01


def test_of_equally_good_figures_the_one_nearest_to_the_geometric_mean_is_taken():
    assert np.exp(mixed([0.5, 0.5], [0.2, 0.3])[0]) == pytest.approx(np.sqrt(0.06))


@pytest.mark.parametrize("seed", range(5))
def test_no_other_figure_has_a_lower_expected_loss(seed):
    rng = np.random.default_rng(seed)
    probability = rng.dirichlet(np.full(12, 0.5))
    factors = rng.lognormal(sigma=0.8, size=12)
    log_factor, _ = mixed(probability, factors)

    def loss(log):
        distance = np.abs(np.log(factors) - log)
        return (probability * (distance + 0.7 * (distance > np.log(1.95) + 1e-9))).sum()

    everywhere = np.linspace(np.log(factors).min(), np.log(factors).max(), 4001)
    assert loss(log_factor) <= min(map(loss, everywhere)) + 1e-9


def test_a_figure_does_not_depend_on_its_company():
    rng = np.random.default_rng(0)
    factors = rng.lognormal(size=(300, 2))
    probability = sparse.random(1500, 300, density=0.1, random_state=rng, format="csr")
    probability = sparse.csr_matrix(
        sparse.diags(1 / np.asarray(probability.sum(axis=1)).ravel()) @ probability
    )
    together, alone = mix_factors(probability, factors), mix_factors(probability[7:9], factors)
    np.testing.assert_array_equal(together.log_factor[7:9], alone.log_factor)
    np.testing.assert_array_equal(together.spread[7:9], alone.spread)


def test_no_query_is_no_figure():
    assert mix_factors(sparse.csr_matrix((0, 3)), np.ones((3, 2))).log_factor.shape == (0, 2)


@given(
    st.lists(
        st.tuples(st.floats(0.01, 1), st.floats(0.01, 4)),
        min_size=2,
        max_size=6,
    )
)
def test_the_mix_lies_between_its_candidates_and_so_does_its_spread(candidates):
    share, factor = np.array(candidates).T
    log_factor, spread = mixed(share / share.sum(), factor)
    low, high = np.log(factor).min(), np.log(factor).max()
    assert low - 1e-9 <= log_factor <= high + 1e-9
    assert 0 <= spread <= min(high - low, (high - low) / 2 + 0.7) + 1e-6  # the charge is 0.7
