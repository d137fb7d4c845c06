"""Baselines of drift, kept beside the bundle that they were worked out from: that takes some seconds."""

import tempfile
from pathlib import Path
from typing import Final

from data.errors import BundleError
from models.footprint import FootprintModel
from serving.operations.drift import DriftBaseline

_PAUSE_SECONDS: Final = 0.05
"""It is not urgent, and the first requests are there."""


def kept_baseline(model: FootprintModel, folder: Path) -> DriftBaseline:
    """Give the baseline of a model, worked out if it is not kept yet.

    Parameters
    ----------
    model
        The one that answers.
    folder
        Of the archive of bundles.

    Raises
    ------
    BundleError
        If the folder cannot be written to.
    """
    path = folder / f"drift-{model.version}.json"
    try:
        if path.is_file():
            return DriftBaseline.from_json(path.read_text(encoding="utf-8"))
        baseline = DriftBaseline.from_index(model.category.index_, _PAUSE_SECONDS)
        _write(path, baseline.to_json())
    except (OSError, ValueError) as error:
        raise BundleError(
            f"Cannot keep {path} ({type(error).__name__}), expected a folder that can be written to "
            "and a file of this program: make room, or remove the file."
        ) from error
    return baseline


def _write(path: Path, text: str) -> None:
    """Write a file whole or not at all: other processes may be reading it, or writing the same."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile("w", dir=path.parent, delete=False, encoding="utf-8") as file:
        file.write(text)
    Path(file.name).replace(path)
