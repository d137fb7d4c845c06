"""The buyer's own product catalogue: what is behind a GTIN or an article number. Every version is kept."""

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Final, Self

from sqlalchemy import func, select

from serving.store.canonical import parse_canonical
from serving.store.chain import NewEntry
from serving.store.column_types import is_storable
from serving.store.errors import CatalogueError
from serving.store.goods import product_gtin
from serving.store.paging import Page, entry_page
from serving.store.store import Reading, Writing
from serving.store.tables import Entry

_KIND: Final = "catalogue_item"
_ASKED_AT_ONCE: Final = 500


@dataclass(frozen=True, kw_only=True)
class CatalogueItem:
    """What the buyer knows about goods.

    Attributes
    ----------
    gtin, article
        Number of the goods: a GTIN, or the buyer's own. One of both.
    description, material
        In words; "" for nothing.
    mass_kg
        Of one piece, net; ``None`` where it is not known.
    category_code, category_scheme
        As of line items.
    supplier
        Whom the goods are from; "" for nothing.

    Raises
    ------
    CatalogueError
        If it has no number, a wrong one, says nothing, or has a mass that is none.
    """

    gtin: str = ""
    article: str = ""
    description: str = ""
    material: str = ""
    mass_kg: float | None = None
    category_code: str = ""
    category_scheme: str = ""
    supplier: str = ""

    def __post_init__(self) -> None:
        if bool(self.gtin) == bool(self.article.strip()):
            raise CatalogueError(
                f"Got the GTIN {self.gtin!r} and the article {self.article!r}, expected one of them: name "
                "the goods by one number."
            )
        if self.gtin and not product_gtin(self.gtin):
            raise CatalogueError(
                f"Got the GTIN {self.gtin!r}, expected one with a right check digit that names the same "
                "product everywhere: correct it, or name the goods by their article number."
            )
        if self.mass_kg is not None and not (math.isfinite(self.mass_kg) and self.mass_kg > 0):
            raise CatalogueError(f"Got the mass {self.mass_kg} kg, expected more than nothing: correct it.")
        if not (self.description or self.mass_kg or self.category_code):
            raise CatalogueError(
                f"Got nothing about {self.gtin or self.article!r}, expected a description, a mass or a "
                "category: fill one in."
            )
        if not is_storable("".join(str(value) for value in asdict(self).values())):
            raise CatalogueError(f"Got an unreadable text about {self.gtin or self.article!r}: correct it.")

    @property
    def subject(self) -> str:
        """Name of the goods, the same for all spellings of the number."""
        return gtin_subject(self.gtin) if self.gtin else article_subject(self.article)


def gtin_subject(gtin: str) -> str:
    """Name goods by their GTIN, "" where it names no product."""
    digits = product_gtin(gtin)
    return f"gtin:{digits}" if digits else ""


def article_subject(article: str) -> str:
    """Name goods by the buyer's number for them, "" for none."""
    number = " ".join(article.split()).casefold()
    return f"article:{number}" if number and is_storable(number) else ""


@dataclass(frozen=True)
class CatalogueVersion:
    """An item as it was at some time.

    Attributes
    ----------
    item
        What was said.
    version
        From 1.
    sequence, at, who
        Of its entry.
    """

    item: CatalogueItem
    version: int
    sequence: int
    at: datetime
    who: str

    @classmethod
    def from_entry(cls, entry: Entry) -> Self:
        """Read an entry of the kind "catalogue_item"."""
        payload = parse_canonical(entry.payload or "")
        item = CatalogueItem(**payload["item"])
        return cls(item, payload["version"], entry.sequence, entry.at, entry.who)


def put_items(writing: Writing, items: Sequence[CatalogueItem]) -> int:
    """Put items into the catalogue and say how many are new; the last of a number counts.

    Raises
    ------
    ScopeError
        If the actor may not review.
    """
    writing.actor.require("review")
    latest = {item.subject: item for item in items}
    present = current_items(writing, list(latest))
    entries = []
    for subject, item in latest.items():
        before = present.get(subject)
        if before is None or before.item != item:
            payload = {"item": asdict(item), "version": before.version + 1 if before else 1}
            entries.append(NewEntry(kind=_KIND, subject=subject, payload=payload))
    writing.append(entries)
    return len(entries)


def current_items(reading: Reading, subjects: Sequence[str]) -> dict[str, CatalogueVersion]:
    """Find the latest item of each of some goods."""
    found: dict[str, CatalogueVersion] = {}
    wanted = sorted({subject for subject in subjects if subject})
    for start in range(0, len(wanted), _ASKED_AT_ONCE):
        asked = wanted[start : start + _ASKED_AT_ONCE]
        last = (
            select(func.max(Entry.sequence))
            .where(Entry.kind == _KIND, Entry.subject.in_(asked))
            .group_by(Entry.subject)
        )
        for entry in reading.session.scalars(select(Entry).where(Entry.sequence.in_(last))):
            found[entry.subject] = CatalogueVersion.from_entry(entry)
    return found


def list_items(reading: Reading, limit: int, cursor: str = "") -> Page[CatalogueVersion]:
    """List the items as they are now, the latest first.

    Raises
    ------
    CursorError
        If the cursor is of another search.
    """
    last = select(func.max(Entry.sequence)).where(Entry.kind == _KIND).group_by(Entry.subject)
    page: Page[Any] = entry_page(
        reading, select(Entry).where(Entry.sequence.in_(last)), {"kind": _KIND}, limit, cursor
    )
    return page.map(CatalogueVersion.from_entry)
