import numpy as np
import pandas as pd
import pytest

from training.gate import GateSettings, comparison_checks, coverage_checks, regression_checks
from training.regression_cases import CASES

SETTINGS = GateSettings()


def scorecard(groups=150, in_group=3, *, dataset="towns", right=0.7, error=0.3, seed=1, shared=0):
    """Lines of a model; models with the same ``shared`` seed err on much the same groups."""
    draw, common = np.random.default_rng(seed), np.random.default_rng(shared)
    n = groups * in_group
    luck = np.where(draw.random(groups) < 0.8, common.random(groups), draw.random(groups))
    hit = np.repeat(luck < right, in_group).astype(float)
    off = 0.9 * common.standard_normal(groups) + np.sqrt(1 - 0.81) * draw.standard_normal(groups)
    return pd.DataFrame(
        {
            "dataset": dataset,
            "record": [str(k) for k in range(n)],
            "group": np.repeat(np.arange(groups), in_group).astype(str),
            "weight": 1.0,
            "hit1": hit,
            "hit5": np.maximum(hit, 0.0),
            "log_error": np.repeat(error * off, in_group),
            "half_width": 1.8 * error,
            "probability": right,
            "method": "spend-based",
        }
    )


def failed(checks):
    return {check.name: check for check in checks if not check.passed}


def test_the_same_scores_pass():
    card = scorecard()
    checks = list(comparison_checks(card, card, SETTINGS))
    assert not failed(checks)
    assert {"towns: top1", "towns: interval_score", "towns: scored on the champion's lines"} <= {
        check.name for check in checks
    }


def test_a_loss_beyond_noise_is_refused_with_what_was_got_and_expected():
    refused = failed(comparison_checks(scorecard(right=0.5, seed=2), scorecard(), SETTINGS))
    assert "towns: top1" in refused
    check = refused["towns: top1"]
    assert "-> 0." in check.got
    assert "range of the change -0." in check.got
    assert check.expected == "a range that reaches -0.005 or better"
    assert check.can_be_forced


def test_a_loss_on_one_dataset_is_not_made_up_for_by_a_gain_on_another():
    champion = pd.concat([scorecard(), scorecard(dataset="shops")])
    candidate = pd.concat([scorecard(right=0.9, error=0.2), scorecard(dataset="shops", error=0.5)])
    assert {name.partition(":")[0] for name in failed(comparison_checks(candidate, champion, SETTINGS))} == {
        "shops"
    }


def test_wider_ranges_for_nothing_are_refused():
    wide = scorecard().assign(half_width=2.5)
    assert set(failed(comparison_checks(wide, scorecard(), SETTINGS))) == {"towns: interval_score"}


def test_a_candidate_that_leaves_lines_or_a_whole_dataset_out_is_refused():
    champion = pd.concat([scorecard(), scorecard(dataset="shops")])
    refused = failed(comparison_checks(scorecard()[:200], champion, SETTINGS))
    assert refused["towns: scored on the champion's lines"].got == "200 of 450"
    assert refused["shops: scored on the champion's lines"].got == "0 of 450"


def test_a_dataset_of_a_handful_of_groups_decides_nothing():
    assert not list(comparison_checks(scorecard(groups=5, right=0.1, seed=5), scorecard(groups=5), SETTINGS))


def test_models_that_are_equally_good_are_seldom_refused_and_worse_ones_nearly_always():
    equal = [
        bool(
            failed(
                comparison_checks(
                    scorecard(seed=2 * k, shared=k), scorecard(seed=2 * k + 1, shared=k), SETTINGS
                )
            )
        )
        for k in range(40)
    ]
    worse = [
        bool(
            failed(
                comparison_checks(
                    scorecard(seed=2 * k, shared=k, right=0.6, error=0.36),
                    scorecard(seed=2 * k + 1, shared=k),
                    SETTINGS,
                )
            )
        )
        for k in range(40)
    ]
    assert np.mean(equal) <= 0.15
    assert np.mean(worse) >= 0.9


def test_ranges_that_hold_too_little_are_refused_on_a_dataset_and_overall():
    good = scorecard()
    bad = scorecard(dataset="shops").assign(half_width=0.3)
    assert not failed(coverage_checks(good, SETTINGS))
    refused = failed(coverage_checks(pd.concat([good, bad]), SETTINGS))
    assert set(refused) == {"shops: coverage of the 90% range", "overall: coverage of the 90% range"}
    assert refused["shops: coverage of the 90% range"].expected == "at least 0.80"


def test_a_model_without_ranges_is_refused():
    assert failed(coverage_checks(scorecard().assign(half_width=np.nan), SETTINGS))["coverage"].got


class Answers:
    """A model that knows the regression cases, but for what it is told to get wrong."""

    def __init__(self, wrong=None, herb="111998", herb_kg=5.0):
        self.right = {text: case.accepted[0] for case in CASES for text in case.spellings} | (wrong or {})
        self.herb, self.herb_kg = herb, herb_kg

    def predict(self, lines):
        rows = []
        for text in lines["description"]:
            cilantro = "cilantro" in text
            code = self.right.get(text, self.herb if cilantro else "111998")
            rows.append((code, "Title", self.herb_kg if cilantro else 5.0))
        return pd.DataFrame(rows, columns=["category_code", "category_title", "kg_co2e"])


def test_a_model_that_knows_the_regression_cases_passes():
    assert not failed(regression_checks(Answers()))


@pytest.mark.parametrize(
    ("model", "line", "got"),
    [
        (Answers({"computer cable": "236220"}), "computer cable", "236220 Title"),
        (Answers({"pianos (2)": "451140"}), "pianos (2)", "451140 Title"),
        (Answers({"keyboard, computer": "339992"}), "keyboard, computer", "339992 Title"),
        (Answers({"BACKPACK SCHOOL BLK": "322220"}), "BACKPACK SCHOOL BLK", "322220 Title"),
        (Answers(herb="311942"), "cilantro/coriander (US)", "311942 with 5.0 kg and 111998 with 5.0 kg"),
        (Answers(herb_kg=6.0), "fresh cilantro/coriander bunch (GB)", "111998 with 6.0 kg and 111998 with"),
        (Answers(herb_kg=np.nan), "cilantro/coriander 100G (GB)", "nan kg"),
    ],
)
def test_a_regression_case_that_fails_is_named(model, line, got):
    refused = failed(regression_checks(model))
    assert got in refused[f"regression case {line!r}"].got
