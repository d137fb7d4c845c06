"""Who may look: this machine while there is no key, then whoever signs in; other sites may send nothing."""

from datetime import timedelta

import pytest

from serving.store import Actor
from serving.store.keys import revoke_key
from serving.store.sign_ins import SIGNED_IN_FOR


def test_without_keys_this_machine_is_not_asked_who_it_is(browser):
    page = browser.open("/sign-in")

    assert page.url.path == "/"


@pytest.mark.parametrize(("host", "name"), [("192.0.2.7", "127.0.0.1"), ("127.0.0.1", "evil.example")])
def test_without_keys_no_other_machine_or_name_is_answered(service, host, name):
    page = service.browser(host=host).http.get("/sign-in", headers={"host": name, "accept": "text/html"})

    assert page.status_code == 401
    assert "ledgerprint keys create" in page.text


def test_with_a_key_nobody_looks_who_has_not_signed_in(service):
    service.key("anna", "review")

    page = service.browser().open("/")

    assert page.url.path == "/sign-in"
    assert page.url.params["next"] == "/"


def test_whoever_signs_in_is_known_by_the_name_of_the_key(service):
    anna = service.browser(service.key("anna", "review"))

    assert "anna" in anna.open("/").text


def test_signing_in_changes_the_token_and_the_key_is_not_in_the_browser(service):
    key = service.key("anna", "review")
    anna = service.browser()
    anna.open("/sign-in")
    before = anna.http.cookies["ledgerprint_visit"]

    anna.send("/sign-in", {"key": key})

    assert anna.http.cookies["ledgerprint_visit"] not in {before, key}
    cookie = anna.open("/").headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=strict" in cookie


def test_a_wrong_key_is_refused_with_what_to_do(service):
    service.key("anna", "review")
    somebody = service.browser()
    somebody.open("/sign-in")

    page = somebody.send("/sign-in", {"key": "lp_wrong"})

    assert page.status_code == 401
    assert "malformed, unknown or revoked" in page.text


def test_signing_out_a_revoked_key_and_twelve_hours_end_a_visit(service, clock):
    keys = [service.key(name, "review") for name in ("anna", "bob", "carl")]
    anna, bob, carl = (service.browser(key) for key in keys)

    anna.send("/sign-out")
    with service.store.writing(Actor.local()) as writing:
        revoke_key(writing, keys[1].split("_")[1])

    assert anna.open("/").url.path == "/sign-in"
    assert bob.open("/").url.path == "/sign-in"
    assert carl.open("/").url.path == "/"
    clock.now += SIGNED_IN_FOR + timedelta(seconds=1)
    assert carl.open("/").url.path == "/sign-in"


@pytest.mark.parametrize("token", ["", "0" * 64])
def test_a_form_that_no_page_of_ours_holds_is_refused(service, token):
    anna = service.browser(service.key("anna", "review"))

    answer = anna.send("/sign-out", {"form_token": token})

    assert answer.status_code == 403
    assert anna.open("/").url.path == "/"


def test_a_form_of_another_site_is_refused_even_with_the_right_token(service):
    anna = service.browser(service.key("anna", "review"))
    anna.open("/")

    answer = anna.http.post(
        "/sign-out", data={"form_token": anna.form_token}, headers={"sec-fetch-site": "cross-site"}
    )

    assert answer.status_code == 403


@pytest.mark.parametrize(
    "address", ["//evil.example", "https://evil.example/", "/\\evil.example", "javascript:x"]
)
def test_nobody_is_led_to_another_site_after_signing_in(service, address):
    anna = service.browser()
    key = service.key("anna", "review")
    anna.open("/sign-in", next=address)

    page = anna.send("/sign-in", {"key": key, "next": address})

    assert page.url.path == "/"
    assert page.url.host == "127.0.0.1"


def test_every_page_says_that_nothing_may_come_from_elsewhere(browser):
    for path in ("/", "/nowhere"):
        headers = browser.open(path).headers
        assert headers["content-security-policy"].startswith("default-src 'none'; script-src 'self'")
        assert "unsafe" not in headers["content-security-policy"]
        assert headers["cache-control"] == "no-store"


def test_a_person_gets_a_page_and_a_program_a_problem_document(browser):
    assert browser.open("/nowhere").headers["content-type"].startswith("text/html")
    assert browser.http.get("/nowhere").headers["content-type"] == "application/problem+json"


def test_whoever_asks_too_much_is_told_when_to_come_back(serve, sqlite_url):
    service = serve(sqlite_url, requests_per_minute=5)
    anna = service.browser(service.key("anna"))

    answers = [anna.open("/") for _ in range(6)]
    program = anna.http.get("/")

    assert answers[-1].status_code == program.status_code == 429
    assert answers[-1].headers["content-type"].startswith("text/html")
    assert min(int(one.headers["retry-after"]) for one in (answers[-1], program)) > 0


def test_static_files_are_kept_under_an_address_that_changes_with_them(browser):
    page = browser.open("/").text
    address = page.split('<script src="')[1].split('"')[0]

    answer = browser.http.get(address)

    assert "immutable" in answer.headers["cache-control"]
    assert browser.http.get("/static/..%2fsite.py").status_code == 404
    assert browser.http.get("/static/no.css").status_code == 404
