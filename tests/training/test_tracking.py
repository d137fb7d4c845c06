import json
import logging
from pathlib import Path

import mlflow
import numpy as np
import pandas as pd
import pytest

from training.tracking import (
    describe_run,
    log_data_versions,
    log_figures,
    log_metrics,
    part_run,
    training_run,
)

pytestmark = pytest.mark.filterwarnings("ignore:The ``noload`` loader strategy:DeprecationWarning")


@pytest.fixture
def uri(tmp_path):
    return f"sqlite:///{tmp_path / 'runs.db'}"


def test_figures_are_metrics_named_by_their_keys_and_a_table(uri, tmp_path):
    figures = pd.DataFrame(
        {"set": ["a", "a"], "model": ["ours", "8 neighbours"], "lines": [3, 3], "coverage": [0.9, np.nan]}
    )
    with training_run(uri, "test", {"kind": "quick"}) as run:
        log_figures(figures, ["set", "model"], ["lines", "coverage"], "scores.csv")
        log_metrics({"wide": np.inf, "curve": 1.0}, step=2)
    read = mlflow.get_run(run.info.run_id)
    assert read.data.metrics == {
        "a.ours.lines": 3,
        "a.8-neighbours.lines": 3,
        "a.ours.coverage": 0.9,
        "curve": 1.0,
    }
    path = mlflow.artifacts.download_artifacts(
        run_id=run.info.run_id, artifact_path="evaluation/scores.csv", dst_path=str(tmp_path)
    )
    pd.testing.assert_frame_equal(pd.read_csv(path), figures)


def test_runs_from_the_same_data_share_a_tag(uri):
    tags = []
    for digest in ("1", "1", "2"):
        with training_run(uri, "test", {}) as run:
            log_data_versions({"prices/x.csv": {"sha256": digest, "licence": "MIT"}})
        tags.append(mlflow.get_run(run.info.run_id).data.tags["data_versions"])
    assert tags[0] == tags[1] != tags[2]
    path = mlflow.artifacts.download_artifacts(run_id=run.info.run_id, artifact_path="data_versions.json")
    assert json.loads(Path(path).read_text()) == {"prices/x.csv": {"sha256": "2", "licence": "MIT"}}


def test_runs_and_the_experiment_are_described(uri):
    with training_run(uri, "whole", {}) as run:
        describe_run("What was made.")
        with part_run("mass", "Kilograms.") as part:
            pass
    assert mlflow.get_run(run.info.run_id).data.tags["mlflow.note.content"] == "What was made."
    beneath = mlflow.get_run(part.info.run_id)
    assert beneath.data.tags["mlflow.note.content"] == "Kilograms."
    assert beneath.data.tags["mlflow.parentRunId"] == run.info.run_id
    assert "Trainings" in mlflow.get_experiment_by_name("ledgerprint").tags["mlflow.note.content"]


def test_a_run_fails_with_its_body_and_so_does_its_part(uri):
    def fails():
        with training_run(uri, "whole", {}) as run:
            ids.append(run.info.run_id)
            with part_run("mass", "") as part:
                ids.append(part.info.run_id)
                raise ValueError("no")

    ids = []
    with pytest.raises(ValueError, match="no"):
        fails()
    assert {mlflow.get_run(run_id).info.status for run_id in ids} == {"FAILED"}
    assert mlflow.active_run() is None


def test_mlflow_keeps_quiet(uri, capfd):
    with training_run(uri, "test", {}):
        pass
    assert logging.getLogger("mlflow").level == logging.WARNING
    assert capfd.readouterr() == ("", "")
