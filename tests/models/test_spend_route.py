import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import sparse

from models.spend_route import mix_factors


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
    assert 0 <= spread <= (high - low) / 2 + 1e-6
