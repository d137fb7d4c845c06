"""Curves of an evaluation that stand in the model card."""

import json

import numpy as np
import pandas as pd
import pytest

from training.card_curves import calibration_curve, error_by_spend


def card_of(**columns):
    lines = len(next(iter(columns.values())))
    blank = {"dataset": "ours", "weight": 1.0, "hit1": np.nan, "probability": np.nan, "log_error": np.nan}
    return pd.DataFrame(blank | columns, index=range(lines))


def test_calibration_sets_what_was_stated_beside_what_was_right():
    card = card_of(probability=[0.95, 0.97, 0.31, 1.0, 0.5], hit1=[1.0, 0.0, 1.0, 1.0, np.nan])

    low, high = calibration_curve(card)

    assert low == {"dataset": "ours", "stated": 0.31, "right": 1.0, "lines": 1}
    assert high["lines"] == 3
    assert high["right"] == pytest.approx(2 / 3, abs=1e-4)


def test_errors_are_told_by_quarters_of_the_lines_by_spend():
    card = card_of(weight=[float(n) for n in range(1, 9)], log_error=[1.0, -1.0, *[0.1] * 5, np.log(1.9)])

    quarters = error_by_spend(card)

    assert [one["quarter"] for one in quarters] == [1, 2, 3, 4]
    assert (quarters[0]["spend_from"], quarters[0]["spend_to"]) == (1.0, 2.0)
    assert quarters[0]["within_2x"] == 0.0
    assert quarters[0]["median_factor"] == pytest.approx(np.e, abs=1e-3)
    assert quarters[3]["within_2x"] == 1.0
    assert json.loads(json.dumps(quarters)) == quarters


def test_a_set_without_spend_says_nothing_about_it():
    assert error_by_spend(card_of(log_error=[0.1, 0.2, 0.3, 0.4, 0.5])) == []
    assert calibration_curve(card_of(log_error=[0.1])) == []
