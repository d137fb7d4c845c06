"""The bundle: a folder with everything a prediction needs, no pickle; its digest is the model version."""

import hashlib
import json
import shutil
import tempfile
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from data.errors import BundleError

DEFAULT_BUNDLE: Final = Path(__file__).resolve().parent / "default"
FORMAT: Final = 3
_VERSION_LENGTH: Final = 16
_REMEDY: Final = "install ledgerprint again, or make a bundle with `ledgerprint train`"


@dataclass(frozen=True)
class Layout:
    """Where each part of a bundle lies."""

    folder: Path

    @property
    def manifest(self) -> Path:
        """SHA-256 of every other file."""
        return self.folder / "manifest.json"

    @property
    def metadata(self) -> Path:
        """Parameters, data versions and figures."""
        return self.folder / "metadata.json"

    @property
    def vectors(self) -> Path:
        """Arrays."""
        return self.folder / "vectors.safetensors"

    def table(self, name: str) -> Path:
        """One of the tables."""
        return self.folder / f"{name}.parquet"

    def booster(self, name: str) -> Path:
        """One of the LightGBM models, in its own text format."""
        return self.folder / f"{name}.txt"


@dataclass(frozen=True)
class Bundle:
    """Content of a bundle.

    Attributes
    ----------
    metadata
        JSON-serialisable; the model card is part of it.
    arrays, tables, boosters
        By name; boosters in LightGBM's text format.
    version
        First 16 digits of the SHA-256 of the manifest.
    """

    metadata: Mapping[str, Any]
    arrays: Mapping[str, npt.NDArray[Any]]
    tables: Mapping[str, pd.DataFrame]
    boosters: Mapping[str, str] = field(default_factory=dict)
    version: str = ""


def save_bundle(bundle: Bundle, folder: Path) -> str:
    """Write a bundle and say its version.

    The same content gives the same bytes: nothing about when or where it was made is written. The bundle is
    written beside the folder and then put in its place: an old one stays whole until the new one is.

    Raises
    ------
    BundleError
        If the folder holds something that is not a bundle.
    """
    layout = Layout(folder)
    if folder.exists() and any(folder.iterdir()) and not layout.manifest.is_file():
        raise BundleError(
            f"The folder {folder} is not empty and holds no bundle: name a new or an empty folder."
        )
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f".{folder.name}.", dir=folder.parent) as beside:
        fresh = Path(beside) / "bundle"
        fresh.mkdir()
        version = _write(bundle, Layout(fresh))
        swap_in(fresh, folder)
    return version


def swap_in(fresh: Path, target: Path) -> None:
    """Put a finished folder in the place of another on the same file system; the other one is removed.

    A reader finds the old folder whole or the new one whole, or for an instant none, and never a mixture; if
    the swap fails, the old folder is put back.
    """
    old = target.with_name(f".{target.name}.old-{uuid.uuid4().hex[:8]}")
    if target.exists():
        target.rename(old)
    try:
        fresh.rename(target)
    except OSError:
        if old.exists():
            old.rename(target)
        raise
    shutil.rmtree(old, ignore_errors=True)


def _write(bundle: Bundle, layout: Layout) -> str:
    from safetensors.numpy import save  # noqa: PLC0415

    # the format knows row by row only, and its writer takes the bytes of a transposed array as they lie
    by_row = {name: np.ascontiguousarray(array) for name, array in sorted(bundle.arrays.items())}
    layout.vectors.write_bytes(save(by_row))
    for name, table in sorted(bundle.tables.items()):
        table.to_parquet(layout.table(name), index=False, compression="zstd")
    for name, booster in sorted(bundle.boosters.items()):
        layout.booster(name).write_text(booster, "utf-8", newline="\n")
    layout.metadata.write_text(
        json.dumps(bundle.metadata, indent=1, sort_keys=True, ensure_ascii=False) + "\n", "utf-8"
    )
    files = {path.name: _sha256(path) for path in sorted(layout.folder.iterdir())}
    layout.manifest.write_text(
        json.dumps({"format": FORMAT, "files": files}, indent=1, sort_keys=True) + "\n", "utf-8"
    )
    return _sha256(layout.manifest)[:_VERSION_LENGTH]


def load_bundle(folder: Path = DEFAULT_BUNDLE) -> Bundle:
    """Read a bundle after checking every byte of it.

    Raises
    ------
    BundleError
        If a file is missing, altered or not part of the bundle, or the format is another one.
    """
    from safetensors.numpy import load_file  # noqa: PLC0415

    layout, version = Layout(folder), bundle_version(folder)
    return Bundle(
        metadata=json.loads(layout.metadata.read_text("utf-8")),
        arrays=load_file(layout.vectors),
        tables={path.stem: pd.read_parquet(path) for path in sorted(folder.glob("*.parquet"))},
        boosters={path.stem: path.read_text("utf-8") for path in sorted(folder.glob("*.txt"))},
        version=version,
    )


def bundle_version(folder: Path) -> str:
    """Check every byte of a bundle and say its version, without reading what it holds.

    Raises
    ------
    BundleError
        If a file is missing, altered or not part of the bundle, or the format is another one.
    """
    layout = Layout(folder)
    _verify(layout)
    return _sha256(layout.manifest)[:_VERSION_LENGTH]


def _verify(layout: Layout) -> None:
    if not layout.manifest.is_file():
        raise BundleError(
            f"There is no model bundle in {layout.folder} (no {layout.manifest.name}): {_REMEDY}."
        )
    try:
        manifest = json.loads(layout.manifest.read_text("utf-8"))
        version, files = manifest["format"], dict(manifest["files"])
    except (ValueError, KeyError, TypeError) as error:
        raise BundleError(f"{layout.manifest} is not a bundle manifest ({error}): {_REMEDY}.") from error
    if version != FORMAT:
        raise BundleError(
            f"The bundle {layout.folder} has format {version}, this ledgerprint reads format {FORMAT}: "
            "use the ledgerprint that made it, or train again."
        )
    for name, expected in files.items():
        path = layout.folder / name
        if not path.is_file():
            raise BundleError(f"The bundle {layout.folder} lacks {name}: {_REMEDY}.")
        got = _sha256(path)
        if got != expected:
            raise BundleError(
                f"{path} was altered or cut short: its SHA-256 is {got[:12]}…, expected {expected[:12]}…: "
                f"{_REMEDY}."
            )
    strangers = {path.name for path in layout.folder.iterdir()} - set(files) - {layout.manifest.name}
    if strangers:
        raise BundleError(
            f"The bundle {layout.folder} holds files that are not part of it: {sorted(strangers)}: {_REMEDY}."
        )


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
