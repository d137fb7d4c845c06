"""The version of the program, installed or not."""

import tomllib
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Final

_PYPROJECT: Final = Path(__file__).resolve().parent.parent / "pyproject.toml"


def program_version() -> str:
    """Give the version; a bento holds the program's files, and does not install them."""
    try:
        return version("ledgerprint")
    except PackageNotFoundError:
        return str(tomllib.loads(_PYPROJECT.read_text(encoding="utf-8"))["project"]["version"])
