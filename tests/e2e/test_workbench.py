"""The day of an auditor in a real browser: a hospital's real month dropped, corrected, approved, exported."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from serving.database import open_store
from serving.store import Actor
from serving.store.keys import create_key
from tests.browsing import WIDE, Watched, chromium
from tests.serving.operations.served import Served, program, served

_ESTIMATED_WITHIN_MS = 420_000
_TOTAL = ".total strong"


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """A database with the keys of two people."""
    folder = tmp_path_factory.mktemp("workbench")
    database = f"sqlite:///{folder / 'store.db'}"
    with open_store(database) as store:
        made = {}
        for name in ("Anna", "Bob"):
            with store.writing(Actor.local()) as writing:
                made[name] = create_key(writing, name, ("estimate", "review"))
    return made | {"database": database, "folder": str(folder)}


@pytest.fixture(scope="module")
def server(keys: dict[str, str]) -> Iterator[Served]:
    """``ledgerprint serve`` with the shipped bundle."""
    folder = Path(keys["folder"])
    command = [program("ledgerprint"), "serve"]
    with served(folder, command, LEDGERPRINT_DATABASE=keys["database"]) as running:
        running.wait_until_ready()
        yield running


@pytest.fixture
def people(server: Served, keys: dict[str, str]) -> Iterator[dict[str, Watched]]:
    """Anna and Bob, each signed in with a browser of their own."""
    with chromium() as browser:
        found = {}
        for name in ("Anna", "Bob"):
            context = browser.new_context(base_url=server.url, viewport=WIDE, accept_downloads=True)
            context.set_default_timeout(60_000)
            found[name] = Watched(context.new_page())
            _sign_in(found[name].page, keys[name])
        yield found


def _sign_in(page: Page, key: str) -> None:
    page.goto("/")
    page.get_by_label("API key").fill(key)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="Ledgers")).to_be_visible()
