"""Contracts in several files of OCDS: one ledger, in which a process that many files tell of counts once."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from serving.documents.formats.ocds import OcdsFormat, joined_contracts
from serving.documents.formats.tables import read_structured
from serving.documents.ledger import Ledger, LedgerReading
from serving.documents.readers import read_bytes

_HEAD_BYTES: Final = 1 << 16


def is_contracts(path: Path) -> bool:
    """Tell by its content whether a file is OCDS; false where it cannot be read."""
    try:
        with path.open("rb") as file:
            return OcdsFormat().recognises(file.read(_HEAD_BYTES))
    except OSError:
        return False


def contracts_in(paths: Sequence[Path], **said: Any) -> Ledger:
    """Read files of OCDS as one.

    Parameters
    ----------
    paths
        Of the files.
    said
        ``mapping``, ``country``, ``currency`` and ``date`` as of :func:`serving.documents.read_ledger`.

    Returns
    -------
    Ledger
        Named after how many files there are.

    Raises
    ------
    LedgerprintError
        As :func:`serving.documents.read_ledger`; a file that is broken is named.
    """
    files = [(path.name, read_bytes(path)) for path in paths]
    for name, content in files:
        OcdsFormat().read(content, name)  # what is broken is told of its own file
    name = f"{len(files)} OCDS files"
    tables = read_structured(OcdsFormat(), joined_contracts(files), name)
    return LedgerReading(Path(name), **said).first(tables)
