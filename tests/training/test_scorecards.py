import numpy as np
import pandas as pd
import pytest
from pandera.errors import SchemaError

from training import scorecards
from training.scorecards import (
    METRICS,
    SCORECARD_FIELDS,
    Scorecard,
    ScorecardError,
    line_metrics,
    read_scorecard,
    save_scorecard,
    shipped_scorecard,
)


@pytest.fixture
def card():
    rows = [
        ("towns", "1", "a", 1.0, 1.0, 1.0, 0.1, 0.5, 0.9, "spend-based"),
        ("towns", "2", "a", 2.0, 0.0, 1.0, -0.9, 0.5, 0.6, "hybrid"),
        ("goods.food", "1", "b", 1.0, np.nan, np.nan, 0.2, np.nan, np.nan, "average-data"),
        ("towns", "3", "c", 0.0, 0.0, 0.0, np.nan, np.nan, np.nan, ""),
    ]
    return pd.DataFrame(rows, columns=list(SCORECARD_FIELDS))


def test_a_scorecard_comes_back_as_it_was_saved(card, tmp_path):
    save_scorecard(card, tmp_path / "scorecard.parquet")
    pd.testing.assert_frame_equal(read_scorecard(tmp_path / "scorecard.parquet"), Scorecard.validate(card))


def test_every_metric_is_worked_out_for_each_line(card):
    metrics = line_metrics(card)
    assert list(metrics.columns) == [metric.name for metric in METRICS]
    assert metrics.loc[0].to_dict() == pytest.approx(
        {
            "top1": 1,
            "top5": 1,
            "brier": 0.01,
            "answered": 1,
            "abs_log_error": 0.1,
            "abs_log_error_by_spend": 0.1,
            "within_2x": 1,
            "coverage": 1,
            "log_width": 1,
            "interval_score": 1,
        }
    )
    assert metrics.loc[1, ["within_2x", "coverage"]].tolist() == [0, 0]
    assert metrics.loc[1, "interval_score"] == pytest.approx(1 + 20 * 0.4)
    assert metrics.loc[2, ["top1", "coverage", "interval_score"]].isna().all()
    assert metrics.loc[3, "answered"] == 0
    assert np.isnan(metrics.loc[3, "within_2x"])


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("hit1", 0.5),
        ("hit5", 0.0),
        ("half_width", -0.1),
        ("half_width", np.inf),
        ("log_error", -np.inf),
        ("probability", 1.2),
        ("method", "guess"),
        ("dataset", ""),
        ("weight", -1.0),
    ],
)
def test_what_is_no_score_is_refused(card, column, value):
    card.loc[0, column] = value
    with pytest.raises(SchemaError):
        Scorecard.validate(card)


def test_a_line_scored_twice_is_refused(card):
    card.loc[1, "record"] = "1"
    with pytest.raises(SchemaError):
        Scorecard.validate(card)


def test_a_file_that_is_no_scorecard_is_named(card, tmp_path):
    with pytest.raises(ScorecardError, match=r"nothing\.parquet, expected a scorecard"):
        read_scorecard(tmp_path / "nothing.parquet")
    (tmp_path / "text.parquet").write_text("no table")
    with pytest.raises(ScorecardError, match="no Parquet"):
        read_scorecard(tmp_path / "text.parquet")
    card.drop(columns="group").to_parquet(tmp_path / "other.parquet")
    with pytest.raises(ScorecardError, match="group"):
        read_scorecard(tmp_path / "other.parquet")


def test_the_shipped_bundle_finds_its_own_scorecard_and_no_other(card, tmp_path, monkeypatch):
    monkeypatch.setattr(scorecards, "_SHIPPED", tmp_path)
    save_scorecard(card, tmp_path / "scorecard-abc.parquet")
    assert len(shipped_scorecard("abc")) == len(card)
    assert shipped_scorecard("abd") is None
