"""Which code trained a model."""

from pathlib import Path
from typing import Final

import models.code_version

PACKAGES: Final = (*models.code_version.PACKAGES, "training")
"""Packages whose code decides what a training makes."""


def code_version(root: Path = models.code_version.ROOT) -> str:
    """Digest of the source files of :data:`PACKAGES`.

    Parameters
    ----------
    root
        Folder that holds the packages.
    """
    return models.code_version.code_version(PACKAGES, root)
