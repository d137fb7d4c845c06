"""The keys as the trail has them, against the table that decides who may come in."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, select

from serving.store.canonical import parse_canonical
from serving.store.findings import Finding
from serving.store.tables import STORED_KEYS


@dataclass(frozen=True)
class _Told:
    """What the trail says about a key."""

    sequence: int
    name: str
    scopes: str
    secret_sha256: str
    revoked: bool


class KeyTrail:
    """What the entries of one tenant say about its keys."""

    def __init__(self, tenant: str) -> None:
        self._tenant = tenant
        self._told: dict[str, _Told] = {}

    def take(self, entry: Mapping[str, Any]) -> None:
        """Read an entry of the kind "key"."""
        said = parse_canonical(entry["payload"])
        self._told[entry["subject"]] = _Told(
            entry["sequence"],
            said["name"],
            " ".join(said["scopes"]),
            said["secret_sha256"],
            entry["status"] == "revoked",
        )

    def compare(self, connection: Connection) -> Iterator[Finding]:
        """Find keys that are not what their entries say."""
        told = dict(self._told)
        mine = select(STORED_KEYS).where(STORED_KEYS.c.tenant == self._tenant)
        for key in connection.execute(mine.order_by(STORED_KEYS.c.public_id)).mappings():
            said = told.pop(key["public_id"], None)
            if said is None:
                yield Finding(self._tenant, 0, "inserted", f"No entry made the key {key['public_id']}.")
                continue
            stored = (key["name"], key["scopes"], key["secret_sha256"], key["revoked_at"] is not None)
            if stored != (said.name, said.scopes, said.secret_sha256, said.revoked):
                yield Finding(
                    self._tenant,
                    said.sequence,
                    "changed",
                    f"The key {key['public_id']} is not as this entry says.",
                )
        for public_id, said in told.items():
            yield Finding(self._tenant, said.sequence, "missing", f"The key {public_id} is not there.")
