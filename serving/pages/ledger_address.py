"""The address of a view of a ledger: which lines, in which order, and which page of them."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final, Self
from urllib.parse import quote, urlencode

from serving.ledgers import LedgerFilter
from serving.ledgers.filters import SORTED_BY

LINES_SHOWN: Final = 50
"""On a page."""
_LARGEST_FIRST: Final = ("amount", "usd", "kg", "kg_width")
_IN_ORDER: Final = "row"


@dataclass(frozen=True)
class LedgerAddress:
    """What a page of a ledger shows.

    Attributes
    ----------
    job_id
        Of the ledger.
    wanted
        Which lines.
    sort, descending
        In which order; see :func:`serving.ledgers.line_page`.
    page
        Of the lines, from 1.
    """

    job_id: str
    wanted: LedgerFilter = field(default_factory=LedgerFilter)
    sort: str = _IN_ORDER
    descending: bool = False
    page: int = 1

    @classmethod
    def from_query(cls, job_id: str, query: Mapping[str, str]) -> Self:
        """Read the query of an address; an order or a page that there cannot be is the first."""
        said = query.get("sort", "")
        sort = said.removeprefix("-")
        page = query.get("page", "")
        return cls(
            job_id,
            LedgerFilter.from_query(query),
            sort if sort in SORTED_BY else _IN_ORDER,
            said.startswith("-") and sort in SORTED_BY,
            max(int(page), 1) if page.isascii() and page.isdigit() and len(page) < len(str(1 << 31)) else 1,
        )

    @property
    def folder(self) -> str:
        """Address of the whole ledger."""
        return f"/ledgers/{quote(self.job_id, safe='')}"

    @property
    def query(self) -> str:
        """What follows the address of the whole ledger, "" for all of it in its order."""
        said: dict[str, Any] = self.wanted.to_query()
        if (self.sort, self.descending) != (_IN_ORDER, False):
            said["sort"] = f"{'-' if self.descending else ''}{self.sort}"
        if self.page > 1:
            said["page"] = self.page
        return f"?{urlencode(said, quote_via=quote)}" if said else ""

    @property
    def filtered_query(self) -> str:
        """What follows the address of a file that is to hold only these lines."""
        return f"?{urlencode(self.wanted.to_query() | {'view': 'filtered'}, quote_via=quote)}"

    @property
    def whole(self) -> Self:
        """All lines of the ledger."""
        return replace(self, wanted=LedgerFilter(), page=1)

    @property
    def offset(self) -> int:
        """Lines before the page."""
        return (self.page - 1) * LINES_SHOWN

    def __str__(self) -> str:
        """Address of the page."""
        return f"{self.folder}{self.query}"

    @property
    def lines(self) -> str:
        """Address of the table of lines by itself."""
        return f"{self.folder}/lines{self.query}"

    def narrowed(self, **named: str) -> Self:
        """Look for these, too; "" looks for one no longer."""
        return replace(self, wanted=replace(self.wanted, **named), page=1)

    def at_page(self, page: int) -> Self:
        """Turn to a page of the lines."""
        return replace(self, page=page)

    def sorted_by(self, column: str) -> Self:
        """Sort by a column, figures from the largest; the other way round if it is sorted by it already."""
        descending = not self.descending if column == self.sort else column in _LARGEST_FIRST
        return replace(self, sort=column, descending=descending, page=1)

    def order_of(self, column: str) -> str:
        """Say how a column is sorted, as ``aria-sort`` does."""
        if column != self.sort:
            return "none"
        return "descending" if self.descending else "ascending"
