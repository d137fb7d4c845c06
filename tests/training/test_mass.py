import numpy as np
import pandas as pd
import pytest

from training.mass import CONSTANT, NEIGHBOURS, OWN, evaluate_mass, predict_held_out


@pytest.fixture(scope="module")
def vectors():
    rng = np.random.default_rng(0)
    vectors = np.repeat(rng.normal(size=(80, 8)), 3, axis=0) + 0.4 * rng.normal(size=(240, 8))
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)


@pytest.fixture(scope="module")
def examples(vectors):
    rng = np.random.default_rng(1)
    n = len(vectors)
    kg = np.exp(3 * vectors[:, 0] + rng.normal(0, 0.2, n))
    return pd.DataFrame(
        {
            "text": [f"good {i}" for i in range(n)],
            "kind": np.where(np.arange(n) // 3 % 2 == 0, "parts", "devices"),
            "group": [f"group {i // 3}" for i in range(n)],
            "weight": 1.0,
            "kg_per_article": kg,
            "kg_per_usd": kg / 10,
            "usd_per_article": np.nan,
            "pieces_per_article": np.nan,
            "states_mass": np.arange(n) < 30,
        }
    )


def test_figures_stand_for_each_target_model_and_kind(vectors, examples):
    figures = evaluate_mass(vectors, examples, seeds=(0,))
    assert set(figures["model"]) == {OWN, NEIGHBOURS, CONSTANT}
    assert set(figures["kind"]) == {"parts", "devices", "all"}
    assert set(figures["target"]) == {"kg_per_article", "kg_per_usd"}
    assert len(figures) == 18
    whole = figures[(figures["kind"] == "all") & (figures["model"] == OWN)].set_index("target")
    assert whole["goods"].to_dict() == {"kg_per_article": 210, "kg_per_usd": 240}
    assert whole["coverage"].between(0.8, 1).all()
    assert figures.loc[figures["model"] != OWN, "coverage"].isna().all()


def test_what_can_be_learned_is_learned_better_than_a_constant(vectors, examples):
    figures = evaluate_mass(vectors, examples, seeds=(0,))
    whole = figures[figures["kind"] == "all"].set_index(["target", "model"])["median_ratio"]
    for target in ("kg_per_article", "kg_per_usd"):
        assert whole[target, OWN] < whole[target, CONSTANT]


def test_a_good_is_not_predicted_from_its_own_group(vectors, examples):
    """A group with masses of its own, far from all others, cannot be guessed from outside."""
    odd = examples.copy()
    inside = odd["group"] == "group 20"
    odd.loc[inside, "kg_per_usd"] = 1e12
    predictions = predict_held_out(vectors, odd)
    of_group = predictions[(predictions["group"] == "group 20") & (predictions["target"] == "kg_per_usd")]
    assert (of_group["error"] > np.log(1e6)).all()
