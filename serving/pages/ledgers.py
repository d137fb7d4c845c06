"""The first page: the ledgers that were handed in."""

from typing import Annotated, Final

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from serving.api.backend import Back
from serving.pages.rendering import render
from serving.pages.visitors import Known
from serving.store.jobs import job_page

router = APIRouter()

_SHOWN: Final = 25


@router.get("/")
def ledgers(
    request: Request, actor: Known, back: Back, cursor: Annotated[str, Query(max_length=2_000)] = ""
) -> Response:
    """List the ledgers of the visitor's tenant, the latest first."""
    with back.get_store().reading(actor) as reading:
        page = job_page(reading, _SHOWN, cursor)
    return render(request, "ledgers.html", jobs=page.items, older=page.cursor)
