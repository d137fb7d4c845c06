"""Files that appear whole or not at all: written beside their place and put there in one step."""

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from data.errors import OutputError

Result = TypeVar("Result")


def write_whole(content: str | bytes, path: Path) -> None:
    """Write a text, as UTF-8 with the line ends that it has, or bytes; an existing file is replaced whole.

    Raises
    ------
    OutputError
        When the file cannot be written.
    """
    data = content.encode() if isinstance(content, str) else content
    put_whole(path, lambda scratch: scratch.write_bytes(data))


def put_whole(path: Path, write: Callable[[Path], Result]) -> Result:
    """Let a file be written beside its place, and put it there once it is whole.

    Parameters
    ----------
    path
        An existing file is replaced; whatever stops the writing leaves it as it was.
    write
        Writes the file that it is given, of the same name in another folder.

    Returns
    -------
    object
        What ``write`` returns.

    Raises
    ------
    OutputError
        When the file cannot be written.
    """
    target = path.resolve()
    try:
        # In the same folder: only within one file system is a file replaced in one step.
        with tempfile.TemporaryDirectory(dir=target.parent, prefix=".ledgerprint-") as folder:
            scratch = Path(folder) / target.name
            written = write(scratch)
            scratch.replace(target)
    except OSError as error:
        raise OutputError(
            f"Cannot write {path} ({error.strerror or error}): make room, or choose another place."
        ) from error
    return written
