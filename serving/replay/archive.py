"""The archive of bundles: whatever made a recorded estimate is kept, so that it can make it again."""

import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from data.errors import BundleError
from models.bundle import Layout, bundle_version, swap_in
from serving.database import folder_of
from serving.store.bundle_use import chains_held, records_by_bundle
from serving.store.store import AuditStore

_DIGITS: Final = frozenset("0123456789abcdef")


class MissingBundleError(BundleError):
    """A bundle that the archive does not hold."""


class BundleInUseError(BundleError):
    """A bundle that recorded estimates refer to."""


@dataclass(frozen=True)
class KeptBundle:
    """A bundle of the archive.

    Attributes
    ----------
    version
        Its digest.
    size_bytes
        Of all its files.
    fault
        What is wrong with it, as a sentence; "" if it is whole.
    """

    version: str
    size_bytes: int
    fault: str


class BundleArchive:
    """A folder of bundles, each under its version; one archive belongs to one database.

    Parameters
    ----------
    folder
        Made when the first bundle is kept.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def keep(self, bundle: Path) -> Path:
        """Copy a bundle into the archive, unless it is there, and say where it lies.

        What estimates are recorded with is to be loaded from there: then it is what was kept, though the
        bundle is exchanged meanwhile. The copy is written beside, checked, and moved in; a kept one that was
        altered is replaced.

        Raises
        ------
        BundleError
            If the bundle is incomplete or altered, or the archive cannot be written to.
        """
        version = bundle_version(bundle)
        target = self.folder / version
        if target.is_dir() and not self._fault(version):
            return target
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryDirectory(prefix=f".{version}.", dir=self.folder) as beside:
                fresh = Path(beside) / "bundle"
                shutil.copytree(bundle, fresh)
                _write_through(fresh)
                copied = bundle_version(fresh)
                if copied != version:
                    raise BundleError(
                        f"Got bundle {copied} in {bundle}, which was {version} a moment ago, expected it to "
                        "stay: start again."
                    )
                self._move_in(fresh, target)
        except OSError as error:
            raise BundleError(
                f"Cannot keep the bundle {version} in {self.folder} ({error.strerror or error}): make room, "
                "or name another folder in LEDGERPRINT_BUNDLES."
            ) from error
        return target

    def find(self, version: str) -> Path:
        """Find a kept bundle and check every byte of it.

        Raises
        ------
        MissingBundleError
            If it is not there.
        BundleError
            If it was altered.
        """
        folder = self.require(version)
        fault = self._fault(version)
        if fault:
            raise BundleError(fault)
        return folder

    def require(self, version: str) -> Path:
        """Find a kept bundle without checking it.

        Raises
        ------
        MissingBundleError
            If it is not there.
        """
        if not _is_version(version) or not (self.folder / version).is_dir():
            raise MissingBundleError(
                f"The bundle {version} is not in the archive {self.folder}: put it back with `ledgerprint "
                "bundles keep FOLDER`, or name the right archive in LEDGERPRINT_BUNDLES."
            )
        return self.folder / version

    def versions(self) -> list[str]:
        """Name the bundles of the archive, the latest kept first, without checking them."""
        folders = self.folder.iterdir() if self.folder.is_dir() else ()
        held = [folder for folder in folders if _is_version(folder.name)]
        return [folder.name for folder in sorted(held, key=lambda one: one.stat().st_ctime, reverse=True)]

    def kept_at(self, version: str) -> datetime:
        """Say when a bundle was first kept.

        Raises
        ------
        MissingBundleError
            If it is not there.
        """
        return datetime.fromtimestamp(self.require(version).stat().st_ctime, UTC)

    def card(self, version: str) -> dict[str, Any]:
        """Read the model card of a bundle, without its model.

        Raises
        ------
        MissingBundleError
            If it is not there.
        BundleError
            If it cannot be read.
        """
        path = Layout(self.require(version)).metadata
        try:
            return dict(json.loads(path.read_text("utf-8"))["card"])
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise BundleError(
                f"Cannot read the model card in {path} ({type(error).__name__}): put the bundle back with "
                "`ledgerprint bundles keep FOLDER`."
            ) from error

    def kept(self) -> Iterator[KeptBundle]:
        """Check every bundle of the archive."""
        folders = self.folder.iterdir() if self.folder.is_dir() else ()
        for folder in sorted(folders):
            if _is_version(folder.name):
                size = sum(path.stat().st_size for path in folder.iterdir())
                yield KeptBundle(folder.name, size, self._fault(folder.name))

    def remove(self, version: str, store: AuditStore) -> None:
        """Remove a bundle that no record refers to; none is written meanwhile.

        Raises
        ------
        MissingBundleError
            If it is not there.
        BundleInUseError
            If records refer to it.
        """
        folder = self.require(version)
        with chains_held(store) as connection:
            use = records_by_bundle(connection).get(version)
            if use:
                raise BundleInUseError(
                    f"Got the bundle {version} to remove, which {use.estimates:,} recorded estimates and "
                    f"{use.restatements:,} restated lines refer to, expected one without any: keep it, they "
                    "could not be replayed without it."
                )
            # hidden first: what is half removed is no bundle of the archive any more
            hidden = folder.with_name(f".{version}.removed")
            folder.rename(hidden)
        shutil.rmtree(hidden)

    def _fault(self, version: str) -> str:
        try:
            found = bundle_version(self.folder / version)
        except BundleError as error:
            return str(error)
        if found == version:
            return ""
        return f"The archive {self.folder} holds bundle {found} under {version}: put back the right one."

    def _move_in(self, fresh: Path, target: Path) -> None:
        if target.is_dir() and self._fault(target.name):
            swap_in(fresh, target)
        else:
            # another process may have been faster, and its copy is as good
            with suppress(FileExistsError):
                _rename(fresh, target)
        _write_through_folder(self.folder)


def archive_of(database: str, folder: Path | None = None) -> BundleArchive:
    """Give the archive of a database.

    Parameters
    ----------
    database
        Its URL.
    folder
        Of the archive; by default where :func:`serving.database.folder_of` says.
    """
    return BundleArchive(folder or folder_of(database, "bundles"))


def _rename(fresh: Path, target: Path) -> None:
    try:
        fresh.rename(target)
    except OSError as error:
        if target.is_dir():
            raise FileExistsError(target) from error
        raise


def _is_version(name: str) -> bool:
    return bool(name) and set(name) <= _DIGITS


def _write_through(folder: Path) -> None:
    """Let the disk have the files before anything refers to them."""
    for path in folder.iterdir():
        with path.open("rb") as file:
            os.fsync(file.fileno())
    _write_through_folder(folder)


def _write_through_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
