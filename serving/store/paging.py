"""Pages by cursor: each begins behind the last row of the one before, however many rows came in between."""

import base64
import binascii
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final, Generic, Literal, TypeVar

from sqlalchemy import Select

from serving.store.canonical import Json, canonical_json, sha256_text
from serving.store.errors import CursorError
from serving.store.store import Reading
from serving.store.tables import Entry

T = TypeVar("T")
U = TypeVar("U")
Order = Literal["newest", "oldest"]
MAX_PAGE: Final = 1_000


@dataclass(frozen=True)
class Page(Generic[T]):
    """Some rows of a search.

    Attributes
    ----------
    items
        In the order of the search.
    cursor
        Gives the next page of the same search; "" at its end.
    """

    items: Sequence[T]
    cursor: str

    def map(self, convert: Callable[[T], U]) -> "Page[U]":
        """Convert the rows."""
        return Page([convert(item) for item in self.items], self.cursor)


def entry_page(
    reading: Reading,
    query: Select[*tuple[Any, ...]],
    search: Json,
    limit: int,
    cursor: str,
    order: Order = "newest",
) -> Page[Any]:
    """Read a page of a query over entries.

    Parameters
    ----------
    reading
        Transaction.
    query
        Over :class:`serving.store.tables.Entry`, or columns of it with ``sequence`` among them.
    search
        What tells this search from any other.
    limit
        Rows on a page; from 1 to 1,000.
    cursor
        Of the page before, "" for the first.
    order
        The latest first, or last.

    Raises
    ------
    CursorError
        If the cursor is of another search.
    """
    limit = min(max(limit, 1), MAX_PAGE)
    search = {"order": order, "search": search}
    after = _read_cursor(cursor, search)
    number = Entry.sequence
    if after is not None:
        query = query.where(number < after if order == "newest" else number > after)
    query = query.order_by(number.desc() if order == "newest" else number)
    # one row more than asked for: that it is there says that there is a next page
    rows = reading.session.execute(query.limit(limit + 1)).all()
    items = [row[0] if len(row) == 1 else row for row in rows[:limit]]
    return Page(items, _write_cursor(items[-1].sequence, search) if len(rows) > limit else "")


def _write_cursor(after: int, search: Json) -> str:
    """Write the cursor of the page behind an entry.

    A cursor names an entry and a search. It gives no right: whose rows are read is decided by the key.
    """
    text = canonical_json({"after": after, "search": _digest(search)})
    return base64.urlsafe_b64encode(text.encode("ascii")).decode("ascii").rstrip("=")


def _read_cursor(cursor: str, search: Json) -> int | None:
    """Read the number of the entry that the page begins behind; ``None`` for the first page."""
    if not cursor:
        return None
    try:
        content = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        after, made_for = content["after"], content["search"]
    except (binascii.Error, ValueError, KeyError, TypeError):
        after, made_for = None, ""
    if type(after) is not int or not 0 <= after < 2**63 or made_for != _digest(search):
        raise CursorError(
            f"Got the cursor {cursor[:60]!r}, expected one that this search gave: start again without a "
            "cursor."
        )
    return after


def _digest(search: Json) -> str:
    return sha256_text(canonical_json(search))[:16]
