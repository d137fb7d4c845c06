"""Training runs in MLflow: one run that tells the story, a nested one for each part with its details."""

import hashlib
import json
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd

from data.spreadsheet_cells import without_formulas
from training.code_version import code_version
from training.registry import BUNDLE_ARTIFACT, BUNDLE_TAG, CODE_TAG, DATA_VERSIONS_ARTIFACT, quiet_mlflow
from training.scorecards import SCORECARD_FILE, save_scorecard

DEFAULT_TRACKING_URI: Final = "sqlite:///mlflow.db"
EXPERIMENT: Final = "ledgerprint"
EVALUATION: Final = "evaluation"
"""Folder of figures, tables and pictures among the artifacts of a run."""
_ABOUT_EXPERIMENT: Final = (
    "Trainings of ledgerprint. A run makes one bundle; beneath it lies a run for each part of the model, "
    "with its parameters, figures on groups never seen, worst errors and pictures."
)
_NOTE_TAG: Final = "mlflow.note.content"
_DATA_TAG: Final = "data_versions"
_SQLITE: Final = "sqlite:///"
_SHOWN: Final = 12


@contextmanager
def training_run(tracking_uri: str, name: str, tags: Mapping[str, str]) -> Iterator[Any]:
    """Open a run of the experiment ``ledgerprint``; the run fails when its body does.

    Parameters
    ----------
    tracking_uri
        Of an MLflow server, or ``sqlite:///FILE``, with the artifacts in ``mlruns`` beside the file.
    name, tags
        Of the run.
    """
    with quiet_mlflow() as mlflow:
        mlflow.set_tracking_uri(tracking_uri)
        if mlflow.get_experiment_by_name(EXPERIMENT) is None:
            mlflow.create_experiment(
                EXPERIMENT, _artifacts_beside(tracking_uri), tags={_NOTE_TAG: _ABOUT_EXPERIMENT}
            )
        mlflow.set_experiment(EXPERIMENT)
        run = mlflow.start_run(run_name=name, tags={**tags, CODE_TAG: code_version()})
    with run:
        yield run


@contextmanager
def part_run(name: str, about: str) -> Iterator[Any]:
    """Open a nested run.

    Parameters
    ----------
    name
        Of the run.
    about
        What it is, for those who read it in MLflow.
    """
    with quiet_mlflow() as mlflow:
        run = mlflow.start_run(run_name=name, nested=True, description=about)
    with run:
        yield run


def describe_run(about: str) -> None:
    """Describe the active run, in Markdown."""
    with quiet_mlflow() as mlflow:
        mlflow.set_tag(_NOTE_TAG, about)


def log_parameters(parameters: Mapping[str, Any]) -> None:
    """Log what the active run was made with."""
    with quiet_mlflow() as mlflow:
        mlflow.log_params(dict(parameters))


def log_data_versions(versions: Mapping[str, Mapping[str, str]]) -> None:
    """Log what the active run was made from; runs from the same data share a tag."""
    said = json.dumps({name: version["sha256"] for name, version in versions.items()}, sort_keys=True)
    with quiet_mlflow() as mlflow:
        mlflow.log_dict({name: dict(version) for name, version in versions.items()}, DATA_VERSIONS_ARTIFACT)
        mlflow.set_tag(_DATA_TAG, hashlib.sha256(said.encode()).hexdigest()[:_SHOWN])


def log_metrics(metrics: Mapping[str, float], step: int | None = None) -> None:
    """Log numbers by name, as one step of a curve where a step is given; what is not known is left out."""
    with quiet_mlflow() as mlflow:
        mlflow.log_metrics({name: value for name, value in metrics.items() if np.isfinite(value)}, step=step)


def log_figures(figures: pd.DataFrame, keys: Sequence[str], metrics: Sequence[str], name: str) -> None:
    """Log a table of figures, and the most telling of them as metrics.

    Parameters
    ----------
    figures
        One row for what the keys name together.
    keys
        Columns that begin the names of the metrics: ``austin.ledgerprint.top1``.
    metrics
        Columns that become metrics.
    name
        Of the CSV file.
    """
    log_metrics(
        {
            ".".join([*(_metric_word(row[key]) for key in keys), figure]): float(row[figure])
            for row in figures.to_dict("records")
            for figure in metrics
        }
    )
    log_table(figures, name)


def log_table(table: pd.DataFrame, name: str, folder: str = EVALUATION) -> None:
    """Log a table as a CSV file that a spreadsheet may open."""
    log_text(without_formulas(table)[0].to_csv(index=False), name, folder)


def log_text(text: str, name: str, folder: str = EVALUATION) -> None:
    """Log a text as a file."""
    with quiet_mlflow() as mlflow:
        mlflow.log_text(text, f"{folder}/{name}" if folder else name)


def log_file(path: Path, folder: str) -> None:
    """Log a file."""
    with quiet_mlflow() as mlflow:
        mlflow.log_artifact(str(path), folder)


def log_plots(plots: Mapping[str, bytes]) -> None:
    """Log pictures (PNG) by file name."""
    with tempfile.TemporaryDirectory() as folder:
        for name, content in plots.items():
            path = Path(folder) / name
            path.write_bytes(content)
            log_file(path, EVALUATION)


def log_scorecard(scorecard: pd.DataFrame) -> None:
    """Log a :class:`training.scorecards.Scorecard`, from which models are compared."""
    with tempfile.TemporaryDirectory() as folder, quiet_mlflow() as mlflow:
        path = Path(folder) / SCORECARD_FILE
        save_scorecard(scorecard, path)
        mlflow.log_artifact(str(path))


def log_bundle(folder: Path, version: str, card: Mapping[str, Any]) -> None:
    """Log the finished bundle, its version and its model card."""
    log_text(json.dumps(dict(card), indent=1, ensure_ascii=False), "model_card.json", folder="")
    with quiet_mlflow() as mlflow:
        mlflow.log_artifacts(str(folder), BUNDLE_ARTIFACT)
        mlflow.set_tag(BUNDLE_TAG, version)


def _metric_word(text: object) -> str:
    """Make a word that MLflow takes in the name of a metric."""
    return "".join(c if c.isalnum() or c in "_-" else "-" for c in str(text)).strip("-")


def _artifacts_beside(tracking_uri: str) -> str | None:
    """Folder ``mlruns`` beside a SQLite file; ``None`` leaves it to the server."""
    if not tracking_uri.startswith(_SQLITE):
        return None
    return (Path(tracking_uri.removeprefix(_SQLITE)).resolve().parent / "mlruns").as_uri()
