import numpy as np
import pandas as pd
import pytest
from sklearn.exceptions import NotFittedError

from features.quantities import quantities
from models.mass import MassModel

GOODS = 300
DIRECTIONS = 12


@pytest.fixture(scope="module")
def vectors():
    rng = np.random.default_rng(0)
    vectors = rng.normal(size=(GOODS, DIRECTIONS))
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)


@pytest.fixture(scope="module")
def examples(vectors):
    rng = np.random.default_rng(1)
    kg = np.exp(2 * vectors[:, 0] + rng.normal(0, 0.2, GOODS))
    usd = np.exp(vectors[:, 1] + 2)
    return pd.DataFrame(
        {
            "text": [f"good {n}" for n in range(GOODS)],
            "kind": np.where(np.arange(GOODS) % 3 == 0, "parts", "devices"),
            "group": [f"group {n // 3}" for n in range(GOODS)],
            "weight": 1.0,
            "kg_per_article": kg,
            "kg_per_usd": kg / usd,
            "usd_per_article": usd,
            "pieces_per_article": np.nan,
            "states_mass": False,
        }
    )


@pytest.fixture(scope="module")
def model(vectors, examples):
    return MassModel().fit(vectors, examples)


def lines(*rows):
    return quantities(pd.DataFrame(rows, columns=["description", "quantity", "unit"]))


def test_a_stated_mass_is_taken_as_it_is(model, vectors):
    out = model.predict(vectors[:1], lines(("Cement 25 kg bag", 4, "EA")), np.array([10.0])).iloc[0]
    assert (out.mass_kg, out.basis) == (pytest.approx(100), "stated_mass")
    assert out.mass_kg_low < 100 < out.mass_kg_high < 120


def test_twice_the_articles_weigh_twice_as_much(model, vectors):
    two = vectors[[3, 3]]
    out = model.predict(two, lines(("Chair", 1, "EA"), ("Chair", 2, "EA")), np.full(2, np.nan))
    assert set(out["basis"]) == {"learned_per_article"}
    assert out["mass_kg"].iloc[1] == pytest.approx(2 * out["mass_kg"].iloc[0])


def test_money_gives_a_mass_where_nothing_is_counted(model, vectors):
    out = model.predict(
        vectors[:2], lines(("Chair", np.nan, ""), ("Cable", 5, "MTR")), np.array([100.0, 50.0])
    )
    assert out["basis"].tolist() == ["learned_per_usd"] * 2
    assert (out["mass_kg_low"] < out["mass_kg"]).all()
    assert (out["mass_kg"] < out["mass_kg_high"]).all()


def test_nothing_counted_and_no_money_gives_no_mass(model, vectors):
    out = model.predict(vectors[:1], lines(("Chair", np.nan, "")), np.array([np.nan])).iloc[0]
    assert np.isnan(out.mass_kg)
    assert out.basis == "none"


def test_hours_of_work_weigh_nothing_whatever_they_cost(model, vectors):
    out = model.predict(vectors[:1], lines(("Consulting", 5, "HUR")), np.array([900.0])).iloc[0]
    assert out.basis == "none"


def test_goods_unlike_all_that_was_learned_get_no_mass(model, vectors):
    out = model.predict(np.zeros_like(vectors[:1]), lines(("Chair", 2, "EA")), np.array([10.0])).iloc[0]
    assert np.isnan(out.mass_kg)


def test_a_credit_takes_mass_back_and_its_range_is_ordered(model, vectors):
    out = model.predict(vectors[:1], lines(("Chair", -2, "EA")), np.array([-90.0])).iloc[0]
    assert out.mass_kg_low < out.mass_kg < out.mass_kg_high < 0


def test_a_mass_that_the_text_states_is_not_learned_per_article(vectors, examples):
    wrong = examples.copy()
    wrong.loc[wrong.index[::2], ["states_mass", "kg_per_article"]] = [True, 1e9]
    out = (
        MassModel()
        .fit(vectors, wrong)
        .predict(vectors[1::2], lines(*[("Chair", 1, "EA")] * (GOODS // 2)), np.full(GOODS // 2, np.nan))
    )
    assert out["mass_kg"].max() < 1e4


def test_a_restored_model_predicts_the_same(model, vectors):
    some = lines(("Chair", 3, "EA"), ("Chair", np.nan, ""), ("Cement 5 kg", 1, "EA"))
    usd = np.array([20.0, 30.0, 5.0])
    restored = MassModel.from_state(model.state())
    pd.testing.assert_frame_equal(
        model.predict(vectors[:3], some, usd), restored.predict(vectors[:3], some, usd)
    )


def test_no_lines_give_no_rows(model, vectors):
    empty = lines(("Chair", 1, "EA")).iloc[:0]
    assert len(model.predict(vectors[:0], empty, np.zeros(0))) == 0


def test_it_must_be_fitted_first(vectors):
    with pytest.raises(NotFittedError, match="fit first"):
        MassModel().predict(vectors[:1], lines(("Chair", 1, "EA")), np.array([1.0]))
