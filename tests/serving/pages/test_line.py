"""A line: what it is and why, what happened to it, remarks on it, and its replay."""

from datetime import date

import pandas as pd
import pytest

from features.line_items import line_items
from models.footprint import EstimateOptions
from serving.store import Actor
from serving.store.estimates import record_estimates
from serving.store.periods import close_period
from tests.browsing import hindrances, overflows
from tests.serving.pages.ledger_at_hand import LINES, FlaggingModel, estimated
from tests.serving.small_model import small_parts

HOSTILE = ("<script>alert(1)</script>", "javascript:alert(1)", '"><img src=x>', "\u202egloves")


@pytest.fixture
def small_model():
    return FlaggingModel(**small_parts())


@pytest.fixture
def ledger(service):
    return estimated(service)


def test_a_line_says_what_it_is_and_why(ledger, browser):
    page = browser.open(ledger.address(1))

    assert page.status_code == 200
    for words in (
        "Misc order",
        "Unknown Traders",
        "GBP 5,000.00",
        "2024-03-01",
        "As it was estimated",
        "Asked for",
    ):
        assert words in page.text


def test_a_line_finds_its_ledger_by_itself(ledger, browser):
    page = browser.open(f"/lines/{ledger.estimate_id(1)}")

    assert "orders.csv" in page.text
    assert "all 3 lines of the same goods" in page.text


def test_a_line_of_no_ledger_stands_by_itself_and_can_be_reviewed(service):
    line = {"description": "gloves", "amount": 10.0, "currency": "GBP"}
    made = service.client().post("/estimates", json={"lines": [line]}).json()["estimates"][0]
    browser = service.browser()

    assert browser.open(f"/lines/{made['estimate_id']}").status_code == 200
    said = {"estimate": made["estimate_id"], "what": "accept", "seen": "0"}
    assert "of no ledger that is kept here" in browser.send("/decisions", said | {"step": "effect"}).text
    assert "1 line accepted" in browser.send("/decisions", said | {"step": "record"}).text


def test_a_run_of_the_command_line_has_no_page_to_lead_to(service, browser):
    lines = line_items(pd.DataFrame({"description": ["gloves"], "amount": [10.0], "currency": ["GBP"]}))
    estimates = service.model.predict(lines)
    with service.store.writing(Actor.local()) as writing:
        record_estimates(writing, [{}], lines, estimates, EstimateOptions(), "year.csv 2025-01-01")

    page = browser.open(f"/lines/{estimates['estimate_id'].iloc[0]}")

    assert "Asked for" in page.text
    assert "/ledgers/year.csv" not in page.text


@pytest.mark.parametrize(
    ("path", "status"),
    [("/lines/nobody", 404), ("/lines/{id}?ledger=nowhere", 404), ("/lines/%00", 404)],
)
def test_what_is_not_there_says_so(ledger, browser, path, status):
    page = browser.open(path.format(id=ledger.estimate_id(1)))

    assert page.status_code == status
    assert "expected" in page.text


def test_another_tenant_sees_nothing_of_it(ledger, service):
    address = ledger.address(1)
    stranger = service.browser(service.key("eve", tenant="other"))

    assert stranger.open(address).status_code == 404
    assert stranger.send("/decisions", ledger.said(1, step="record")).status_code == 404


def test_a_comment_stands_in_the_history_and_harms_nobody(ledger, browser):
    browser.open(ledger.address(1))
    for words in HOSTILE:
        said = {"comment": words, "reference": words, "ledger": ledger.job_id}
        assert browser.send(f"/lines/{ledger.estimate_id(1)}/comments", said).status_code == 200

    page = browser.open(ledger.address(1))

    assert page.text.count("Commented") == len(HOSTILE)
    assert "<script>alert" not in page.text
    assert "<img" not in page.text
    assert 'href="javascript' not in page.text
    assert "\u202e" not in page.text


def test_an_empty_comment_is_refused_with_what_to_do(ledger, browser):
    browser.open(ledger.address(1))

    page = browser.send(f"/lines/{ledger.estimate_id(1)}/comments", {"comment": " "})

    assert page.status_code == 422
    assert "correct the comment" in page.text


def test_a_long_hostile_description_is_cut_and_harmless(service):
    text = "<script>alert(1)</script> \u202e" + "x" * 100_000
    ledger = estimated(service, f"{text},2024-03-01,10.00,GBP,{'S' * 5_000},,,")
    browser = service.browser()

    page = browser.open(ledger.address(1))

    assert page.status_code == 200
    assert len(page.text) < 60_000
    assert "<script>alert" not in page.text
    assert "\u202e" not in page.text


def test_a_replay_shows_equality_column_by_column(ledger, browser):
    browser.open(ledger.address(1))

    page = browser.send(f"/lines/{ledger.estimate_id(1)}/replay", {"ledger": ledger.job_id})

    assert "Equal." in page.text
    assert "columns" in page.text


def test_a_replay_that_differs_shows_the_columns_and_the_cause(ledger, service, browser):
    browser.open(ledger.address(1))
    service.model.titles = dict(service.model.titles) | {"325611": "Something else"}

    page = browser.send(f"/lines/{ledger.estimate_id(1)}/replay")

    assert "Not equal everywhere" in page.text
    assert "Something else" in page.text


def test_without_the_scope_a_line_is_seen_and_not_reviewed(ledger, service):
    address = ledger.address(1)
    carl = service.browser(service.key("carl", "estimate"))

    page = carl.open(address)

    assert page.text.count('disabled aria-describedby="hindrance"') == 4
    assert "Your key may look, but not review" in page.text
    assert carl.send("/decisions", ledger.said(1, step="record", what="accept")).status_code == 403
    assert carl.send(f"/lines/{ledger.estimate_id(1)}/comments", {"comment": "x"}).status_code == 403


def test_a_locked_line_looks_locked_and_is_refused(ledger, service, browser):
    with service.store.writing(Actor.local()) as writing:
        close_period(writing, "FY2023", date(2023, 1, 1), date(2023, 12, 31))

    page = browser.open(ledger.address(3))

    assert "Locked: " in page.text
    assert "FY2023" in page.text
    assert "disabled" in page.text
    refused = browser.send("/decisions", ledger.said(3, step="record", what="accept"))
    assert refused.status_code == 409
    assert "FY2023" in refused.text


@pytest.mark.parametrize("row", [1, 5])
def test_a_line_hinders_nobody(ledger, watched, scheme, row):
    watched.page.emulate_media(color_scheme=scheme)

    watched.page.goto(ledger.address(row))

    assert hindrances(watched.page) == []
    assert not overflows(watched.page)
    assert watched.is_quiet()


def test_a_line_is_corrected_in_place(ledger, watched):
    page = watched.page
    page.goto(ledger.address(1))

    page.get_by_label("all 3 lines").check()
    page.get_by_role("button", name="Correct …").click()
    page.get_by_label("Category", exact=True).press_sequentially("soap", delay=30)
    page.locator("datalist option").first.wait_for(state="attached")
    page.get_by_label("Category", exact=True).fill("337214")
    page.get_by_role("button", name="Show the effect").click()
    page.get_by_text("3 lines would be corrected").wait_for()
    assert hindrances(page) == []
    page.get_by_role("button", name="Correct 3 lines").click()
    page.locator(".said", has_text="3 lines corrected").wait_for()

    assert "Reviewed, not approved" in page.locator("#stands").inner_text()
    assert ledger.frame()["corrected"].tolist() == [True] * 3 + [False] * (len(LINES) - 3)
    assert not overflows(page)
    assert watched.is_quiet()


def test_a_replay_is_shown_in_place(ledger, watched):
    watched.page.goto(ledger.address(1))

    watched.page.get_by_role("button", name="Replay").click()
    watched.page.locator("#replay .said", has_text="Equal.").wait_for()

    assert hindrances(watched.page) == []
    assert watched.is_quiet()
