"""The BentoML service: one model, API at /v1, pages at /, liveness, readiness and metrics beside them."""

from typing import Any

import bentoml
from starlette.applications import Starlette
from starlette.routing import Mount, Route

from serving.api import Backend, create_api
from serving.api.turn import Turn
from serving.jobs.settings import job_settings
from serving.operations.ending import OrderlyEnd
from serving.operations.exposition import metrics_page
from serving.operations.logs import set_up_logs
from serving.operations.monitor import RequestMonitor
from serving.operations.readiness import Readiness, ReadinessMiddleware
from serving.operations.service_parts import ServiceParts
from serving.operations.settings import operations_settings
from serving.operations.traces import start_tracing, stop_tracing
from serving.pages import create_pages
from serving.problems import answer_with_problems
from serving.rate_limits import RateLimits
from serving.settings import service_settings
from serving.size_limit import MAX_BODY_BYTES, BodySizeLimit

SETTINGS = service_settings()
JOBS = job_settings(SETTINGS.database)
OPERATIONS = operations_settings()
PARTS = ServiceParts.from_settings(SETTINGS)
END = OrderlyEnd(OPERATIONS.drain_seconds)
set_up_logs(OPERATIONS)


def create_site() -> BodySizeLimit:
    """Make everything that is not BentoML's own: the API and the pages.

    It is mounted at the root as a plain ASGI application: BentoML would answer unknown paths under a mounted
    Starlette application itself, with errors of another shape, and its own start page calls a tracker.
    """
    backend = Backend(
        get_model=PARTS.model.get,
        get_store=PARTS.store.get,
        turn=Turn(SETTINGS.max_wait_seconds),
        rates=RateLimits(SETTINGS.requests_per_minute, SETTINGS.lines_per_minute),
        promotion_log=SETTINGS.promotion_log,
        jobs=JOBS,
        get_model_of=PARTS.model_of,
        get_reference=PARTS.reference,
        archive=PARTS.archive,
        get_baseline=lambda: PARTS.baseline.loaded,
    )
    routes = [
        Mount("/v1", create_api(backend)),
        Route("/metrics", metrics_page(PARTS)),
        Mount("/", create_pages(backend)),
    ]
    site = Starlette(routes=routes)
    answer_with_problems(site)
    uploads = {("POST", path): JOBS.max_upload_bytes for path in ("/v1/jobs", "/ledgers")}
    return BodySizeLimit(site, MAX_BODY_BYTES, uploads)


# The API answers 503 long before this timeout, in its own shape of an error. BentoML's metrics and access
# log go by path, of which there is one for every estimate, and its traces would be a second set: ours replace
# them.
@bentoml.service(
    name="ledgerprint",
    workers=SETTINGS.workers,
    traffic={"timeout": 3600},
    metrics={"enabled": False},
    logging={"access": {"enabled": False}},
    tracing={"excluded_urls": ".*"},
)
@bentoml.asgi_app(create_site(), path="/")
class Ledgerprint:
    """Estimates over HTTP; ready once the store is open and the model has answered."""

    def __init__(self) -> None:
        END.take_over()
        start_tracing()
        PARTS.load()

    @bentoml.on_shutdown  # type: ignore[untyped-decorator]
    def close(self) -> None:
        """Let go of everything once the last request was answered."""
        PARTS.close()
        stop_tracing()


# the first one stands outermost
_service: Any = Ledgerprint
_service.add_asgi_middleware(RequestMonitor)
_service.add_asgi_middleware(ReadinessMiddleware, readiness=Readiness(PARTS.model, PARTS.store, END))
