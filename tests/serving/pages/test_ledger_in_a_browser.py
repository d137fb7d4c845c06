"""A ledger's pages in a real browser: no hindrance, by keyboard, light and dark, wide and narrow."""

import pytest

from tests.browsing import hindrances, overflows
from tests.serving.ledgers.conftest import LEDGER, LedgerModel
from tests.serving.pages.footprints import run
from tests.serving.small_model import small_parts


@pytest.fixture
def small_model():
    return LedgerModel(**small_parts())


@pytest.fixture
def address(service):
    return run(service, LEDGER)


@pytest.mark.parametrize("path", ["", "?supplier=Nobody", "?review=unreviewed&text=glov", "/report"])
def test_the_pages_hinder_nobody(watched, scheme, address, path):
    watched.page.emulate_media(color_scheme=scheme)

    watched.page.goto(f"{address}{path}")
    watched.page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true; })")

    assert hindrances(watched.page) == []
    assert not overflows(watched.page)
    assert watched.is_quiet()


def test_a_bar_is_reached_and_followed_with_the_keyboard(watched, address):
    page = watched.page
    page.goto(address)
    bar = page.get_by_role("link", name="Deskworks,")

    page.locator("figure", has_text="Suppliers").locator("summary").focus()
    for _ in range(20):
        page.keyboard.press("Shift+Tab")
        if bar.evaluate("one => one.closest('a') === document.activeElement"):
            break
    page.keyboard.press("Enter")

    page.get_by_role("heading", name="Lines", exact=True).wait_for()
    page.wait_for_url("**?supplier=Deskworks")
    assert page.locator(".ledger-lines tbody tr").count() == 1
    assert watched.is_quiet()


def test_lines_are_sorted_in_place_and_the_way_back_leads_to_the_page(watched, address):
    page = watched.page
    page.goto(address)

    page.locator("#sort-kg").focus()
    page.keyboard.press("Enter")
    page.locator('th[aria-sort="descending"]').wait_for()

    assert page.url.endswith("?sort=-kg")
    assert page.evaluate("document.activeElement.id") == "sort-kg"
    page.go_back()
    page.locator('th[aria-sort="ascending"] #sort-row').wait_for()
    assert page.locator("h1").inner_text() == "year.csv"
    assert watched.is_quiet()
