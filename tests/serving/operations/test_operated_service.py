"""The service as those see it who run it: a real process on PostgreSQL, with secrets to keep."""

import json
import time

import httpx
import psycopg
import pytest
from prometheus_client.parser import text_string_to_metric_families

from serving.store import Actor, AuditStore
from serving.store.keys import create_key
from tests.serving.operations.collector import collecting
from tests.serving.operations.served import program, served

WEBHOOK_SECRET = "the-secret-of-all-webhooks"  # noqa: S105
PASSWORD = "tr0ub4dor"  # noqa: S105
DESCRIPTION = "zirconium wigs for the oncology ward"
TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"


@pytest.fixture(scope="module")
def operated(postgresql, tmp_path_factory):
    """What a server said that was asked for many things, right and wrong, and was told to stop."""
    with psycopg.connect(f"{postgresql}/postgres", autocommit=True) as connection:
        connection.execute("CREATE DATABASE operated")
    database = f"{postgresql}/operated".replace("ledgerprint@", f"ledgerprint:{PASSWORD}@")
    with AuditStore(database) as store, store.writing(Actor.local()) as writing:
        key = create_key(writing, "Purchasing", ["estimate"])
    with (
        collecting() as collector,
        served(
            tmp_path_factory.mktemp("operated"),
            [program("ledgerprint"), "serve"],
            LEDGERPRINT_DATABASE=database,
            LEDGERPRINT_LOG_LEVEL="debug",
            LEDGERPRINT_BUNDLES=str(tmp_path_factory.mktemp("bundles")),
            LEDGERPRINT_JOBS_WEBHOOK_SECRET=WEBHOOK_SECRET,
            LEDGERPRINT_DRAIN_SECONDS="0",
            OTEL_EXPORTER_OTLP_ENDPOINT=collector.url,
            OTEL_BSP_SCHEDULE_DELAY="200",
        ) as server,
    ):
        server.wait_until_ready()
        yield _asked(server, key, collector)


def _asked(server, key, collector):
    found = {"key": key, "collector": collector}
    lines = [
        {
            "description": DESCRIPTION,
            "amount": 412.0,
            "currency": "GBP",
            "country": "GB",
            "date": "2022-04-24",
        },
        {"description": f"{DESCRIPTION}, unreadable", "amount": "many"},
    ]
    headers = {"authorization": f"Bearer {key}", "traceparent": f"00-{TRACE}-00f067aa0ba902b7-01"}
    with httpx.Client(base_url=server.url, headers=headers, timeout=120) as client:
        found["estimates"] = client.post("/v1/estimates", json={"lines": lines})
        client.get(f"/v1/estimates/{found['estimates'].json()['estimates'][0]['estimate_id']}")
        client.get(f"/v1/estimates/{DESCRIPTION}")
        client.get(f"/v1/{DESCRIPTION}", params={"key": key})
        client.post("/v1/estimates", content=f'{{"lines": [{{"description": "{DESCRIPTION}"')
        client.get("/v1/model", headers={"authorization": f"Basic {key}"})
        client.get("/v1/model", headers={"x-request-id": key})
        client.get("/v1/model", headers={"authorization": f"Bearer {key[:-1]}0"})
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            found["metrics"] = client.get("/metrics").text
            if "drift_baseline" in found["metrics"]:
                break
            time.sleep(0.5)
    server.process.terminate()
    found["status"] = server.process.wait(60)
    found["log"] = server.log.read_text()
    return found


def _logged(operated):
    return [json.loads(line) for line in operated["log"].splitlines()]


def _status(span):
    return {one.key: one.value.int_value for one in span.attributes}["http.response.status_code"]


def test_every_line_of_the_log_is_an_object_with_time_level_and_event(operated):
    assert all({"time", "level", "event", "logger"} <= line.keys() for line in _logged(operated))


def test_no_secret_and_no_description_stands_anywhere_in_the_log(operated):
    key = operated["key"]
    for secret in (key, key.split("_")[2], PASSWORD, WEBHOOK_SECRET, "wigs", "zirconium"):
        assert secret not in operated["log"]


def test_the_log_tells_start_model_requests_and_stop(operated):
    events = [line["event"] for line in _logged(operated)]

    for event in ("audit store", "listening", "audit store loaded", "model loaded", "stopping", "stopped"):
        assert event in events
    assert operated["status"] == 0


def test_a_request_is_logged_with_its_key_tenant_lines_and_estimates(operated):
    answer = operated["estimates"]
    line = next(line for line in _logged(operated) if line.get("route") == "/v1/estimates")

    ids = [estimate["estimate_id"] for estimate in answer.json()["estimates"]]
    assert line["request_id"] == answer.headers["x-request-id"]
    assert line["key_id"] == operated["key"].split("_")[1]
    assert (line["tenant"], line["lines"], line["estimates"]) == ("default", 2, 2)
    assert line["first_estimate_ids"] == ids
    assert line["trace_id"] == TRACE


def test_metrics_count_lines_by_status_and_method_and_requests_by_route(operated):
    samples = {
        (sample.name, *sorted(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(operated["metrics"])
        for sample in family.samples
    }

    lines = "ledgerprint_lines_total"
    assert sum(value for name, value in samples.items() if name[0] == lines) == 2
    assert samples[lines, ("method", "none"), ("status", "unmatched")] == 1
    assert samples["ledgerprint_store_up",] == 1
    assert samples["ledgerprint_category_probability_count",] == 1
    assert samples["ledgerprint_turn_wait_seconds_count",] == 1
    assert samples["ledgerprint_job_oldest_open_seconds",] == 0
    assert any(name[0] == "ledgerprint_model_info" for name in samples)
    routes = {dict(name[1:])["route"] for name in samples if name[0] == "ledgerprint_request_seconds_count"}
    assert {"/v1/estimates", "/v1/estimates/{estimate_id}", "(none)"} <= routes
    assert "wigs" not in operated["metrics"]


def test_a_trace_goes_on_where_the_client_began_it_and_shows_the_parts(operated):
    spans = [span for span in operated["collector"].spans() if span.trace_id.hex() == TRACE]
    request = next(span for span in spans if span.name == "POST /v1/estimates" and _status(span) == 200)
    parts = {span.name: span for span in spans if span.parent_span_id == request.span_id}

    assert request.parent_span_id.hex() == "00f067aa0ba902b7"
    assert {"wait for the turn", "read the lines", "look up what people know", "predict", "record"} <= set(
        parts
    )
    assert "wigs" not in str(spans)
