"""A ledger as it stands: what counts when, what it costs, and what cannot be applied."""

from datetime import date

import numpy as np
import pandas as pd
import pytest

from data.errors import BundleError
from serving.ledgers import Ledgers, ledger_figures
from serving.store.periods import close_period, reopen_period
from serving.store.reviews import Correction
from tests.serving.ledgers.conftest import KG_PER_KG, LOCAL

DESK = Correction(category_code="337214", category_scheme="NAICS 2017")


@pytest.fixture
def job_id(desk):
    return desk.run()


def row(standing, number):
    return standing.frame.iloc[number - 1]


def test_without_reviews_it_is_as_it_was_estimated(desk, job_id):
    standing = desk.standing(job_id)

    frame, ledger = standing.frame, standing.ledger.frame
    pd.testing.assert_frame_equal(frame[ledger.columns], ledger)
    assert set(frame["review"]) == {""}
    assert not frame[["corrected", "locked"]].any(axis=None)
    figures = ledger_figures(frame)
    assert figures.now == figures.estimated
    assert figures.shares[""].share == 1


def test_a_figure_counts_once_it_is_reviewed_and_says_whether_it_is_approved(desk, job_id):
    before = desk.standing(job_id)
    stated = Correction(kg_co2e=500.0, kg_co2e_low=450.0, kg_co2e_high=600.0)
    review = desk.review(before, 8, stated, comment="asked the supplier")

    reviewed = row(desk.standing(job_id), 8)
    approval = desk.approve(review)
    approved = row(desk.standing(job_id), 8)

    for line in (reviewed, approved):
        assert (line["kg"], line["kg_low"], line["kg_high"]) == (500.0, 450.0, 600.0)
        assert (line["status"], line["reason"], line["corrected"]) == ("estimated", "corrected", True)
        assert line["kg_estimated"] == row(before, 8)["kg"]
        assert line["status_estimated"] == "review"
        assert "anna" in line["explanation"]
        assert "asked the supplier" in line["explanation"]
    assert (reviewed["review"], reviewed["approved_by"]) == ("reviewed", "")
    assert (approved["review"], approved["approved_by"]) == ("approved", "bert")
    assert [reviewed["review_sequence"], approved["review_sequence"]] == [review.sequence, approval.sequence]
    assert before.frame["kg"].iloc[7] != 500.0


def test_a_figure_without_a_range_has_that_of_a_qualified_estimate(desk, job_id):
    desk.review(desk.standing(job_id), 8, Correction(kg_co2e=500.0))

    line = row(desk.standing(job_id), 8)

    assert line["kg_low"] < 500.0 < line["kg_high"]
    assert line["data_quality"] == "(4;5;5;5;3)"


def test_an_excluded_line_adds_nothing(desk, job_id):
    before = desk.standing(job_id)
    desk.review(before, 8, Correction(excluded=True))

    after = desk.standing(job_id)

    assert (row(after, 8)["status"], row(after, 8)["reason"]) == ("excluded", "excluded_by_review")
    assert np.isnan(row(after, 8)["kg"])
    lost = ledger_figures(before.frame).now.kg_co2e - ledger_figures(after.frame).now.kg_co2e
    assert lost == pytest.approx(row(before, 8)["kg"])


def test_an_accepted_line_keeps_its_figure_and_waits_no_more(desk, job_id):
    before = desk.standing(job_id)
    desk.review(before, 8)

    line = row(desk.standing(job_id), 8)

    assert (line["status"], line["reason"], line["corrected"]) == ("estimated", "accepted", False)
    assert line["kg"] == row(before, 8)["kg"]


def test_a_category_is_valued_by_the_model_once(desk):
    job_id = desk.run(factor_set="epa-v1.3")
    before = desk.standing(job_id)
    review = desk.review(before, 8, DESK)
    asked = desk.model.asked

    line = row(desk.standing(job_id), 8)
    assert desk.model.asked > asked
    asked = desk.model.asked
    desk.approve(review)
    later = [row(desk.standing(job_id), 8), row(desk.standing(job_id, desk.restarted()), 8)]

    assert desk.model.asked == asked
    assert line["category_code"] == "337214"
    assert line["category"] == desk.model.titles["337214"]
    by_money = row(before, 6)
    assert line["kg"] / line["usd"] == pytest.approx(by_money["kg"] / by_money["usd"], rel=1e-4)
    assert [one["kg"] for one in later] == [line["kg"]] * 2
    assert [one["explanation"] for one in later] == [later[0]["explanation"]] * 2


def test_many_new_corrections_are_valued_in_one_call(desk, job_id, monkeypatch):
    standing = desk.standing(job_id)
    for number in (1, 8, 12):
        desk.review(standing, number, DESK)
    calls = []
    predict = desk.model.predict
    monkeypatch.setattr(desk.model, "predict", lambda *given: calls.append(1) or predict(*given))

    found = desk.standing(job_id).frame

    assert len(calls) == 1
    assert found["category_code"].iloc[[0, 7, 11]].tolist() == ["337214"] * 3


def test_a_mass_is_valued_by_the_kilogram(desk, job_id):
    desk.review(desk.standing(job_id), 11, Correction(mass_kg=30.0))

    line = row(desk.standing(job_id), 11)

    assert (line["kg"], line["method"]) == (30.0 * KG_PER_KG, "average-data")
    assert (line["status"], line["status_estimated"]) == ("estimated", "unmatched")


def test_a_correction_that_cannot_be_valued_leaves_the_figure_and_says_why(desk, job_id):
    before = desk.standing(job_id)
    desk.review(before, 8, Correction(factor_id="nobody/knows"))

    line = row(desk.standing(job_id), 8)

    assert line["kg"] == row(before, 8)["kg"]
    assert not line["corrected"]
    assert line["review"] == "reviewed"
    assert "not in this model" in line["review_note"]


def test_a_bundle_that_is_gone_leaves_the_figure_until_it_is_back(desk, job_id):
    desk.review(desk.standing(job_id), 8, DESK)

    def gone(version):
        if version:
            raise BundleError("The bundle is not in the archive.")
        return desk.model

    without = row(desk.standing(job_id, Ledgers(desk.settings, gone)), 8)
    back = row(desk.standing(job_id, desk.restarted()), 8)

    assert without["review_note"] == "The bundle is not in the archive."
    assert (back["review_note"], back["corrected"]) == ("", True)


def test_the_latest_step_holds(desk, job_id):
    standing = desk.standing(job_id)
    desk.approve(desk.review(standing, 8, Correction(kg_co2e=1.0)))
    desk.review(standing, 8, Correction(kg_co2e=2.0), who="carl")

    line = row(desk.standing(job_id), 8)

    assert (line["kg"], line["review"], line["reviewed_by"]) == (2.0, "reviewed", "carl")


def test_a_ledger_that_is_handed_in_again_is_reviewed_already(desk, job_id):
    desk.review(desk.standing(job_id), 8, Correction(kg_co2e=1.0))

    again = desk.run()
    desk.review(desk.standing(again), 9, Correction(kg_co2e=2.0))

    for name in (job_id, again):
        assert desk.standing(name).frame["kg"].iloc[7:9].tolist() == [1.0, 2.0]


def test_the_shares_tell_what_rests_on_whom(desk, job_id):
    standing = desk.standing(job_id)
    desk.approve(desk.review(standing, 1, Correction(kg_co2e=100.0)))
    desk.review(standing, 3, Correction(kg_co2e=-50.0))

    frame = desk.standing(job_id).frame
    shares = ledger_figures(frame).shares

    assert (shares["approved"].kg, shares["reviewed"].kg) == (100.0, 50.0)
    assert sum(share.share for share in shares.values()) == pytest.approx(1)
    assert sum(share.kg for share in shares.values()) == pytest.approx(frame["kg"].abs().sum())
    assert [shares[state].lines for state in ("approved", "reviewed", "")] == [1, 1, 10]


def test_lines_of_a_closed_period_are_locked_until_it_is_opened_again(desk, job_id):
    with desk.store.writing(LOCAL) as writing:
        close_period(writing, "FY2023", date(2023, 1, 1), date(2023, 12, 31))
    locked = desk.standing(job_id).frame["locked"]
    with desk.store.writing(LOCAL) as writing:
        reopen_period(writing, "FY2023", "late invoice")

    assert locked.tolist() == [number == 4 for number in range(1, 13)]
    assert not desk.standing(job_id).frame["locked"].any()


def test_what_did_not_change_is_at_hand(desk, job_id):
    first = desk.standing(job_id).frame
    assert desk.standing(job_id).frame is first
    desk.review(desk.standing(job_id), 1)
    assert desk.standing(job_id).frame is not first
