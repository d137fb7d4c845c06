"""The models that are compared or promoted, by the names a person gives them."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pandas as pd

from data.errors import BundleError
from models.bundle import DEFAULT_BUNDLE, load_bundle
from training.registry import BUNDLE_ARTIFACT, CHALLENGER, CHAMPION, Registry, RunRecord, UnknownRunError
from training.scorecards import SCORECARD_FILE, read_scorecard, shipped_scorecard

SHIPPED: Final = "default"
"""Name of the bundle that ships with the project."""


@dataclass(frozen=True)
class Contender:
    """A model that is compared or promoted.

    Attributes
    ----------
    name
        As it was asked for.
    bundle, version
        Folder and digest.
    run
        That made it, None where the tracking store knows none.
    scorecard
        :class:`training.scorecards.Scorecard`, None where there is none.
    """

    name: str
    bundle: Path
    version: str
    run: RunRecord | None
    scorecard: pd.DataFrame | None


def find_contender(name: str, registry: Registry, folder: Path) -> Contender:
    """Find a model.

    Parameters
    ----------
    name
        Folder of a bundle, id of a run, ``champion``, ``challenger``, or ``default`` for the bundle that
        ships with the project.
    registry
        Runs and aliases.
    folder
        For copies of what a run holds.

    Raises
    ------
    UnknownRunError
        If there is no such folder, run or alias.
    BundleError
        If the bundle is missing, incomplete or altered.
    ScorecardError
        If the run holds something else in place of a scorecard.
    """
    if name == SHIPPED or Path(name).is_dir():
        bundle = DEFAULT_BUNDLE if name == SHIPPED else Path(name)
        version = load_bundle(bundle).version
        try:
            run = registry.run_of_bundle(version)
        except UnknownRunError:
            run = None
        scorecard = _scorecard(run, registry, folder) if run else None
        return Contender(
            name, bundle, version, run, shipped_scorecard(version) if scorecard is None else scorecard
        )
    run = registry.run(_run_id(name, registry))
    copied = registry.artifact(run.run_id, BUNDLE_ARTIFACT, _empty(folder, run.run_id))
    if copied is None:
        raise BundleError(
            f"Got run {run.run_id} ({run.status}) without a bundle, expected the artifact "
            f"{BUNDLE_ARTIFACT!r}: train again with `ledgerprint train`."
        )
    return Contender(name, copied, load_bundle(copied).version, run, _scorecard(run, registry, folder))


def _run_id(name: str, registry: Registry) -> str:
    if name not in {CHAMPION, CHALLENGER}:
        return name
    registered = registry.alias(name)
    if registered is None:
        raise UnknownRunError(
            f"Got {name!r}, but {registry.tracking_uri} has no {name} yet: promote a model, or name a run or "
            "the folder of a bundle."
        )
    return registered.run_id


def _scorecard(run: RunRecord, registry: Registry, folder: Path) -> pd.DataFrame | None:
    path = registry.artifact(run.run_id, SCORECARD_FILE, _empty(folder, run.run_id))
    return read_scorecard(path) if path else None


def _empty(folder: Path, run_id: str) -> Path:
    """Make a folder of its own for what a run holds."""
    path = folder / run_id
    path.mkdir(exist_ok=True)
    return path
