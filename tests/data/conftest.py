"""A small catalogued file, and a web server on a real port that serves it, or something else."""

import hashlib
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

import data.catalogue
import data.commands
import data.location
from data.catalogue import DataFile, Source
from data.settings import DataSettings

CONTENT = b"code,value\n1,2.5\n"


@dataclass
class Upstream:
    """What the server answers: a status, bytes, and the length it claims for them."""

    port: int
    status: int = 200
    body: bytes = CONTENT
    claimed_length: int | None = None
    requests: list[str] = field(default_factory=list)


@pytest.fixture
def upstream() -> Iterator[Upstream]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            answer.requests.append(self.path)
            self.send_response(answer.status)
            length = len(answer.body) if answer.claimed_length is None else answer.claimed_length
            self.send_header("Content-Length", str(length))
            self.end_headers()
            self.wfile.write(answer.body)

        def log_message(self, *_: object) -> None:
            """Keep the output of the tests clean."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        answer = Upstream(server.server_port)
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield answer
        server.shutdown()
        thread.join()


@pytest.fixture
def entry() -> DataFile:
    """The one file that the catalogue holds where a test asks for ``places``."""
    source = Source(
        id="tiny",
        title="Tiny table",
        publisher="Nobody",
        version="1",
        repository="https://github.com/nobody/tables",
        commit="0" * 40,
        licence="CC0-1.0",
        redistributable="yes",
        share_alike=False,
        attribution="Nobody, tiny table.",
        traps=(),
    )
    return DataFile(
        name="factors/tiny.csv",
        source=source,
        upstream_path="a folder/tiny.csv",
        sha256=hashlib.sha256(CONTENT).hexdigest(),
        bytes=len(CONTENT),
        identical_to_upstream=True,
    )


@pytest.fixture
def places(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, upstream: Upstream, entry: DataFile
) -> DataSettings:
    """Three empty places to look for the one file, the server as its upstream; downloads are not allowed."""
    for module in (data.catalogue, data.commands):
        monkeypatch.setattr(module, "files", lambda: {entry.name: entry})
    monkeypatch.setattr(data.location, "BESIDE_CHECKOUT", tmp_path / "beside")
    return DataSettings(
        data=tmp_path / "package",
        cache=tmp_path / "cache",
        download=False,
        download_base=f"http://127.0.0.1:{upstream.port}",
        download_timeout_s=5,
    )
