"""The real application over a small model: real factors and prices, and categories told by a word."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.testclient import TestClient

from serving.api import Backend, create_api
from serving.jobs.engine import JobEngine
from serving.jobs.settings import JobSettings
from serving.operations.monitor import RequestMonitor
from serving.rate_limits import RateLimits
from serving.size_limit import MAX_BODY_BYTES, BodySizeLimit
from serving.store import Actor, AuditStore
from serving.store.keys import create_key
from tests.serving.small_model import SmallModel, small_parts


@pytest.fixture
def small_model() -> SmallModel:
    return SmallModel(**small_parts())


@dataclass
class Service:
    """The application, its parts, and clients of it."""

    store: AuditStore
    model: SmallModel
    jobs: JobSettings
    app: RequestMonitor

    def key(self, name: str, *scopes: str, tenant: str = "default") -> str:
        with self.store.writing(Actor.local(tenant)) as writing:
            return create_key(writing, name, scopes or ("estimate", "review", "admin"))

    def client(self, key: str = "", host: str = "127.0.0.1") -> httpx.Client:
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        return TestClient(self.app, client=(host, 50_000), headers=headers, raise_server_exceptions=False)

    def run_jobs(self) -> None:
        """Run what was handed in until nothing is left."""
        JobEngine(self.store, self.jobs, lambda _: self.model, poll_seconds=0.05).run(until_idle=True)

    @contextmanager
    def on_a_port(self) -> Iterator[str]:
        """Answer on a real port of this machine."""
        site = Starlette(routes=[Mount("/v1", self.app)])
        server = uvicorn.Server(uvicorn.Config(site, port=0, log_level="warning", ws="none"))
        thread = threading.Thread(target=server.run)
        thread.start()
        while not server.started:
            time.sleep(0.01)
        host, port = server.servers[0].sockets[0].getsockname()
        try:
            yield f"http://{host}:{port}"
        finally:
            server.should_exit = True
            thread.join(20)


@pytest.fixture
def serve(small_model: SmallModel, clock: Any, tmp_path: Path) -> Iterator[Callable[..., Service]]:
    """Starts the application on a database: ``serve(url, lines_per_minute=2000)``."""
    stores = []

    def start(url: str, max_upload_bytes: int = 1 << 30, **rates: int) -> Service:
        store = AuditStore(url, clock=clock)
        stores.append(store)
        jobs = JobSettings(folder=tmp_path / "jobs")
        backend = Backend(lambda: small_model, lambda: store, rates=RateLimits(**rates), jobs=jobs)
        uploads = {("POST", path): max_upload_bytes for path in ("/jobs", "/v1/jobs")}
        app = RequestMonitor(BodySizeLimit(create_api(backend), MAX_BODY_BYTES, uploads))
        return Service(store, small_model, jobs, app)

    yield start
    for store in stores:
        store.close()


@pytest.fixture
def service(serve: Callable[..., Service], sqlite_url: str) -> Service:
    return serve(sqlite_url)


@pytest.fixture
def client(service: Service) -> httpx.Client:
    """This machine, without a key."""
    return service.client()
