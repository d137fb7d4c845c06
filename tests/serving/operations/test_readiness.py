"""Whether requests should come, and why not."""

import signal
import threading
import time

import pytest
from sqlalchemy.exc import OperationalError
from starlette.testclient import TestClient

from data.errors import BundleError
from serving.operations.ending import OrderlyEnd
from serving.operations.parts import Part, load_in_background
from serving.operations.readiness import Readiness, ReadinessMiddleware
from serving.store import AuditStore
from serving.store.errors import StoreUnavailableError


def _loaded(what):
    part = Part("part", lambda: what)
    part.get()
    return part


@pytest.fixture
def store(sqlite_url):
    with AuditStore(sqlite_url) as opened:
        yield opened


def _ask(model, store, end=None):
    readiness = Readiness(model, store, end or OrderlyEnd(0))
    return TestClient(ReadinessMiddleware(None, readiness)).get("/readyz")


def test_the_service_is_ready_when_everything_is_there(store):
    answer = _ask(_loaded("model"), _loaded(store))

    assert answer.status_code == 200
    assert answer.json() == {"ready": True, "checks": {"service": "ok", "model": "ok", "store": "ok"}}


def test_what_is_still_being_loaded_is_named(store):
    answer = _ask(Part("model", lambda: "model"), _loaded(store))

    assert answer.status_code == 503
    assert answer.json()["checks"] == {"service": "ok", "model": "is being loaded", "store": "ok"}


def test_what_is_wrong_is_said_without_secrets():
    def missing():
        raise BundleError("no bundle in /srv/secret")

    def unreachable():
        raise StoreUnavailableError("cannot use postgresql://me:tr0ub4dor@db/lp")

    model, store = Part("model", missing), Part("audit store", unreachable)
    for part in (model, store):
        with pytest.raises((BundleError, StoreUnavailableError)):
            part.get()

    answer = _ask(model, store)

    assert answer.status_code == 503
    assert answer.json()["checks"]["model"] == "cannot be used: the log says why"
    assert answer.json()["checks"]["store"] == "cannot be used: the log says why"
    assert "tr0ub4dor" not in answer.text


def test_a_database_that_goes_away_makes_the_service_unready(store, monkeypatch):
    def gone(*_, **__):
        raise OperationalError("SELECT 1", {}, Exception("server closed the connection"))

    monkeypatch.setattr("sqlalchemy.engine.Connection.execute", gone)

    answer = _ask(_loaded("model"), _loaded(store))

    assert answer.status_code == 503
    assert answer.json()["checks"]["store"] == "cannot be used: the log says why"


def test_a_service_that_was_told_to_stop_is_unready_before_it_stops(store):
    stopped = threading.Event()
    before = signal.signal(signal.SIGTERM, lambda *_: stopped.set())
    try:
        end = OrderlyEnd(0.3)
        end.take_over()
        signal.raise_signal(signal.SIGTERM)

        answer = _ask(_loaded("model"), _loaded(store), end)

        assert not stopped.is_set()
        assert answer.status_code == 503
        assert answer.json()["checks"]["service"] == "is stopping"
        assert stopped.wait(5)
    finally:
        signal.signal(signal.SIGTERM, before)


def test_a_part_is_loaded_once_however_many_ask_for_it():
    loads = []

    def load():
        time.sleep(0.05)
        loads.append(1)
        return object()

    part = Part("part", load)
    threads = [threading.Thread(target=part.get) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(loads) == 1


def test_a_failure_is_remembered_for_a_while_and_then_tried_again():
    tries = []

    def load():
        tries.append(1)
        if len(tries) == 1:
            raise BundleError("not there yet")
        return "there"

    patient = Part("part", load, retry_seconds=60)
    for _ in range(3):
        with pytest.raises(BundleError, match="not there yet"):
            patient.get()
    assert len(tries) == 1

    tries.clear()
    eager = Part("part", load, retry_seconds=0)
    load_in_background([eager], retry_seconds=0.01)
    deadline = time.monotonic() + 5
    while eager.loaded is None and time.monotonic() < deadline:
        time.sleep(0.01)
    assert eager.loaded == "there"
    assert eager.fault == ""
