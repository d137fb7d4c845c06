"""Categories of goods and services, with their factors."""

from typing import Annotated

from fastapi import APIRouter, Path, Query
from starlette.exceptions import HTTPException

from models.category import CATEGORY_SCHEME
from serving.api.access import Asker
from serving.api.backend import Back
from serving.api.openapi import answers
from serving.api.past_estimates import Cursor, Limit
from serving.api.reference_tables import categories, factor_series, page_of
from serving.schemas import CategoryDetail, CategoryPage

router = APIRouter(prefix="/categories", tags=["reference"])

Search = Annotated[
    str, Query(max_length=200, description="words, all of which must be found", examples=["surgical"])
]


@router.get("", summary="Search categories", responses=answers())
def search(
    back: Back, _actor: Asker, q: Search = "", limit: Limit = 100, cursor: Cursor = ""
) -> CategoryPage:
    """Search the categories by their codes and titles."""
    known = categories(back.get_model())
    found, following = page_of(
        known, lambda one: one.code, lambda one: f"{one.code} {one.title}", q, limit, cursor
    )
    return CategoryPage(items=list(found), cursor=following)


@router.get("/{code}", summary="One category", responses=answers(404))
def category(
    code: Annotated[str, Path(max_length=100, examples=["339113"])], back: Back, _actor: Asker
) -> CategoryDetail:
    """Give a category with its factor in each set."""
    model = back.get_model()
    if code not in model.titles:
        raise HTTPException(
            404, f"Got the category {code!r}, expected a six-digit {CATEGORY_SCHEME} code: search for it."
        )
    factors = [factor_series(model, factor_set, code)[-1:] for factor_set in model.factor_sets.values()]
    return CategoryDetail(
        code=code,
        scheme=CATEGORY_SCHEME,
        title=model.titles[code],
        factors=[factor for latest in factors for factor in latest],
    )
