"""Errors over HTTP in their one shape: problem details (RFC 9457)."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request

from data.errors import BundleError, EncoderMismatchError, LedgerprintError
from serving.drafts.errors import UnknownDraftError
from serving.jobs import errors as jobs
from serving.operations.requests import current_request
from serving.rate_limits import RateLimitError
from serving.store import errors as store

_TITLES: Final = {
    400: "The request cannot be read",
    401: "A key is needed",
    403: "The key does not allow this",
    404: "There is no such resource",
    405: "The method is not allowed here",
    409: "The request does not fit what is there",
    413: "The request is too large",
    415: "The request is of another kind",
    422: "The request cannot be used",
    429: "Too much was asked",
    500: "Something went wrong on our side",
    503: "The service is busy",
}

_STATUSES: Final[Mapping[type[LedgerprintError], int]] = {
    store.KeyRefusedError: 401,
    store.ScopeError: 403,
    store.UnknownEstimateError: 404,
    store.CursorError: 400,
    store.IdempotencyMismatchError: 409,
    store.IdempotencyInProgressError: 409,
    store.ClaimLostError: 409,
    store.ReviewError: 409,
    store.PeriodError: 409,
    store.ClosedPeriodError: 409,
    store.UnknownJobError: 404,
    UnknownDraftError: 404,
    store.JobStateError: 409,
    jobs.JobResultError: 409,
    jobs.JobFilesError: 503,
    store.StoreUnavailableError: 503,
    BundleError: 503,
    EncoderMismatchError: 503,
    RateLimitError: 429,
}
"""Any other error of ours is about what the request says: 422."""
_RETRY_SECONDS: Final = 5


class Problem(BaseModel):
    """What went wrong with a request (RFC 9457)."""

    type: str = Field(description="about:blank: the status says which kind of problem it is")
    title: str
    status: int
    detail: str = Field(description="what was got, what was expected, what to do")
    instance: str = Field(description="the path that was asked for")
    request_id: str | None = Field(default=None, description="by which the log knows the request")


def title_of(status: int) -> str:
    """Say in a few words which kind of problem a status is."""
    return _TITLES.get(status, "The request failed")


def status_of(error: Exception) -> int:
    """Give the HTTP status of an error of ours."""
    return _STATUSES.get(type(error), 422) if isinstance(error, LedgerprintError) else 422


def retry_headers(error: Exception) -> dict[str, str]:
    """Say when to come back after an error of ours that passes by itself; of any other, nothing."""
    if isinstance(error, store.IdempotencyInProgressError | RateLimitError):
        return {"Retry-After": str(error.retry_after_seconds)}
    if isinstance(error, store.ClaimLostError | store.StoreUnavailableError | jobs.JobFilesError):
        return {"Retry-After": str(_RETRY_SECONDS)}
    return {}


def problem(
    status: int, detail: str, instance: str, headers: Mapping[str, str] | None = None
) -> JSONResponse:
    """Make a problem document.

    Parameters
    ----------
    status
        HTTP status.
    detail
        What was got, what was expected, what to do.
    instance
        Path that was asked for.
    headers
        To send along.
    """
    facts = current_request()
    body = Problem(
        type="about:blank",
        title=title_of(status),
        status=status,
        detail=_sendable(detail),
        instance=instance,
        request_id=facts.request_id if facts else None,
    )
    content = body.model_dump(exclude_none=True)
    return JSONResponse(content, status, headers, media_type="application/problem+json")


def problem_responses(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Describe the problems of a route for its OpenAPI document."""
    content = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {status: {"description": _TITLES[status], "content": content} for status in statuses}


def answer_with_problems(app: Starlette) -> None:
    """Turn every error of an application into a problem document."""
    app.add_exception_handler(LedgerprintError, _ours)
    app.add_exception_handler(RequestValidationError, _schema)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(Exception, _unforeseen)


def _ours(request: Request, error: Exception) -> JSONResponse:
    status = status_of(error)
    headers = retry_headers(error)
    if isinstance(error, store.KeyRefusedError):
        headers["WWW-Authenticate"] = "Bearer"
    return problem(status, str(error), request.url.path, headers)


def _schema(request: Request, error: Exception) -> JSONResponse:
    faults: Sequence[dict[str, Any]] = error.errors() if isinstance(error, RequestValidationError) else ()
    kind = request.headers.get("content-type", "")
    if any(fault["loc"] == ("body",) for fault in faults) and "json" not in kind:
        detail = f"Got a body of type {kind!r}, expected application/json: say so in Content-Type."
        return problem(415, detail, request.url.path)
    status = 400 if any(fault["type"] == "json_invalid" for fault in faults) else 422
    parts = [f"{'.'.join(str(part) for part in f['loc'])}: {_message(f)}" for f in faults[:3]]
    return problem(status, f"{'; '.join(parts)}: correct the request and send it again.", request.url.path)


def _message(fault: Mapping[str, Any]) -> str:
    reason = str(fault.get("ctx", {}).get("error", "")) if fault["type"] == "json_invalid" else ""
    return f"{fault['msg']} ({reason})" if reason else str(fault["msg"])


def _http(request: Request, error: Exception) -> JSONResponse:
    if not isinstance(error, HTTPException):
        return _unforeseen(request, error)
    words = {
        404: f"Nothing is at {request.url.path}: see /v1/docs for what there is.",
        405: f"{request.method} is not allowed at {request.url.path}: see /v1/docs for what is.",
    }
    plain = (
        error.detail if error.detail not in {"Not Found", "Method Not Allowed"} else words[error.status_code]
    )
    return problem(error.status_code, plain, request.url.path, error.headers)


def _unforeseen(request: Request, _error: Exception) -> JSONResponse:
    # it goes on to RequestMonitor, which logs it
    return problem(500, "The error was logged: try again, and report it if it stays.", request.url.path)


def _sendable(text: str) -> str:
    """Escape what has no UTF-8 form: JSON can carry half a surrogate pair."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8")
