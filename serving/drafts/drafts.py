"""The draft: a ledger that was dropped and is no job yet; kept for a day, for its tenant alone."""

import hashlib
import json
import re
import secrets
import time
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final, Self

from serving.documents.ledger import LedgerReading
from serving.documents.readers import require_readable
from serving.drafts.archive_excerpt import take_excerpt
from serving.drafts.errors import UnknownDraftError
from serving.drafts.excerpt import Excerpt, read_excerpt, write_excerpt
from serving.jobs.files import JobFiles, explained
from serving.jobs.settings import JobSettings
from serving.store import Actor

KEPT_HOURS: Final = 24
_FOLDER: Final = ".drafts"
"""Within the folder of the jobs; no tenant's name begins with a point."""
_ID: Final = re.compile(r"[0-9a-f]{24}")
_BLOCK_BYTES: Final = 1 << 20


@dataclass(frozen=True)
class Draft:
    """A ledger that was dropped.

    Parameters
    ----------
    files
        Where it lies.
    name
        Of its file, cleaned.
    sha256, size
        Of its content; bytes.
    """

    files: JobFiles
    name: str
    sha256: str
    size: int

    @property
    def id(self) -> str:
        """Its id, which its job will have."""
        return self.files.job_id

    @property
    def path(self) -> Path:
        """Where the ledger itself lies."""
        return self.files.ledger(self.name)

    def excerpt(self) -> Excerpt:
        """Give its first rows.

        Raises
        ------
        UnknownDraftError
            If it was removed, or became a job, meanwhile.
        """
        try:
            return read_excerpt(self.files.folder)
        except FileNotFoundError as error:
            raise _gone(self.id) from error

    def remove(self) -> None:
        """Remove all of it."""
        self.files.remove()

    @classmethod
    def keep(cls, settings: JobSettings, actor: Actor, ledger: BinaryIO, name: str) -> Self:
        """Keep a ledger and its first rows; of one that cannot be read nothing is left behind.

        Parameters
        ----------
        settings
            Of jobs: drafts lie in their folder.
        actor
            Whose it is.
        ledger, name
            The file.

        Raises
        ------
        ScopeError
            If the actor may not estimate.
        UnreadableDocumentError
            If no reader takes it: it is empty, encrypted, damaged, hostile, too large or of another kind.
        JobFilesError
            If there is no room for it.
        """
        actor.require("estimate")
        files = JobFiles(settings.folder / _FOLDER, actor.tenant, secrets.token_hex(12))
        path = files.ledger(name)
        try:
            sha256 = _copied(ledger, path)
            require_readable(path)
            draft = cls(files=files, name=path.name, sha256=sha256, size=path.stat().st_size)
            excerpt = take_excerpt(path)
            LedgerReading(path).chosen(excerpt.tables)  # refuses what has no row below a header
            with explained(path):
                write_excerpt(excerpt, files.folder)
                facts = {"name": draft.name, "sha256": draft.sha256, "size": draft.size}
                _facts(files).write_text(json.dumps(facts), encoding="utf-8")
        except BaseException:
            files.remove()
            raise
        return draft

    @classmethod
    def find(cls, settings: JobSettings, actor: Actor, draft_id: str) -> Self:
        """Find a draft of the actor's tenant.

        Raises
        ------
        UnknownDraftError
            If there is none, or not any more.
        """
        files = JobFiles(settings.folder / _FOLDER, actor.tenant, draft_id)
        if not _ID.fullmatch(draft_id) or not _facts(files).is_file() or _is_over(files.folder):
            raise _gone(draft_id)
        return cls(files=files, **json.loads(_facts(files).read_text(encoding="utf-8")))


def remove_old_drafts(settings: JobSettings) -> None:
    """Remove what was dropped and became no job within a day."""
    for folder in (settings.folder / _FOLDER).glob("*/*"):
        if _is_over(folder):
            JobFiles(settings.folder / _FOLDER, folder.parent.name, folder.name).remove()


def _gone(draft_id: str) -> UnknownDraftError:
    return UnknownDraftError(
        f"Got the upload {draft_id[:60]!r}, expected one of the last {KEPT_HOURS} hours that was not "
        "discarded: drop the file again."
    )


def _copied(ledger: BinaryIO, path: Path) -> str:
    """Write a file piece by piece and give its digest."""
    digest = hashlib.sha256()
    with explained(path):
        path.parent.mkdir(parents=True)
        with path.open("wb") as file:
            while block := ledger.read(_BLOCK_BYTES):
                digest.update(block)
                file.write(block)
    return digest.hexdigest()


def _facts(files: JobFiles) -> Path:
    return files.folder / "draft.json"


def _is_over(folder: Path) -> bool:
    try:
        return time.time() - folder.stat().st_mtime > KEPT_HOURS * 3600
    except OSError:
        return False  # removed meanwhile
