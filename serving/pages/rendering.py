"""Writing a page from its template, with what all pages share."""

from functools import cache
from hashlib import sha256
from importlib.resources import files
from typing import Any, Final

from jinja2 import Environment
from starlette.requests import Request
from starlette.responses import HTMLResponse

from serving.pages.visitors import FORM_FIELD, remember
from serving.report.page import page_environment
from serving.version import program_version

STATIC: Final = files("serving.pages").joinpath("static")
_DIGEST_LENGTH: Final = 12


def render(request: Request, template: str, status: int = 200, **content: Any) -> HTMLResponse:
    """Write a page, or the part of one that a script asked for.

    Parameters
    ----------
    request
        What is answered.
    template
        File in ``templates``.
    status
        HTTP status.
    content
        What the template shows; ``visitor``, ``form_token`` and ``here`` (the path) are there by themselves.
    """
    visitor = getattr(request.state, "visitor", None)
    shared = {
        "visitor": visitor,
        "form_token": visitor.form_token if visitor else "",
        "form_token_field": FORM_FIELD,
        "here": request.url.path,
        "program_version": program_version(),
    }
    page = _templates().get_template(template).render(**shared, **content)
    response = HTMLResponse(page, status)
    if visitor is not None:
        remember(response, visitor.token, request)
    return response


def wants_part(request: Request) -> bool:
    """Tell whether a script of a page asks for a part of a page, and not to go back to a whole one."""
    whole = "hx-boosted", "hx-history-restore-request"
    return "hx-request" in request.headers and not any(name in request.headers for name in whole)


@cache
def _templates() -> Environment:
    environment = page_environment("serving.pages")
    environment.globals["static"] = _static_address
    return environment


@cache
def _static_address(name: str) -> str:
    """Address of a static file that changes with its content, so that browsers may keep it."""
    digest = sha256(static_content(name)).hexdigest()[:_DIGEST_LENGTH]
    return f"/static/{name}?v={digest}"


def static_content(name: str) -> bytes:
    """Read a static file.

    Raises
    ------
    FileNotFoundError
        If there is none of this name.
    """
    if name == "report.css":
        return files("serving.report").joinpath("templates/report.css").read_bytes()
    return STATIC.joinpath(name).read_bytes()
