"""The review queue: goods in order, decisions with their effect, two people at once, keys and none."""

from datetime import date

import pytest

from serving.store import Actor
from serving.store.periods import close_period
from serving.store.reviews import review_estimate
from tests.browsing import hindrances, overflows
from tests.serving.pages.ledger_at_hand import FlaggingModel, estimated
from tests.serving.small_model import small_parts


@pytest.fixture
def small_model():
    return FlaggingModel(**small_parts())


@pytest.fixture
def ledger(service):
    return estimated(service)


def of_goods(ledger, row, **fields):
    return ledger.said(row, over="flagged", place="queue") | fields


def test_without_a_ledger_the_queue_says_what_to_do(browser):
    assert "Hand one in" in browser.open("/reviews").text


def test_a_ledger_without_a_figure_is_not_said_to_cause_nothing(service, browser):
    estimated(service, "desk,2024-03-01,5,QQQ,Acme,,,", "desk,2024-03-01,many,GBP,Acme,,,")

    page = browser.open("/reviews")

    assert "No line of this ledger has a footprint." in page.text
    assert "0 kg" not in page.text
    assert "USD 0" not in page.text


@pytest.mark.usefixtures("ledger")
def test_the_same_goods_are_one_entry_with_all_that_is_known(browser):
    page = browser.open("/reviews")

    assert page.text.count('class="group"') == 2
    for words in (
        "3 lines",
        "Unknown Traders",
        "Vague description",
        "GBP 5,000.00",
        "would narrow the range",
    ):
        assert words in page.text


def test_the_effect_is_shown_before_anything_is_recorded(ledger, browser):
    browser.open("/reviews")

    page = browser.send("/decisions", of_goods(ledger, 1, what="exclude", step="effect"))

    assert "Nothing is recorded yet." in page.text
    assert "3 lines would be excluded" in page.text
    assert set(ledger.frame()["review"]) == {""}


def test_the_effect_on_one_line_has_the_range_that_was_typed(ledger, browser):
    browser.open("/reviews")
    said = {"what": "correct", "kg_co2e": "20", "kg_co2e_low": "10", "kg_co2e_high": "30"}

    page = browser.send("/decisions", of_goods(ledger, 4, step="effect") | said)

    row = page.text.split("This line</th>")[1].split("</tr>")[0]
    assert row.endswith('>20.0 kg<small class="under">10 kg to 30 kg</small></td>')


def test_one_decision_covers_the_goods_and_another_key_approves_it(ledger, service):
    goods = of_goods(ledger, 1)
    anna, bert = (service.browser(service.key(name)) for name in ("anna", "bert"))

    done = anna.send("/decisions", goods | {"what": "exclude", "step": "record", "comment": "internal"})
    assert "3 lines excluded. The ledger" in done.text
    assert ledger.frame()["reason"].tolist()[:3] == ["excluded_by_review"] * 3
    own = anna.open("/reviews", show="unapproved").text
    assert "You reviewed it: another key has to approve." in own
    seen = str(ledger.frame()["review_sequence"].max())
    approval = goods | {"over": "unapproved", "what": "approve", "seen": seen}
    assert "anna</bdi>: no purchase" in bert.open("/reviews", show="unapproved").text
    refused = anna.send("/decisions", approval | {"step": "record"})
    assert refused.status_code == 409
    assert "another key has to approve" in refused.text
    assert "3 lines would be approved" in bert.send("/decisions", approval | {"step": "effect"}).text
    assert "3 lines approved" in bert.send("/decisions", approval | {"step": "record"}).text
    assert ledger.frame()["review"].tolist()[:3] == ["approved"] * 3


def test_a_stale_page_overwrites_nobodys_review_and_keeps_what_was_typed(ledger, service):
    typed = {"what": "correct", "mass_kg": "12.5", "comment": "weighed by bert"}
    anna, bert = (service.browser(service.key(name)) for name in ("anna", "bert"))
    anna.open(ledger.address(1))
    anna.send("/decisions", ledger.said(1, what="exclude", step="record", comment="said by anna"))

    page = bert.send("/decisions", ledger.said(1, step="record") | typed)

    assert page.status_code == 409
    for words in ("Somebody reviewed this since", "said by anna", "weighed by bert", 'value="12.5"'):
        assert words in page.text
    assert ledger.frame()["reviewed_by"].iloc[0] != ""
    assert ledger.frame()["status"].iloc[0] == "excluded"


def test_a_review_of_one_line_of_the_goods_is_not_passed_over_by_a_decision_on_all(ledger, browser):
    browser.open(ledger.address(2))
    browser.send("/decisions", ledger.said(2, what="exclude", step="record"))

    page = browser.send("/decisions", of_goods(ledger, 1, what="accept", step="record"))

    assert page.status_code == 409
    assert ledger.frame()["review"].tolist()[:3] == ["", "reviewed", ""]


def test_sending_a_decision_twice_records_it_once(ledger, browser):
    browser.open("/reviews")
    goods = of_goods(ledger, 1, what="accept", step="record")

    assert browser.send("/decisions", goods).status_code == 200
    assert browser.send("/decisions", goods).status_code == 409


@pytest.mark.parametrize(
    ("fields", "fault"),
    [
        ({"category": "999999"}, "six-digit"),
        ({"mass_kg": "heavy"}, "expected a number of kilograms"),
        ({"kg_co2e_low": "5"}, "both ends of a range"),
        ({"kg_co2e": "1", "kg_co2e_low": "3", "kg_co2e_high": "2"}, "both ends of a range"),
        ({}, "Say what is right instead"),
        ({"kg_co2e": "1", "comment": "x" * 10_001}, "at most 10000 characters"),
    ],
)
def test_a_correction_that_cannot_be_read_says_so_in_place(ledger, browser, fields, fault):
    browser.open("/reviews")

    page = browser.send("/decisions", of_goods(ledger, 1, what="correct", step="effect") | fields)

    assert page.status_code == 422
    assert fault in page.text


def test_a_factor_that_is_not_there_is_refused_with_the_reason(ledger, browser):
    browser.open("/reviews")

    page = browser.send("/decisions", of_goods(ledger, 1, what="correct", factor_id="none", step="record"))

    assert page.status_code == 422
    assert "is not in this model" in page.text


def test_a_footprint_is_brought_to_the_other_lines_of_a_gtin(ledger, browser):
    browser.open("/reviews")
    said = ledger.said(5, over="unreviewed", what="correct", kg_co2e="8", step="record")

    assert "2 lines corrected" in browser.send("/decisions", said).text
    assert ledger.frame()["kg"].tolist()[4:6] == [8.0, 4.0]


def test_locked_lines_stay_as_they_are_and_are_told(ledger, service, browser):
    with service.store.writing(Actor.local()) as writing:
        close_period(writing, "FY2023", date(2023, 1, 1), date(2023, 12, 31))

    page = browser.open("/reviews")
    assert "1 line more locked" in page.text
    assert "1 line in closed periods do" in page.text
    said = ledger.said(1, over="goods", what="accept", step="record")
    done = browser.send("/decisions", said)

    assert "2 lines accepted" in done.text
    assert "A closed period locks the line." in done.text


def test_what_was_decided_wrongly_is_reviewed_again(ledger, browser):
    browser.open("/reviews")
    browser.send("/decisions", of_goods(ledger, 1, what="exclude", step="record"))
    seen = ledger.frame()["review_sequence"].max()

    again = browser.send("/decisions", ledger.said(1, over="goods", what="accept", step="record", seen=seen))

    assert "3 lines accepted" in again.text
    assert ledger.frame()["kg"].iloc[0] > 0


def test_whoever_may_only_estimate_sees_the_queue_and_is_refused(ledger, service):
    goods = of_goods(ledger, 1, what="accept", step="record")
    carl = service.browser(service.key("carl", "estimate"))

    page = carl.open("/reviews")

    assert page.text.count("disabled aria-describedby") == 6
    assert carl.send("/decisions", goods).status_code == 403


@pytest.mark.usefixtures("ledger")
def test_the_keyboard_alone_goes_through_the_queue(watched):
    page = watched.page
    page.goto("/reviews")

    page.keyboard.press("?")
    page.get_by_role("dialog").wait_for()
    page.keyboard.press("Escape")
    page.keyboard.press("j")
    first = page.evaluate("document.activeElement.id")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("k")
    assert page.evaluate("document.activeElement.id") == first
    page.keyboard.press("x")
    page.get_by_text("3 lines would be excluded").wait_for()
    page.keyboard.press("Escape")
    assert page.evaluate("document.activeElement.id") == first
    page.keyboard.press("x")
    page.get_by_text("3 lines would be excluded").wait_for()
    page.get_by_role("button", name="Exclude 3 lines").wait_for()
    page.keyboard.press("Enter")
    page.locator(".group.done", has_text="3 lines excluded").wait_for()

    assert "3 lines excluded" in page.locator("#spoken").inner_text()
    second = page.evaluate("document.activeElement.id")
    assert second.startswith("group-")
    assert second != first
    page.keyboard.press("Enter")
    page.wait_for_url("**/lines/**")
    assert watched.is_quiet()


def test_a_conflict_is_told_in_place(ledger, watched, service):
    page = watched.page
    page.goto("/reviews")
    with service.store.writing(Actor.local()) as writing:
        review_estimate(writing, ledger.estimate_id(2), comment="was faster")

    page.get_by_role("button", name="Accept … Misc order").click()
    page.locator(".decision .refused", has_text="Somebody reviewed this since").wait_for()

    assert hindrances(page) == []


@pytest.mark.parametrize("show", ["flagged", "unreviewed", "unapproved"])
@pytest.mark.usefixtures("ledger")
def test_the_queue_hinders_nobody(watched, scheme, show):
    watched.page.emulate_media(color_scheme=scheme)

    watched.page.goto(f"/reviews?show={show}")
    if show == "flagged":
        watched.page.get_by_role("button", name="Correct … Misc order").click()
        watched.page.get_by_role("button", name="Show the effect").wait_for()

    assert hindrances(watched.page) == []
    assert not overflows(watched.page)
    assert watched.is_quiet()
