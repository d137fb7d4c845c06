"""Decisions on both databases and on many lines at once; the search of categories beside them."""

import time

import pytest

from tests.serving.pages.ledger_at_hand import FlaggingModel, estimated
from tests.serving.small_model import small_parts

MANY = 1_200


@pytest.fixture
def small_model():
    return FlaggingModel(**small_parts())


def test_the_flow_is_the_same_on_both_databases(serve, url):
    service = serve(url)
    ledger = estimated(service)
    anna, bert = (service.browser(service.key(name)) for name in ("anna", "bert"))
    said = ledger.said(1, over="flagged", place="queue", what="correct", category="337214 Desks")

    assert "3 lines would be corrected" in anna.send("/decisions", said | {"step": "effect"}).text
    assert "3 lines corrected" in anna.send("/decisions", said | {"step": "record"}).text
    assert bert.send("/decisions", said | {"step": "record"}).status_code == 409
    seen = ledger.frame()["review_sequence"].max()
    approval = ledger.said(1, over="unapproved", what="approve", step="record", seen=seen)
    assert "3 lines approved" in bert.send("/decisions", approval).text
    assert "category 337214" in bert.open(ledger.address(1)).text
    assert ledger.frame()["category_code"].tolist()[:3] == ["337214"] * 3


def test_a_group_of_more_than_a_thousand_lines_is_decided_at_once(service):
    lines = (f"Misc order,2024-03-01,{number}.00,GBP,Unknown Traders,,," for number in range(1, MANY + 1))
    ledger = estimated(service, *lines)
    browser = service.browser()
    browser.open("/reviews")
    said = ledger.said(1, over="flagged", place="queue", what="correct", kg_co2e="1")

    began = time.perf_counter()
    shown = browser.send("/decisions", said | {"step": "effect"})
    done = browser.send("/decisions", said | {"step": "record"})
    seconds = time.perf_counter() - began

    assert "1,200 lines would be corrected" in shown.text
    assert "1,200 lines corrected" in done.text
    assert len(shown.text) < 20_000
    assert seconds < 20, "a machine that is busy with other things takes some five"


def test_a_form_of_another_visit_decides_nothing(service):
    ledger = estimated(service)
    browser = service.browser()

    page = browser.send("/decisions", ledger.said(1, step="record"))

    assert page.status_code == 403
    assert set(ledger.frame()["review"]) == {""}


@pytest.mark.parametrize("field", ["seen", "over", "what", "step", "place", "estimate"])
def test_a_form_that_nobody_sends_is_no_error_of_ours(service, field):
    ledger = estimated(service)
    browser = service.browser()
    browser.open("/reviews")

    page = browser.send("/decisions", ledger.said(1, step="effect") | {field: "\x00nonsense" * 50})

    assert page.status_code in {200, 404}


@pytest.mark.parametrize(("words", "found"), [("soap detergent", "325611"), ("337214", "337214")])
def test_categories_are_found_by_words_and_by_code(browser, words, found):
    page = browser.open("/categories", q=words)
    part = browser.http.get("/categories", params={"category": words}, headers={"hx-request": "true"})

    assert f"<code>{found}</code>" in page.text
    assert f'<option value="{found} ' in part.text


def test_a_search_that_finds_nothing_says_so(browser):
    assert "No category has all these words" in browser.open("/categories", q="<script>").text
