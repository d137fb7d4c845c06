"""The service as a process: it starts, says when it is ready, and talks to nobody but its clients."""

import socket
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

import serving.server
from data.errors import BundleError, LedgerprintError
from serving.store import Actor, AuditStore
from serving.store.errors import StoreUnavailableError
from serving.store.keys import create_key, revoke_key


@pytest.mark.parametrize("path", ["/livez", "/readyz", "/healthz"])
def test_a_running_service_says_that_it_lives_and_is_ready(service, path):
    assert httpx.get(service.url + path).status_code == 200


def test_metrics_count_the_requests(service):
    httpx.get(f"{service.url}/v1/openapi.json")

    assert 'route="/v1/openapi.json"' in httpx.get(f"{service.url}/metrics").text


def test_the_documentation_needs_no_other_server(service):
    page = httpx.get(f"{service.url}/v1/docs")

    assert "http" not in page.text.replace("https://fastapi", "")
    for name in ("swagger-ui-bundle.js", "swagger-ui.css"):
        assert f'"assets/{name}"' in page.text
        assert len(httpx.get(f"{service.url}/v1/assets/{name}").content) > 100_000


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/nowhere", 404),
        ("GET", "/v1/nowhere", 404),
        ("DELETE", "/v1/estimates", 405),
        ("POST", "/", 405),
    ],
)
def test_a_wrong_path_or_method_is_answered_with_a_problem_document(service, method, path, status):
    answer = httpx.request(method, service.url + path)

    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["status"] == status
    assert answer.json()["instance"] == path


def test_starting_and_estimating_reaches_no_other_machine(service):
    httpx.post(f"{service.url}/v1/estimates", json={"lines": [{"description": "desk"}]}).raise_for_status()
    service.elsewhere.setblocking(False)

    with pytest.raises(BlockingIOError):
        service.elsewhere.accept()


def test_serving_loads_neither_training_nor_the_experiment_tracker():
    code = "import sys, serving.service; print([m for m in ('mlflow', 'training') if m in sys.modules])"

    done = subprocess.run(  # noqa: S603 - our own code
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=120, check=True
    )

    assert done.stdout.strip() == "[]"


def _start(**changed):
    wanted = {"host": "127.0.0.1", "port": 3000, "bundle": None, "workers": None}
    serving.server.run_server(**wanted | changed)


@pytest.fixture
def database(monkeypatch, sqlite_url):
    monkeypatch.setenv("LEDGERPRINT_DATABASE", sqlite_url)
    return sqlite_url


@pytest.mark.parametrize("host", ["0.0.0.0", "::"])  # noqa: S104
@pytest.mark.usefixtures("database")
def test_an_address_that_others_can_reach_is_refused_while_there_is_no_key(host):
    with pytest.raises(serving.server.AddressError, match=r"no API key: make one with `ledgerprint keys"):
        _start(host=host, port=0)


def test_a_revoked_key_does_not_open_the_address_to_others(database):
    with AuditStore(database) as store, store.writing(Actor.local()) as writing:
        revoke_key(writing, create_key(writing, "old", ["estimate"]).split("_")[1])

    with pytest.raises(serving.server.AddressError, match="no API key"):
        _start(host="0.0.0.0", port=0)  # noqa: S104


def test_a_host_that_is_no_address_is_refused():
    with pytest.raises(LedgerprintError, match=r"'example\.org', expected an IP address"):
        _start(host="example.org")


@pytest.mark.usefixtures("database")
def test_a_taken_port_is_refused():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(serving.server.AddressError, match=f"port {port}"):
            _start(port=port)


def test_a_database_that_cannot_be_used_is_refused_before_anything_starts(monkeypatch, tmp_path):
    monkeypatch.setenv("LEDGERPRINT_DATABASE", f"sqlite:///{tmp_path}/missing/store.db")

    with pytest.raises(StoreUnavailableError, match="folder that does not exist"):
        _start(port=0)


def test_a_running_service_says_where_its_audit_store_is(service):
    assert '"event": "audit store"' in service.log.read_text()
    assert '"database": "sqlite:///' in service.log.read_text()


def test_a_setting_that_cannot_be_used_is_named_with_what_was_expected(monkeypatch):
    monkeypatch.setenv("LEDGERPRINT_WORKERS", "many")

    with pytest.raises(LedgerprintError, match=r"LEDGERPRINT_WORKERS=many, expected a valid integer"):
        _start()


def test_a_missing_bundle_is_refused_before_anything_starts(tmp_path: Path):
    with pytest.raises(BundleError, match="no model bundle"):
        _start(port=0, bundle=tmp_path)
