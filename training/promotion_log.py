"""The promotion log: who made which model champion, when and why; written once, never rewritten.

Each entry carries the digest of the one before it, and the registry knows the digest of the last one: an
entry that was altered, taken out or cut off shows.
"""

import fcntl
import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from data.errors import LedgerprintError

NO_ENTRY: Final = "0" * 64
"""Digest that the first entry carries for the one before it."""
LOG_FILE: Final = "promotions.jsonl"
_SQLITE: Final = "sqlite:///"


class PromotionLogError(LedgerprintError):
    """A promotion log that was altered, is in use, or has no place."""


class ModelName(BaseModel):
    """A registered model in the log: number in the registry, digest of the bundle, training run."""

    model_config = ConfigDict(frozen=True)

    number: str
    bundle_version: str
    run_id: str


class FailedCheck(BaseModel):
    """A check of the gate that a model failed."""

    model_config = ConfigDict(frozen=True)

    check: str
    got: str
    expected: str


class PromotionEntry(BaseModel):
    """One line of the log.

    Attributes
    ----------
    number
        From 1.
    at
        UTC.
    action
        What was done or, for a refusal, what was asked for.
    by, reason
        Who did it, and why.
    from_model, to_model
        Champion before; champion after or, for a refusal, the candidate.
    evaluation_run_id
        Run whose scorecard was judged; "" for a rollback.
    compared_with
        Version of the bundle it was compared with; "" for none.
    forced
        Whether failed checks were overridden.
    failed
        Checks that refused the model, or that were overridden.
    installed
        Folder that the bundle was written to, "" for none.
    notice
        Anything odd that was found, such as an alias that was moved without the log.
    previous, sha256
        Digest of the entry before, and of this one without this field.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    number: int
    at: datetime
    action: Literal["promotion", "rollback", "refusal"]
    by: str
    reason: str
    from_model: ModelName | None
    to_model: ModelName | None
    evaluation_run_id: str = ""
    compared_with: str = ""
    forced: bool = False
    failed: tuple[FailedCheck, ...] = ()
    installed: str = ""
    notice: str = ""
    previous: str = ""
    sha256: str = Field(default="", description="of the other fields as canonical JSON")

    def digest(self) -> str:
        """SHA-256 over every other field."""
        content = self.model_dump(mode="json", exclude={"sha256"})
        return hashlib.sha256(_canonical(content).encode()).hexdigest()


class PromotionLog:
    """A promotion log as a file of JSON lines.

    Parameters
    ----------
    path
        Of the file; made when the first entry is written.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    @classmethod
    def of_store(cls, tracking_uri: str, path: Path | None = None) -> "PromotionLog":
        """Find the log of a tracking store: the path given, else ``promotions.jsonl`` beside its SQLite file.

        Raises
        ------
        PromotionLogError
            If the store is a server and no path is given.
        """
        if path is None and not tracking_uri.startswith(_SQLITE):
            raise PromotionLogError(
                f"Got no place for the promotion log of {tracking_uri}, expected a file: name it with --log."
            )
        beside = Path(tracking_uri.removeprefix(_SQLITE)).resolve().parent / LOG_FILE
        return cls(path or beside)

    def entries(self, last_known: str = "") -> list[PromotionEntry]:
        """Read and check the log.

        Parameters
        ----------
        last_known
            Digest of an entry that must be there, as another place remembers it; "" for none.

        Raises
        ------
        PromotionLogError
            If an entry was altered, taken out or cut off.
        """
        lines = self.path.read_text("utf-8").splitlines() if self.path.is_file() else []
        entries: list[PromotionEntry] = []
        for number, line in enumerate(lines, start=1):
            entry = self._entry(number, line)
            previous = entries[-1].sha256 if entries else NO_ENTRY
            if (entry.number, entry.previous, entry.sha256) != (number, previous, entry.digest()):
                raise self._altered(
                    f"line {number} (entry {entry.number}) with SHA-256 {entry.digest()[:12]}… after "
                    f"{entry.previous[:12]}…",
                    f"entry {number} with {entry.sha256[:12]}… after {previous[:12]}…",
                )
            entries.append(entry)
        if last_known and last_known not in {entry.sha256 for entry in entries}:
            raise self._altered(
                f"{len(entries)} entries",
                f"one with SHA-256 {last_known[:12]}…, which the registry remembers",
            )
        return entries

    def append(self, entry: PromotionEntry, last_known: str = "") -> PromotionEntry:
        """Add an entry; its number, time and digests are filled in here.

        Raises
        ------
        PromotionLogError
            If what is there was altered.
        """
        before = self.entries(last_known)
        entry = entry.model_copy(
            update={"number": len(before) + 1, "previous": before[-1].sha256 if before else NO_ENTRY}
        )
        entry = entry.model_copy(update={"sha256": entry.digest()})
        with self.path.open("a", encoding="utf-8") as file:
            file.write(_canonical(entry.model_dump(mode="json")) + "\n")
        return entry

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Keep others from promoting meanwhile.

        Raises
        ------
        PromotionLogError
            If another promotion is under way.
        """
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with self.path.with_suffix(".lock").open("w") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                raise PromotionLogError(
                    f"Got {self.path} in use by another promotion, expected it free: try again after that."
                ) from error
            yield

    def _entry(self, number: int, line: str) -> PromotionEntry:
        try:
            return PromotionEntry.model_validate_json(line)
        except ValidationError as error:
            raise self._altered(f"line {number}: {line[:60]!r}", "an entry") from error

    def _altered(self, got: str, expected: str) -> PromotionLogError:
        return PromotionLogError(
            f"The promotion log {self.path} was altered: got {got}, expected {expected}: put the file back "
            "from a copy; it is never edited."
        )


def champions(entries: list[PromotionEntry]) -> list[ModelName]:
    """List the champions that stand behind one another, the present one last: a rollback takes one away."""
    stack: list[ModelName] = []
    for entry in entries:
        if entry.action == "promotion" and entry.to_model:
            stack.append(entry.to_model)
        elif entry.action == "rollback":
            stack.pop()
    return stack


def new_entry(
    action: Literal["promotion", "rollback", "refusal"],
    by: str,
    reason: str,
    from_model: ModelName | None,
    to_model: ModelName | None,
) -> PromotionEntry:
    """Begin an entry, at this moment; the log numbers and signs it."""
    return PromotionEntry(
        number=0,
        at=datetime.now(UTC),
        action=action,
        by=by,
        reason=reason,
        from_model=from_model,
        to_model=to_model,
    )


def _canonical(content: object) -> str:
    return json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
