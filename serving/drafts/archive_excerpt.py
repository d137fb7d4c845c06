"""The excerpt of an archive: its first files, each looked at by itself."""

import hashlib
import tempfile
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path
from typing import Final

from data.errors import UnreadableDocumentError
from serving.documents.archives import Member, file_names, is_archive, members
from serving.documents.formats.document import NoPurchaseLinesError
from serving.documents.ledger import LedgerReading
from serving.documents.readers import require_readable
from serving.drafts.excerpt import SEVERAL, Excerpt, excerpt_of

_FILES: Final = 20
_ROWS: Final = 200
"""Of a file among several."""


def take_excerpt(path: Path) -> Excerpt:
    """Read the beginning of a document, or of the first files of an archive.

    An archive with one file that can be read is that file: its columns can be said as if it had come alone.

    Parameters
    ----------
    path
        Of a file of any kind that ledgers are read from.

    Raises
    ------
    UnreadableDocumentError
        If it cannot be read, or no file of the archive can.
    """
    if not is_archive(path):
        return excerpt_of(path)
    count = len(file_names(path, path.name))
    looked = _Looked()
    with tempfile.TemporaryDirectory(prefix="ledgerprint-") as folder:
        for member in islice(members(path, path.name, Path(folder)), _FILES):
            looked.at(member)
    if not looked.found:
        said = (looked.unread + looked.notes or ["there is none."])[0]
        raise UnreadableDocumentError(
            f"{path.name}: got an archive in which no file can be read, expected ledgers, invoices or "
            f"orders; the first says: {said}"
        )
    if len(looked.found) == 1 and count <= _FILES:
        (only,) = looked.found.values()
        return replace(only, files=count, unread=looked.unread, notes=looked.notes)
    return looked.together(count)


@dataclass
class _Looked:
    """What was seen of the files so far: by name, and what is wrong with the others."""

    found: dict[str, Excerpt] = field(default_factory=dict)
    unread: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    _seen: dict[bytes, str] = field(default_factory=dict)

    def at(self, member: Member) -> None:
        """Look at the next file; one that is there twice is looked at once, as it is counted once."""
        with member.path.open("rb") as file:
            first = self._seen.setdefault(hashlib.file_digest(file, "sha256").digest(), member.name)
        if first != member.name:
            self.notes.append(f"{member.name}: the same file as {first}, counted once.")
            return
        try:
            self.found[member.name] = _of_member(member.path)
        except NoPurchaseLinesError as error:
            self.notes.append(_sentence(member, error))
        except UnreadableDocumentError as error:
            self.unread.append(_sentence(member, error))
        if len(self.found) > 1:
            self.found = {name: _shortened(name, one) for name, one in self.found.items()}

    def together(self, count: int) -> Excerpt:
        """Put the files together: each is a table."""
        files = list(self.found.values())
        is_counted = all(one.is_counted for one in files)
        return Excerpt(
            SEVERAL,
            [one.tables[0] for one in files],
            [one.rows[0] for one in files] if is_counted else [],
            count,
            self.unread,
            self.notes,
        )


def _of_member(path: Path) -> Excerpt:
    if is_archive(path):
        raise UnreadableDocumentError("got an archive within the archive, which is not opened; unpack it.")
    require_readable(path)
    found = excerpt_of(path)
    LedgerReading(path).chosen(found.tables)  # refuses what has no row below a header
    return found


def _shortened(name: str, file: Excerpt) -> Excerpt:
    """Keep the table of a file that is most like a ledger, and of that the first rows."""
    chosen = LedgerReading(Path(name)).chosen(file.tables).table
    at = next(place for place, table in enumerate(file.tables) if table is chosen)
    rows = chosen.rows[:_ROWS]
    issues = {row: issue for row, issue in chosen.issues.items() if row < len(rows)}
    return replace(
        file, tables=[replace(chosen, name=name, rows=rows, issues=issues)], rows=file.rows[at : at + 1]
    )


def _sentence(member: Member, error: Exception) -> str:
    return f"{member.name}: {str(error).removeprefix(f'{member.path.name}: ')}"
