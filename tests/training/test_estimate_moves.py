import numpy as np
import pandas as pd
import pytest

from features.line_items import line_items
from training.estimate_moves import compare_on_ledger, estimate_moves

LINES = line_items(
    pd.DataFrame({"description": ["desk", "pen", "pay", "van", "salt"], "amount": 100.0, "currency": "GBP"})
)


class Fixed:
    """A model with the same answers every time, which counts how often it is asked."""

    def __init__(self, kg, calls=None, name=""):
        self.kg, self.calls, self.name = kg, calls if calls is not None else [], name

    def predict(self, _):
        self.calls.append(self.name)
        kg = np.array(self.kg, dtype=float)
        known = ~np.isnan(kg)
        return pd.DataFrame(
            {
                "status": np.where(known, "estimated", "excluded"),
                "kg_co2e": kg,
                "kg_co2e_low": kg / 2,
                "kg_co2e_high": kg * 2,
                "method": np.where(known, "spend-based", ""),
                "category_code": "337214",
                "explanation": [f"{self.name} says {value}" for value in kg],
            }
        )


def test_lines_are_listed_by_how_far_they_move_those_that_gain_or_lose_a_figure_first():
    a, b = Fixed([10, 5, np.nan, 8, np.nan], name="A"), Fixed([11, 50, 7, 8, np.nan], name="B")
    moves = estimate_moves(LINES, a.predict(LINES), b.predict(LINES))
    assert moves["description"].tolist() == ["pay", "pen", "desk"]
    assert moves["kg_co2e_change"].tolist() == [7, 45, 1]
    assert np.isnan(moves.loc[0, "log_ratio"])
    assert moves.loc[1, "log_ratio"] == pytest.approx(np.log(10))
    assert moves.loc[0, ["status_a", "status_b"]].tolist() == ["excluded", "estimated"]
    assert moves.loc[1, ["explanation_a", "explanation_b"]].tolist() == ["A says 5.0", "B says 50.0"]


def test_a_figure_that_changes_its_sign_has_no_ratio_and_comes_first():
    moves = estimate_moves(
        LINES, Fixed([1, 2, 3, 4, 5]).predict(LINES), Fixed([-1, 90, 3, 4, 5]).predict(LINES)
    )
    assert moves["description"].tolist() == ["desk", "pen"]


def test_models_that_agree_move_nothing():
    same = Fixed([1, 2, np.nan, 4, 5])
    assert estimate_moves(LINES, same.predict(LINES), same.predict(LINES)).empty


def test_totals_are_added_up_and_who_is_timed_first_alternates():
    calls = []
    a, b = Fixed([1, 2, 3, 4, np.nan], calls, "A"), Fixed([2, 2, 3, 4, 5], calls, "B")
    found = compare_on_ledger(a, b, LINES, rounds=3)
    assert calls == ["A", "B", "A", "B", "B", "A", "A", "B"]
    assert (found.lines, found.total_a.kg_co2e, found.total_b.kg_co2e) == (5, 10, 16)
    assert found.speed_ratio_low <= found.speed_ratio <= found.speed_ratio_high
    assert found.lines_per_second_a > 0
