"""The catalogue of reference data: every source with its terms, every file with its digest.

The facts stand in ``catalogue.toml`` beside this file; this module gives them types.
"""

import difflib
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Final, Literal
from urllib.parse import quote

from data.errors import UnknownSourceError

CATALOGUE_FILE: Final = Path(__file__).with_name("catalogue.toml")
_GITHUB: Final = "https://github.com/"


@dataclass(frozen=True)
class Source:
    """A published data set: who publishes it, where the bytes were pinned, under which terms.

    ``redistributable`` says whether the terms allow passing the data on; where it is "to be confirmed" the
    owner's terms were not read, and nothing of the set belongs into a bundle. ``share_alike`` marks terms
    that adaptations inherit. ``traps`` are known defects that a reader of the files has to handle.
    """

    id: str
    title: str
    publisher: str
    version: str
    repository: str
    commit: str
    licence: str
    redistributable: Literal["yes", "to be confirmed"]
    share_alike: bool
    attribution: str
    traps: tuple[str, ...]


@dataclass(frozen=True)
class DataFile:
    """One file of the data package, named by its path there, with ``/`` between folders.

    ``rows`` counts the records as published, without the header (None where the file is no table); ``units``
    gives the unit or the code list of its key columns. ``how`` says what was done to a file whose bytes are
    not those of upstream.
    """

    name: str
    source: Source
    upstream_path: str
    sha256: str
    bytes: int
    identical_to_upstream: bool
    rows: int | None = None
    how: str = ""
    holdout_removed: bool = False
    units: Mapping[str, str] = field(default_factory=dict)
    traps: tuple[str, ...] = ()

    @property
    def downloadable(self) -> bool:
        """Whether upstream serves exactly these bytes, so that a download can be verified."""
        return (
            self.identical_to_upstream
            and not self.holdout_removed
            and self.source.repository.startswith(_GITHUB)
        )

    def upstream_url(self, base: str) -> str:
        """Return the address of the file at the pinned commit, below `base`."""
        repository = self.source.repository.removeprefix(_GITHUB)
        return f"{base.rstrip('/')}/{repository}/{self.source.commit}/{quote(self.upstream_path)}"


@cache
def _tables() -> dict[str, dict[str, Any]]:
    return tomllib.loads(CATALOGUE_FILE.read_text(encoding="utf-8"))


@cache
def sources() -> Mapping[str, Source]:
    """Return every source by its id, in alphabetical order."""
    return {
        key: Source(**{"id": key, **entry, "traps": tuple(entry["traps"])})
        for key, entry in _tables()["source"].items()
    }


@cache
def files() -> Mapping[str, DataFile]:
    """Return every file by its name, in alphabetical order."""
    return {
        name: DataFile(
            **{
                **entry,
                "name": name,
                "source": sources()[entry["source"]],
                "traps": tuple(entry.get("traps", ())),
            }
        )
        for name, entry in _tables()["file"].items()
    }


def data_file(name: str) -> DataFile:
    """Look a file up by its name, such as ``factors/epa_supply_chain_v1_3_co2e_usd2022.csv``.

    Raises
    ------
    UnknownSourceError
        When the catalogue has no such file; the message offers the closest names.
    """
    try:
        return files()[name]
    except KeyError:
        close = difflib.get_close_matches(name, files(), n=3, cutoff=0.5)
        hint = f"did you mean {' or '.join(close)}?" if close else "`ledgerprint data list` shows every name."
        raise UnknownSourceError(
            f"Got {name!r}, expected the name of one of the {len(files())} catalogued files: {hint}"
        ) from None
