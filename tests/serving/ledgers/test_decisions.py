"""One decision for all lines of the same goods: what it would do, and that it does just that."""

from datetime import date

import pytest

from serving.ledgers import approve_goods, effect, ledger_figures, review_goods
from serving.store.corrections import remembered_corrections
from serving.store.errors import ScopeError
from serving.store.periods import close_period
from serving.store.reviews import Correction, review_history
from serving.store.verification import verify
from tests.serving.ledgers.conftest import KG_PER_KG, LOCAL

GLOVES = [1, 2, 3, 4, 5]
DESK = Correction(category_code="337214", category_scheme="NAICS 2017")


@pytest.fixture
def job_id(desk):
    return desk.run()


@pytest.fixture
def decide(desk, job_id, actor):
    """Takes a decision as somebody; gives its effect and what came of it."""

    def take(rows, correction, given_for=1, who="anna"):
        decided = effect(desk.standing(job_id), rows, correction, given_for, desk.ledgers.valuations)
        with desk.store.writing(actor(who, "review")) as writing:
            return decided, review_goods(writing, decided, "as the data sheet says")

    return take


def causes(refused, frame):
    row_of = dict(zip(frame["estimate_id"], frame["row"], strict=True))
    return {row_of[one.estimate_id]: one.cause for one in refused}


@pytest.mark.parametrize(
    "correction", [Correction(kg_co2e=20.0), Correction(excluded=True), Correction(mass_kg=7.0), DESK, None]
)
def test_the_effect_is_what_comes_of_it(desk, job_id, decide, correction):
    before = ledger_figures(desk.standing(job_id).frame).now

    decided, done = decide(GLOVES, correction)

    after = ledger_figures(desk.standing(job_id).frame).now
    assert decided.before == before
    assert decided.after == after
    assert decided.lines == len(done.written)
    gone = decided.group_before.kg_co2e - decided.group_after.kg_co2e
    assert gone == pytest.approx(before.kg_co2e - after.kg_co2e)
    assert verify(desk.store).findings == []


def test_a_footprint_is_brought_to_the_amount_of_each_line(desk, job_id, decide):
    stated = Correction(kg_co2e=20.0, kg_co2e_low=10.0, kg_co2e_high=30.0)

    _, done = decide(GLOVES, stated)

    frame = desk.standing(job_id).frame.iloc[:5]
    # by quantity, else by money, else not at all; a credit takes off
    assert frame["kg"].iloc[:4].tolist() == [20.0, 50.0, -10.0, 16.0]
    assert frame["kg_low"].iloc[:4].tolist() == [10.0, 25.0, -15.0, 8.0]
    assert frame["kg_high"].iloc[:4].tolist() == [30.0, 75.0, -5.0, 24.0]
    assert causes(done.refused, frame) == {5: "not_comparable"}
    assert frame["review"].tolist() == ["reviewed"] * 4 + [""]


def test_the_effect_on_one_line_shows_the_ranges_of_the_line_itself(desk, job_id, decide):
    line = desk.standing(job_id).frame.iloc[5]
    stated = Correction(kg_co2e=20.0, kg_co2e_low=10.0, kg_co2e_high=30.0)

    decided, _ = decide([6], stated, given_for=6)

    before, after = decided.group_before, decided.group_after
    assert (before.kg_co2e_low, before.kg_co2e_high) == (line["kg_low"], line["kg_high"])
    assert (after.kg_co2e_low, after.kg_co2e, after.kg_co2e_high) == (10.0, 20.0, 30.0)


def test_a_mass_is_brought_to_the_amount_of_each_line(desk, job_id, decide):
    decide([1, 2], Correction(mass_kg=4.0))

    assert desk.standing(job_id).frame["kg"].iloc[:2].tolist() == [4.0 * KG_PER_KG, 10.0 * KG_PER_KG]


def test_what_is_said_of_the_goods_themselves_needs_no_amounts(desk, job_id, decide):
    _, done = decide(GLOVES, DESK)

    assert done.refused == []
    assert desk.standing(job_id).frame["category_code"].iloc[:5].tolist() == ["337214"] * 5


def test_locked_lines_stay_as_they_are(desk, job_id, decide):
    with desk.store.writing(LOCAL) as writing:
        close_period(writing, "FY2023", date(2023, 1, 1), date(2023, 12, 31))

    _, done = decide(GLOVES, Correction(excluded=True))

    frame = desk.standing(job_id).frame.iloc[:5]
    assert causes(done.refused, frame) == {4: "locked"}
    assert frame["status"].tolist() == ["excluded"] * 3 + ["estimated", "excluded"]


def test_a_period_that_is_closed_meanwhile_locks_all_the_same(desk, job_id, actor):
    decided = effect(desk.standing(job_id), GLOVES, None, 1, desk.ledgers.valuations)
    with desk.store.writing(LOCAL) as writing:
        close_period(writing, "FY2023", date(2023, 1, 1), date(2023, 12, 31))

    with desk.store.writing(actor("anna", "review")) as writing:
        done = review_goods(writing, decided)

    assert causes(done.refused, desk.standing(job_id).frame) == {4: "locked"}
    assert "FY2023" in done.refused[0].sentence


def test_a_line_that_somebody_else_reviewed_meanwhile_is_left_alone(desk, job_id, actor):
    standing = desk.standing(job_id)
    decided = effect(standing, GLOVES, None, 1, desk.ledgers.valuations)
    desk.review(standing, 2, Correction(kg_co2e=1.0), who="carl")

    with desk.store.writing(actor("anna", "review")) as writing:
        done = review_goods(writing, decided)

    frame = desk.standing(job_id).frame
    assert causes(done.refused, frame) == {2: "changed"}
    assert frame["reviewed_by"].iloc[:3].tolist() == ["anna", "carl", "anna"]


def test_what_cannot_be_valued_is_not_recorded(desk, job_id, decide):
    decided, done = decide([1, 2], Correction(factor_id="nobody/knows"))

    assert decided.after == decided.before
    assert set(causes(done.refused, desk.standing(job_id).frame).values()) == {"not_valued"}
    assert done.written == {}


def test_another_key_approves_and_the_reviewer_does_not(desk, job_id, decide, actor):
    decide([1, 2], DESK)
    desk.review(desk.standing(job_id), 3, who="bert")
    standing = desk.standing(job_id)

    with desk.store.writing(actor("anna", "review")) as writing:
        own = approve_goods(writing, standing, [1, 2, 3, 4])
    with desk.store.writing(actor("bert", "review")) as writing:
        late = approve_goods(writing, standing, [3])
        other = approve_goods(writing, standing, [1, 2], "agreed")

    frame = desk.standing(job_id).frame
    assert causes(own.refused, frame) == {1: "own_review", 2: "own_review", 4: "not_reviewed"}
    assert causes(late.refused, frame) == {3: "changed"}
    assert len(other.written) == 2
    assert frame["approved_by"].iloc[:4].tolist() == ["bert", "bert", "anna", ""]
    with desk.store.reading(LOCAL) as reading:
        steps = review_history(reading, str(frame["estimate_id"].iloc[0]))
    assert [step.status for step in steps] == ["approved", "reviewed"]
    assert steps[0].comment == "as the data sheet says\nagreed"


def test_what_was_approved_for_a_group_is_remembered_for_the_same_goods(desk, job_id, decide, actor):
    decide(GLOVES, DESK)
    with desk.store.writing(actor("bert", "review")) as writing:
        approve_goods(writing, desk.standing(job_id), GLOVES)

    lines = desk.standing(job_id).frame[["description", "supplier", "gtin"]].iloc[[0, 5]]
    with desk.store.reading(LOCAL) as reading:
        found = remembered_corrections(reading, lines)

    assert [[one.correction for one in of] for of in found] == [[DESK], []]


def test_deciding_needs_the_right_to_review(desk, job_id, actor):
    decided = effect(desk.standing(job_id), GLOVES, None, 1, desk.ledgers.valuations)

    with pytest.raises(ScopeError), desk.store.writing(actor("robot", "estimate")) as writing:
        review_goods(writing, decided)


def test_rows_that_the_ledger_does_not_have_are_left_out(desk, job_id):
    decided = effect(desk.standing(job_id), [0, 1, 1, 99, -3], None, 99, desk.ledgers.valuations)

    assert decided.lines == 1
