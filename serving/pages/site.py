"""The pages together: one application, to be mounted at the root of the service."""

from fastapi import FastAPI
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from serving.api.backend import Backend
from serving.pages import (
    decisions,
    drafts,
    ledger,
    ledger_export,
    ledger_report,
    ledgers,
    line,
    model_comparison,
    models,
    periods,
    progress,
    reviews,
    sign_in,
    try_line,
)
from serving.pages.faults import answer_with_pages
from serving.pages.headers import PageHeaders
from serving.pages.rendering import static_content

_KINDS = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml", ".txt": "text/plain"}
_KEPT = "public, max-age=31536000, immutable"
_PAGES = (
    sign_in,
    ledgers,
    drafts,
    progress,
    ledger,
    ledger_report,
    ledger_export,
    line,
    decisions,
    reviews,
    periods,
    try_line,
    model_comparison,
    models,
)


def create_pages(backend: Backend) -> FastAPI:
    """Make the application.

    Parameters
    ----------
    backend
        The model, the audit store and the limits: those of the API.
    """
    app = FastAPI(
        # its own spans and logs would hold paths and what errors say: serving.operations has ours
        telemetry={"tracing": False, "metrics": False, "logs": False, "auto_configure": False},
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
    )
    app.state.backend = backend
    app.add_middleware(PageHeaders)
    answer_with_pages(app)
    for page in _PAGES:
        app.include_router(page.router)
    app.add_api_route("/static/{name}", _static, methods=["GET"])
    return app


def _static(name: str, request: Request) -> Response:
    suffix = f".{name.rpartition('.')[2]}"
    try:
        content = static_content(name) if suffix in _KINDS and "/" not in name else None
    except FileNotFoundError:
        content = None
    if content is None:
        raise HTTPException(404)
    headers = {"Cache-Control": _KEPT} if "v" in request.query_params else None
    return Response(content, media_type=_KINDS[suffix], headers=headers)
