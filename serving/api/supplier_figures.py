"""Figures that suppliers declare for their goods."""

from dataclasses import asdict
from typing import Annotated

from fastapi import APIRouter, Query
from starlette.exceptions import HTTPException

from serving.api.access import Asker, Reviewer
from serving.api.backend import Back
from serving.api.openapi import answers
from serving.schemas import SupplierFigureHistory, SupplierFigureIn, SupplierFigureOut
from serving.schemas.fields import OptionalName
from serving.store.supplier_figures import (
    FigureVersion,
    GoodsOfSupplier,
    SupplierFigure,
    figure_history,
    put_figure,
)

router = APIRouter(prefix="/supplier-figures", tags=["supplier figures"])


@router.put("", summary="Declare a figure", responses=answers(400, 403, 413, 415))
def declare(given: SupplierFigureIn, back: Back, actor: Reviewer) -> SupplierFigureOut:
    """Declare a footprint of a GTIN, or of a supplier's article: a new version, unless it says the same.

    New estimates of lines of the goods take it where they state their amount in its unit.
    """
    goods = GoodsOfSupplier(gtin=given.gtin, supplier=given.supplier, article=given.article)
    figure = SupplierFigure(**given.model_dump(exclude={"gtin", "supplier", "article"}))
    with back.get_store().writing(actor) as writing:
        return _version(put_figure(writing, goods, figure))


@router.get("", summary="Figure of some goods", responses=answers(404))
def history(
    back: Back,
    actor: Asker,
    gtin: Annotated[OptionalName, Query(examples=["4006381333931"])] = "",
    supplier: Annotated[OptionalName, Query(examples=["Example Medical Ltd"])] = "",
    article: Annotated[OptionalName, Query(examples=["Examination gloves"])] = "",
) -> SupplierFigureHistory:
    """List all versions of the figure of a GTIN, or of a supplier's article, the latest first."""
    goods = GoodsOfSupplier(gtin=gtin, supplier=supplier, article=article)
    with back.get_store().reading(actor) as reading:
        found = figure_history(reading, goods)
    if not found:
        raise HTTPException(404, "No figure was declared for these goods: declare one with PUT.")
    return SupplierFigureHistory(items=[_version(version) for version in found])


def _version(version: FigureVersion) -> SupplierFigureOut:
    return SupplierFigureOut(
        **asdict(version.goods),
        **asdict(version.figure),
        version=version.version,
        sequence=version.sequence,
        at=version.at,
        who=version.who,
    )
