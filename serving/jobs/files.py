"""The files of a job: its ledger, its batches under their numbers, its result; each appears whole or not."""

import hashlib
import os
import re
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

import pandas as pd
from pydantic import BaseModel

from serving.jobs.errors import JobFilesError, JobResultError

_STRANGE: Final = re.compile(r"[^\w. ()-]+")
_NAME_CHARACTERS: Final = 100


class ReadFile(BaseModel):
    """What the reading of one ledger found out; an archive has several.

    Attributes
    ----------
    batch_lines
        Lines of each batch.
    numbered
        Whether the lines are numbered, because the ledger's own identifiers are none.
    prefix
        What the identifiers of numbered lines begin with.
    amounts_include_vat
        Whether amounts include value added tax.
    """

    batch_lines: list[int]
    numbered: bool
    prefix: str
    amounts_include_vat: bool


class ReadLedger(BaseModel):
    """What the reading of the file of a job found out.

    Attributes
    ----------
    columns
        Its own, in order.
    files
        The ledgers in it; more than one of an archive.
    notes
        What a person should know about the reading.
    """

    columns: list[str]
    files: list[ReadFile]
    notes: list[str]

    @property
    def batch_lines(self) -> list[int]:
        """Lines of each batch."""
        return [lines for file in self.files for lines in file.batch_lines]

    @property
    def lines(self) -> int:
        """Lines of all ledgers."""
        return sum(self.batch_lines)

    def file_of(self, batch: int) -> tuple[ReadFile, int]:
        """Return the ledger of a batch, from 1, and how many of its lines are in batches before."""
        for file in self.files:
            if batch <= len(file.batch_lines):
                return file, sum(file.batch_lines[: batch - 1])
            batch -= len(file.batch_lines)
        raise JobResultError(f"Got no batch {batch} of the ledger: report this fault.")


@dataclass(frozen=True)
class JobFiles:
    """The folder of one job.

    Parameters
    ----------
    root
        Of all jobs.
    tenant, job_id
        Whose, and which.
    """

    root: Path
    tenant: str
    job_id: str

    @property
    def folder(self) -> Path:
        """Where all of them lie."""
        return self.root / self.tenant / self.job_id

    def ledger(self, name: str) -> Path:
        """Where the ledger lies; what is strange in its name is left out."""
        plain = _STRANGE.sub("_", Path(name.replace("\\", "/")).name)[-_NAME_CHARACTERS:].lstrip(". ")
        return self.folder / "ledger" / (plain or "ledger")

    def write(self, kind: str, number: int, frame: pd.DataFrame) -> str:
        """Write a frame of a batch in place of any that is there, and give the file's SHA-256."""
        path = self._batch(kind, number)
        write_whole(path, lambda file: frame.to_parquet(file, index=False, compression="zstd"))
        return _sha256(path)

    def read(
        self, kind: str, number: int, sha256: str = "", columns: Sequence[str] | None = None
    ) -> pd.DataFrame:
        """Read a frame of a batch, or some columns of it.

        Raises
        ------
        JobResultError
            If it is not there, or not that of the digest.
        """
        path = self._batch(kind, number)
        if not path.is_file() or (sha256 and _sha256(path) != sha256):
            raise JobResultError(
                f"Got no file {path.name} of the job {self.job_id} as it was written, expected all of "
                "its files: hand the ledger in again; what was recorded is in the audit store."
            )
        return pd.read_parquet(path, columns=None if columns is None else list(columns))

    def write_read_ledger(self, found: ReadLedger) -> None:
        """Keep what was found out; that it is there says that all batches are."""
        write_whole(self.folder / "ledger.json", lambda file: file.write(found.model_dump_json().encode()))

    def read_ledger(self) -> ReadLedger | None:
        """Read what was found out, ``None`` before it is."""
        path = self.folder / "ledger.json"
        return ReadLedger.model_validate_json(path.read_bytes()) if path.is_file() else None

    def result(self, kind: str) -> Path:
        """Where the result lies; its name ends in its format."""
        return self.folder / f"result.{kind}"

    def remove(self) -> None:
        """Remove all of them."""
        shutil.rmtree(self.folder, ignore_errors=True)

    def _batch(self, kind: str, number: int) -> Path:
        return self.folder / kind / f"{self.job_id}-{number:06}.parquet"


def require_folder(folder: Path) -> None:
    """Make the folder of all jobs, unless it is there.

    Raises
    ------
    JobFilesError
        If nothing can be written to it.
    """
    lock = folder / "engine.lock"
    with explained(lock):
        folder.mkdir(parents=True, exist_ok=True)
        lock.touch()


@contextmanager
def explained(path: Path) -> Iterator[None]:
    """Say what to do where a file cannot be written.

    Raises
    ------
    JobFilesError
        If it cannot.
    """
    try:
        yield
    except OSError as error:
        raise JobFilesError(
            f"Cannot write {path} ({error.strerror or error}): make room, or set LEDGERPRINT_JOBS_FOLDER to "
            "another folder."
        ) from error


def write_whole(path: Path, write: Callable[[BinaryIO], object]) -> None:
    """Write a file beside its place and put it there once the disk has all of it.

    Raises
    ------
    JobFilesError
        If it cannot be written.
    """
    scratch = path.with_name(f".{path.name}")
    with explained(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        with scratch.open("wb") as file:
            write(file)
            file.flush()
            os.fsync(file.fileno())
        scratch.replace(path)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
