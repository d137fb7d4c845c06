"""What ``bentoml build`` makes: it holds what the service needs and nothing else, starts, and answers."""

import os
import subprocess

import httpx
import psutil
import pytest

from models.bundle import bundle_version
from tests.conftest import ROOT
from tests.serving.operations.served import program, served

TAG = "ledgerprint:checked"


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """A home of BentoML with the bento in it."""
    folder = tmp_path_factory.mktemp("bentoml")
    subprocess.run(  # noqa: S603 - BentoML's own command
        [program("bentoml"), "build", ROOT, "--version", "checked", "--output", "tag"],
        env=os.environ | {"BENTOML_HOME": str(folder), "BENTOML_DO_NOT_TRACK": "True"},
        check=True,
        timeout=600,
        stdout=subprocess.DEVNULL,
    )
    return folder


def test_a_bento_holds_what_the_service_needs_and_nothing_else(home):
    source = home / "bentos" / "ledgerprint" / "checked" / "src"

    assert {path.name for path in source.iterdir()} == {
        *("data", "features", "models", "serving"),
        *("LICENSE", "pyproject.toml", "bentofile.yaml"),
    }
    assert not list(source.rglob("__pycache__"))
    assert bundle_version(source / "models" / "default") == bundle_version(ROOT / "models" / "default")


def test_a_bento_starts_and_estimates(home, tmp_path):
    with served(
        tmp_path,
        [program("bentoml"), "serve", TAG, "--host", "127.0.0.1"],
        BENTOML_HOME=str(home),
        BENTOML_DO_NOT_TRACK="True",
        LEDGERPRINT_DATABASE=f"sqlite:///{tmp_path / 'store.db'}",
    ) as server:
        server.wait_until_ready()
        lines = [{"description": "oak desk", "amount": 100.0, "currency": "USD", "country": "US"}]
        answer = httpx.post(f"{server.url}/v1/estimates", json={"lines": lines}, timeout=120)
        workers = psutil.Process(server.process.pid).children()

        assert answer.status_code == 200
        assert answer.json()["estimates"][0]["kg_co2e"] > 0
        assert {worker.cwd() for worker in workers} == {
            str(home / "bentos" / "ledgerprint" / "checked" / "src")
        }
