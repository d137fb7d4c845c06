"""The first page: where a ledger is dropped, and the ledgers that were handed in."""

from importlib.resources import files
from typing import Annotated, Final

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from serving.api.backend import Back, Backend
from serving.pages.rendering import render
from serving.pages.visitors import Known
from serving.store import Actor
from serving.store.jobs import job_page
from serving.store.keys import list_keys

router = APIRouter()

EXAMPLES: Final = tuple(
    sorted(
        (one for one in files("data").joinpath("examples").iterdir() if one.name.endswith(".csv")),
        key=lambda one: one.name,
    )
)
"""The shipped ledgers."""
_SHOWN: Final = 25
_ABOUT_EXAMPLES: Final = {
    "council.csv": "a borough council, United Kingdom",
    "hospital.csv": "a hospital trust, United Kingdom",
    "university.csv": "a state university, United States",
}


@router.get("/")
def ledgers(
    request: Request, actor: Known, back: Back, cursor: Annotated[str, Query(max_length=2_000)] = ""
) -> Response:
    """List the ledgers of the visitor's tenant, the latest first, below the place to drop another."""
    return list_page(request, actor, back, cursor)


def list_page(
    request: Request, actor: Actor, back: Backend, cursor: str = "", refused: str = "", status: int = 200
) -> Response:
    """Write the first page.

    Parameters
    ----------
    request, actor, back
        Who looks at what.
    cursor
        Of a later page of the list.
    refused
        Why a file that was dropped was not taken.
    status
        HTTP status.
    """
    with back.get_store().reading(actor) as reading:
        page = job_page(reading, _SHOWN, cursor)
        names = {key.public_id: key.name for key in list_keys(reading)}
    return render(
        request,
        "ledgers.html",
        status,
        jobs=page.items,
        names=names,
        older=page.cursor,
        is_first=not cursor,
        refused=refused,
        may_drop="estimate" in actor.scopes,
        max_bytes=back.jobs.max_upload_bytes,
        examples=[(one.name, _ABOUT_EXAMPLES[one.name]) for one in EXAMPLES],
    )
