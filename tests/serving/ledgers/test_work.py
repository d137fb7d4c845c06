"""What to look at first: the goods and lines that are worth most to know."""

from datetime import date

import pytest

from models.totals import total
from serving.ledgers import goods_groups, ledger_figures, work_list
from serving.ledgers.figures import estimates_of
from serving.store.periods import close_period
from serving.store.reviews import Correction
from tests.serving.ledgers.conftest import LOCAL


@pytest.fixture
def job_id(small_desk):
    return small_desk.run()


def width(frame):
    now = ledger_figures(frame).now
    return now.kg_co2e_high - now.kg_co2e_low


def test_the_groups_hold_each_line_that_waits_once(small_desk, job_id):
    frame = small_desk.standing(job_id).frame

    flagged, everything = goods_groups(frame, "flagged"), goods_groups(frame, "unreviewed")

    assert flagged["lines"].sum() == 3
    assert everything["lines"].sum() == 11
    assert flagged["goods"].is_unique
    assert everything["goods"].is_unique


def test_a_group_tells_what_its_lines_add_up_to_and_shows_the_largest(small_desk, job_id):
    frame = small_desk.standing(job_id).frame

    first = goods_groups(frame, "flagged").iloc[0]

    mine = frame.iloc[[7, 8]]
    found = total(estimates_of(mine))
    assert (first["lines"], first["row"], first["description"]) == (2, 8, "Misc order")
    assert (first["kg"], first["kg_low"], first["kg_high"]) == pytest.approx(
        (found.kg_co2e, found.kg_co2e_low, found.kg_co2e_high)
    )
    assert first["usd_size"] == pytest.approx(mine["usd_size"].sum())
    assert first["reasons"] == ("vague_description",)


def test_a_line_that_is_alone_shows_its_own_range(small_desk, job_id):
    frame = small_desk.standing(job_id).frame

    groups = goods_groups(frame, "unreviewed")

    alone = groups[(groups["lines"] == 1) & (groups["kg"] != 0)]
    figures = ["kg", "kg_low", "kg_high"]
    assert len(alone) == 3
    assert alone[figures].to_numpy().tolist() == frame[figures].iloc[alone["row"] - 1].to_numpy().tolist()


def test_a_group_is_worth_what_knowing_it_would_narrow_the_total(small_desk, job_id):
    standing = small_desk.standing(job_id)
    groups = goods_groups(standing.frame, "unreviewed")
    assert groups["narrows_kg"].is_monotonic_decreasing

    for number in (8, 9):
        kg = float(standing.frame["kg"].iloc[number - 1])
        small_desk.review(standing, number, Correction(kg_co2e=kg, kg_co2e_low=kg, kg_co2e_high=kg))
    after = small_desk.standing(job_id).frame

    narrowed = width(standing.frame) - width(after)
    assert groups.iloc[0]["row"] == 8
    assert groups.iloc[0]["narrows_kg"] == pytest.approx(narrowed)


def test_lines_without_a_figure_come_last(small_desk, job_id):
    last = goods_groups(small_desk.standing(job_id).frame, "flagged").iloc[-1]

    assert (last["description"], last["narrows_kg"], last["kg"]) == ("Soap", 0.0, 0.0)


def test_the_work_list_names_the_lines_that_decide(small_desk, job_id):
    found = work_list(small_desk.standing(job_id).frame, limit=3)

    assert found["row"].iloc[0] == 8
    assert len(found) == 3
    assert found["narrows_kg"].is_monotonic_decreasing


def test_what_was_reviewed_or_is_locked_waits_no_more(small_desk, job_id):
    standing = small_desk.standing(job_id)
    small_desk.review(standing, 8)
    with small_desk.store.writing(LOCAL) as writing:
        close_period(writing, "May", date(2024, 5, 9), date(2024, 5, 31))

    frame = small_desk.standing(job_id).frame

    assert goods_groups(frame, "flagged")["description"].tolist() == ["Soap"]
    assert goods_groups(frame, "unapproved")["row"].tolist() == [8]
    assert not set(work_list(frame, limit=20)["row"]) & {8, 9}


def test_nothing_waits_in_a_ledger_without_lines(small_desk):
    frame = small_desk.standing(small_desk.hand_in().files.job_id).frame

    assert len(goods_groups(frame)) == 0
    assert len(work_list(frame)) == 0
