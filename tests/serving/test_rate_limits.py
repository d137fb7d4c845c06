"""Rate limits: as much as a minute allows at once, then evenly."""

import pytest

from serving.rate_limits import RateLimitError, RateLimits
from serving.store import Actor

ANNA, BERT = (Actor("default", who, frozenset({"estimate"})) for who in ("anna", "bert"))


def test_what_was_taken_comes_back_evenly_and_each_key_has_its_own():
    now = 0.0
    limits = RateLimits(requests_per_minute=60, lines_per_minute=1_000, clock=lambda: now)
    limits.take_lines(ANNA, 1_000)
    limits.take_lines(BERT, 1_000)

    with pytest.raises(RateLimitError, match=r"1,000 lines a minute .* again in 30 s") as refused:
        limits.take_lines(ANNA, 500)

    assert refused.value.retry_after_seconds == 30
    now = 30.0
    limits.take_lines(ANNA, 500)
    with pytest.raises(RateLimitError):
        limits.take_lines(ANNA, 1)
    limits.take_request(ANNA)


def test_a_refusal_takes_nothing():
    limits = RateLimits(requests_per_minute=60, lines_per_minute=1_000, clock=lambda: 0.0)

    with pytest.raises(RateLimitError):
        limits.take_lines(ANNA, 1_001)

    limits.take_lines(ANNA, 1_000)
