"""Training runs and registered models in MLflow, as much of them as a promotion needs to know."""

import json
import logging
import os
import tempfile
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from data.errors import LedgerprintError

if TYPE_CHECKING:
    from mlflow import MlflowClient

REGISTERED_MODEL: Final = "ledgerprint"
CHAMPION: Final = "champion"
CHALLENGER: Final = "challenger"
BUNDLE_ARTIFACT: Final = "bundle"
DATA_VERSIONS_ARTIFACT: Final = "data_versions.json"
BUNDLE_TAG: Final = "bundle_version"
CODE_TAG: Final = "code_version"
SEED_PARAMETER: Final = "seed"
_SQLITE: Final = "sqlite:///"


class UnknownRunError(LedgerprintError):
    """A run, alias or bundle that the tracking store does not know."""


@dataclass(frozen=True)
class RunRecord:
    """A training run as it was recorded.

    Attributes
    ----------
    run_id, status
        Of MLflow.
    bundle_version
        Digest of the bundle that the run says it made, "" where it says none.
    parameters, tags
        As logged.
    data
        File name -> SHA-256, of everything that the run says it was made from.
    model_uri
        Of the logged pyfunc model, "" where there is none.
    tracking_uri
        Of the store that knows the run and its artifacts.
    """

    run_id: str
    status: str
    bundle_version: str
    parameters: Mapping[str, str]
    tags: Mapping[str, str]
    data: Mapping[str, str]
    model_uri: str
    tracking_uri: str


@dataclass(frozen=True)
class RegisteredVersion:
    """A version of the registered model: its number there, the bundle and the run that made it."""

    number: str
    bundle_version: str
    run_id: str


class Registry:
    """The registered model ``ledgerprint`` and the runs it comes from.

    Parameters
    ----------
    tracking_uri
        Of an MLflow server, or ``sqlite:///FILE``.
    """

    def __init__(self, tracking_uri: str) -> None:
        self.tracking_uri = tracking_uri

    @cached_property
    def _client(self) -> "MlflowClient":
        """Connect; a SQLite file that is not there would be made."""
        with quiet_mlflow():
            from mlflow import MlflowClient  # noqa: PLC0415 - loads slowly

            return MlflowClient(self.tracking_uri, self.tracking_uri)

    def require_store(self) -> None:
        """Refuse a SQLite file that is not there: looking something up must not make one.

        Raises
        ------
        UnknownRunError
            If it is not there.
        """
        path = self.tracking_uri.removeprefix(_SQLITE)
        if self.tracking_uri.startswith(_SQLITE) and not Path(path).is_file():
            raise UnknownRunError(
                f"Got no file {path}, expected the tracking store of a training: name it with --tracking-uri."
            )

    def run(self, run_id: str) -> RunRecord:
        """Read a run.

        Raises
        ------
        UnknownRunError
            If there is none with this id.
        """
        from mlflow.exceptions import MlflowException  # noqa: PLC0415

        self.require_store()
        try:
            with quiet_mlflow():
                return self._record(self._client.get_run(run_id))
        except MlflowException as error:
            raise UnknownRunError(
                f"Got {run_id!r}, expected the id of a run in {self.tracking_uri}, the folder of a bundle, "
                f"{CHAMPION!r} or {CHALLENGER!r}: `mlflow ui` shows the runs."
            ) from error

    def run_of_bundle(self, version: str) -> RunRecord:
        """Read the latest finished run, else the latest, that says it made a bundle.

        Raises
        ------
        UnknownRunError
            If no run does.
        """
        self.require_store()
        with quiet_mlflow():
            experiments = [found.experiment_id for found in self._client.search_experiments()]
            runs = self._client.search_runs(
                experiments, f"tags.{BUNDLE_TAG} = '{version}'", order_by=["attributes.start_time DESC"]
            )
            if not runs:
                raise UnknownRunError(
                    f"Got bundle {version}, expected one that a run in {self.tracking_uri} made: train it "
                    "there with `ledgerprint train`, or name the tracking store that knows it."
                )
            finished = [run for run in runs if run.info.status == "FINISHED"]
            return self._record((finished or runs)[0])

    def artifact(self, run_id: str, name: str, folder: Path) -> Path | None:
        """Copy an artifact of a run, a file or a folder, into a folder; None if the run has none such."""
        with quiet_mlflow():
            parent = name.rpartition("/")[0]
            if name not in {found.path for found in self._client.list_artifacts(run_id, parent or None)}:
                return None
            return Path(self._client.download_artifacts(run_id, name, str(folder)))

    def alias(self, alias: str) -> RegisteredVersion | None:
        """Find the version an alias points to."""
        from mlflow.exceptions import MlflowException  # noqa: PLC0415

        self.require_store()
        try:
            with quiet_mlflow():
                return _version(self._client.get_model_version_by_alias(REGISTERED_MODEL, alias))
        except MlflowException:
            return None

    def set_alias(self, alias: str, number: str) -> None:
        """Point an alias to a version."""
        with quiet_mlflow():
            self._client.set_registered_model_alias(REGISTERED_MODEL, alias, number)

    def drop_alias(self, alias: str) -> None:
        """Take an alias away."""
        with quiet_mlflow():
            self._client.delete_registered_model_alias(REGISTERED_MODEL, alias)

    def register(self, run: RunRecord) -> RegisteredVersion:
        """Find the registered version of a run, or register it."""
        with quiet_mlflow():
            self._require_model()
            known = self._client.search_model_versions(
                f"name = '{REGISTERED_MODEL}' and run_id = '{run.run_id}'"
            )
            for version in known:
                if version.tags.get(BUNDLE_TAG) == run.bundle_version:
                    return _version(version)
            with self._as_current_store():
                created = self._client.create_model_version(
                    REGISTERED_MODEL,
                    source=run.model_uri or f"runs:/{run.run_id}/{BUNDLE_ARTIFACT}",
                    run_id=run.run_id,
                    tags={BUNDLE_TAG: run.bundle_version},
                    model_id=run.model_uri.rpartition("/")[2] or None,
                )
            return _version(created)

    @contextmanager
    def _as_current_store(self) -> Iterator[None]:
        """Make the store MLflow's current one: a client follows ``models:/`` in that, not in its own."""
        import mlflow  # noqa: PLC0415 - loads slowly

        before = mlflow.get_tracking_uri()
        mlflow.set_tracking_uri(self.tracking_uri)
        try:
            yield
        finally:
            mlflow.set_tracking_uri(before)

    def note(self, name: str) -> str:
        """Read a tag of the registered model, "" where there is none."""
        with quiet_mlflow():
            found = self._client.search_registered_models(f"name = '{REGISTERED_MODEL}'")
        return str(found[0].tags.get(name, "")) if found else ""

    def set_note(self, name: str, value: str) -> None:
        """Set a tag of the registered model."""
        with quiet_mlflow():
            self._require_model()
            self._client.set_registered_model_tag(REGISTERED_MODEL, name, value)

    def _require_model(self) -> None:
        if not self._client.search_registered_models(f"name = '{REGISTERED_MODEL}'"):
            self._client.create_registered_model(REGISTERED_MODEL)

    def _record(self, run: Any) -> RunRecord:
        outputs = run.outputs.model_outputs if run.outputs else []
        return RunRecord(
            run_id=run.info.run_id,
            status=run.info.status,
            bundle_version=run.data.tags.get(BUNDLE_TAG, ""),
            parameters=dict(run.data.params),
            tags=dict(run.data.tags),
            data=self._data_versions(run.info.run_id),
            model_uri=f"models:/{outputs[-1].model_id}" if outputs else "",
            tracking_uri=self.tracking_uri,
        )

    def _data_versions(self, run_id: str) -> dict[str, str]:
        with tempfile.TemporaryDirectory() as folder:
            path = self.artifact(run_id, DATA_VERSIONS_ARTIFACT, Path(folder))
            versions = json.loads(path.read_text("utf-8")) if path else {}
        return {name: version["sha256"] for name, version in versions.items()}


@contextmanager
def quiet_mlflow() -> Iterator[Any]:
    """Hand out MLflow without telemetry, progress bars, notes on database migrations and own warnings.

    What MLflow 3.17 warns of in its own code (pandas 3, SQLAlchemy 2.1, its type hints) is silenced.
    """
    os.environ["MLFLOW_DISABLE_TELEMETRY"] = "true"
    os.environ["DO_NOT_TRACK"] = "true"
    os.environ["MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR"] = "false"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import mlflow  # noqa: PLC0415 - loads slowly; only who tracks pays for it

        for name in ("mlflow", "alembic"):
            logging.getLogger(name).setLevel(logging.WARNING)
        yield mlflow


def _version(version: Any) -> RegisteredVersion:
    return RegisteredVersion(str(version.version), version.tags.get(BUNDLE_TAG, ""), version.run_id or "")
