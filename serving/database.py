"""The audit store that the settings name."""

from pathlib import Path
from typing import Final

import platformdirs
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


def folder_of(url: str, what: str) -> Path:
    """Say where files lie that belong to a database.

    Parameters
    ----------
    url
        Of the database.
    what
        Kind of the files: ``FILE.what`` beside a SQLite file, and in the user's data folder one named after
        the host and the database.
    """
    parsed = make_url(url)
    if parsed.get_backend_name() == _SQLITE and parsed.database:
        file = Path(parsed.database)
        return file.with_name(f"{file.name}.{what}")
    name = f"{parsed.host or 'localhost'}-{parsed.database or 'database'}.{what}"
    return platformdirs.user_data_path("ledgerprint") / name


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
