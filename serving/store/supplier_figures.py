"""Figures that suppliers declare for their goods: every version is kept, the latest one counts."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any, Final, Self

from sqlalchemy import func, select

from models.pedigree import INDICATORS, SCORES
from serving.store.canonical import parse_canonical
from serving.store.chain import NewEntry
from serving.store.column_types import is_storable
from serving.store.errors import SupplierFigureError
from serving.store.figure_ranges import require_range
from serving.store.goods import comparable_gtin, product_gtin
from serving.store.store import Reading, Writing
from serving.store.tables import Entry
from serving.supplier_names import comparable_supplier

_ASKED_AT_ONCE: Final = 500
_DAYS: Final = ("valid_from", "valid_to")
_OF_RANGE: Final = frozenset({"kg_co2e_per_unit_low", "kg_co2e_per_unit_high", "data_quality"})


@dataclass(frozen=True)
class GoodsOfSupplier:
    """What a figure is about: a GTIN, or an article of a supplier.

    Raises
    ------
    SupplierFigureError
        If it is neither or both, or the GTIN is none.
    """

    gtin: str = ""
    supplier: str = ""
    article: str = ""

    def __post_init__(self) -> None:
        if bool(self.gtin) == bool(self.supplier and self.article):
            raise SupplierFigureError(
                f"Got the GTIN {self.gtin!r}, the supplier {self.supplier!r} and the article "
                f"{self.article!r}, expected either a GTIN or a supplier with its article: name one of them."
            )
        if self.gtin and not comparable_gtin(self.gtin):
            raise SupplierFigureError(
                f"Got the GTIN {self.gtin!r}, expected 8, 12, 13 or 14 digits with a right check digit: "
                "correct it."
            )

        if not is_storable(self.article):
            raise SupplierFigureError(
                f"Got the article {self.article!r}, expected readable text: correct it."
            )

    @property
    def subject(self) -> str:
        """Name of the goods, the same for all spellings."""
        if self.gtin:
            return f"gtin:{comparable_gtin(self.gtin)}"
        return f"article:{comparable_supplier(self.supplier)}:{' '.join(self.article.split()).casefold()}"


@dataclass(frozen=True, kw_only=True)
class SupplierFigure:
    """A declared footprint, cradle to gate.

    Attributes
    ----------
    kg_co2e_per_unit
        Footprint of one unit, kg CO2e.
    unit
        What it is for: "kg", "piece", "litre", ...
    source
        The declaration: its name, number or address.
    valid_from, valid_to
        Days, ``None`` where the declaration says none.
    kg_co2e_per_unit_low, kg_co2e_per_unit_high
        Central 90% range, ``None`` where the declaration states none.
    data_quality
        Pedigree scores of the declaration (:data:`models.pedigree.INDICATORS`), from 1, the best, to 5.

    Raises
    ------
    SupplierFigureError
        If the figure is no finite number, has no unit or source, is valid for no day, lies outside of its
        range, or has both a range and scores.
    """

    kg_co2e_per_unit: float
    unit: str
    source: str
    valid_from: date | None = None
    valid_to: date | None = None
    kg_co2e_per_unit_low: float | None = None
    kg_co2e_per_unit_high: float | None = None
    data_quality: tuple[int, ...] | None = None

    def __post_init__(self) -> None:
        if not math.isfinite(self.kg_co2e_per_unit):
            raise SupplierFigureError(
                f"Got the footprint {self.kg_co2e_per_unit}, expected a finite number of kg CO2e: correct it."
            )
        if not (self.unit.strip() and self.source.strip()):
            raise SupplierFigureError(
                f"Got the unit {self.unit!r} and the source {self.source!r}, expected both: say what one "
                "unit is, and where the figure was declared."
            )
        if self.valid_from and self.valid_to and self.valid_to < self.valid_from:
            raise SupplierFigureError(
                f"Got a figure valid from {self.valid_from} to {self.valid_to}, expected an end that is not "
                "before the beginning: correct it."
            )
        low, high = self.kg_co2e_per_unit_low, self.kg_co2e_per_unit_high
        require_range(self.kg_co2e_per_unit, low, high, SupplierFigureError)
        scores = self.data_quality
        if scores is not None and (
            low is not None or len(scores) != len(INDICATORS) or not set(scores) <= set(SCORES)
        ):
            raise SupplierFigureError(
                f"Got the data quality {scores} and a range from {low} to {high}, expected one of them, and "
                f"a score from 1 to 5 for each of {', '.join(INDICATORS)}: correct it."
            )

    @classmethod
    def from_json(cls, written: Mapping[str, Any]) -> Self:
        """Read what :meth:`to_json` wrote."""
        days = {name: _day(written[name]) for name in _DAYS}
        scores = written.get("data_quality")
        return cls(**{**written, **days, "data_quality": tuple(scores) if scores else None})

    def to_json(self) -> dict[str, Any]:
        """Give it as JSON has it; what was not stated of its range is not there, as before there was one."""
        days = {name: day.isoformat() if day else None for name, day in zip(_DAYS, self._days, strict=True)}
        scores = {} if self.data_quality is None else {"data_quality": list(self.data_quality)}
        written = asdict(self) | days | scores
        return {name: value for name, value in written.items() if value is not None or name not in _OF_RANGE}

    @property
    def _days(self) -> tuple[date | None, date | None]:
        return self.valid_from, self.valid_to


@dataclass(frozen=True)
class FigureVersion:
    """A figure as it was declared at some time.

    Attributes
    ----------
    goods, figure
        What was declared.
    version
        From 1.
    sequence, at, who
        Of its entry.
    """

    goods: GoodsOfSupplier
    figure: SupplierFigure
    version: int
    sequence: int
    at: datetime
    who: str

    @classmethod
    def from_entry(cls, entry: Entry) -> Self:
        """Read an entry of the kind "supplier_figure"."""
        payload = parse_canonical(entry.payload or "")
        return cls(
            GoodsOfSupplier(**payload["goods"]),
            SupplierFigure.from_json(payload["figure"]),
            payload["version"],
            entry.sequence,
            entry.at,
            entry.who,
        )


def put_figure(writing: Writing, goods: GoodsOfSupplier, figure: SupplierFigure) -> FigureVersion:
    """Declare a figure: a new version, unless the present one says the same.

    Raises
    ------
    ScopeError
        If the actor may not review.
    SupplierFigureError
        If the GTIN names no product.
    """
    writing.actor.require("review")
    if goods.gtin and not product_gtin(goods.gtin):
        raise SupplierFigureError(
            f"Got the GTIN {goods.gtin!r}, expected one that names the same product everywhere: numbers for "
            "use within a store or region, and of coupons, do not; name the supplier and its article instead."
        )
    before = current_figures(writing, [goods])[0]
    if before and before.figure == figure:
        return before
    version = before.version + 1 if before else 1
    payload = {"goods": asdict(goods), "figure": figure.to_json(), "version": version}
    entry = NewEntry(kind="supplier_figure", subject=goods.subject, payload=payload)
    (sequence,) = writing.append([entry])
    return FigureVersion(goods, figure, version, sequence, writing.at, writing.actor.who)


def current_figures(reading: Reading, goods: Sequence[GoodsOfSupplier]) -> list[FigureVersion | None]:
    """Find the latest figure of each of some goods, in their order."""
    latest: dict[str, FigureVersion] = {}
    subjects = sorted({one.subject for one in goods})
    for start in range(0, len(subjects), _ASKED_AT_ONCE):
        asked = subjects[start : start + _ASKED_AT_ONCE]
        last = (
            select(func.max(Entry.sequence))
            .where(Entry.kind == "supplier_figure", Entry.subject.in_(asked))
            .group_by(Entry.subject)
        )
        for entry in reading.session.scalars(select(Entry).where(Entry.sequence.in_(last))):
            latest[entry.subject] = FigureVersion.from_entry(entry)
    return [latest.get(one.subject) for one in goods]


def figure_history(reading: Reading, goods: GoodsOfSupplier) -> list[FigureVersion]:
    """List all versions of the goods' figure, the latest first."""
    query = select(Entry).where(Entry.kind == "supplier_figure", Entry.subject == goods.subject)
    entries: Iterable[Any] = reading.session.scalars(query.order_by(Entry.sequence.desc()))
    return [FigureVersion.from_entry(entry) for entry in entries]


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
