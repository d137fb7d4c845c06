"""Emission factors, with the cells they come from and their licences."""

from typing import Annotated

from fastapi import APIRouter, Path, Query
from starlette.exceptions import HTTPException

from data.errors import UnknownFactorSetError
from models.factor_sets import FactorSet
from models.footprint import FootprintModel
from serving.api.access import Asker
from serving.api.backend import Back
from serving.api.categories import Search
from serving.api.openapi import answers
from serving.api.past_estimates import Cursor, Limit
from serving.api.reference_tables import factor_series, latest_factors, page_of
from serving.schemas import FactorPage, FactorSeries

router = APIRouter(prefix="/factors", tags=["reference"])


@router.get("", summary="Search factors", responses=answers(404))
def search(
    back: Back,
    _actor: Asker,
    set_id: Annotated[
        str | None, Query(alias="set", max_length=100, description="id of one set", examples=["epa-v1.3"])
    ] = None,
    q: Search = "",
    limit: Limit = 100,
    cursor: Cursor = "",
) -> FactorPage:
    """Search the factors by category, title and source; each of the latest year of prices of its set."""
    model = back.get_model()
    sets = [_known(model, set_id)] if set_id is not None else sorted(model.factor_sets.values(), key=_place)
    found, following = page_of(
        (factor for factor_set in sets for factor in latest_factors(model, factor_set)),
        lambda one: f"{one.factor_set}/{one.category_code}",
        lambda one: f"{one.factor_id} {one.category_code} {one.category_title} {one.source}",
        q,
        limit,
        cursor,
    )
    return FactorPage(items=list(found), cursor=following)


@router.get("/{set_id}/{code}", summary="One category's factors", responses=answers(404))
def series(
    set_id: Annotated[str, Path(max_length=100, examples=["epa-v1.3"])],
    code: Annotated[str, Path(max_length=100, examples=["339113"])],
    back: Back,
    _actor: Asker,
) -> FactorSeries:
    """Give the factors of a category in a set, one for each year of prices."""
    model = back.get_model()
    found = factor_series(model, _known(model, set_id), code)
    if not found:
        raise HTTPException(
            404, f"Got the category {code!r}, which the set {set_id} does not have: search the factors."
        )
    return FactorSeries(items=found)


def _known(model: FootprintModel, set_id: str) -> FactorSet:
    try:
        return model.factor_sets[set_id]
    except UnknownFactorSetError as error:
        raise HTTPException(404, str(error)) from error


def _place(factor_set: FactorSet) -> str:
    """Give the beginning of the keys of its factors."""
    return f"{factor_set.id}/"
