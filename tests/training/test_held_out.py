import numpy as np
import pandas as pd
import pytest

from training.held_out import ALL, HeldOut, figures_by_kind, worst_of


@pytest.fixture
def held_out():
    return HeldOut.validate(
        pd.DataFrame(
            {
                "target": "kg_per_usd",
                "kind": ["parts", "parts", "parts", "devices"],
                "text": ["bolt", "nut", "long bolt", "pump"],
                "group": ["bolts", "nuts", "bolts", "pumps"],
                "truth": [1.0, 1.0, 1.0, 10.0],
                "estimate": [4.0, 1.5, 8.0, 10.0],
                "low": [1.0, 1.0, 4.0, 0.0],
                "high": [16.0, 2.25, 16.0, 20.0],
            }
        )
    )


def test_figures_stand_for_each_kind_and_for_all(held_out):
    figures = figures_by_kind(held_out).set_index("kind")
    assert list(figures.index) == ["parts", "devices", ALL]
    assert figures["goods"].tolist() == [3, 1, 4]
    assert figures["groups"].tolist() == [2, 1, 3]
    assert figures.loc["parts", "within_2x"] == pytest.approx(1 / 3)
    assert figures.loc["parts", "median_ratio"] == pytest.approx(4)
    assert figures.loc[ALL, "coverage"] == pytest.approx(3 / 4)
    assert figures.loc["parts", "upper_over_lower"] == pytest.approx(4)
    assert np.isnan(figures.loc["devices", "upper_over_lower"])


def test_estimates_without_a_range_have_no_coverage(held_out):
    figures = figures_by_kind(held_out.assign(low=np.nan, high=np.nan))
    assert figures["coverage"].isna().all()
    assert figures["within_2x"].notna().all()


def test_the_worst_come_first_and_once_a_group(held_out):
    worst = worst_of(held_out, n=2)
    assert worst["text"].tolist() == ["long bolt", "nut"]
    assert worst["log_error"].iloc[0] == pytest.approx(np.log(8))
