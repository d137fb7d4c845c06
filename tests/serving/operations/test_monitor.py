"""Every request: its id, its line in the log, its time in the metrics."""

import re

import pytest
from prometheus_client import REGISTRY
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.responses import PlainTextResponse
from starlette.routing import Mount, Route
from starlette.testclient import TestClient

from serving.operations.monitor import RequestMonitor
from serving.operations.requests import note_actor, note_estimates, note_lines
from serving.problems import answer_with_problems
from serving.store import Actor


async def _thing(_request):
    note_actor(Actor("trust", "0a1b2c", frozenset()))
    note_lines(5)
    note_estimates(["a", "b", "c", "d", "e"])
    return PlainTextResponse("here")


async def _missing(_request):
    raise HTTPException(404, "Nothing is here: look elsewhere.")


async def _faulty(_request):
    description = "wigs for the oncology ward"
    raise ValueError(f"cannot read {description}")


@pytest.fixture
def client():
    routes = [Route("/things/{thing_id}", _thing), Route("/missing", _missing), Route("/faulty", _faulty)]
    site = Starlette(routes=[Mount("/v1", routes=routes)])
    answer_with_problems(site)
    return TestClient(RequestMonitor(site), raise_server_exceptions=False)


def test_a_request_is_one_line_with_who_asked_what_and_what_came_of_it(client, logged):
    client.get("/v1/things/17")

    (line,) = [line for line in logged() if line["event"] == "request"]
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", line.pop("time"))
    assert line.pop("ms") >= 0
    assert len(line.pop("request_id")) == 32
    assert line == {
        "level": "info",
        "event": "request",
        "logger": "serving.operations.monitor",
        "method": "GET",
        "route": "/v1/things/{thing_id}",
        "status": 200,
        "key_id": "0a1b2c",
        "tenant": "trust",
        "lines": 5,
        "estimates": 5,
        "first_estimate_ids": ["a", "b", "c"],
    }


def test_a_well_formed_request_id_is_kept_and_sent_back(client, logged):
    answer = client.get("/v1/things/17", headers={"X-Request-ID": "order-1017:7"})

    assert answer.headers["x-request-id"] == "order-1017:7"
    assert logged()[-1]["request_id"] == "order-1017:7"


@pytest.mark.parametrize("given", ["short", "a" * 129, "two words", 'quote"quote', "lp_0123456789abcdef"])
def test_any_other_request_id_is_replaced(client, given):
    answer = client.get("/v1/things/17", headers={"X-Request-ID": given})

    assert re.fullmatch("[0-9a-f]{32}", answer.headers["x-request-id"])


def test_a_problem_document_names_the_request(client):
    answer = client.get("/v1/missing", headers={"X-Request-ID": "order-1017"})

    assert answer.status_code == 404
    assert answer.json()["request_id"] == "order-1017"


def test_a_fault_is_answered_and_logged_once_with_where_it_came_up_and_without_what_it_says(client, logged):
    answer = client.get("/v1/faulty")

    (fault,) = [line for line in logged() if line["level"] == "error"]
    assert answer.status_code == 500
    assert answer.json()["request_id"] == fault["request_id"]
    assert fault["traceback"][-1] == "builtins.ValueError"
    assert any("in _faulty" in frame for frame in fault["traceback"])
    assert "wigs" not in str(logged())


def test_an_unknown_path_is_logged_and_counted_without_its_words(client, logged):
    client.get("/v1/wigs%20for%20the%20ward")

    assert logged()[-1]["route"] == "(none)"
    assert "wigs" not in str([line for line in logged() if line["logger"].startswith("serving")])


def test_requests_are_timed_by_route_and_class_of_status(client):
    def count(status_class):
        labels = {"method": "GET", "route": "/v1/things/{thing_id}", "status_class": status_class}
        return REGISTRY.get_sample_value("ledgerprint_request_seconds_count", labels) or 0

    before = count("2xx")
    client.get("/v1/things/18")
    client.get("/v1/things/19")

    assert count("2xx") == before + 2


def test_probes_are_no_news(client, logged):
    client.get("/livez")

    assert [line["level"] for line in logged() if line["event"] == "request"] == ["debug"]
