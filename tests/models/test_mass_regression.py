import numpy as np
import pytest
from sklearn.exceptions import NotFittedError

from models.mass_regression import LogMassRegressor


def goods(seed, groups=120, per_group=5, directions=16):
    """Goods whose log mass follows from their direction, up to noise of known size."""
    rng = np.random.default_rng(seed)
    centre = rng.normal(size=(groups, directions))
    vectors = np.repeat(centre, per_group, axis=0) + 0.3 * rng.normal(size=(groups * per_group, directions))
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    group = np.repeat(np.arange(groups), per_group).astype(str)
    kind = np.where(np.arange(groups) % 4 == 0, "few", "many").repeat(per_group)
    noise = rng.normal(size=len(vectors)) * np.where(kind == "few", 0.6, 0.3)
    log_mass = 3 * vectors[:, 0] + vectors[:, 1] + noise
    return (
        vectors.astype(np.float32),
        log_mass,
        np.zeros((len(vectors), 1)),
        group,
        kind,
        np.ones(len(vectors)),
    )


@pytest.fixture(scope="module")
def fitted():
    return LogMassRegressor().fit(*goods(0))


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_promise_of_ninety_percent_is_kept_on_groups_never_seen(seed):
    vectors, log_mass, extra, group, kind, weight = goods(seed, groups=400)
    seen = np.isin(group, np.unique(group)[::2])
    model = LogMassRegressor().fit(
        vectors[seen], log_mass[seen], extra[seen], group[seen], kind[seen], weight[seen]
    )
    prediction = model.predict(vectors[~seen], extra[~seen])
    covered = np.abs(log_mass[~seen] - prediction.log_mass) <= prediction.half_width
    by_kind = [covered[kind[~seen] == name].mean() for name in ("few", "many")]
    assert 0.86 < np.mean(by_kind) < 0.95
    assert min(by_kind) > 0.8


def test_it_beats_the_mean_on_groups_never_seen(fitted):
    vectors, log_mass, extra, *_ = goods(0, groups=120)
    rng = np.random.default_rng(9)
    fresh = rng.normal(size=(500, vectors.shape[1]))
    fresh /= np.linalg.norm(fresh, axis=1, keepdims=True)
    truth = 3 * fresh[:, 0] + fresh[:, 1]
    error = truth - fitted.predict(fresh.astype(np.float32), np.zeros((500, 1))).log_mass
    assert np.abs(error).mean() < 0.7 * np.abs(truth - log_mass.mean()).mean()
    del extra


def test_goods_unlike_all_that_was_learned_are_told_apart(fitted):
    vectors, _, extra, *_ = goods(0)
    opposite = -vectors.mean(axis=0, keepdims=True)
    centre = vectors[:1]
    assert fitted.predict(centre, extra[:1]).is_near.all()
    far = np.zeros_like(opposite)
    assert not fitted.predict(far, extra[:1]).is_near.any()


def test_fitting_twice_gives_the_same(fitted):
    again = LogMassRegressor().fit(*goods(0))
    assert again.state().boosters == fitted.state().boosters
    assert again.state().metadata == fitted.state().metadata


def test_a_restored_model_predicts_the_same(fitted):
    vectors, _, extra, *_ = goods(5)
    restored = LogMassRegressor.from_state(fitted.state())
    one, other = fitted.predict(vectors, extra), restored.predict(vectors, extra)
    np.testing.assert_array_equal(one.log_mass, other.log_mass)
    np.testing.assert_array_equal(one.half_width, other.half_width)
    np.testing.assert_array_equal(one.is_near, other.is_near)


def test_it_must_be_fitted_first():
    with pytest.raises(NotFittedError, match="fit first"):
        LogMassRegressor().predict(np.zeros((1, 4), dtype=np.float32), np.zeros((1, 1)))
