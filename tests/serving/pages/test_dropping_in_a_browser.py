"""Dropping, correcting and watching a ledger in a real browser: with the mouse, with the keyboard alone."""

import base64
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browsing import hindrances, overflows
from tests.serving.pages.dropping import LEDGER

DROP = """([name, content]) => {
    const transfer = new DataTransfer();
    transfer.items.add(new File([Uint8Array.from(atob(content), (one) => one.charCodeAt(0))], name));
    document.getElementById("drop").dispatchEvent(
        new DragEvent("drop", {dataTransfer: transfer, bubbles: true, cancelable: true}));
}"""


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    path = tmp_path / "year.csv"
    path.write_bytes(LEDGER)
    return path


def read(watched, ledger):
    watched.page.goto("/")
    watched.page.set_input_files("#ledger", ledger)
    watched.page.wait_for_url("**/ledgers/new/*")


def test_a_file_that_is_dropped_is_read_at_once(watched):
    watched.page.goto("/")
    watched.page.evaluate(DROP, ["year.csv", base64.b64encode(LEDGER).decode()])
    watched.page.wait_for_url("**/ledgers/new/*")

    expect(watched.page.get_by_role("heading", name="year.csv")).to_be_visible()
    assert watched.is_quiet()


def test_a_file_that_cannot_be_read_is_refused_where_it_was_dropped(watched):
    watched.page.goto("/")
    watched.page.evaluate(DROP, ["photo.png", base64.b64encode(b"\x89PNG\r\n\x1a\n" + bytes(50)).decode()])

    expect(watched.page.locator("#problem")).to_contain_text("got an image")
    assert watched.page.input_value("#ledger") == ""
    assert watched.elsewhere == []


def test_what_was_understood_hinders_nobody(watched, ledger, scheme):
    watched.page.emulate_media(color_scheme=scheme)
    read(watched, ledger)

    assert hindrances(watched.page) == []
    assert not overflows(watched.page)
    watched.page.get_by_text("What keeps the score").click()
    assert not overflows(watched.page)
    assert watched.is_quiet()


def test_a_ledger_is_corrected_and_watched_to_its_end_with_the_keyboard_alone(service, watched, ledger):
    page = watched.page
    read(watched, ledger)

    page.locator("#column_description").focus()
    page.keyboard.type("Place")
    expect(page.locator("tr:has(#column_description)")).to_contain_text("chosen by you")
    assert page.evaluate("document.activeElement.id") == "column_description"
    address = page.url
    assert "column_description=1" in address
    page.reload()
    expect(page.locator("tr:has(#column_description)")).to_contain_text("chosen by you")

    page.get_by_role("button", name="Estimate this ledger").first.focus()
    page.keyboard.press("Enter")
    expect(page.locator("#progress")).to_contain_text("It waits for its turn")
    assert hindrances(page) == []
    service.run_jobs()
    expect(page.get_by_role("link", name="Report")).to_be_visible()

    page.goto(address)
    expect(page.get_by_role("link", name="Report")).to_be_visible()
    assert watched.is_quiet()
