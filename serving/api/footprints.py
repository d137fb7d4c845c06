"""Footprints that suppliers send: PACT and Catena-X."""

from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Body
from starlette.exceptions import HTTPException

from serving.api.access import Reviewer
from serving.api.backend import Back
from serving.api.openapi import answers
from serving.exchange.intake import listed, take_in
from serving.schemas import MAX_LINES
from serving.schemas.footprints import FootprintsTaken, FootprintTaken

router = APIRouter(prefix="/footprints", tags=["supplier figures"])


@router.post("", summary="Declare exchanged footprints", responses=answers(400, 403, 413, 415))
def declare(
    document: Annotated[Any, Body(description="ProductFootprints of PACT 2 or 3, or Catena-X PCF 9")],
    back: Back,
    actor: Reviewer,
) -> FootprintsTaken:
    """Declare a footprint, a list of them, or those under ``data``, as their suppliers' figures.

    Each is answered by itself. The same footprint may be sent again.
    """
    documents = listed(document)
    if len(documents) > MAX_LINES:
        raise HTTPException(
            413, f"Got {len(documents):,} footprints, expected at most {MAX_LINES:,}: send several requests."
        )
    with back.get_store().writing(actor) as writing:
        taken = list(take_in(writing, documents))
    return FootprintsTaken(
        items=[FootprintTaken(**asdict(one) | {"goods": list(one.goods)}) for one in taken]
    )
