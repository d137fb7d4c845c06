"""Shared test set-up: where the reference data package lies, and what happens to a test that needs it."""

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
CANDIDATES = [os.environ.get("LEDGERPRINT_DATA"), ROOT.parent / "shared" / "data"]


def _data_package() -> Path | None:
    for candidate in CANDIDATES:
        if candidate and (Path(candidate) / "factors").is_dir():
            return Path(candidate)
    return None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    if _data_package():
        return
    skip = pytest.mark.skip(reason="needs the reference data package: set LEDGERPRINT_DATA to its folder")
    for item in items:
        if "data_package" in item.keywords:
            item.add_marker(skip)


@pytest.fixture(scope="session")
def data_dir() -> Path:
    """Folder of the reference data package; only for tests marked ``data_package``."""
    package = _data_package()
    assert package, "a test that uses data_dir must be marked data_package"
    return package


@pytest.fixture(scope="session")
def examples() -> Path:
    """Folder of the ledgers that ship with the project."""
    return ROOT / "data" / "examples"
