"""ZIP archives: their files unpacked one by one, with an end to what they may come to."""

import zipfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

from data.errors import UnreadableDocumentError

_MAGIC: Final = b"PK\x03\x04"
_MAX_FILES: Final = 20_000
_MAX_BYTES: Final = 1 << 29
_CHUNK: Final = 1 << 20
_ENCRYPTED: Final = 0x1
_UTF_8: Final = 0x800
_NAME_CHARACTERS: Final = 60
_LITTER: Final = frozenset({"thumbs.db", "desktop.ini"})
_FOREIGN: Final = (
    ("word/", "a text document"),
    ("ppt/", "a presentation"),
    ("Index/", "an Apple iWork document"),
)
"""What is a ZIP package inside, and neither an archive nor a workbook."""
_FAULTS: Final = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, ValueError, OSError)
"""What the reader of archives raises for those that are none, depending on where they are broken."""


@dataclass(frozen=True)
class Member:
    """A file of an archive.

    Attributes
    ----------
    name
        With its folders, as it is shown; no two files of an archive have the same.
    path
        Where it is unpacked until the next one is.
    """

    name: str
    path: Path


def is_package(content: bytes) -> bool:
    """Tell by the mark of every ZIP with something in it."""
    return content.startswith(_MAGIC)


def is_archive(path: Path) -> bool:
    """Tell an archive of files from a workbook, from a damaged package of either kind and from others."""
    try:
        with path.open("rb") as file:
            if not is_package(file.read(len(_MAGIC))):
                return False
        with zipfile.ZipFile(path) as package:
            return not is_workbook(package.namelist())
    except _FAULTS:
        return False


def is_workbook(names: Sequence[str]) -> bool:
    """Tell by the files in it whether a package is a workbook."""
    if any(name.startswith("xl/") for name in names):
        return any(name == "[Content_Types].xml" or name.startswith("xl/workbook.") for name in names)
    return "content.xml" in names and any(name in names for name in ("mimetype", "META-INF/manifest.xml"))


def members(source: Path | BinaryIO, name: str, folder: Path) -> Iterator[Member]:
    """Unpack the files of an archive one by one; what operating systems leave in archives is passed over.

    Parameters
    ----------
    source
        The archive.
    name
        Its name, for the message of an error.
    folder
        Where a file is unpacked; it is removed when the next one is asked for.

    Raises
    ------
    UnreadableDocumentError
        When it is damaged, encrypted, another kind of package, or unpacks to more than 512 MiB or 20,000
        files.
    """
    left = _MAX_BYTES
    try:
        with zipfile.ZipFile(source) as package:
            for shown, file in _files(package, name):
                if file.flag_bits & _ENCRYPTED:
                    raise UnreadableDocumentError(
                        f"{name}: got an encrypted archive, expected one without a password; pack it again."
                    )
                path = folder / (shown.rpartition("/")[2][-_NAME_CHARACTERS:] or "file")
                left -= _unpack(package, file, path, left, name)
                yield Member(shown, path)
                path.unlink(missing_ok=True)
    except _FAULTS as error:
        raise _refusal(name, error) from error


def file_names(source: Path | BinaryIO, name: str) -> list[str]:
    """Return the names of the files that :func:`members` would unpack; raises as it does."""
    try:
        with zipfile.ZipFile(source) as package:
            return [shown for shown, _ in _files(package, name)]
    except _FAULTS as error:
        raise _refusal(name, error) from error


def _files(package: zipfile.ZipFile, name: str) -> list[tuple[str, zipfile.ZipInfo]]:
    names = package.namelist()
    for start, kind in _FOREIGN:
        if any(one.startswith(start) for one in names) and _is_foreign(names):
            raise UnreadableDocumentError(
                f"{name}: got {kind}, expected a ledger or documents; export its table as CSV or XLSX."
            )
    files = [(_shown(one), one) for one in package.infolist() if not one.is_dir()]
    files = [(shown, one) for shown, one in files if not _is_litter(shown)]
    if len(files) > _MAX_FILES:
        raise _too_large(name)
    return list(zip(_distinct([shown for shown, _ in files]), (one for _, one in files), strict=True))


def _is_foreign(names: Sequence[str]) -> bool:
    return "[Content_Types].xml" in names or any(one.endswith(".iwa") for one in names)


def _unpack(package: zipfile.ZipFile, file: zipfile.ZipInfo, path: Path, left: int, name: str) -> int:
    """Unpack a file, and stop where it is larger than what is left, whatever its header says."""
    size = 0
    with package.open(file) as stream, path.open("wb") as unpacked:
        while chunk := stream.read(_CHUNK):
            size += len(chunk)
            if size > left:
                raise _too_large(name)
            unpacked.write(chunk)
    return size


def _refusal(name: str, error: Exception) -> UnreadableDocumentError:
    if isinstance(error, OSError) and error.errno:
        return UnreadableDocumentError(
            f"{name}: got {error.strerror} while unpacking it, expected room for its files; make room in the "
            "folder for temporary files (TMPDIR), or unpack it and give the files."
        )
    return UnreadableDocumentError(
        f"{name}: got a damaged archive ({error}), expected a whole ZIP; download it again."
    )


def _too_large(name: str) -> UnreadableDocumentError:
    return UnreadableDocumentError(
        f"{name}: got an archive that unpacks to more than {_MAX_BYTES >> 20} MiB or {_MAX_FILES:,} files, "
        "expected less; split it."
    )


def _shown(file: zipfile.ZipInfo) -> str:
    """Return a name as whoever packed it saw it: many programs write UTF-8 and do not say so."""
    name = file.filename
    if not file.flag_bits & _UTF_8:
        with suppress(UnicodeError):  # of an old program, whose letters are those of cp437
            name = name.encode("cp437").decode("utf-8")
    plain = "".join(one if one.isprintable() else "\N{REPLACEMENT CHARACTER}" for one in name)
    return plain.replace("\\", "/").strip("/") or "file"


def _distinct(names: Sequence[str]) -> list[str]:
    """Give names that stand in an archive twice a number."""
    out: dict[str, None] = {}
    for name in names:
        shown, count = name, 1
        while shown in out:
            count += 1
            shown = f"{name} ({count})"
        out[shown] = None
    return list(out)


def _is_litter(name: str) -> bool:
    """Tell what operating systems and open programs leave in folders from what people put there."""
    *folders, own = name.split("/")
    return "__MACOSX" in folders or own.startswith((".", "~$")) or own.lower() in _LITTER
