"""Restatements in the store: proposed by one, approved by another, shown beside what they never overwrite."""

from dataclasses import replace
from datetime import date

import pytest

from models.footprint import EstimateOptions
from serving.store import Actor
from serving.store.errors import ScopeError
from serving.store.estimate_search import find_estimate
from serving.store.estimates import record_estimates
from serving.store.restatements import (
    Figure,
    RestatedLine,
    RestatementError,
    approve_restatement,
    approved_restatements,
    find_restatement,
    propose_restatement,
    restated_lines,
    search_restatements,
)
from serving.store.verification import verify

LOCAL = Actor.local()
SUMMARY = {"lines": 3, "factor_set": "epa-v1.3"}


@pytest.fixture
def lines(store, estimated):
    """Three recorded estimates, and what they would be: twice as much."""
    found = estimated.lines.head(3), estimated.estimates.head(3)
    with store.writing(LOCAL) as writing:
        record_estimates(writing, ["a", "b", "c"], *found, EstimateOptions())
    out = []
    for number, row in enumerate(found[1].to_dict("records"), 1):
        kg = None if row["kg_co2e"] != row["kg_co2e"] else row["kg_co2e"]
        old = Figure(row["estimate_id"], "estimated", "spend-based", "1", "defra/1", "m1", kg, kg, kg)
        more = None if kg is None else 2 * kg
        new = replace(old, factor_id="epa-v1.3/1", model_version="m2", kg_co2e=more)
        out.append(RestatedLine(number, date(2024, 3, number), old, new))
    return out


@pytest.fixture
def propose(store, lines, actor):
    def run(who="anna", tenant="default"):
        with store.writing(actor(who, tenant=tenant)) as writing:
            return propose_restatement(writing, SUMMARY, lines)

    return run


@pytest.fixture
def approve(store, actor):
    def run(number, who="ben", *scopes, tenant="default", comment=""):
        with store.writing(actor(who, *scopes, tenant=tenant)) as writing:
            return approve_restatement(writing, number, comment)

    return run


def beside(store, line, actor=LOCAL):
    with store.reading(actor) as reading:
        return approved_restatements(reading, line.old.estimate_id)


def test_a_proposal_keeps_every_line_and_shows_beside_nothing_yet(store, propose, lines):
    proposal = propose()

    assert (proposal.status, proposal.proposed_by, proposal.approved_by) == ("proposed", "anna", "")
    assert proposal.summary == SUMMARY
    with store.reading(LOCAL) as reading:
        first = restated_lines(reading, proposal.number, limit=2)
        rest = restated_lines(reading, proposal.number, 2, first.cursor)
    assert [*first.items, *rest.items] == lines
    assert beside(store, lines[0]) == []


def test_an_approved_one_is_shown_beside_the_estimate_that_stays_as_it_was(store, propose, approve, lines):
    with store.reading(LOCAL) as reading:
        before = find_estimate(reading, lines[0].old.estimate_id).latest

    approved = approve(propose().number, comment="New factors of the ministry.")

    assert (approved.status, approved.proposed_by, approved.approved_by) == ("approved", "anna", "ben")
    assert approved.comment == "New factors of the ministry."
    (shown,) = beside(store, lines[0])
    assert (shown.restatement, shown.line) == (approved, lines[0])
    with store.reading(LOCAL) as reading:
        assert find_estimate(reading, lines[0].old.estimate_id).latest == before
    assert verify(store).findings == []


def test_whoever_proposed_it_cannot_approve_it(propose, approve, store, lines):
    proposal = propose("anna")

    with pytest.raises(RestatementError, match="two people sign off"):
        approve(proposal.number, "anna")
    assert beside(store, lines[0]) == []


def test_an_approval_of_nothing_again_by_a_stranger_or_without_the_scope_is_refused(propose, approve, store):
    number = propose().number
    with pytest.raises(RestatementError, match="expected the number of one"):
        approve(number + 1)
    with pytest.raises(RestatementError, match="expected the number of one"):
        approve(number, tenant="leeds")
    with pytest.raises(ScopeError, match="'review'"):
        approve(number, "ben", "estimate")
    approve(number)
    with pytest.raises(RestatementError, match="is approved"):
        approve(number, "carl")
    with store.reading(LOCAL) as reading:
        assert find_restatement(reading, number).approved_by == "ben"


def test_a_proposal_needs_the_scope(store, lines, actor):
    with pytest.raises(ScopeError, match="'review'"), store.writing(actor("anna", "estimate")) as writing:
        propose_restatement(writing, SUMMARY, lines)


def test_they_are_listed_as_they_are_now_the_latest_first_and_by_their_tenant_alone(store, propose, approve):
    first, second = propose("anna").number, propose("carl").number
    approve(first, "ben")
    propose("dora", "leeds")

    with store.reading(LOCAL) as reading:
        page = search_restatements(reading, 1)
        rest = search_restatements(reading, 1, page.cursor)
    listed = [*page.items, *rest.items]
    assert [(one.number, one.status) for one in listed] == [(second, "proposed"), (first, "approved")]
    assert rest.cursor == ""


def test_of_several_approved_ones_the_latest_comes_first(store, propose, approve, lines):
    numbers = [approve(propose("anna").number, "ben").number for _ in range(2)]

    assert [one.restatement.number for one in beside(store, lines[1])] == numbers[::-1]
