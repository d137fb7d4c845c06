"""Where a reference file lies: looked up, downloaded where allowed, and verified before anyone reads it."""

import hashlib
import logging
from functools import lru_cache, partial
from pathlib import Path
from typing import Final

import pooch
import requests

from data.catalogue import DataFile, data_file
from data.errors import AlteredDataError, MissingDataError
from data.settings import DataSettings

BESIDE_CHECKOUT: Final = Path(__file__).resolve().parents[2] / "shared" / "data"
"""The data package beside a checkout of this project: ``../shared/data``."""

_CHUNK_BYTES: Final = 65_536


def locate(name: str, settings: DataSettings | None = None) -> Path:
    """Return the path of a catalogued file whose bytes were verified.

    Looked at in this order: the folder ``LEDGERPRINT_DATA``, ``../shared/data`` beside the checkout, the user
    cache. Only where ``LEDGERPRINT_DOWNLOAD`` allows it, a file that lies nowhere is downloaded.

    Parameters
    ----------
    name
        Path in the data package, such as ``prices/fx_monthly.csv``.
    settings
        Read from the environment when not given.

    Raises
    ------
    UnknownSourceError
        When the catalogue has no such file.
    MissingDataError
        When the file lies nowhere and may not or cannot be downloaded.
    AlteredDataError
        When a file was found whose bytes are not the catalogued ones; no further folder is tried, so that a
        damaged package is noticed.
    """
    settings = settings or DataSettings()
    entry = data_file(name)
    path = find(entry, settings)
    if path is not None:
        verify(entry, path)
        return path
    if settings.download:
        return fetch(name, settings)
    raise MissingDataError(f"{_what(entry)} was looked for in {_places(settings)}: {_remedy(entry)}")


def find(entry: DataFile, settings: DataSettings) -> Path | None:
    """Return the first place that has a file of this name, without looking at its bytes."""
    paths = (folder / entry.name for folder in _folders(settings))
    return next((path for path in paths if path.is_file()), None)


def verify(entry: DataFile, path: Path) -> None:
    """Compare size and SHA-256 of a file with the catalogue.

    The digest is computed once per path, modification time and size.

    Raises
    ------
    AlteredDataError
        When either differs.
    """
    status = path.stat()
    got = _sha256(path, status.st_mtime_ns, status.st_size)
    if status.st_size != entry.bytes or got != entry.sha256:
        raise AlteredDataError(
            f"{_what(entry)} at {path} has {status.st_size} bytes with sha256 {got}, expected {entry.bytes} "
            f"bytes with sha256 {entry.sha256}: replace it by the file of the data package."
        )


def fetch(name: str, settings: DataSettings | None = None) -> Path:
    """Download a file from its pinned upstream into the user cache, unless the cache has it, and verify it.

    This is the only place of the product that opens a network connection for reference data. Nothing is left
    in the cache when the download fails or brings other bytes.

    Raises
    ------
    MissingDataError
        When upstream does not hold these bytes (a derived file, or one whose hold-out was removed), or the
        download fails.
    AlteredDataError
        When the download succeeds but brings other bytes.
    """
    settings = settings or DataSettings()
    entry = data_file(name)
    target = settings.cache / entry.name
    if target.is_file():
        verify(entry, target)
        return target
    if not entry.downloadable:
        raise MissingDataError(f"{_what(entry)} cannot be downloaded: {_remedy(entry)}")
    url = entry.upstream_url(str(settings.download_base))
    pooch.get_logger().setLevel(logging.WARNING)
    try:
        pooch.retrieve(
            url,
            known_hash=f"sha256:{entry.sha256}",
            path=target.parent,
            fname=target.name,
            downloader=partial(_download, entry.bytes, settings.download_timeout_s),
        )
    except requests.RequestException as error:
        raise MissingDataError(
            f"{_what(entry)} could not be downloaded from {url} ({error}): try again with a "
            f"connection, or put the data package at LEDGERPRINT_DATA."
        ) from error
    except OSError as error:
        raise MissingDataError(
            f"{_what(entry)} could not be kept in {settings.cache} ({error}): make that folder "
            f"writable, or set LEDGERPRINT_CACHE to another."
        ) from error
    except ValueError as error:  # what pooch raises for other bytes, after it has deleted them
        raise AlteredDataError(
            f"{_what(entry)} at {url} has other bytes than the expected {entry.bytes} with sha256 "
            f"{entry.sha256}: try again, or put the data package at LEDGERPRINT_DATA."
        ) from error
    verify(entry, target)
    return target


def _download(expected_bytes: int, timeout_s: float, url: str, path: str, _: object) -> None:
    """Write what an address serves to `path`, for pooch; read on no further than a byte too many."""
    with requests.get(url, timeout=timeout_s, stream=True) as response, Path(path).open("wb") as target:
        response.raise_for_status()
        written = 0
        for chunk in response.iter_content(_CHUNK_BYTES):
            written += target.write(chunk)
            if written > expected_bytes:
                break


@lru_cache(maxsize=1024)
def _sha256(path: Path, mtime_ns: int, size: int) -> str:  # noqa: ARG001  # time and size are part of the key
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _folders(settings: DataSettings) -> list[Path]:
    first = [] if settings.data is None else [settings.data]
    return [*first, BESIDE_CHECKOUT, settings.cache]


def _places(settings: DataSettings) -> str:
    return ", ".join(str(folder) for folder in _folders(settings)) + " and not found"


def _what(entry: DataFile) -> str:
    return f"{entry.name} ({entry.source.title}, {entry.source.publisher})"


def _remedy(entry: DataFile) -> str:
    if entry.downloadable:
        return (
            f"put the data package at LEDGERPRINT_DATA, run `ledgerprint data fetch {entry.name}`, or set "
            f"LEDGERPRINT_DOWNLOAD=1."
        )
    why = "its hold-out was removed, upstream still has it" if entry.holdout_removed else "it is derived"
    return f"{why} ({entry.how}), so put the data package that holds it at LEDGERPRINT_DATA."
