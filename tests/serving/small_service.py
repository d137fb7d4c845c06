"""The real application over a small model, and those who use it: programs and browsers."""

import re
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import httpx
import uvicorn
from starlette.testclient import TestClient

from serving.jobs.engine import JobEngine
from serving.jobs.settings import JobSettings
from serving.operations.monitor import RequestMonitor
from serving.store import Actor, AuditStore
from serving.store.keys import create_key
from tests.serving.small_model import SmallModel

_FORM_TOKEN = re.compile(r'"X-Form-Token": "([0-9a-f]{64})"')


@dataclass
class Browser:
    """What a browser without scripts does: keeps cookies, follows redirects, sends forms of pages it saw."""

    http: httpx.Client
    form_token: str = ""

    def open(self, path: str, **query: Any) -> httpx.Response:
        return self._seen(self.http.get(path, params=query or None, headers={"accept": "text/html"}))

    def send(self, path: str, fields: dict[str, Any] | None = None, **options: Any) -> httpx.Response:
        said = {"form_token": self.form_token, **(fields or {})}
        return self._seen(self.http.post(path, data=said, headers={"accept": "text/html"}, **options))

    def sign_in(self, key: str) -> None:
        self.open("/sign-in")
        self.send("/sign-in", {"key": key, "next": "/"})

    def _seen(self, answer: httpx.Response) -> httpx.Response:
        found = _FORM_TOKEN.search(answer.text)
        self.form_token = found[1] if found else self.form_token
        return answer


@dataclass
class Service:
    """The API and the whole site, their parts, and clients of them."""

    store: AuditStore
    model: SmallModel
    jobs: JobSettings
    app: RequestMonitor
    site: RequestMonitor

    def key(self, name: str, *scopes: str, tenant: str = "default") -> str:
        with self.store.writing(Actor.local(tenant)) as writing:
            return create_key(writing, name, scopes or ("estimate", "review", "admin"))

    def client(self, key: str = "", host: str = "127.0.0.1") -> httpx.Client:
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        return TestClient(
            self.app,
            "http://127.0.0.1:3000",
            client=(host, 50_000),
            headers=headers,
            raise_server_exceptions=False,
        )

    def browser(self, key: str = "", host: str = "127.0.0.1") -> Browser:
        http = TestClient(
            self.site, "http://127.0.0.1:3000", client=(host, 50_000), raise_server_exceptions=False
        )
        browser = Browser(http)
        if key:
            browser.sign_in(key)
        return browser

    def run_jobs(self) -> None:
        """Run what was handed in until nothing is left."""
        engine = JobEngine(self.store, self.jobs, lambda _: self.model, poll_seconds=0.05)
        # in a thread of its own: a browser that a test drives keeps an event loop in this one
        with ThreadPoolExecutor(1) as alone:
            alone.submit(engine.run, until_idle=True).result()

    @contextmanager
    def on_a_port(self) -> Iterator[str]:
        """Answer on a real port of this machine."""
        server = uvicorn.Server(uvicorn.Config(self.site, port=0, log_level="warning", ws="none"))
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
