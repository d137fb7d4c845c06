"""Idempotency keys: one answer a request, however often and at what moment it is sent."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from serving.store import Actor
from serving.store.chain import NewEntry
from serving.store.errors import ClaimLostError, IdempotencyInProgressError, IdempotencyMismatchError
from serving.store.idempotency import KEPT, LEASE, Claim, StoredAnswer, claim_request, give_up, store_answer
from serving.store.tables import Entry, IdempotencyRecord

LOCAL = Actor.local()
ROUTE = "POST /v1/estimates"
ANSWER = StoredAnswer(201, "application/json", b'{"kg": 0.1}\x00\xff')


@pytest.fixture
def ask(store):
    """Sends a request: ``ask(key="k", body="b")``."""

    def send(key="k", body="b", route=ROUTE, tenant="default"):
        return claim_request(store, Actor.local(tenant), route, key, body)

    return send


def answer(store, claim):
    with store.writing(LOCAL) as writing:
        writing.append([NewEntry(kind="job", payload=claim.token)])
        store_answer(writing, claim, ANSWER)


def count(store, mapped):
    with store.reading(LOCAL) as reading:
        return reading.session.scalar(select(func.count()).select_from(mapped))


def test_the_same_request_gets_the_stored_answer_byte_by_byte(store, ask):
    answer(store, ask())

    assert ask() == ANSWER
    assert ask() == ANSWER


def test_the_same_key_with_another_body_is_a_conflict_before_and_after_the_answer(store, ask):
    claim = ask()
    with pytest.raises(IdempotencyMismatchError, match="another body"):
        ask(body="other")

    answer(store, claim)
    with pytest.raises(IdempotencyMismatchError, match="another body"):
        ask(body="other")


def test_a_request_that_is_being_answered_is_a_conflict_that_says_when_to_ask_again(ask):
    ask()

    with pytest.raises(IdempotencyInProgressError, match="ask again") as refused:
        ask()
    assert 1 <= refused.value.retry_after_seconds <= 5


def test_keys_of_other_routes_and_tenants_are_other_keys(ask):
    claims = [ask(), ask(route="POST /v1/jobs"), ask(tenant="leeds"), ask(key="K")]

    assert all(isinstance(claim, Claim) for claim in claims)


def test_a_request_that_failed_may_be_sent_again(store, ask):
    give_up(store, LOCAL, ask())

    assert isinstance(ask(body="corrected"), Claim)


def test_an_answer_that_was_given_is_not_given_up(store, ask):
    claim = ask()
    answer(store, claim)
    give_up(store, LOCAL, claim)

    assert ask() == ANSWER


def test_a_request_whose_process_died_is_answered_by_the_next_and_the_first_one_is_undone(store, ask, clock):
    first = ask()
    clock.now += LEASE
    second = ask()

    with pytest.raises(ClaimLostError, match="too late"):
        answer(store, first)
    assert count(store, Entry) == 0
    answer(store, second)
    assert ask() == ANSWER
    assert count(store, Entry) == 1


def test_answers_are_forgotten_after_a_day(store, ask, clock):
    answer(store, ask())
    ask(key="other")
    clock.now += KEPT + timedelta(seconds=1)

    assert isinstance(ask(body="new"), Claim)
    assert count(store, IdempotencyRecord) == 1


def test_of_many_requests_at_once_one_is_answered_and_the_others_get_its_answer_or_a_conflict(store, ask):
    def send(_):
        try:
            outcome = ask()
        except IdempotencyInProgressError:
            return "conflict"
        if isinstance(outcome, StoredAnswer):
            return "stored"
        answer(store, outcome)
        return "answered"

    with ThreadPoolExecutor(8) as threads:
        outcomes = list(threads.map(send, range(24)))

    assert outcomes.count("answered") == 1
    assert set(outcomes) <= {"answered", "stored", "conflict"}
    assert count(store, Entry) == 1
