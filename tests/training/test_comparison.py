import numpy as np
import pandas as pd
import pytest

from training.comparison import compare_scorecards, unpaired
from training.paired_bootstrap import Bootstrap, paired_differences


def scorecard(groups=200, in_group=3, *, right=0.6, error=0.3, dataset="towns", seed=1, **columns):
    """Lines whose hits and errors agree within a group."""
    draw = np.random.default_rng(seed)
    n = groups * in_group
    hit = np.repeat(draw.random(groups) < right, in_group).astype(float)
    frame = pd.DataFrame(
        {
            "dataset": dataset,
            "record": [f"{dataset}:{k}" for k in range(n)],
            "group": np.repeat([f"g{k}" for k in range(groups)], in_group),
            "weight": draw.uniform(1, 100, n),
            "hit1": hit,
            "hit5": np.maximum(hit, draw.random(n) < 0.5),
            "log_error": np.repeat(draw.normal(0, error, groups), in_group),
            "half_width": 1.645 * error,
            "probability": draw.random(n),
            "method": "spend-based",
        }
    )
    return frame.assign(**columns)


def figure(figures, name, metric):
    found = figures[(figures["slice"] == name) & (figures["metric"] == metric)]
    assert len(found) == 1
    return found.iloc[0]


def test_a_model_compared_with_itself_differs_nowhere():
    card = scorecard()
    figures = compare_scorecards(card, card)
    assert (figures[["difference", "low", "high"]] == 0).all(axis=None)
    assert set(figures["verdict"]) == {"as good", ""}
    assert set(figures["kind"]) == {"dataset", "method"}


def test_lines_are_paired_by_record_whatever_their_order():
    card = scorecard()
    figures = compare_scorecards(card, card.sample(frac=1, random_state=3))
    assert (figures["difference"] == 0).all()


def test_a_clear_gain_and_a_clear_loss_are_told_from_noise():
    before, after = scorecard(), scorecard(error=0.15, seed=2)
    after["hit1"] = before["hit1"] * (np.arange(len(before)) % 6 > 1)
    after["hit5"] = before["hit5"]
    figures = compare_scorecards(before, after)
    assert figure(figures, "towns", "abs_log_error")["verdict"] == "better"
    assert figure(figures, "towns", "interval_score")["verdict"] == "better"
    assert figure(figures, "towns", "top1")["verdict"] == "worse"
    assert figure(figures, "towns", "top5")["verdict"] == "as good"
    assert figure(figures, "towns", "coverage")["verdict"] == ""
    assert figure(figures, "towns", "log_width")["difference"] == pytest.approx(2 * 1.645 * -0.15)


def test_lines_without_an_answer_are_no_errors_but_are_counted():
    before = scorecard()
    after = before.copy()
    after.loc[:99, ["log_error", "half_width"]] = np.nan
    figures = compare_scorecards(before, after)
    answered = figure(figures, "towns", "answered")
    assert answered["difference"] == pytest.approx(-100 / 600)
    assert answered["verdict"] == "worse"
    assert figure(figures, "towns", "abs_log_error")["lines"] == 500


def test_spend_weighs_where_it_is_asked_for():
    before = scorecard(weight=1.0)
    after = before.copy()
    before.loc[0, "weight"] = after.loc[0, "weight"] = 1e9
    after.loc[0, "log_error"] = before.loc[0, "log_error"] + 5
    figures = compare_scorecards(before, after)
    moved = abs(after.loc[0, "log_error"]) - abs(before.loc[0, "log_error"])
    assert figure(figures, "towns", "abs_log_error_by_spend")["difference"] == pytest.approx(moved, rel=1e-4)
    assert figure(figures, "towns", "abs_log_error")["difference"] == pytest.approx(moved / 600)


def test_lines_that_changed_their_method_are_a_slice_of_their_own():
    before = scorecard()
    after = before.copy()
    after.loc[:299, "method"] = "hybrid"
    figures = compare_scorecards(before, after)
    slices = figures[figures["kind"] == "method"].drop_duplicates("slice").set_index("slice")["lines"]
    assert slices.to_dict() == {"spend-based": 300, "spend-based -> hybrid": 300}


def test_lines_of_one_model_only_are_left_out_and_counted():
    card = scorecard()
    figures = compare_scorecards(card[:500], card[100:])
    assert (figures["lines"] <= 400).all()
    counts = unpaired(card[:500], card[100:]).set_index("dataset").loc["towns"]
    assert counts.to_dict() == {"both": 400, "only_a": 100, "only_b": 100}


def test_models_without_a_line_in_common_have_no_figures():
    assert compare_scorecards(scorecard(), scorecard(dataset="shops")).empty


def test_few_groups_have_no_range_and_no_verdict():
    figures = compare_scorecards(scorecard(groups=9), scorecard(groups=9, seed=4))
    assert figures["low"].isna().all()
    assert set(figures["verdict"]) == {""}


def test_metrics_that_no_line_has_are_left_out():
    card = scorecard(hit1=np.nan, hit5=np.nan, probability=np.nan)
    assert not {"top1", "top5", "brier"} & set(compare_scorecards(card, card)["metric"])


def test_the_same_seed_gives_the_same_ranges_and_another_seed_others():
    a, b = scorecard(), scorecard(seed=9)
    once, again, other = (
        compare_scorecards(a, b, Bootstrap(replicates=500, seed=seed)) for seed in (7, 7, 8)
    )
    pd.testing.assert_frame_equal(once, again)
    assert not once["low"].equals(other["low"])


def test_nine_in_ten_ranges_hold_the_true_difference_when_lines_of_a_group_err_together():
    draw = np.random.default_rng(0)
    groups, in_group, truth = 60, 8, 0.2
    group = pd.Series(np.repeat(np.arange(groups), in_group)).astype(str)
    held = 0
    for seed in range(300):
        a = pd.DataFrame({"metric": np.repeat(draw.normal(0, 1, groups), in_group)})
        b = a + truth + np.repeat(draw.normal(0, 1, groups), in_group)[:, None]
        ones = pd.DataFrame(np.ones(a.shape))
        row = paired_differences(a, b, ones, group, Bootstrap(replicates=400, seed=seed)).iloc[0]
        held += row["low"] <= truth <= row["high"]
    assert 0.84 <= held / 300 <= 0.95
