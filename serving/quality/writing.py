"""Writing a text file so that it appears whole or not at all."""

from pathlib import Path

from data.errors import OutputError


def write_whole(text: str, path: Path) -> None:
    """Write a text; an existing file is replaced whole.

    Raises
    ------
    OutputError
        When the file cannot be written.
    """
    unfinished = path.with_name(f".{path.name}.unfinished")
    try:
        unfinished.write_text(text, encoding="utf-8")
        unfinished.replace(path)
    except OSError as error:
        unfinished.unlink(missing_ok=True)
        raise OutputError(
            f"Cannot write {path} ({error.strerror or error}): make room, or choose another place."
        ) from error
