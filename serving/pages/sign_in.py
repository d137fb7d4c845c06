"""Signing in with an API key, and out again."""

from typing import Annotated

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from serving.api.backend import Back
from serving.pages.rendering import render
from serving.pages.visitors import COOKIE, AnyVisitor, OwnForm, own_page, remember
from serving.store.errors import KeyRefusedError
from serving.store.sign_ins import sign_in, sign_out

router = APIRouter()


@router.get("/sign-in")
def sign_in_page(
    request: Request, visitor: AnyVisitor, next_page: Annotated[str, Query(alias="next")] = "/"
) -> Response:
    """Ask for a key, unless nobody needs one."""
    if visitor.actor is not None:
        return RedirectResponse(own_page(next_page), 303)
    return render(request, "sign_in.html", next_page=own_page(next_page), refused="")


@router.post("/sign-in")
def sign_in_with_key(request: Request, _visitor: AnyVisitor, form: OwnForm, back: Back) -> Response:
    """Sign the browser in, under a new token."""
    next_page = own_page(str(form.get("next", "/")))
    try:
        token = sign_in(back.get_store(), str(form.get("key", "")).strip())
    except KeyRefusedError as error:
        return render(request, "sign_in.html", 401, next_page=next_page, refused=str(error))
    response = RedirectResponse(next_page, 303)
    remember(response, token, request)
    return response


@router.post("/sign-out")
def sign_out_here(visitor: AnyVisitor, _form: OwnForm, back: Back) -> Response:
    """Sign the browser out."""
    sign_out(back.get_store(), visitor.token)
    response = RedirectResponse("/sign-in", 303)
    response.delete_cookie(COOKIE)
    return response
