"""The readings: how the files of a run were understood, with what holds for several of them said once."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

_NAMED_FILES: Final = 3
_MATTER_OF_COURSE: Final = ("by name", "by format", "constant", "computed")


@dataclass(frozen=True)
class Reading:
    """Files whose columns were understood alike.

    Attributes
    ----------
    files
        Their names, "" where the run has one file only.
    columns
        Field -> where it came from: a column, a constant in quotation marks, or a computation; what was not
        told from the header says how it was told.
    """

    files: tuple[str, ...]
    columns: Mapping[str, str]


@dataclass(frozen=True)
class Remark:
    """A note on the reading of some files; ``files`` is empty where it holds for all of them."""

    text: str
    files: tuple[str, ...]


def readings(columns: Iterable[Mapping[str, str]], files: Sequence[str]) -> list[Reading]:
    """Return how columns were understood, files that are alike together.

    Parameters
    ----------
    columns
        One ``{"field", "column", "how"}`` per field and file; with several files a column begins with the
        name of its file.
    files
        What columns call each of several files; none for a single one.
    """
    of_file: dict[str, dict[str, str]] = {}
    for column in columns:
        file, name = _split(column["column"], files)
        how = "" if column["how"] in _MATTER_OF_COURSE else f" ({column['how']})"
        of_file.setdefault(file, {})[column["field"]] = f"{name}{how}"
    alike: dict[tuple[tuple[str, str], ...], list[str]] = {}
    for file, fields in of_file.items():
        alike.setdefault(tuple(fields.items()), []).append(file)
    return [Reading(tuple(together), dict(fields)) for fields, together in alike.items()]


def remarks(notes: Iterable[str], files: Sequence[str]) -> list[Remark]:
    """Return the notes, what holds for all files first, then file by file, and each text once.

    With several files a note begins with the name of its file, one of `files`.
    """
    of_text: dict[str, list[str]] = {}
    for note in notes:
        file, text = _split(note, files)
        said = of_text.setdefault(text, [])
        if file not in said:
            said.append(file)
    everyone = {file for said in of_text.values() for file in said} - {""}
    found = [
        Remark(text, () if said == [""] or len(said) == len(everyone) else tuple(said))
        for text, said in of_text.items()
    ]
    order = {file: place for place, file in enumerate(everyone_in_order(found))}
    return sorted(found, key=lambda remark: [order[file] for file in remark.files])


def everyone_in_order(found: Iterable[Remark]) -> list[str]:
    """Return the files of some remarks in the order in which they come up."""
    return list(dict.fromkeys(file for remark in found for file in remark.files))


def files_text(files: tuple[str, ...]) -> str:
    """Write the names of some files, ``a.csv, b.csv`` or ``a.csv and 11 others``."""
    if len(files) <= _NAMED_FILES:
        return ", ".join(files)
    return f"{files[0]} and {len(files) - 1} others"


def _split(text: str, files: Iterable[str]) -> tuple[str, str]:
    # the longest comes first: the name of one file may begin that of another
    longest_first = sorted(files, key=len, reverse=True)
    file = next((name for name in longest_first if text.startswith(f"{name}: ")), "")
    return file, text.removeprefix(f"{file}: ") if file else text
