"""Heads of the chains, kept elsewhere: with them a chain that was cut off or written anew shows."""

from collections.abc import Iterable
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from sqlalchemy import select

from serving.store.errors import HeadsError
from serving.store.store import AuditStore
from serving.store.tables import STORED_HEADS


class KnownHead(BaseModel):
    """The last entry of a tenant's chain at some time."""

    model_config = ConfigDict(frozen=True)

    tenant: str
    sequence: int = Field(ge=0)
    at: str
    hash: str = Field(pattern=r"^[0-9a-f]{64}$")


def current_heads(store: AuditStore) -> list[KnownHead]:
    """Read the heads of all chains."""
    with store.whole() as connection:
        rows = connection.execute(select(STORED_HEADS).order_by(STORED_HEADS.c.tenant)).mappings().all()
    return [KnownHead.model_validate(dict(row)) for row in rows]


def heads_text(heads: Iterable[KnownHead]) -> str:
    """Write heads as JSON lines."""
    return "".join(head.model_dump_json() + "\n" for head in heads)


def read_heads(path: Path) -> list[KnownHead]:
    """Read heads that were written by :func:`heads_text`.

    Raises
    ------
    HeadsError
        If the file cannot be read or holds something else.
    """
    try:
        lines = path.read_text("utf-8").splitlines()
        return [KnownHead.model_validate_json(line) for line in lines if line.strip()]
    except (OSError, UnicodeDecodeError, ValidationError) as error:
        reason = " ".join(str(error).split())[:200]
        raise HeadsError(
            f"Got the heads {path}, which cannot be read ({reason}), expected what `ledgerprint audit head` "
            "prints: name that file."
        ) from error
