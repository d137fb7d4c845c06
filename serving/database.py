"""The audit store that the settings name."""

from pathlib import Path
from typing import Final

from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from serving.settings import DEFAULT_DATABASE
from serving.store import AuditStore

_SQLITE: Final = "sqlite"


def open_store(url: str) -> AuditStore:
    """Open the store, and make the folder of the default one.

    Parameters
    ----------
    url
        ``sqlite:///FILE`` or ``postgresql://USER:PASSWORD@HOST/DATABASE``.

    Raises
    ------
    StoreUnavailableError
        If the database cannot be used.
    StoreVersionError
        If it is newer than the program.
    """
    if url == f"sqlite:///{DEFAULT_DATABASE}":
        DEFAULT_DATABASE.parent.mkdir(parents=True, exist_ok=True)
    return AuditStore(url)


def absolute_url(url: str) -> str:
    """Give the URL as it is understood in any folder: the file of SQLite by its whole path."""
    try:
        parsed = make_url(url)
    except ArgumentError:
        return url
    if parsed.get_backend_name() != _SQLITE or not parsed.database or parsed.database == ":memory:":
        return url
    absolute = parsed.set(database=str(Path(parsed.database).resolve()))
    return absolute.render_as_string(hide_password=False)


def shown_url(url: str) -> str:
    """Give the URL without its password."""
    return make_url(url).render_as_string(hide_password=True)
