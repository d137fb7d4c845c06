import json
import shutil

import mlflow
import numpy as np
import pandas as pd
import pytest
import typer
from typer.testing import CliRunner

from data.catalogue import files
from data.errors import OutputError
from features.line_items import line_items
from models.bundle import DEFAULT_BUNDLE, load_bundle
from training.registry_commands import registry_app
from training.scorecards import save_scorecard

pytestmark = pytest.mark.filterwarnings("ignore:The ``noload`` loader strategy:DeprecationWarning")


@pytest.fixture(autouse=True)
def no_shipped_scorecard(tmp_path, monkeypatch):
    """Judge the models of these tests by themselves, not beside the shipped one."""
    monkeypatch.setattr("training.scorecards._SHIPPED", tmp_path)


DATA = "prices/fx_monthly.csv"


def read_ledger(path, country):
    return line_items(pd.read_csv(path).assign(country=country or "US"))


def retrain(run, folder):
    assert run.parameters["neighbours"] == "60"
    shutil.copytree(DEFAULT_BUNDLE, folder)
    return load_bundle(folder).version


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    """A tracking store with one run that made the shipped bundle, and a ledger."""
    folder = tmp_path_factory.mktemp("store")
    uri = f"sqlite:///{folder / 'runs.db'}"
    mlflow.set_tracking_uri(uri)
    mlflow.create_experiment("ledgerprint", artifact_location=(folder / "mlruns").as_uri())
    mlflow.set_experiment("ledgerprint")
    draw = np.random.default_rng(0)
    groups = [str(k) for k in range(60)]
    card = pd.DataFrame({"dataset": "towns", "record": groups, "group": groups, "weight": 1.0, "hit1": 1.0})
    card = card.assign(hit5=1.0, log_error=draw.normal(0, 0.3, 60), half_width=0.6, probability=0.9)
    save_scorecard(card.assign(method="spend-based"), folder / "scorecard.parquet")
    with mlflow.start_run() as run:
        mlflow.log_params({"seed": 1, "neighbours": 60})
        mlflow.log_dict({DATA: {"sha256": files()[DATA].sha256}}, "data_versions.json")
        mlflow.set_tags({"code_version": "abc", "bundle_version": load_bundle().version})
        mlflow.log_artifacts(str(DEFAULT_BUNDLE), "bundle")
        mlflow.log_artifact(str(folder / "scorecard.parquet"))
    (folder / "ledger.csv").write_text(
        "description,amount,currency\ndesk,100,USD\n[bold]pens[/bold],20,USD\nsteel bolts,900,USD\n"
    )
    return folder, uri, run.info.run_id


@pytest.fixture
def command(store):
    """Run a command on the store."""

    def run(*arguments, code=0):
        app = typer.Typer()
        app.add_typer(registry_app(read_ledger, retrain))
        done = CliRunner().invoke(app, [*map(str, arguments), "--tracking-uri", store[1]])
        if done.exception and not isinstance(done.exception, SystemExit):
            raise done.exception
        assert done.exit_code == code, done.output
        return done.stdout

    return run


def test_a_comparison_shows_figures_totals_speed_and_size_in_eighty_columns(command, store):
    said = command("compare", "default", store[2], "--ledger", store[0] / "ledger.csv", "--country", "US")
    for words in (
        "Dataset: towns",
        "Interval score",
        "Size of B against A: 1.00",
        "lines/s",
        "t CO2e",
        "seed 0",
    ):
        assert words in said
    assert "of 0 that move" in said
    assert max(len(line) for line in said.splitlines()) <= 80


def test_a_comparison_as_json_and_csv_is_for_machines(command, store, tmp_path):
    ledger = ["--ledger", store[0] / "ledger.csv", "--ledger", store[0] / "ledger.csv"]
    found = json.loads(command("compare", "default", store[2], *ledger[:2], "--seed", 5, "-o", "json"))
    assert found["seed"] == 5
    assert found["a"]["version"] == found["b"]["version"] == load_bundle().version
    assert found["ledger"]["lines"] == 3
    assert found["ledger"]["total_a"] == found["ledger"]["total_b"]
    assert {row["verdict"] for row in found["figures"]} == {"as good", ""}
    command("compare", "default", store[2], "--figures-only", "-o", tmp_path / "figures.csv")
    table = pd.read_csv(tmp_path / "figures.csv")
    assert set(table["slice"]) == {"towns", "spend-based"}
    with pytest.raises(OutputError, match="expected json, csv or a file name"):
        command("compare", "default", store[2], "-o", "figures.pdf")


def test_a_refusal_names_its_check_and_leaves_with_status_one_and_force_is_logged(command, store):
    words = ["--by", "Ada", "--reason", "first"]
    said = command("promote", store[2], *words, code=1)
    assert "run: model for MLflow" in said
    assert "Refused: 1 of" in said
    assert "stays none" in said
    installed = store[0] / "served"
    said = command("promote", store[2], *words, "--force", "--retrain", "--install", installed)
    assert f"Champion: bundle {load_bundle().version} (version 1) against 1 failed checks" in said
    assert load_bundle(installed).version == load_bundle().version
    entries = [json.loads(line) for line in (store[0] / "promotions.jsonl").read_text().splitlines()]
    assert [entry["action"] for entry in entries] == ["refusal", "promotion"]
    assert entries[1]["forced"]
    assert command("compare", "champion", "default", "--figures-only").startswith("A: champion, bundle")


def test_force_without_a_name_and_a_reason_is_no_command(command, store):
    command("promote", store[2], "--force", "--reason", "hurry", code=2)
    command("promote", store[2], "--force", "--by", "Ada", code=2)
