"""Categories and factors of the model as tables that can be searched."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeVar

from models.category import CATEGORY_SCHEME
from models.factor_sets import FactorSet
from models.footprint import FootprintModel
from serving.schemas.reference import CategoryOut, FactorOut

T = TypeVar("T")


def categories(model: FootprintModel) -> list[CategoryOut]:
    """List all categories, by code."""
    return [
        CategoryOut(code=code, scheme=CATEGORY_SCHEME, title=title)
        for code, title in sorted(model.titles.items())
    ]


def factor_series(model: FootprintModel, factor_set: FactorSet, code: str) -> list[FactorOut]:
    """List the factors of one category and set, by year of prices."""
    rows = factor_set.factors[factor_set.factors["naics_code"] == code].sort_values("year")
    return [_factor(model, factor_set, row) for row in rows.to_dict("records")]


def latest_factors(model: FootprintModel, factor_set: FactorSet) -> list[FactorOut]:
    """List the factors of one set, of the latest year of prices, by category."""
    factors = factor_set.factors
    latest = factors[factors["year"] == factor_set.prices.last_year].sort_values("naics_code")
    return [_factor(model, factor_set, row) for row in latest.to_dict("records")]


def page_of(
    items: Iterable[T], key: Callable[[T], str], words: Callable[[T], str], q: str, limit: int, cursor: str
) -> tuple[Sequence[T], str]:
    """Give the items that have all words of a search, and the cursor of the next page.

    Parameters
    ----------
    items
        Sorted by their key.
    key
        Tells an item from all others; that of the last item on a page is the cursor.
    words
        What is searched.
    q
        Words, in any order.
    limit
        Items on a page.
    cursor
        "" for the first page.
    """
    wanted = q.casefold().split()
    found = [
        item
        for item in items
        if key(item) > cursor and all(word in words(item).casefold() for word in wanted)
    ]
    return found[:limit], key(found[limit - 1]) if len(found) > limit else ""


def _factor(model: FootprintModel, factor_set: FactorSet, row: dict[Any, Any]) -> FactorOut:
    value = float(row["kg_co2e_per_unit"])
    return FactorOut(
        factor_id=row["factor_id"],
        factor_set=factor_set.id,
        category_code=row["naics_code"],
        category_title=model.titles.get(row["naics_code"], ""),
        year=row["year"],
        kg_co2e_per_unit=value if row["usable"] else None,
        unit=row["unit"],
        usable=row["usable"],
        screening_reason=row["screening_reason"],
        source=row["source"],
        licence=factor_set.licence,
        attribution=factor_set.attribution,
    )
