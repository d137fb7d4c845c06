"""Which code trained a model: a digest over the source files, with or without version control at hand."""

import hashlib
from pathlib import Path
from typing import Final

PACKAGES: Final = ("data", "features", "models", "training")
"""Packages whose code decides what a training makes."""
_ROOT: Final = Path(__file__).resolve().parent.parent
_KINDS: Final = (".py", ".toml", ".csv")


def code_version(root: Path = _ROOT) -> str:
    """First 16 digits of the SHA-256 over names and content of every source file of :data:`PACKAGES`.

    Parameters
    ----------
    root
        Folder that holds the packages.
    """
    files = sorted(
        path for package in PACKAGES for path in (root / package).rglob("*") if path.suffix in _KINDS
    )
    lines = [
        f"{path.relative_to(root).as_posix()} {hashlib.sha256(path.read_bytes()).hexdigest()}\n"
        for path in files
    ]
    return hashlib.sha256("".join(lines).encode()).hexdigest()[:16]
