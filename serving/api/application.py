"""The application: all resources under one description."""

from fastapi import FastAPI

from serving.api import (
    catalogue,
    categories,
    estimates,
    factors,
    footprints,
    jobs,
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
from serving.version import program_version


def create_api(backend: Backend) -> FastAPI:
    """Make the application, to be mounted at ``/v1``.

    Parameters
    ----------
    backend
        The model, the audit store and the limits.
    """
    app = FastAPI(
        title="ledgerprint",
        version=program_version(),
        description="A carbon footprint, with a range and a reason, for every line of a purchase.",
        # its own spans and logs would hold paths and what errors say: serving.operations has ours
        telemetry={"tracing": False, "metrics": False, "logs": False, "auto_configure": False},
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
        jobs,
        model,
    ):
        app.include_router(resource.router)
    app.openapi = lambda: described(app)  # type: ignore[method-assign]
    return app
