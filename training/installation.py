"""Putting a bundle where others read it: written beside the old one, checked, then swapped."""

import shutil
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from data.errors import BundleError
from models.bundle import Layout, load_bundle, swap_in


@contextmanager
def staged_bundle(bundle: Path, target: Path) -> Iterator[Callable[[], None]]:
    """Copy a bundle beside a target folder, check the copy, and hand out the function that swaps both.

    Nothing at the target changes before the swap. A reader finds the old bundle whole or the new one whole,
    or for an instant none, and never a mixture; if the swap fails, the old bundle is put back.

    Parameters
    ----------
    bundle
        Folder to copy.
    target
        Folder to replace: missing, empty, or a bundle.

    Raises
    ------
    BundleError
        If the target holds other things, or the copy is not what its manifest says.
    """
    target = target.resolve()
    if target.exists() and not _may_be_replaced(target):
        raise BundleError(f"Got {target}, which is no bundle, expected a bundle, an empty or a new folder.")
    target.parent.mkdir(parents=True, exist_ok=True)
    fresh = target.with_name(f".{target.name}.new-{uuid.uuid4().hex[:8]}")
    try:
        shutil.copytree(bundle, fresh)
        load_bundle(fresh)
        yield lambda: swap_in(fresh, target)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)


def _may_be_replaced(folder: Path) -> bool:
    return folder.is_dir() and (Layout(folder).manifest.is_file() or not any(folder.iterdir()))
