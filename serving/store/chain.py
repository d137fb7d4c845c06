"""The chain: what an entry holds, and the hash that ties it to the one before."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final, Literal

from serving.store.canonical import Json, canonical_json, sha256_text
from serving.store.column_types import instant_text, is_storable
from serving.store.errors import CanonicalFormError

Kind = Literal[
    "estimate",
    "review",
    "comment",
    "supplier_figure",
    "catalogue_item",
    "period",
    "job",
    "key",
    "restatement",
    "retention",
]
NO_ENTRY: Final = "0" * 64
"""Hash that the first entry names for the one before it."""
HASHED_COLUMNS: Final = (
    "tenant",
    "sequence",
    "at",
    "who",
    "kind",
    "subject",
    "status",
    "job_id",
    "model_version",
    "factor_set",
    "line_date",
    "gtin",
    "goods",
    "payload_sha256",
)
"""The columns that, with the hash before, make an entry's hash. The payload is in it by its own hash, so that
retention can take the payload away and the chain still verifies."""


@dataclass(frozen=True, kw_only=True)
class NewEntry:
    """What is to be written; number, time, writer and hashes come from the chain.

    The fields are those of :class:`serving.store.tables.Entry`; ``payload`` is any JSON.
    """

    kind: Kind
    payload: Json
    subject: str = ""
    status: str = ""
    job_id: str = ""
    model_version: str = ""
    factor_set: str = ""
    line_date: date | None = None
    gtin: str = ""
    goods: str = ""

    def __post_init__(self) -> None:
        if not is_storable(self.subject):
            raise CanonicalFormError(
                f"Got the subject {self.subject!r}, expected a text without NUL and half surrogate pairs: "
                "correct it."
            )


def entry_hash(previous: str, columns: Mapping[str, Any]) -> str:
    """Hash an entry: SHA-256 of the hash before it and the canonical form of the list of its columns.

    Parameters
    ----------
    previous
        Hash of the entry before, :data:`NO_ENTRY` for the first.
    columns
        :data:`HASHED_COLUMNS` as they are stored: times and days as text.
    """
    return hashlib.sha256(
        (previous + canonical_json([columns[name] for name in HASHED_COLUMNS])).encode("ascii")
    ).hexdigest()


@dataclass(frozen=True)
class Link:
    """Where a chain ends: number, time and hash of its last entry."""

    sequence: int
    at: datetime
    hash: str


def chained(
    end: Link, tenant: str, who: str, at: datetime, entries: Iterable[NewEntry]
) -> list[dict[str, Any]]:
    """Make the rows that continue a chain, as they are stored.

    Parameters
    ----------
    end
        The chain's end.
    tenant, who, at
        Of all the entries.
    entries
        In their order.

    Raises
    ------
    CanonicalFormError
        If a payload has no canonical form.
    """
    instant = instant_text(at)
    sequence, previous = end.sequence, end.hash
    rows = []
    for entry in entries:
        sequence += 1
        payload = canonical_json(entry.payload)
        columns = {
            "tenant": tenant,
            "sequence": sequence,
            "at": instant,
            "who": who,
            "kind": entry.kind,
            "subject": entry.subject,
            "status": entry.status,
            "job_id": entry.job_id,
            "model_version": entry.model_version,
            "factor_set": entry.factor_set,
            "line_date": entry.line_date.isoformat() if entry.line_date else "",
            "gtin": entry.gtin,
            "goods": entry.goods,
            "payload_sha256": sha256_text(payload),
        }
        own = entry_hash(previous, columns)
        rows.append({**columns, "payload": payload, "previous": previous, "hash": own})
        previous = own
    return rows
