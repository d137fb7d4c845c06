"""Reviews: two people, one state now and every step before it, locked periods, and a memory."""

import math
from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pandas as pd
import pytest

from features.line_items import line_items
from models.estimates import ESTIMATE_FIELDS, Estimates
from models.footprint import EstimateOptions
from serving.store import Actor
from serving.store.corrections import remembered_corrections
from serving.store.errors import (
    ClosedPeriodError,
    PeriodError,
    ReviewError,
    ScopeError,
    UnknownEstimateError,
)
from serving.store.estimates import record_estimates
from serving.store.periods import close_period, periods, reopen_period
from serving.store.reviews import (
    Correction,
    add_comment,
    approve_review,
    comments,
    current_review,
    review_estimate,
    review_history,
    search_reviews,
)
from serving.store.verification import verify

LOCAL = Actor.local()
GTIN, OTHER_GTIN = "4006381333931", "5000112637922"
GLASS = Correction(category_code="327212", category_scheme="NAICS 2017")
STEEL = Correction(category_code="331110", category_scheme="NAICS 2017")


@pytest.fixture
def anna(actor):
    return actor("anna", "review")


@pytest.fixture
def bert(actor):
    return actor("bert", "review")


@pytest.fixture
def estimate(store):
    """Records an estimate of a line; gives its id: ``estimate(description="…")``."""
    made = iter(range(1000))

    def record(actor=LOCAL, **line):
        name = f"e{next(made)}"
        lines = line_items(pd.DataFrame([{"description": "Beaker", "date": "2024-06-30"} | line]))
        row = dict.fromkeys(ESTIMATE_FIELDS, "") | {
            "line_id": "1",
            "status": "estimated",
            "estimate_id": name,
        }
        row |= dict.fromkeys(
            (name for name, c in Estimates.to_schema().columns.items() if c.nullable), math.nan
        )
        with store.writing(actor) as writing:
            record_estimates(writing, [line], lines, pd.DataFrame([row]), EstimateOptions())
        return name

    return record


@pytest.fixture
def review(store, anna):
    def write(estimate_id, correction=None, by=anna, **words):
        with store.writing(by) as writing:
            return review_estimate(writing, estimate_id, correction, **words)

    return write


@pytest.fixture
def approve(store, bert):
    def write(estimate_id, number, by=bert, **words):
        with store.writing(by) as writing:
            return approve_review(writing, estimate_id, number, **words)

    return write


@pytest.fixture
def correct(estimate, review, approve):
    """Corrects an estimate of a line and has that approved."""

    def write(correction, **line):
        name = estimate(**line)
        approve(name, review(name, correction, comment="as delivered").sequence)
        return name

    return write


@pytest.fixture
def remembered(store):
    def ask(actor=LOCAL, **line):
        lines = line_items(pd.DataFrame([{"description": ""} | line]))
        with store.reading(actor) as reading:
            return remembered_corrections(reading, lines)[0]

    return ask


def test_an_estimate_is_accepted_and_approved_by_another_key(store, estimate, review, approve):
    name = estimate()
    reviewed = review(name, comment="plausible", reference="INV-7")
    approved = approve(name, reviewed.sequence, comment="agreed")

    assert (reviewed.status, reviewed.reviewed_by, reviewed.approved_by) == ("reviewed", "anna", "")
    assert (approved.status, approved.reviewed_by, approved.approved_by) == ("approved", "anna", "bert")
    assert (approved.comment, approved.reference) == ("plausible\nagreed", "INV-7")
    with store.reading(LOCAL) as reading:
        assert current_review(reading, name) == approved
        assert review_history(reading, name) == [approved, reviewed]
        assert current_review(reading, "nothing") is None


def test_the_reviewer_cannot_approve(estimate, review, approve, anna):
    name = estimate()
    number = review(name).sequence

    with pytest.raises(ReviewError, match="two people"):
        approve(name, number, by=anna)


def test_an_approval_of_anything_but_the_present_review_is_refused(estimate, review, approve):
    name = estimate()
    with pytest.raises(ReviewError, match="present review is none"):
        approve(name, 1)
    old = review(name).sequence
    new = review(name, GLASS).sequence

    with pytest.raises(ReviewError, match=rf"present review is {new} \(reviewed\)"):
        approve(name, old)
    approved = approve(name, new).sequence
    for number in (new, approved):
        with pytest.raises(ReviewError, match="approved"):
            approve(name, number)


def test_of_many_approvals_at_once_one_counts(estimate, review, approve, actor, store):
    name = estimate()
    number = review(name).sequence

    def try_to(who):
        try:
            return approve(name, number, by=actor(who, "review")).approved_by
        except ReviewError:
            return ""

    with ThreadPoolExecutor(8) as threads:
        winners = [who for who in threads.map(try_to, [f"key-{n}" for n in range(8)]) if who]

    with store.reading(LOCAL) as reading:
        assert [current_review(reading, name).approved_by] == winners


def test_a_new_review_after_the_approval_starts_over(store, estimate, review, approve):
    name = estimate()
    approve(name, review(name).sequence)

    assert review(name, GLASS).status == "reviewed"
    with store.reading(LOCAL) as reading:
        assert [step.status for step in review_history(reading, name)] == ["reviewed", "approved", "reviewed"]


def test_the_list_shows_every_estimate_once_as_it_is_now(store, estimate, review, approve):
    names = [estimate() for _ in range(5)]
    for name in names:
        review(name)
    approve(names[1], review(names[1], GLASS).sequence)

    with store.reading(LOCAL) as reading:
        page = search_reviews(reading, limit=3)
        rest = search_reviews(reading, limit=3, cursor=page.cursor)
        waiting = search_reviews(reading, "reviewed").items
        approved = search_reviews(reading, "approved").items

    assert [one.estimate_id for one in [*page.items, *rest.items]] == ["e1", "e4", "e3", "e2", "e0"]
    assert [one.estimate_id for one in waiting] == ["e4", "e3", "e2", "e0"]
    assert [(one.estimate_id, one.correction) for one in approved] == [("e1", GLASS)]


def test_comments_and_references_change_nothing_and_are_kept_in_order(store, estimate, review, anna):
    name = estimate()
    before = review(name)
    for words in ({"comment": "asked the supplier"}, {"comment": "", "reference": "EPD-12.pdf"}):
        with store.writing(anna) as writing:
            add_comment(writing, name, **words)

    with store.reading(LOCAL) as reading:
        assert [(one.who, one.comment, one.reference) for one in comments(reading, name)] == [
            ("anna", "asked the supplier", ""),
            ("anna", "", "EPD-12.pdf"),
        ]
        assert current_review(reading, name) == before
    with pytest.raises(ReviewError, match="empty"), store.writing(anna) as writing:
        add_comment(writing, name, " ")


@pytest.mark.parametrize("wrong", [{}, {"category_code": "327212"}, {"category_scheme": "NAICS 2017"}])
def test_a_correction_says_something_and_names_categories_with_their_scheme(wrong):
    with pytest.raises(ReviewError):
        Correction(**wrong)


def test_reviewing_needs_its_scope_and_an_estimate_of_the_tenant(estimate, review, actor):
    name = estimate()

    with pytest.raises(ScopeError):
        review(name, by=actor("robot", "estimate"))
    with pytest.raises(UnknownEstimateError):
        review(name, by=actor("carl", "review", tenant="leeds"))


def test_a_closed_period_locks_the_lines_dated_in_it_and_no_others(store, estimate, review, approve, anna):
    inside, outside = estimate(), estimate(date="2025-01-01")
    pending = review(inside).sequence
    with store.writing(LOCAL) as writing:
        close_period(writing, "FY2024", date(2024, 1, 1), date(2024, 12, 31), "audited")

    with pytest.raises(ClosedPeriodError, match="'FY2024'"):
        review(inside, GLASS)
    with pytest.raises(ClosedPeriodError, match="'FY2024'"):
        approve(inside, pending)
    assert review(outside).status == "reviewed"
    with store.writing(anna) as writing:
        add_comment(writing, inside, "seen by the auditor")


def test_a_reopened_period_unlocks_its_lines_and_says_why(store, estimate, review):
    name = estimate()
    with store.writing(LOCAL) as writing:
        close_period(writing, "FY2024", date(2024, 1, 1), date(2024, 12, 31))
        reopen_period(writing, "FY2024", "an invoice came late")

    assert review(name).status == "reviewed"
    with store.reading(LOCAL) as reading:
        (period,) = periods(reading)
    assert (period.status, period.reason) == ("open", "an invoice came late")


def test_another_tenants_period_locks_nothing(store, estimate, review):
    name = estimate()
    with store.writing(Actor.local("leeds")) as writing:
        close_period(writing, "FY2024", date(2024, 1, 1), date(2024, 12, 31))

    assert review(name).status == "reviewed"


def test_periods_that_make_no_sense_are_refused(store, anna):
    first, last = date(2024, 1, 1), date(2024, 12, 31)
    with store.writing(LOCAL) as writing:
        close_period(writing, "FY2024", first, last)
        for name, start, end in (("FY2024", first, last), ("", first, last), ("FY2025", last, first)):
            with pytest.raises(PeriodError):
                close_period(writing, name, start, end)
        with pytest.raises(PeriodError, match="say why"):
            reopen_period(writing, "FY2024", " ")
        with pytest.raises(PeriodError, match="expected a closed one"):
            reopen_period(writing, "FY2023", "why not")
    with pytest.raises(ScopeError), store.writing(anna) as writing:
        close_period(writing, "mine", first, last)


def test_an_approved_correction_is_remembered_by_gtin_whatever_the_words(correct, remembered):
    name = correct(GLASS, gtin=GTIN, supplier="Acme Ltd")

    (found,) = remembered(gtin=f"0{GTIN}", description="BKR 250ML", supplier="Other plc")

    assert (found.correction, found.matched_by, found.estimate_id) == (GLASS, "gtin", name)
    assert (found.reviewed_by, found.approved_by, found.comment) == ("anna", "bert", "as delivered")
    assert found.line["description"] == "Beaker"


def test_an_approved_correction_is_remembered_by_words_and_supplier_in_their_spellings(correct, remembered):
    correct(GLASS, description="(55040) Glass BEAKER, 250 ml", supplier="Acme Ltd.")

    (found,) = remembered(description="glass beaker 250 ml", supplier="ACME")

    assert found.matched_by == "description and supplier"
    assert remembered(description="glass beaker 250 ml", supplier="Other") == []
    assert remembered(description="glass beaker 500 ml", supplier="ACME") == []


def test_the_words_do_not_count_where_two_gtins_differ(correct, remembered):
    correct(GLASS, gtin=GTIN, supplier="Acme")

    assert remembered(description="Beaker", supplier="Acme", gtin=OTHER_GTIN) == []
    assert len(remembered(description="Beaker", supplier="Acme")) == 1


def test_corrections_that_contradict_each_other_are_returned_side_by_side_the_latest_first(
    correct, remembered
):
    for correction in (GLASS, STEEL, GLASS):
        correct(correction, supplier="Acme")

    found = remembered(description="Beaker", supplier="Acme")

    assert [one.correction for one in found] == [GLASS, STEEL]
    assert found[0].estimate_id == "e2"


def test_masses_of_different_amounts_are_not_taken_for_one(correct, remembered):
    for quantity in (1.0, 10.0):
        correct(Correction(mass_kg=0.2 * quantity), supplier="Acme", quantity=quantity, unit="piece")

    found = remembered(description="Beaker", supplier="Acme")

    assert [(one.correction.mass_kg, one.line["quantity"]) for one in found] == [(2.0, 10.0), (0.2, 1.0)]


def test_a_correction_that_is_not_approved_or_was_taken_back_is_not_remembered(
    correct, remembered, review, estimate
):
    review(estimate(description="Flask", supplier="Acme"), GLASS)
    taken_back = correct(GLASS, supplier="Acme")
    assert len(remembered(description="Beaker", supplier="Acme")) == 1
    review(taken_back)

    assert remembered(description="Beaker", supplier="Acme") == []
    assert remembered(description="Flask", supplier="Acme") == []


def test_an_accepted_estimate_is_no_correction(correct, remembered):
    correct(None, supplier="Acme")

    assert remembered(description="Beaker", supplier="Acme") == []


def test_a_tenant_does_not_remember_the_corrections_of_another(correct, remembered):
    correct(GLASS, gtin=GTIN)

    assert remembered(Actor.local("leeds"), gtin=GTIN) == []


def test_many_lines_are_asked_for_at_once(store, correct):
    correct(GLASS, supplier="Acme")
    lines = line_items(
        pd.DataFrame({"description": [f"item {n}" for n in range(1200)] + ["Beaker"], "supplier": "Acme"})
    )

    with store.reading(LOCAL) as reading:
        found = remembered_corrections(reading, lines)

    assert [len(one) for one in found] == [0] * 1200 + [1]
    assert verify(store).findings == []
