"""The product catalogue: what is behind a number of goods."""

from dataclasses import asdict
from typing import Annotated

from fastapi import APIRouter, Query

from serving.api.access import Asker, Reviewer
from serving.api.backend import Back
from serving.api.openapi import answers
from serving.api.past_estimates import Cursor, Limit
from serving.schemas.catalogue import CatalogueIn, CatalogueItemOut, CataloguePage, CataloguePut
from serving.schemas.fields import OptionalName
from serving.store.catalogue import (
    CatalogueItem,
    CatalogueVersion,
    article_subject,
    current_items,
    gtin_subject,
    list_items,
    put_items,
)

router = APIRouter(prefix="/catalogue", tags=["product catalogue"])


@router.put("", summary="Put items into the catalogue", responses=answers(400, 403, 413, 415))
def put(given: CatalogueIn, back: Back, actor: Reviewer) -> CataloguePut:
    """Say what is behind numbers of goods: all items are taken, or none.

    New estimates of lines of the goods take from them what the lines do not say themselves: a description, a
    category, a supplier, and kilograms for pieces.
    """
    items = [CatalogueItem(**item.model_dump()) for item in given.items]
    with back.get_store().writing(actor) as writing:
        return CataloguePut(items=len(items), changed=put_items(writing, items))


@router.get("", summary="Items of the catalogue", responses=answers(400))
def show(
    back: Back,
    actor: Asker,
    gtin: Annotated[OptionalName, Query(examples=["4006381333931"])] = "",
    article: Annotated[OptionalName, Query(examples=["A-100"])] = "",
    limit: Limit = 100,
    cursor: Cursor = "",
) -> CataloguePage:
    """Give the items of a GTIN and of an article number, or page through all of them, the latest first."""
    with back.get_store().reading(actor) as reading:
        if gtin or article:
            found = current_items(reading, [gtin_subject(gtin), article_subject(article)])
            return CataloguePage(items=[_item(version) for version in found.values()], cursor="")
        page = list_items(reading, limit, cursor)
        return CataloguePage(items=[_item(version) for version in page.items], cursor=page.cursor)


def _item(version: CatalogueVersion) -> CatalogueItemOut:
    return CatalogueItemOut(
        **asdict(version.item),
        version=version.version,
        sequence=version.sequence,
        at=version.at,
        who=version.who,
    )
