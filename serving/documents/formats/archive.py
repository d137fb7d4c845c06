"""ZIP archives of documents: all of them become one ledger, in which every line says its file."""

import codecs
import io
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from data.errors import UnreadableDocumentError
from serving.documents.formats.document import Document, DocumentFormat, DocumentLine
from serving.documents.formats.ocds import OcdsFormat
from serving.documents.formats.registry import FORMATS
from serving.documents.formats.tables import table_of
from serving.documents.table import Table

_MAGIC: Final = b"PK\x03\x04"
_MAX_MEMBERS: Final = 20_000
_MAX_BYTES: Final = 1 << 29
_CHUNK: Final = 1 << 20
_ENCRYPTED: Final = 0x1


@dataclass(frozen=True)
class _Member:
    """A file of an archive, unpacked."""

    name: str
    content: bytes

    @property
    def format(self) -> DocumentFormat | None:
        return next((one for one in FORMATS if one.recognises(self.content)), None)


def is_archive(content: bytes) -> bool:
    """Tell by the mark of every ZIP archive with something in it."""
    return content.startswith(_MAGIC)


def read_archive(content: bytes, name: str, read_other: Callable[[bytes, str], list[Table]]) -> list[Table]:
    """Read all structured documents of an archive, or the one ledger that is all there is in it.

    A file that cannot be read is a row with a reason, so that it is missed by nobody. An archive within the
    archive is not opened.

    Parameters
    ----------
    content
        The whole archive.
    name
        Its name, for the message of an error.
    read_other
        Reads the only file of an archive where it is no structured document.

    Raises
    ------
    UnreadableDocumentError
        When it is damaged, encrypted, or unpacks to more than 512 MiB or 20,000 files.
    """
    documents: list[tuple[str, Document]] = []
    others: list[_Member] = []
    processes: list[_Member] = []
    for member in _members(content, name):
        if (found := member.format) is None:
            others.append(member)
            continue
        try:
            read = found.read(member.content, member.name)
            if isinstance(found, OcdsFormat):
                processes.append(member)
            else:
                documents += [(member.name, document) for document in read]
        except UnreadableDocumentError as error:
            documents.append((member.name, _unreadable(member.name, str(error))))
    documents += _together(processes)
    if not documents and len(others) == 1 and not is_archive(others[0].content):
        return read_other(others[0].content, f"{name}/{others[0].name}")
    if not documents:
        raise UnreadableDocumentError(
            f"{name}: got a ZIP archive without invoices or orders in it, expected documents or one ledger; "
            "unpack it, and give the ledgers one by one."
        )
    documents += [(one.name, _unreadable(one.name, f"{one.name}: {_UNKNOWN}")) for one in others]
    return [table_of(_once(documents), name, with_files=True)]


def _together(processes: Sequence[_Member]) -> list[tuple[str, Document]]:
    """Read files of OCDS as one, so that a contract that several of them tell of counts once."""
    content = b"\n".join(one.content.removeprefix(codecs.BOM_UTF8) for one in processes)
    label = processes[0].name if len(processes) == 1 else f"{len(processes)} OCDS files"
    return [(label, document) for document in OcdsFormat().read(content, label)] if processes else []


def _once(documents: Sequence[tuple[str, Document]]) -> list[tuple[str, Document]]:
    """Leave out what is there twice, such as an invoice as XML and the PDF that carries the same XML."""
    seen: dict[tuple[str, str, str], str] = {}
    out = []
    for file, document in documents:
        key = (document.kind, document.identifier, repr(document.lines))
        if not document.lines or key not in seen:
            seen[key] = file
            out.append((file, document))
            continue
        said = f"{file}: the same {document.kind} as {seen[key]}, counted once."
        out.append((file, replace(document, lines=(), stated_total=None, notes=(), reason=said)))
    return out


_UNKNOWN: Final = (
    "got a file of no known format of documents, expected an invoice or order; look whether it is."
)


def _unreadable(file: str, sentence: str) -> Document:
    line = DocumentLine(number=file, description="", issue="document_unreadable", issue_detail=sentence)
    return Document(kind="unreadable file", identifier="", lines=(line,))


def _members(content: bytes, name: str) -> Iterator[_Member]:
    left = _MAX_BYTES
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as package:
            files = [one for one in package.infolist() if not one.is_dir() and not _is_litter(one.filename)]
            if len(files) > _MAX_MEMBERS:
                raise _too_large(name)
            for file in files:
                if file.flag_bits & _ENCRYPTED:
                    raise UnreadableDocumentError(
                        f"{name}: got an encrypted archive, expected one without a password; pack it again."
                    )
                unpacked = _unpacked(package, file, left, name)
                left -= len(unpacked)
                yield _Member(file.filename, unpacked)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, ValueError, OSError) as error:
        raise UnreadableDocumentError(
            f"{name}: got a damaged archive ({error}), expected a whole ZIP; download it again."
        ) from error


def _unpacked(package: zipfile.ZipFile, file: zipfile.ZipInfo, left: int, name: str) -> bytes:
    """Unpack a file, and stop where it is larger than what is left, whatever its header says."""
    out = bytearray()
    with package.open(file) as stream:
        while chunk := stream.read(_CHUNK):
            out += chunk
            if len(out) > left:
                raise _too_large(name)
    return bytes(out)


def _too_large(name: str) -> UnreadableDocumentError:
    return UnreadableDocumentError(
        f"{name}: got an archive that unpacks to more than {_MAX_BYTES >> 20} MiB or {_MAX_MEMBERS:,} files, "
        "expected less; split it."
    )


def _is_litter(path: str) -> bool:
    """Tell what operating systems leave in archives from what people put there."""
    return (
        path.startswith("__MACOSX/") or path.rpartition("/")[2].startswith(".") or path.endswith("Thumbs.db")
    )
