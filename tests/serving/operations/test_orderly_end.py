"""SIGTERM in the middle of a large call: the answer arrives whole and is recorded, nobody new is let in."""

import os
import signal
import threading
import time

import httpx
import pytest

from serving.store import Actor, AuditStore
from serving.store.estimate_search import EstimateFilter, search_estimates
from tests.serving.operations.served import program, served

DRAIN_SECONDS = 2.0


def _line(number):
    return {
        "description": f"oak desk {number % 7}",
        "amount": 10.0 + number,
        "currency": "USD",
        "country": "US",
    }


@pytest.fixture
def server(tmp_path):
    with served(
        tmp_path,
        [program("ledgerprint"), "serve"],
        LEDGERPRINT_DATABASE=f"sqlite:///{tmp_path / 'store.db'}",
        LEDGERPRINT_DRAIN_SECONDS=str(DRAIN_SECONDS),
    ) as running:
        running.wait_until_ready()
        yield running


def _probe(url):
    try:
        return httpx.get(f"{url}/readyz", timeout=20).status_code
    except httpx.ConnectError:
        return "refused"
    except httpx.TransportError:
        return "dropped"


def test_what_was_begun_is_answered_and_recorded_while_nobody_new_is_let_in(server, tmp_path):
    answers = []

    def ask():
        lines = [_line(number) for number in range(1000)]
        answers.append(httpx.post(f"{server.url}/v1/estimates", json={"lines": lines}, timeout=300))

    asking = threading.Thread(target=ask)
    asking.start()
    time.sleep(0.3)
    os.kill(server.process.pid, signal.SIGTERM)
    seen = []
    while server.process.poll() is None:
        seen.append(_probe(server.url))
        time.sleep(0.2)
    asking.join()

    assert answers[0].status_code == 200
    ids = [estimate["estimate_id"] for estimate in answers[0].json()["estimates"]]
    assert len(ids) == 1000
    assert server.process.returncode == 0
    assert seen[0] == 503
    assert _probe(server.url) == "refused"
    with AuditStore(f"sqlite:///{tmp_path / 'store.db'}") as store, store.reading(Actor.local()) as reading:
        page = search_estimates(reading, EstimateFilter(), 1000, "", "oldest")
    assert [record.estimate_id for record in page.items] == ids
