"""The check of a single entry: whether its own hashes still fit what it says."""

from serving.store.canonical import sha256_text
from serving.store.chain import HASHED_COLUMNS, entry_hash
from serving.store.column_types import instant_text
from serving.store.tables import Entry


def is_as_written(entry: Entry) -> bool:
    """Tell whether an entry's columns make its hash, and its payload the payload's hash.

    An entry that was written anew with hashes of its own passes: `ledgerprint audit verify` finds that one.
    """
    if entry.payload is not None and sha256_text(entry.payload) != entry.payload_sha256:
        return False
    stored = {name: getattr(entry, name) for name in HASHED_COLUMNS}
    stored |= {
        "at": instant_text(entry.at),
        "line_date": entry.line_date.isoformat() if entry.line_date else "",
    }
    try:
        return entry_hash(entry.previous, stored) == entry.hash
    except UnicodeEncodeError:
        return False
