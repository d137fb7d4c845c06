"""What is in a file: its ledger, or all the ledgers and documents of an archive."""

import os
import sys
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Final

from data.errors import UnreadableDocumentError
from serving.documents.archive_ledgers import ArchiveReading, Begin
from serving.documents.archives import is_archive
from serving.documents.ledger import Ledger, LedgerReading
from serving.documents.parts import PART_ROWS, WHOLE_BYTES, LedgerParts, read_parts

_MAX_CELLS: Final = 50_000_000


class Contents:
    """The ledgers of a file, each read in parts.

    Parameters
    ----------
    path
        Of the file.
    begin
        Begins to read each ledger with what the user says about it.
    sheet
        Of workbooks.
    part_rows, whole_bytes
        As of :func:`serving.documents.parts.read_parts`.

    Raises
    ------
    UnreadableDocumentError
        When it is a damaged archive.
    """

    def __init__(
        self,
        path: Path,
        begin: Begin,
        sheet: str | int | None = None,
        part_rows: int = PART_ROWS,
        whole_bytes: int = WHOLE_BYTES,
    ) -> None:
        self._archive = (
            ArchiveReading(path, begin, sheet, part_rows, whole_bytes) if is_archive(path) else None
        )
        self._one = partial(read_parts, path, sheet=sheet, part_rows=part_rows, whole_bytes=whole_bytes)
        self._reading = partial(begin, path)

    def ledgers(self) -> Iterator[LedgerParts]:
        """Yield the ledgers in order; all parts of one must be read before the next is asked for.

        Raises
        ------
        LedgerprintError
            As :func:`serving.documents.read_ledger`, and as :class:`ArchiveReading` for archives.
        """
        if self._archive is None:
            yield self._one(self._reading())
        else:
            yield from self._archive.ledgers()

    @property
    def notes(self) -> list[str]:
        """What a user should know about an archive as a whole, once all of it is read."""
        return self._archive.notes if self._archive else []


def ledgers_in(
    path: str | os.PathLike[str],
    *,
    mapping: Mapping[str, str] | None = None,
    country: str | None = None,
    currency: str | None = None,
    date: str | None = None,
    sheet: str | int | None = None,
) -> list[Ledger]:
    """Read a ledger, or every ledger and document of an archive.

    Parameters
    ----------
    path
        Of any file that :func:`serving.documents.read_ledger` takes, or a ZIP archive of several.
    mapping, country, currency, date, sheet
        As of :func:`serving.documents.read_ledger`; for every file of an archive.

    Returns
    -------
    list of Ledger
        One, or those of an archive in the order of its files. Files that cannot be read are rows with the
        issue ``document_unreadable``.

    Raises
    ------
    UnreadableDocumentError, ColumnMappingError, UnknownCurrencyError
        As :func:`serving.documents.read_ledger`; of an archive also when it comes to more than a machine can
        be expected to hold, or a file in it lacks a column that ``mapping`` names.
    """
    begin = partial(LedgerReading, mapping=mapping, country=country, currency=currency, date=date)
    contents = Contents(Path(path), begin, sheet, whole_bytes=sys.maxsize)
    found: list[Ledger] = []
    rows, columns = 0, set[str]()
    for parts in contents.ledgers():
        found.append(parts.first)
        rows, columns = rows + len(parts.first.source), columns | set(parts.first.source.columns)
        if len(found) > 1 and rows * len(columns) > _MAX_CELLS:
            raise UnreadableDocumentError(
                f"{Path(path).name}: got an archive of ledgers that come to more than {_MAX_CELLS:,} cells, "
                "expected less; split it, or hand it in as a job (`ledgerprint jobs`)."
            )
    return [replace(found[0], archive_notes=tuple(contents.notes)), *found[1:]]
