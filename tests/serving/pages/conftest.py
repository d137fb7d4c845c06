"""The pages over a small model, looked at by browsers without scripts and by a real one."""

from collections.abc import Iterator

import playwright.sync_api
import pytest

from tests.browsing import NARROW, WIDE, Watched, chromium
from tests.serving.small_service import Browser, Service
from tests.serving.small_service_fixtures import serve, service, small_model

__all__ = ["serve", "service", "small_model"]


@pytest.fixture
def browser(service: Service) -> Browser:
    """This machine's, while nobody needs a key."""
    return service.browser()


@pytest.fixture(scope="session")
def real_browser() -> Iterator[playwright.sync_api.Browser]:
    """Chromium, started once."""
    with chromium() as started:
        yield started


@pytest.fixture
def site(service: Service) -> Iterator[str]:
    """Address of the whole site on a real port."""
    with service.on_a_port() as address:
        yield address


@pytest.fixture(params=["light", "dark"])
def scheme(request: pytest.FixtureRequest) -> str:
    """Both colour schemes."""
    return str(request.param)


@pytest.fixture(params=["wide", "narrow"])
def watched(
    request: pytest.FixtureRequest, real_browser: playwright.sync_api.Browser, site: str
) -> Iterator[Watched]:
    """A page of the site in a real browser, wide and as narrow as a telephone."""
    size = WIDE if request.param == "wide" else NARROW
    context = real_browser.new_context(base_url=site, viewport=size)
    context.set_default_timeout(20_000)
    yield Watched(context.new_page())
    context.close()
