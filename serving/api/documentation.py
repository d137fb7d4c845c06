"""Documentation of the API as a page whose scripts come from this server: it works without any other."""

from importlib.util import find_spec
from pathlib import Path
from typing import Final

from fastapi import FastAPI
from fastapi.openapi.docs import get_swagger_ui_html
from starlette.responses import HTMLResponse
from starlette.staticfiles import StaticFiles

_SCRIPTS: Final = "_internal/server/static_content"
"""Where BentoML keeps the Swagger UI that it ships."""


def add_documentation(app: FastAPI) -> None:
    """Serve the page at ``/docs`` and its scripts at ``/assets``.

    Links are relative, so that the application may be mounted anywhere.
    """
    page = get_swagger_ui_html(
        openapi_url="openapi.json",
        title=app.title,
        swagger_js_url="assets/swagger-ui-bundle.js",
        swagger_css_url="assets/swagger-ui.css",
        swagger_favicon_url="data:,",
    )

    @app.get("/docs", include_in_schema=False)
    async def docs() -> HTMLResponse:
        return page

    app.mount("/assets", StaticFiles(directory=_scripts()), name="assets")


def _scripts() -> Path:
    spec = find_spec("bentoml")
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError("bentoml")
    return Path(spec.origin).parent / _SCRIPTS
