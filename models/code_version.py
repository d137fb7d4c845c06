"""Which code made something: a digest over the source files, with or without version control at hand."""

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Final

PACKAGES: Final = ("data", "features", "models")
"""Packages whose code decides what is estimated."""
ROOT: Final = Path(__file__).resolve().parent.parent
_KINDS: Final = (".py", ".toml", ".csv")


def code_version(packages: Sequence[str] = PACKAGES, root: Path = ROOT) -> str:
    """First 16 digits of the SHA-256 over names and content of every source file of some packages.

    Parameters
    ----------
    packages
        Names of folders.
    root
        Folder that holds them.
    """
    files = sorted(
        path for package in packages for path in (root / package).rglob("*") if path.suffix in _KINDS
    )
    lines = [
        f"{path.relative_to(root).as_posix()} {hashlib.sha256(path.read_bytes()).hexdigest()}\n"
        for path in files
    ]
    return hashlib.sha256("".join(lines).encode()).hexdigest()[:16]
