"""Trying a line: the answer of the API, as it is typed, with nothing recorded."""

import re

import pytest

from serving.wording import mass_text
from tests.browsing import hindrances, overflows

GLOVES = {"description": "gloves", "amount": "412", "currency": "GBP", "country": "GB", "date": "2021-05-03"}
PART = {"hx-request": "true"}


def figure(page):
    return re.search(r"<strong>([^<]+) CO2e</strong>", page.text)[1]


def test_an_empty_page_says_what_to_type_and_gives_examples(browser):
    page = browser.open("/try")

    assert page.status_code == 200
    assert "Say what was bought" in page.text
    assert 'href="/try?description=Examination+gloves' in page.text


def test_the_answer_is_that_of_the_api_with_what_people_know(service):
    anna, bob = (service.client(service.key(name)) for name in ("anna", "bob"))
    visitor = service.browser(service.key("carl", "estimate"))
    typed = GLOVES | {"supplier": "Handy Ltd"}
    first = anna.post("/estimates", json={"lines": [typed | {"amount": 412.0}]}).json()["estimates"][0]

    assert figure(visitor.open("/try", **typed)) == mass_text(first["kg_co2e"])

    reviews = f"/estimates/{first['estimate_id']}/reviews"
    said = {"correction": {"kg_co2e": 7.5}, "comment": "a data sheet"}
    number = anna.post(reviews, json=said).json()["sequence"]
    bob.post(f"{reviews}/{number}/approval", json={"comment": "seen"})
    page = visitor.open("/try", **typed)

    assert figure(page) == "7.50 kg"
    assert "a data sheet" in page.text


def test_nothing_is_recorded(service, browser):
    browser.open("/try", **GLOVES)

    assert service.client().get("/estimates").json()["items"] == []


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ({"description": "gloves", "amount": "much", "currency": "GBP"}, "expected a number"),
        ({"description": "gloves", "amount": "412"}, "three letters such as GBP"),
    ],
)
def test_a_field_that_cannot_be_read_says_so_in_place(browser, said, expected):
    page = browser.open("/try", **said)

    field = "currency" if "letters" in expected else "amount"
    assert expected in re.search(rf'id="{field}-fault">([^<]*)<', page.text)[1]
    assert "aria-invalid" in page.text
    assert "The answer comes once the field above is corrected" in page.text


def test_a_line_without_an_amount_says_what_would_help(browser):
    page = browser.open("/try", description="gloves")

    assert "Give the net amount with its currency" in page.text
    assert "What it may be" in page.text


@pytest.mark.parametrize(
    "hostile",
    ["<script>alert(1)</script>", "javascript:alert(1)", '"><img src=x>', "\u202egloves", "x" * 9_000],
)
def test_foreign_words_do_no_harm(browser, hostile):
    page = browser.open("/try", description=hostile, amount="5", currency="GBP", supplier=hostile)

    assert page.status_code == 200
    assert "<script>alert" not in page.text
    assert "<img" not in page.text
    assert 'href="javascript' not in page.text


def test_a_part_tells_its_address_and_the_faults_of_all_fields(browser):
    part = browser.http.get("/try", params=GLOVES | {"quantity": "", "unit": "x"}, headers=PART)

    assert part.headers["hx-replace-url"] == (
        "/try?description=gloves&amount=412&currency=GBP&unit=x&country=GB&date=2021-05-03"
    )
    assert "<html" not in part.text
    assert 'id="spoken"' in part.text
    assert part.text.count("-fault") == 8


def test_nobody_tries_a_line_who_is_not_signed_in(service):
    service.key("anna", "review")

    assert service.browser().open("/try", **GLOVES).url.path == "/sign-in"


def test_the_answer_comes_as_it_is_typed_and_its_address_can_be_sent(watched):
    page = watched.page
    page.goto("/try")

    page.get_by_label("What was bought").type("gloves", delay=20)
    page.get_by_label("Amount").fill("412")
    page.locator("#currency-fault", has_text="three letters such as GBP").wait_for()
    assert page.get_by_label("Amount").get_attribute("aria-invalid") is None
    assert page.get_by_label("Currency").get_attribute("aria-invalid") == "true"
    page.get_by_label("Currency").fill("GBP")
    page.locator(".answer-figure strong", has_text="CO2e").wait_for()

    shown = page.locator(".answer-figure strong").inner_text()
    assert page.url.endswith("/try?description=gloves&amount=412&currency=GBP")
    assert "90% range" in page.locator("#spoken").inner_text()
    page.reload()
    assert page.locator(".answer-figure strong").inner_text() == shown
    assert watched.is_quiet()


def test_an_answer_to_what_was_typed_before_never_comes_last(watched):
    page = watched.page
    page.goto("/try?amount=412&currency=GBP")
    held = []

    def hold(route):
        held.append(route)

    page.route("**/try?*description=gloves&*", hold)

    page.get_by_label("What was bought").fill("gloves")
    page.wait_for_timeout(600)
    page.get_by_label("What was bought").fill("computer")
    page.locator("#answer", has_text="Electronic Computer Manufacturing").wait_for()
    for route in held:
        route.abort()
    page.wait_for_timeout(300)

    assert "Electronic Computer" in page.locator("#answer").inner_text()
    assert "computer" in page.url


def test_it_works_with_the_keyboard_alone(watched):
    page = watched.page
    page.goto("/try")
    page.get_by_label("What was bought").focus()

    page.keyboard.type("gloves")
    page.keyboard.press("Tab")
    page.keyboard.type("£412")
    page.keyboard.press("Enter")

    page.locator(".answer-figure strong", has_text="CO2e").wait_for()
    assert watched.is_quiet()


@pytest.mark.parametrize(
    "query", ["", "?description=gloves&amount=412&currency=GBP", "?description=gloves&amount=x"]
)
def test_it_hinders_nobody(watched, scheme, query):
    watched.page.emulate_media(color_scheme=scheme)

    watched.page.goto(f"/try{query}")

    assert hindrances(watched.page) == []
    assert not overflows(watched.page)
    assert watched.is_quiet()
