"""A real Chromium that looks at pages: what it complains of, what it asks others for, what hinders people."""

import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, ConsoleMessage, Page, Request, expect, sync_playwright

WIDE = {"width": 1280, "height": 900}
NARROW = {"width": 380, "height": 800}
expect.set_options(timeout=30_000)
"""A machine that runs other tests beside these takes its time."""
_SERIOUS = frozenset({"serious", "critical"})
_QUIET = ("--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run")


@contextmanager
def chromium() -> Iterator[Browser]:
    """Start Debian's Chromium; skip where there is none, but fail in CI."""
    program = shutil.which("chromium")
    if program is None:
        needed = "needs Chromium: install the Debian package chromium"
        if os.environ.get("CI"):
            pytest.fail(needed)
        pytest.skip(needed)
    with sync_playwright() as playwright:
        # a container may have no sandbox to give; only pages of our own are opened
        browser = playwright.chromium.launch(
            executable_path=program, args=list(_QUIET), chromium_sandbox=False
        )
        yield browser
        browser.close()


@dataclass
class Watched:
    """A page whose complaints and requests are written down."""

    page: Page
    complaints: list[str] = field(default_factory=list)
    elsewhere: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.on("console", self._said)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("request", self._asked)

    def _said(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            self.complaints.append(f"{message.type}: {message.text}")

    def _asked(self, request: Request) -> None:
        parts = urlsplit(request.url)
        if parts.scheme in {"http", "https", "ws", "wss"} and parts.hostname != "127.0.0.1":
            self.elsewhere.append(request.url)

    def is_quiet(self) -> bool:
        """Tell whether nothing was complained of and nobody else was asked; says what otherwise."""
        assert self.complaints == []
        assert self.elsewhere == []
        return True


def hindrances(page: Page) -> list[str]:
    """List what axe-core finds that hinders people seriously, each with the elements that do."""
    found = Axe().run(page).response["violations"]
    return [
        f"{one['id']}: {one['help']}: {json.dumps([node['target'] for node in one['nodes']])}"
        for one in found
        if one["impact"] in _SERIOUS
    ]


def overflows(page: Page) -> bool:
    """Tell whether the page must be scrolled sideways."""
    return bool(page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"))
