"""The ledgers of an archive: every file understood by itself, in order, and none of them missed."""

import hashlib
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Final

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from data.errors import ColumnMappingError, UnreadableDocumentError
from serving.documents.archive_documents import ArchiveDocuments
from serving.documents.archives import Member, file_names, is_archive, is_package, members
from serving.documents.formats.registry import FORMATS
from serving.documents.formats.tables import FILE_COLUMN
from serving.documents.ledger import Ledger, LedgerReading, NoLedgerColumnsError, NoSuchSheetError
from serving.documents.ledgers_alike import LedgerDigest, LedgersAlike
from serving.documents.parts import LedgerParts, read_parts
from serving.documents.readers import document_kind

Begin = Callable[[Path], LedgerReading]
"""Begins to read a ledger with what the user says about it."""
_MAX_LEDGERS: Final = 1_000
_MAX_COLUMNS: Final = 2_000
_MAX_PACKED_BYTES: Final = 1 << 31
_CELL_BYTES: Final = 8
_FAULT_BYTES: Final = 1 << 26
"""What a workbook that turns out to be unreadable counts for: nobody knows what it held."""
_PACKED_KINDS: Final = frozenset({"workbook", "Parquet"})
_HEAD_BYTES: Final = 1 << 20


class ArchiveReading:
    """Reads an archive of ledgers, of documents, or of both.

    Parameters
    ----------
    path
        Of the archive.
    begin
        Begins to read each ledger in it.
    sheet
        Of the workbooks in it.
    part_rows, whole_bytes
        As of :func:`serving.documents.parts.read_parts`.

    Attributes
    ----------
    notes
        What a user should know about the archive as a whole, once all of it is read.
    """

    def __init__(
        self, path: Path, begin: Begin, sheet: str | int | None, part_rows: int, whole_bytes: int
    ) -> None:
        self.notes: list[str] = []
        self._path, self._begin, self._sheet = path, begin, sheet
        self._part_rows, self._whole_bytes = part_rows, whole_bytes
        self._documents = ArchiveDocuments(path.name)
        self._seen: dict[bytes, str] = {}
        self._alike = LedgersAlike()
        self._columns: set[str] = set()
        self._ledgers = self._packed = 0
        self._faults: list[str] = []
        self._only = len(file_names(path, path.name)) == 1

    def ledgers(self) -> Iterator[LedgerParts]:
        """Yield the ledgers in the order of their files; documents between two of them are one.

        A file that cannot be read is a row with a reason; one that is there twice counts once, and so does a
        ledger that is there in two formats; contracts
        of several OCDS files, read together, come last. All parts of a ledger must be read before the next.

        Raises
        ------
        UnreadableDocumentError
            When the archive cannot be unpacked, comes to more than a machine can be expected to hold, has no
            readable file, or a workbook in it lacks the sheet that was asked for.
        ColumnMappingError
            When a file lacks a column that the user names.
        """
        with tempfile.TemporaryDirectory(prefix="ledgerprint-") as folder:
            for member in members(self._path, self._path.name, Path(folder)):
                if (found := self._ledger(member)) is not None:
                    yield from self._documents_so_far()
                    self._count(found.first)
                    yield found
        self._documents.read_contracts()
        yield from self._documents_so_far(last=True)
        self.notes += self._documents.reasons() + self._alike.notes

    def _ledger(self, member: Member) -> LedgerParts | None:
        """Read a file, ``None`` where it is no ledger or cannot be read."""
        with member.path.open("rb") as file:
            head = file.read(_HEAD_BYTES)
        known = next((one for one in FORMATS if one.recognises(head)), None)
        if known is not None:
            fault = self._documents.read(member.name, member.path.read_bytes(), known)
            self._faults += [fault] if fault else []
        elif is_package(head) and is_archive(member.path):
            self._fault(member, "got an archive within the archive, which is not opened; unpack it.")
        elif not self._is_repeated(member):
            return self._readable(member, document_kind(head))
        return None

    def _readable(self, member: Member, kind: str) -> LedgerParts | None:
        self._charge(_unpacked_size(member.path) if kind in _PACKED_KINDS else 0)
        try:
            parts = self._parts(member, kind)
        except NoSuchSheetError as error:
            raise NoSuchSheetError(f"{self._path.name}/{member.name}: {error}") from error
        except (NoLedgerColumnsError, UnreadableDocumentError) as error:
            self._charge(_FAULT_BYTES if kind in _PACKED_KINDS else 0)
            self._fault(member, str(error))
            return None
        except ColumnMappingError as error:
            raise ColumnMappingError(
                f"{self._path.name}/{member.name}: {error} What is said about columns holds for every "
                "file of an archive: give this one by itself."
            ) from error
        self._charge(_CELL_BYTES * parts.first.source.size if kind in _PACKED_KINDS else 0)
        if self._only:
            return replace(parts, first=replace(parts.first, path=self._path))
        return self._of_several(member, parts)

    def _parts(self, member: Member, kind: str) -> LedgerParts:
        sheet = self._sheet if kind == "workbook" else None
        return read_parts(member.path, self._begin(member.path), sheet, self._part_rows, self._whole_bytes)

    def _of_several(self, member: Member, parts: LedgerParts) -> LedgerParts | None:
        """Say on every line which file it is from; ``None`` for a ledger that was there before."""
        digest = LedgerDigest(parts.first)
        if parts.is_whole and self._alike.is_repeated(member.name, digest, is_counted=False):
            return None
        source, lines = _of_file(member.name, parts.first.source, parts.first.lines)
        return replace(
            parts,
            first=replace(parts.first, path=self._path, file=member.name, source=source, lines=lines),
            following=self._following(member, parts, digest),
            numbered=f"{member.name}:",
        )

    def _following(
        self, member: Member, parts: LedgerParts, digest: LedgerDigest
    ) -> Iterator[tuple[pd.DataFrame, pd.DataFrame]]:
        """Yield the other parts; where one cannot be read, a row stands for the rest of the file."""
        try:
            for source, lines in parts.following:
                self._columns.update(map(str, source.columns))
                digest.add(source, lines)
                yield _of_file(member.name, source, lines)
            if not parts.is_whole:
                self._alike.is_repeated(member.name, digest, is_counted=True)
        except UnreadableDocumentError as error:
            self._fault(member, f"the rest of the file was left out: {error}")

    def _documents_so_far(self, *, last: bool = False) -> Iterator[LedgerParts]:
        """Yield the documents and unreadable files since the last ledger as one."""
        files = self._documents.files
        if last and not self._ledgers and len(files) == len(self._faults):
            raise UnreadableDocumentError(f"{self._path.name}: {self._nothing()}")
        table = self._documents.take()
        if table is None:
            return
        reading = self._begin(self._path)
        others = {1: "", 2: " and 1 other"}.get(len(files), f" and {len(files) - 1} others")
        first = replace(reading.first([table]), file="" if self._only else f"{files[0]}{others}")
        self._count(first)
        yield LedgerParts(first, iter(()), reading)

    def _nothing(self) -> str:
        if self._faults:
            return (
                "got an archive in which no file can be read, expected ledgers, invoices or orders; the "
                f"first says: {self._faults[0]}"
            )
        reasons = self._documents.reasons()
        return reasons[0] if reasons else "got an archive without a file, expected some; check the export."

    def _is_repeated(self, member: Member) -> bool:
        with member.path.open("rb") as file:
            first = self._seen.setdefault(hashlib.file_digest(file, "sha256").digest(), member.name)
        if first != member.name:
            self.notes.append(f"{member.name}: the same file as {first}, counted once.")
        return first != member.name

    def _fault(self, member: Member, said: str) -> None:
        """Let a row stand for a file."""
        sentence = f"{member.name}: {said.removeprefix(f'{member.path.name}: ')}"
        self._documents.add_unreadable(member.name, sentence)
        self._faults.append(sentence)

    def _charge(self, size: int) -> None:
        """Count what small files hold within, so that many of them are no bomb."""
        self._packed += size
        if self._packed > _MAX_PACKED_BYTES:
            raise self._beyond(f"{_MAX_PACKED_BYTES >> 30} GiB in workbooks")

    def _count(self, first: Ledger) -> None:
        self._ledgers += 1
        self._columns.update(map(str, first.source.columns))
        if self._ledgers > _MAX_LEDGERS:
            raise self._beyond(f"{_MAX_LEDGERS:,} ledgers")
        if len(self._columns) > _MAX_COLUMNS:
            raise self._beyond(f"{_MAX_COLUMNS:,} different columns")

    def _beyond(self, limit: str) -> UnreadableDocumentError:
        return UnreadableDocumentError(
            f"{self._path.name}: got an archive of more than {limit}, expected less; split it."
        )


def _of_file(file: str, source: pd.DataFrame, lines: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Say on every line which file it is from; a column of the file's own of that name gives way."""
    free = FILE_COLUMN
    while free in source.columns:
        free += "_"
    renamed = source.rename(columns={FILE_COLUMN: free})
    renamed.insert(0, FILE_COLUMN, file)
    return renamed, lines.assign(line_id=f"{file}:" + lines["line_id"])


def _unpacked_size(path: Path) -> int:
    """Return what a workbook or Parquet file says that it unpacks to, in bytes; 0 where it is damaged."""
    try:
        if zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as package:
                return sum(one.file_size for one in package.infolist())
        about = pq.read_metadata(path)
        groups = (int(about.row_group(number).total_byte_size) for number in range(about.num_row_groups))
        return sum(groups) + _CELL_BYTES * int(about.num_rows) * int(about.num_columns)
    except (zipfile.BadZipFile, pa.ArrowException, OSError, ValueError, NotImplementedError):
        return 0  # the reader says what is wrong with it
