"""Footprints that suppliers send: PACT and Catena-X."""

from dataclasses import asdict
from typing import Annotated, Any, Final

from fastapi import APIRouter, Body
from starlette.exceptions import HTTPException
from starlette.responses import Response

from serving.api.access import Reviewer
from serving.api.idempotency import Once
from serving.api.openapi import posted
from serving.exchange.intake import listed, take_in
from serving.schemas import MAX_LINES
from serving.schemas.footprints import FootprintsTaken, FootprintTaken
from serving.store import Writing

_TAKEN: Final = "ProductFootprints of PACT 2 or 3, or Catena-X PCF 9: one, a list, or under `data`"
_EXAMPLE: Final = {
    "data": [
        {
            "id": "3893bb5d-da16-4dc1-9185-11d97476c254",
            "specVersion": "3.0.0",
            "created": "2025-02-01T08:00:00Z",
            "status": "Active",
            "companyName": "Example Medical Ltd",
            "companyIds": ["urn:epc:id:sgln:4063973.00000.8"],
            "productDescription": "Nitrile examination gloves, box of 200",
            "productIds": ["urn:gtin:4006381333931"],
            "productNameCompany": "Gloves 200",
            "pcf": {
                "declaredUnitOfMeasurement": "piece",
                "declaredUnitAmount": "1",
                "productMassPerDeclaredUnit": "0.82",
                "pcfExcludingBiogenicUptake": "2.4",
                "referencePeriodStart": "2024-01-01T00:00:00Z",
                "referencePeriodEnd": "2025-01-01T00:00:00Z",
            },
        }
    ]
}
router = APIRouter(prefix="/footprints", tags=["supplier figures"])


@router.post("", summary="Declare exchanged footprints", response_model=FootprintsTaken, responses=posted())
def declare(
    document: Annotated[Any, Body(description=_TAKEN, json_schema_extra={"example": _EXAMPLE})],
    _actor: Reviewer,
    once: Once,
) -> Response:
    """Declare a footprint, a list of them, or those under ``data``, as their suppliers' figures.

    Each is answered by itself. The same footprint may be sent again.
    """
    documents = listed(document)
    if len(documents) > MAX_LINES:
        raise HTTPException(
            413, f"Got {len(documents):,} footprints, expected at most {MAX_LINES:,}: send several requests."
        )

    def act(writing: Writing) -> str:
        taken = take_in(writing, documents)
        items = [FootprintTaken(**asdict(one) | {"goods": list(one.goods)}) for one in taken]
        return FootprintsTaken(items=items).model_dump_json()

    return once.answer(200, act)
