"""The BentoML service: one model, the API mounted at /v1, liveness, readiness and metrics beside it."""

from functools import cache

import bentoml
import pandas as pd
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import RedirectResponse
from starlette.routing import Mount, Route

from features.line_items import line_items
from models.footprint import FootprintModel
from models.persistence import load_model
from serving.api import Backend, create_api
from serving.api.backend import Turn
from serving.database import open_store
from serving.jobs.settings import job_settings
from serving.problems import answer_with_problems
from serving.rate_limits import RateLimits
from serving.replay.archive import archive_of
from serving.settings import service_settings
from serving.size_limit import MAX_BODY_BYTES, BodySizeLimit
from serving.store import AuditStore

SETTINGS = service_settings()
JOBS = job_settings(SETTINGS.database)


@cache
def served_model() -> FootprintModel:
    """Load the model once for each worker process, from where the bundles of recorded estimates are kept."""
    kept = archive_of(SETTINGS.database, SETTINGS.bundles).keep(SETTINGS.bundle)
    return load_model(kept, SETTINGS.threads)


@cache
def audit_store() -> AuditStore:
    """Open the audit store once for each worker process."""
    return open_store(SETTINGS.database)


def create_site() -> BodySizeLimit:
    """Make everything that is not BentoML's own: the API, and problem documents for every other path.

    It is mounted at the root as a plain ASGI application: BentoML would answer unknown paths under a mounted
    Starlette application itself, with errors of another shape, and its own start page calls a tracker.
    """
    backend = Backend(
        served_model,
        audit_store,
        Turn(SETTINGS.max_wait_seconds),
        RateLimits(SETTINGS.requests_per_minute, SETTINGS.lines_per_minute),
        SETTINGS.promotion_log,
        JOBS,
    )
    site = Starlette(routes=[Mount("/v1", create_api(backend)), Route("/", _start)])
    answer_with_problems(site)
    return BodySizeLimit(site, MAX_BODY_BYTES, {("POST", "/v1/jobs"): JOBS.max_upload_bytes})


async def _start(_: Request) -> RedirectResponse:
    return RedirectResponse("/v1/docs")


# The API answers 503 long before this timeout, in its own shape of an error.
@bentoml.service(name="ledgerprint", workers=SETTINGS.workers, traffic={"timeout": 3600})
@bentoml.asgi_app(create_site(), path="/")
class Ledgerprint:
    """Estimates over HTTP; ready once the store is open and the model has answered."""

    def __init__(self) -> None:
        audit_store()
        line = pd.DataFrame(
            {"description": ["desk"], "amount": [1.0], "currency": ["USD"], "country": ["US"]}
        )
        served_model().predict(line_items(line))
