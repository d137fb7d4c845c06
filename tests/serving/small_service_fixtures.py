"""The real application over a small model, on databases of its own."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.routing import Mount

from serving.api import Backend, create_api
from serving.jobs.settings import JobSettings
from serving.operations.monitor import RequestMonitor
from serving.pages import create_pages
from serving.rate_limits import RateLimits
from serving.size_limit import MAX_BODY_BYTES, BodySizeLimit
from serving.store import AuditStore
from tests.serving.small_model import SmallModel, small_parts
from tests.serving.small_service import Service


@pytest.fixture
def small_model() -> SmallModel:
    return SmallModel(**small_parts())


@pytest.fixture
def serve(small_model: SmallModel, clock: Any, tmp_path: Path) -> Iterator[Callable[..., Service]]:
    """Starts the application on a database: ``serve(url, lines_per_minute=2000)``."""
    stores = []

    def start(url: str, max_upload_bytes: int = 1 << 30, **rates: int) -> Service:
        store = AuditStore(url, clock=clock)
        stores.append(store)
        jobs = JobSettings(folder=tmp_path / "jobs")
        backend = Backend(
            lambda: small_model,
            lambda: store,
            rates=RateLimits(**rates),
            jobs=jobs,
            get_model_of=lambda _: small_model,
        )
        uploads = {("POST", path): max_upload_bytes for path in ("/jobs", "/v1/jobs", "/ledgers")}
        api = create_api(backend)
        site = Starlette(routes=[Mount("/v1", api), Mount("/", create_pages(backend))])
        app, whole = (RequestMonitor(BodySizeLimit(one, MAX_BODY_BYTES, uploads)) for one in (api, site))
        return Service(store, small_model, jobs, app, whole)

    yield start
    for store in stores:
        store.close()


@pytest.fixture
def service(serve: Callable[..., Service], sqlite_url: str) -> Service:
    return serve(sqlite_url)
