"""Errors over HTTP in their one shape: problem details (RFC 9457)."""

from typing import Final

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from data.errors import LedgerprintError

_TITLES: Final = {
    400: "The request cannot be used",
    404: "There is no such resource",
    405: "The method is not allowed here",
    413: "The request is too large",
    422: "The request does not fit the schema",
    500: "Something went wrong on our side",
}


def problem(status: int, detail: str, instance: str) -> JSONResponse:
    """Make a problem document."""
    body = {
        "type": "about:blank",
        "title": _TITLES.get(status, "The request failed"),
        "status": status,
        "detail": detail,
        "instance": instance,
    }
    return JSONResponse(body, status, media_type="application/problem+json")


def answer_with_problems(app: FastAPI) -> None:
    """Turn every error of an application into a problem document."""

    @app.exception_handler(LedgerprintError)
    def _ours(request: Request, error: LedgerprintError) -> JSONResponse:
        return problem(422, str(error), request.url.path)

    @app.exception_handler(RequestValidationError)
    def _schema(request: Request, error: RequestValidationError) -> JSONResponse:
        parts = [f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors()]
        return problem(422, "; ".join(parts), request.url.path)

    @app.exception_handler(HTTPException)
    def _http(request: Request, error: HTTPException) -> JSONResponse:
        return problem(error.status_code, str(error.detail), request.url.path)

    @app.exception_handler(Exception)
    def _unforeseen(request: Request, _: Exception) -> JSONResponse:
        return problem(500, "The error was logged; try again, and report it if it stays.", request.url.path)
