"""The structured documents of an archive: one table of those below one another, each counted once."""

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from data.errors import UnreadableDocumentError
from serving.documents.formats.document import Document, DocumentFormat, DocumentLine
from serving.documents.formats.ocds import OcdsFormat, joined_contracts
from serving.documents.formats.tables import table_of
from serving.documents.table import Table

UNREADABLE: Final = "document_unreadable"
"""Issue of the row that stands for a file which cannot be read, so that it is missed by nobody."""


class ArchiveDocuments:
    """Documents of an archive as they come up; :meth:`take` gives those since it was last asked.

    Parameters
    ----------
    name
        Of the archive, for the message of an error.
    """

    def __init__(self, name: str) -> None:
        self._name = name
        self._seen: dict[tuple[str, str, str], str] = {}
        self._read: list[tuple[str, Document]] = []
        self._processes: list[tuple[str, bytes]] = []

    @property
    def files(self) -> list[str]:
        """Files that :meth:`take` would give lines of."""
        return list(dict.fromkeys(file for file, document in self._read if document.lines))

    def read(self, file: str, content: bytes, document_format: DocumentFormat) -> str:
        """Read a file; one that cannot be read is a row with a reason, which is returned."""
        try:
            documents = document_format.read(content, file)
        except UnreadableDocumentError as error:
            self.add_unreadable(file, str(error))
            return str(error)
        if isinstance(document_format, OcdsFormat):
            self._processes.append((file, content))
        else:
            self._read += [(file, self._once(file, document)) for document in documents]
        return ""

    def add_unreadable(self, file: str, sentence: str) -> None:
        """Let a row stand for a file that cannot be read."""
        line = DocumentLine(number=file, description="", issue=UNREADABLE, issue_detail=sentence)
        self._read.append((file, Document(kind="unreadable file", identifier="", lines=(line,))))

    def read_contracts(self) -> None:
        """Read all files of OCDS as one, so that a contract that several of them tell of counts once."""
        if not self._processes:
            return
        content = joined_contracts(self._processes)
        count = len(self._processes)
        label = self._processes[0][0] if count == 1 else f"{count} OCDS files"
        self._processes = []
        self._read += [(label, self._once(label, document)) for document in OcdsFormat().read(content, label)]

    def take(self) -> Table | None:
        """Put what was read into one table; ``None`` where there is no line in it."""
        if not self.files:
            return None
        documents, self._read = self._read, []
        return table_of(documents, self._name, with_files=True)

    def reasons(self) -> list[str]:
        """Say why documents that are left have no line."""
        return list(dict.fromkeys(document.reason for _, document in self._read if document.reason))

    def _once(self, file: str, document: Document) -> Document:
        """Leave out what is there twice, such as an invoice as XML and the PDF that carries the same XML."""
        if not document.lines:
            return document
        key = (document.kind, document.identifier, _digest(document.lines))
        if key not in self._seen:
            self._seen[key] = file
            return document
        reason = f"{file}: the same {document.kind} as {self._seen[key]}, counted once."
        return replace(document, lines=(), stated_total=None, notes=(), reason=reason)


def _digest(lines: Sequence[DocumentLine]) -> str:
    return hashlib.sha256(repr(lines).encode("utf-8", "surrogatepass")).hexdigest()
