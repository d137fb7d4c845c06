"""Errors as pages: what was got, what was expected, what to do."""

from collections.abc import Mapping

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from data.errors import LedgerprintError
from serving.operations.requests import current_request
from serving.pages.rendering import render, wants_part
from serving.pages.visitors import SignInNeededError, sign_in_address
from serving.problems import problem, retry_headers, status_of, title_of


def answer_with_pages(app: FastAPI) -> None:
    """Turn every error of the pages into a page, or into a part of one where a script asked."""
    app.add_exception_handler(SignInNeededError, _sign_in)
    app.add_exception_handler(LedgerprintError, _ours)
    app.add_exception_handler(RequestValidationError, _malformed)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(Exception, _unforeseen)


def _sign_in(request: Request, error: Exception) -> Response:
    address = sign_in_address(error.next_page if isinstance(error, SignInNeededError) else "/")
    if wants_part(request):
        return Response(status_code=204, headers={"HX-Redirect": address})
    return RedirectResponse(address, 303)


def _ours(request: Request, error: Exception) -> Response:
    return _page(request, status_of(error), str(error), retry_headers(error))


def _malformed(request: Request, error: Exception) -> Response:
    faults = error.errors()[:3] if isinstance(error, RequestValidationError) else []
    said = "; ".join(
        f"{'.'.join(str(part) for part in fault['loc'][1:])}: {fault['msg']}" for fault in faults
    )
    return _page(request, 422, f"{said}: correct the address or the form.")


def _http(request: Request, error: Exception) -> Response:
    if not isinstance(error, HTTPException):
        return _unforeseen(request, error)
    plain = "" if error.detail in {"Not Found", "Method Not Allowed"} else error.detail
    detail = plain or "Nothing is at this address: go on from the first page."
    return _page(request, error.status_code, detail, error.headers)


def _unforeseen(request: Request, _error: Exception) -> Response:
    # it goes on to RequestMonitor, which logs it
    return _page(request, 500, "The error was logged: try again, and report it if it stays.")


def _page(request: Request, status: int, detail: str, headers: Mapping[str, str] | None = None) -> Response:
    if not (wants_part(request) or "text/html" in request.headers.get("accept", "")):
        return problem(status, detail, request.url.path, headers)  # a program took a wrong turn
    facts = current_request()
    template = "problem_part.html" if wants_part(request) else "problem.html"
    answer = render(
        request,
        template,
        status,
        title=title_of(status),
        detail=detail,
        request_id=facts.request_id if facts else "",
    )
    answer.headers.update(headers or {})
    return answer
