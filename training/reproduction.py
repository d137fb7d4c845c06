"""Can a model be made again from what its run says? The checks of the gate about the training run."""

import hashlib
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Final

from data.catalogue import DataFile
from training.gate import Check
from training.registry import CODE_TAG, SEED_PARAMETER, Registry, RunRecord
from training.user_labels import USER_LABELS_ARTIFACT, USER_LABELS_PREFIX

Retrain = Callable[[RunRecord, Path], str]
"""Trains again into a folder as a run was trained, and says the version of the bundle."""
_SHOWN: Final = 12


def run_checks(run: RunRecord, bundle_version: str) -> Iterator[Check]:
    """Check that a run is whole, and that the bundle is the one it made.

    Parameters
    ----------
    run
        That is said to have made the bundle.
    bundle_version
        Digest of the bundle that the run holds.
    """
    yield Check("run: status", run.status == "FINISHED", run.status, "FINISHED")
    yield Check(
        "run: bundle", run.bundle_version == bundle_version, run.bundle_version or "none", bundle_version
    )
    seed = run.parameters.get(SEED_PARAMETER, "")
    yield Check("run: seed", seed != "", seed or "none recorded", f"a parameter {SEED_PARAMETER!r}")
    others = len(set(run.parameters) - {SEED_PARAMETER})
    yield Check("run: parameters", others > 0, f"{others} beside the seed", "what the model was trained with")
    code = run.tags.get(CODE_TAG, "")
    yield Check("run: code version", code != "", code or "none recorded", f"a tag {CODE_TAG!r}")
    yield Check(
        "run: model for MLflow", run.model_uri != "", run.model_uri or "none logged", "a logged pyfunc model"
    )


def data_checks(
    run: RunRecord, catalogue: Mapping[str, DataFile], registry: Registry, folder: Path
) -> Iterator[Check]:
    """Check that a run was made from the data of the catalogue, and from labels that it has kept.

    Parameters
    ----------
    run
        Names its data with their digests.
    catalogue
        Files by name.
    registry
        Holds the run's artifacts.
    folder
        For copies.
    """
    yield Check(
        "data: recorded", bool(run.data), f"{len(run.data)} files", "every file the model is made from"
    )
    for name, digest in run.data.items():
        if name.startswith(USER_LABELS_PREFIX):
            kept = f"{USER_LABELS_ARTIFACT}/{name.removeprefix(USER_LABELS_PREFIX)}"
            expected = _digest(registry.artifact(run.run_id, kept, folder))
        else:
            expected = catalogue[name].sha256 if name in catalogue else "no such file"
        if digest != expected:
            yield Check(f"data: {name}", passed=False, got=_short(digest), expected=_short(expected))


def retrained_check(run: RunRecord, bundle_version: str, retrain: Retrain, folder: Path, code: str) -> Check:
    """Train again and check that the digest is the same.

    Parameters
    ----------
    run
        To be repeated.
    bundle_version
        Digest that must come out.
    retrain
        Trains.
    folder
        For the new bundle.
    code
        Version of the code that trains now.
    """
    again = retrain(run, folder)
    recorded = run.tags.get(CODE_TAG, "none recorded")
    other_code = "" if recorded == code else f" (by code {code}, the run by {recorded})"
    return Check("retrained: bundle", again == bundle_version, f"{again}{other_code}", bundle_version)


def _digest(path: Path | None) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest() if path else "no such artifact of the run"


def _short(digest: str) -> str:
    return f"{digest[:_SHOWN]}…" if len(digest) > 2 * _SHOWN and " " not in digest else digest
