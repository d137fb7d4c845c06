"""The application: all resources under one description."""

from importlib.metadata import version

from fastapi import FastAPI

from serving.api import (
    catalogue,
    categories,
    estimates,
    factors,
    footprints,
    labels,
    model,
    past_estimates,
    periods,
    reviews,
    supplier_figures,
)
from serving.api.backend import Backend
from serving.api.documentation import add_documentation
from serving.api.openapi import described
from serving.problems import answer_with_problems


def create_api(backend: Backend) -> FastAPI:
    """Make the application, to be mounted at ``/v1``.

    Parameters
    ----------
    backend
        The model, the audit store and the limits.
    """
    app = FastAPI(
        title="ledgerprint",
        version=version("ledgerprint"),
        description="A carbon footprint, with a range and a reason, for every line of a purchase.",
        docs_url=None,
        redoc_url=None,
    )
    app.state.backend = backend
    answer_with_problems(app)
    add_documentation(app)
    for resource in (
        estimates,
        past_estimates,
        reviews,
        labels,
        periods,
        supplier_figures,
        footprints,
        catalogue,
        categories,
        factors,
        model,
    ):
        app.include_router(resource.router)
    app.openapi = lambda: described(app)  # type: ignore[method-assign]
    return app
