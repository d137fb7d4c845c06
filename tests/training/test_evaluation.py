from dataclasses import replace
from io import StringIO

import numpy as np
import pandas as pd
import pytest
from rich.console import Console
from scipy import sparse

from features.price_tables import FactorPrices
from models.factor_sets import FactorSet
from training.baselines import TfidfNeighbours, constant_factor
from training.evaluation import AGREED, EVALUATED_ON, OWN, evaluate, expected_calibration_error, hits
from training.scoreboard import print_scores
from training.scorecards import Scorecard

FACTORS = {"322121": 0.6, "324110": 1.2, "325412": 0.1, "337214": 0.2, "339113": 0.15}


@pytest.fixture(scope="module")
def factor_set():
    rows = pd.DataFrame({"naics_code": FACTORS.keys(), "kg_co2e_per_unit": FACTORS.values()})
    rows = rows.assign(year=2022, factor_id=rows["naics_code"], unit="kg CO2e per USD", source="a table")
    rows = rows.assign(usable=True, screening_reason="", technological_score=1)
    columns = ["naics_code", "year", "factor_id", "kg_co2e_per_unit", "unit", "source", "usable"]
    return FactorSet(
        id=EVALUATED_ON, title="", prices=FactorPrices("USD", 2022, 2022, "purchaser"), ghg_set="",
        region="US", licence="", attribution="", reliability=1, completeness=1,
        factors=rows[[*columns, "screening_reason", "technological_score"]],
    )  # fmt: skip


@pytest.fixture(scope="module")
def found(fitted, lines, factor_set):
    return evaluate(fitted, lines, factor_set)


@pytest.fixture(scope="module")
def truth(fitted, lines):
    """Position of every line's category among the classes."""
    codes = [accepted[0] for labelled in lines.sets for accepted in labelled.accepted]
    return np.searchsorted(fitted.model.classes_, codes)


def answering(fitted, column, probability=1.0):
    """A model that gives a category this probability and shares the rest out evenly."""
    classes = len(fitted.model.classes_)
    held_out = np.full((len(column), classes), 0.0)
    held_out[:] = (1 - np.broadcast_to(probability, len(column))[:, None]) / (classes - 1)
    held_out[np.arange(len(column)), column] = probability
    return replace(fitted, held_out=sparse.csr_matrix(held_out))


def score(found, dataset, model):
    return next(s for s in found.scores if (s.dataset, s.model) == (dataset, model))


@pytest.mark.parametrize("seed", range(3))
def test_probabilities_that_mean_what_they_say_have_no_calibration_error(seed):
    rng = np.random.default_rng(seed)
    probability = rng.uniform(0, 1, 200_000)
    hit = rng.uniform(0, 1, 200_000) < probability
    assert expected_calibration_error(probability, hit) < 0.01
    assert expected_calibration_error(np.minimum(probability + 0.2, 1), hit) == pytest.approx(0.18, abs=0.02)


def test_certainty_that_is_right_half_of_the_time_is_half_wrong():
    assert expected_calibration_error(np.ones(4), np.array([True, False, True, False])) == 0.5


def test_a_model_that_is_always_right_has_no_error_and_no_doubt(fitted, lines, factor_set, truth):
    right = evaluate(answering(fitted, truth), lines, factor_set)
    for dataset in ("public", "austin"):
        one = score(right, dataset, OWN)
        assert (one.top1, one.top5, one.calibration_error, one.coverage) == (1, 1, 0, 1)
        assert one.factor_mape == one.spend_weighted_error == pytest.approx(0, abs=1e-12)
        assert one.median_width == pytest.approx(1)
    assert right.doubt.multiple_ == pytest.approx(0, abs=1e-12)
    assert (right.scorecard[["hit1", "hit5"]] == 1).all(axis=None)


def test_the_error_of_a_model_that_always_says_one_category_is_that_of_its_factor(
    fitted, lines, factor_set, truth
):
    chairs = list(fitted.model.classes_).index("337214")
    one = score(evaluate(answering(fitted, np.full(len(truth), chairs)), lines, factor_set), "public", OWN)
    assert one.top1 == pytest.approx(0.2)
    errors = [abs(FACTORS["337214"] / FACTORS[code] - 1) for code in FACTORS]
    assert one.factor_mape == pytest.approx(np.mean(errors))
    assert one.factor_within_2x == pytest.approx(0.6)
    assert one.calibration_error == pytest.approx(0.8)


def test_lines_with_more_spend_behind_them_weigh_more_in_the_error_by_spend(fitted, lines, factor_set, truth):
    chairs = list(fitted.model.classes_).index("337214")
    heavy = replace(lines.sets[0], weight=np.where(truth[:80] == chairs, 1e6, 1.0))
    wrong_elsewhere = answering(fitted, np.full(len(truth), chairs))
    found = evaluate(wrong_elsewhere, replace(lines, sets=[heavy, lines.sets[1]]), factor_set)
    one = score(found, "public", OWN)
    assert one.spend_weighted_error < 1e-4 < one.factor_mape


def test_ranges_of_a_fold_are_calibrated_on_the_other_folds(fitted, lines, factor_set, truth):
    """Where only one fold is answered wrongly, its ranges are as narrow as if all had been right."""
    odd = lines.fold == 3
    wrong = np.where(odd, (truth + 1) % 5, truth)
    card = evaluate(answering(fitted, wrong), lines, factor_set).scorecard
    assert card["half_width"][odd].max() == pytest.approx(0, abs=1e-9)
    assert (card["half_width"][~odd] > 0).all()
    assert (card["log_error"][odd].abs() > 0.1).all()


def test_the_range_calibrated_on_all_lines_holds_nine_in_ten_of_them(fitted, lines, factor_set, truth):
    rng = np.random.default_rng(0)
    column = np.where(rng.random(len(truth)) < 0.7, truth, rng.integers(0, 5, len(truth)))
    found = evaluate(answering(fitted, column, rng.uniform(0.4, 0.9, len(truth))), lines, factor_set)
    inside = [
        np.abs(card["log_error"]) <= found.doubt.half_width(answer.spread)
        for answer, (_, card) in zip(
            found.predictions, found.scorecard.groupby("dataset", sort=False), strict=True
        )
    ]
    assert np.mean([part.mean() for part in inside]) == pytest.approx(0.9, abs=0.03)


def test_the_scorecard_has_every_line_once_with_its_group_and_its_own_answer(found, lines, fitted):
    card = Scorecard.validate(found.scorecard)
    assert card["record"].tolist() == [record for labelled in lines.sets for record in labelled.record]
    assert card["group"].tolist() == [group for labelled in lines.sets for group in labelled.group]
    np.testing.assert_allclose(card["probability"], fitted.held_out.max(axis=1).toarray().ravel())
    for dataset, mine in card.groupby("dataset"):
        one = score(found, dataset, OWN)
        assert one.top1 == pytest.approx(mine["hit1"].mean())
        assert one.coverage == pytest.approx((mine["log_error"].abs() <= mine["half_width"]).mean())


def test_lines_that_people_agree_about_have_a_row_of_their_own(fitted, lines, factor_set, truth):
    trust = np.where(np.arange(80) % 4 == 0, AGREED, 0.5)
    votes = [{codes[0]: share} for codes, share in zip(lines.sets[0].accepted, trust, strict=True)]
    voted = replace(lines, sets=[replace(lines.sets[0], trust=trust, votes=votes), lines.sets[1]])
    wrong = (truth + (np.arange(100) % 4 != 0)) % 5
    found = evaluate(answering(fitted, wrong), voted, factor_set)
    agreed = score(found, "public agreed", OWN)
    assert (agreed.lines, agreed.top1, agreed.factor_sum) == (20, 1, pytest.approx(1))
    assert score(found, "public", OWN).top1 == pytest.approx(0.25)
    assert set(found.scorecard["dataset"]) == {"public", "austin"}


def test_the_baselines_stand_beside_the_model_for_every_set(found):
    frame = found.to_frame()
    assert set(frame.groupby("dataset")["model"].agg(frozenset)) == {frozenset((OWN, "TF-IDF", "constant"))}
    assert frame[["top1", "top5", "factor_mape", "factor_within_2x"]].notna().all(axis=None)
    assert frame.loc[frame["model"] == "constant", "top1"].tolist() == pytest.approx([0.2, 0.2])
    assert frame.loc[frame["model"] == "constant", "top5"].tolist() == [1.0, 1.0]


def test_the_model_beats_its_baselines_on_goods_whose_words_it_has_seen(found):
    for dataset in ("public", "austin"):
        assert score(found, dataset, OWN).top1 > score(found, dataset, "constant").top1 + 0.3
        assert score(found, dataset, OWN).factor_mape < score(found, dataset, "constant").factor_mape


def test_words_in_common_are_all_that_tfidf_sees(ledger_index):
    baseline = TfidfNeighbours().fit(ledger_index)
    probability = baseline.probability(
        pd.Series(["latex gloves", "hydraulic excavator", "steel chairs"])
    ).toarray()
    assert baseline.classes_[probability[0].argmax()] == "339113"
    assert probability[1].sum() == 0
    np.testing.assert_allclose(probability[[0, 2]].sum(axis=1), 1)


def test_only_the_nearest_entries_vote_by_tfidf(ledger_index):
    probability = (
        TfidfNeighbours(neighbours=1).fit(ledger_index).probability(pd.Series(["paper tablets capsules"]))
    )
    assert probability.nnz == 1
    assert probability.sum() == pytest.approx(1)


def test_the_constant_is_the_median_of_the_factors_that_are_known():
    assert constant_factor(np.array([0.1, 0.2, np.nan, 9.0])) == 0.2


def test_a_category_without_any_probability_is_no_hit_among_five(labelled):
    probability = sparse.csr_matrix(np.eye(10, 5))
    classes = np.array(["337214", "000001", "000002", "000003", "339113"])
    first, among_five = hits(probability, classes, labelled)
    assert not first.any()
    assert not among_five.any()


def test_the_scoreboard_fits_eighty_columns_and_cuts_nothing(found):
    text = StringIO()
    print_scores(found, Console(file=text, width=80))
    lines = text.getvalue().splitlines()
    assert max(len(line) for line in lines) <= 80
    assert "…" not in text.getvalue()
    assert sum(OWN in line for line in lines) == 3
