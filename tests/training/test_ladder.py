import numpy as np
import pandas as pd
import pytest

from training.ladder import calibrated_ladder, ladder_figures, priced_goods


def unit(*rows):
    vectors = np.array(rows, dtype=np.float32)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


@pytest.fixture
def masses():
    return pd.DataFrame(
        {
            "text": ["rice", "chairs", "beef"],
            "kind": ["food", "things", "food"],
            "kg_per_usd": [0.5, np.nan, 0.1],
        }
    )


@pytest.fixture
def products():
    return pd.DataFrame(
        {
            "text": ["Rice, white", "Rice, brown", "Rice, cooked", "Chair"],
            "kg_co2e_per_kg": [2.0, 8.0, 100.0, 5.0],
            "boundary": ["gate", "gate", "consumer", "gate"],
        }
    )


def test_goods_are_found_whose_price_and_footprint_at_the_gate_are_known(masses, products):
    vector = {
        "rice": [1, 0, 0], "chairs": [0, 1, 0], "beef": [0, 0, 1], "Rice, white": [1, 0.1, 0],
        "Rice, brown": [1, 0, 0.1], "Rice, cooked": [1, 0, 0], "Chair": [0, 1, 0],
    }  # fmt: skip
    found = priced_goods(masses, products, lambda texts: unit(*(vector[text] for text in texts)))
    assert found["text"].tolist() == ["rice"]
    assert found["products"].tolist() == [[0, 1]]
    assert found["kg_co2e_per_usd"].iloc[0] == pytest.approx(0.5 * 4.0)


def test_the_ladder_learns_how_far_money_is_off():
    goods = pd.DataFrame({"kg_co2e_per_usd": np.ones(100), "kind": "food"})
    off = np.exp(np.linspace(-2, 2, 100))
    ladder = calibrated_ladder(goods, pd.DataFrame({"kg_co2e_per_usd": off, "half_width": 0.0}))
    assert ladder.product_half_width_ == pytest.approx(1.8, abs=0.05)


def test_figures_say_how_often_each_method_is_within_a_factor_of_two():
    table = pd.DataFrame(
        {"kind": "food", "kg_co2e": [1.0, 1.0], "by_money": [5.0, 1.5], "by_mass": [1.1, 0.9]}
    )
    found = ladder_figures(table)
    assert found["kind"].tolist() == ["food", "all"]
    assert found["within_2x_by_money"].tolist() == [0.5, 0.5]
    assert found["within_2x_by_mass"].tolist() == [1.0, 1.0]
    assert found["goods"].tolist() == [2, 2]
