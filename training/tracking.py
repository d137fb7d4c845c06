"""Training runs in MLflow: parameters, data versions, figures, plots and the bundle, in one run."""

import json
import logging
import os
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import pandas as pd

from training.code_version import code_version
from training.scorecards import SCORECARD_FILE, save_scorecard

DEFAULT_TRACKING_URI: Final = "sqlite:///mlflow.db"
EXPERIMENT: Final = "ledgerprint"
_SQLITE: Final = "sqlite:///"


@contextmanager
def training_run(tracking_uri: str, name: str) -> Iterator[Any]:
    """Open a run of the experiment ``ledgerprint``; the run fails when its body does.

    Parameters
    ----------
    tracking_uri
        Of an MLflow server, or ``sqlite:///FILE``, with the artifacts in ``mlruns`` beside the file.
    name
        Of the run.
    """
    mlflow = _quiet_mlflow()
    mlflow.set_tracking_uri(tracking_uri)
    if mlflow.get_experiment_by_name(EXPERIMENT) is None:
        mlflow.create_experiment(EXPERIMENT, artifact_location=_artifacts_beside(tracking_uri))
    mlflow.set_experiment(EXPERIMENT)
    with mlflow.start_run(run_name=name) as run:
        yield run


@contextmanager
def part_run(name: str) -> Iterator[Any]:
    """Open a nested run for a part of the model."""
    import mlflow  # noqa: PLC0415

    with mlflow.start_run(run_name=name, nested=True) as run:
        yield run


def _quiet_mlflow() -> Any:
    """Import MLflow with its telemetry off and its notes on database migrations quietened."""
    os.environ["MLFLOW_DISABLE_TELEMETRY"] = "true"
    os.environ["DO_NOT_TRACK"] = "true"
    os.environ["MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR"] = "false"
    import mlflow  # noqa: PLC0415 - loads slowly; only a training pays for it

    for name in ("mlflow", "alembic"):
        logging.getLogger(name).setLevel(logging.WARNING)
    return mlflow


def _artifacts_beside(tracking_uri: str) -> str | None:
    """Folder ``mlruns`` beside a SQLite file; ``None`` leaves it to the server."""
    if not tracking_uri.startswith(_SQLITE):
        return None
    return (Path(tracking_uri.removeprefix(_SQLITE)).resolve().parent / "mlruns").as_uri()


def log_parameters(parameters: Mapping[str, Any], data_versions: Mapping[str, Any]) -> None:
    """Log what the run was made from."""
    import mlflow  # noqa: PLC0415

    mlflow.log_params(dict(parameters))
    mlflow.log_dict(dict(data_versions), "data_versions.json")
    mlflow.set_tags({f"data.{name}": version["sha256"][:12] for name, version in data_versions.items()})


def log_scores(scores: pd.DataFrame) -> None:
    """Log every figure of an evaluation as a metric ``set.model.figure``, and all of them as a table."""
    import mlflow  # noqa: PLC0415

    numbers = scores.select_dtypes("number").columns
    metrics = {
        f"{row['dataset']}.{row['model'].replace(' ', '-')}.{figure}": float(row[figure])
        for row in scores.to_dict("records")
        for figure in numbers
        if pd.notna(row[figure])
    }
    mlflow.log_metrics(metrics)
    mlflow.log_text(scores.to_csv(index=False), "evaluation/scores.csv")


def log_plots(plots: Mapping[str, bytes]) -> None:
    """Log pictures (PNG) by file name."""
    import mlflow  # noqa: PLC0415

    with tempfile.TemporaryDirectory() as folder:
        for name, content in plots.items():
            path = Path(folder) / name
            path.write_bytes(content)
            mlflow.log_artifact(str(path), "evaluation")


def log_scorecard(scorecard: pd.DataFrame) -> None:
    """Log a :class:`training.scorecards.Scorecard`, from which models are compared."""
    import mlflow  # noqa: PLC0415

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / SCORECARD_FILE
        save_scorecard(scorecard, path)
        mlflow.log_artifact(str(path))


def log_bundle(folder: Path, version: str, card: Mapping[str, Any]) -> None:
    """Log the finished bundle, its version and its model card."""
    import mlflow  # noqa: PLC0415

    mlflow.log_artifacts(str(folder), "bundle")
    mlflow.set_tags({"bundle_version": version, "code_version": code_version()})
    mlflow.log_text(json.dumps(dict(card), indent=1, ensure_ascii=False), "model_card.json")
