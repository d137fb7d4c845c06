"""Reporting periods: listed for everybody, closed and reopened by admins, with reasons."""

import pytest

from tests.browsing import hindrances, overflows

CLOSING = {"name": "FY2024", "first": "2024-04-01", "last": "2025-03-31", "reason": "reported"}


def test_a_period_is_closed_and_reopened_for_a_reason(service):
    anna = service.browser(service.key("anna"))
    assert "No period was closed yet" in anna.open("/periods").text

    closed = anna.send("/periods/closings", CLOSING).text
    reopened = anna.send("/periods/reopenings", {"name": "FY2024", "reason": "an invoice was found"}).text

    assert ">Closed<" in closed
    assert "anna" in closed
    assert ">Open<" in reopened
    assert "an invoice was found" in reopened


@pytest.mark.parametrize(
    ("fields", "status", "words"),
    [
        ({"first": "2025-04-01"}, 422, "not before the first"),
        ({"first": "", "last": "soon"}, 422, "first: "),
        ({"name": "x" * 300}, 422, "at most 200 characters"),
    ],
)
def test_a_period_that_cannot_be_closed_says_why_and_keeps_what_was_typed(browser, fields, status, words):
    browser.open("/periods")

    page = browser.send("/periods/closings", CLOSING | fields)

    assert page.status_code == status
    assert words in page.text
    assert 'value="reported"' in page.text


def test_a_closed_period_is_not_closed_again(browser):
    browser.open("/periods")
    browser.send("/periods/closings", CLOSING)

    page = browser.send("/periods/closings", CLOSING)

    assert page.status_code == 409
    assert "reopen it first" in page.text


def test_reopening_takes_a_reason_and_a_closed_period(browser):
    browser.open("/periods")
    browser.send("/periods/closings", CLOSING)

    assert browser.send("/periods/reopenings", {"name": "FY2024", "reason": ""}).status_code == 422
    assert browser.send("/periods/reopenings", {"name": "FY1999", "reason": "x"}).status_code == 409


def test_only_admins_close_periods(service):
    carl = service.browser(service.key("carl", "review"))

    assert "takes a key with the scope" in carl.open("/periods").text
    assert carl.send("/periods/closings", CLOSING).status_code == 403


def test_words_of_a_period_harm_nobody(browser):
    browser.open("/periods")
    said = {"name": "<script>alert(1)</script>", "reason": '"><img src=x>\u202e'}

    page = browser.send("/periods/closings", CLOSING | said)

    assert "<script>alert" not in page.text
    assert "<img" not in page.text
    assert "\u202e" not in page.text


def test_the_page_hinders_nobody(watched, scheme):
    page = watched.page
    page.emulate_media(color_scheme=scheme)
    page.goto("/periods")
    page.get_by_label("Name, such as").fill("FY2024")
    page.get_by_label("First day").fill("2024-04-01")
    page.get_by_label("Last day").fill("2025-03-31")
    page.get_by_role("button", name="Close it").click()
    page.get_by_role("cell", name="Closed").wait_for()

    assert hindrances(page) == []
    assert not overflows(page)
    assert watched.is_quiet()
