"""The model that answers: what it was made of, and how it came to be the one."""

from fastapi import APIRouter
from starlette.exceptions import HTTPException

from models.footprint import FootprintModel
from serving.api.access import Asker
from serving.api.backend import Back
from serving.api.openapi import answers
from serving.promotions import read_promotions
from serving.schemas import ModelOut, PromotionList
from serving.schemas.reference import DataVersion, FactorSetOut

router = APIRouter(prefix="/model", tags=["model"])


@router.get("", summary="The model", responses=answers())
def card(back: Back, _actor: Asker) -> ModelOut:
    """Give the model card, the versions of its data with their licences, and its factor sets."""
    model = back.get_model()
    files = model.card.get("data", {})
    return ModelOut(
        model_version=model.version,
        card={name: value for name, value in model.card.items() if name != "data"},
        data=[DataVersion(file=name, **about) for name, about in sorted(files.items())],
        factor_sets=_factor_sets(model),
    )


@router.get("/promotions", summary="Promotion history", responses=answers(404))
def promotions(back: Back, _actor: Asker) -> PromotionList:
    """Give the promotion log, if this machine has one, and whether its digests hold."""
    path = back.promotion_log
    if path is None or not path.is_file():
        raise HTTPException(
            404,
            "This machine has no promotion log: ask where models are trained, or name the file in "
            "LEDGERPRINT_PROMOTION_LOG.",
        )
    found = read_promotions(path)
    return PromotionList(intact=not found.fault, fault=found.fault, items=found.entries)


def _factor_sets(model: FootprintModel) -> list[FactorSetOut]:
    return [
        FactorSetOut(
            id=one.id,
            title=one.title,
            currency=one.prices.currency,
            first_year=one.prices.first_year,
            last_year=one.prices.last_year,
            price_basis=one.prices.basis,
            ghg_set=one.ghg_set,
            region=one.region,
            licence=one.licence,
            attribution=one.attribution,
        )
        for one in model.factor_sets.values()
    ]
