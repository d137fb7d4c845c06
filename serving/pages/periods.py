"""Reporting periods: closing one locks its lines, reopening it takes a reason."""

from fastapi import APIRouter
from pydantic import ValidationError
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from serving.api.backend import Back
from serving.pages.line_history import key_names
from serving.pages.rendering import render
from serving.pages.visitors import Known, OwnForm
from serving.schemas import ClosingIn, ReopeningIn
from serving.store import Actor
from serving.store.errors import PeriodError
from serving.store.periods import close_period, reopen_period
from serving.store.periods import periods as all_periods

router = APIRouter(prefix="/periods")

_FIELDS = ("name", "first", "last", "reason")


@router.get("")
def periods(request: Request, actor: Known, back: Back) -> Response:
    """List the periods, and let admins close and reopen them."""
    return _page(request, actor, back)


@router.post("/closings")
def close(request: Request, actor: Known, form: OwnForm, back: Back) -> Response:
    """Close a period."""
    actor.require("admin")
    typed = {name: str(form.get(name, "")).strip()[:500] for name in _FIELDS}
    try:
        said = ClosingIn.model_validate(typed)
        with back.get_store().writing(actor) as writing:
            close_period(writing, said.name, said.first, said.last, said.reason)
    except PeriodError as error:
        return _page(request, actor, back, 409, typed, str(error))
    except ValidationError as error:
        fault = error.errors()[0]
        said_of = ".".join(str(part) for part in fault["loc"])
        return _page(request, actor, back, 422, typed, f"{said_of}: {fault['msg']}: correct it.")
    return RedirectResponse("/periods", 303)


@router.post("/reopenings")
def reopen(request: Request, actor: Known, form: OwnForm, back: Back) -> Response:
    """Reopen a period."""
    actor.require("admin")
    try:
        said = ReopeningIn(name=str(form.get("name", "")), reason=str(form.get("reason", "")))
        with back.get_store().writing(actor) as writing:
            reopen_period(writing, said.name, said.reason)
    except PeriodError as error:
        return _page(request, actor, back, 409, refused=str(error))
    except ValidationError as error:
        fault = error.errors()[0]
        return _page(request, actor, back, 422, refused=f"{fault['loc'][-1]}: {fault['msg']}: correct it.")
    return RedirectResponse("/periods", 303)


def _page(
    request: Request,
    actor: Actor,
    back: Back,
    status: int = 200,
    typed: dict[str, str] | None = None,
    refused: str = "",
) -> Response:
    with back.get_store().reading(actor) as reading:
        known = all_periods(reading)
        names = key_names(reading)
    return render(
        request,
        "periods.html",
        status,
        periods=known,
        names=names,
        typed=typed or dict.fromkeys(_FIELDS, ""),
        refused=refused,
        may_close="admin" in actor.scopes,
    )
