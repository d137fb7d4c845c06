"""Correcting what was understood, and estimating exactly what is shown, once."""

from concurrent.futures import ThreadPoolExecutor

import pandas as pd

from serving.store import Actor
from serving.store.jobs import find, job_page
from tests.serving.pages.dropping import LEDGER, drop, kept


def options_of(service, page):
    with service.store.reading(Actor.local()) as reading:
        return find(reading, page.url.path.rpartition("/")[2]).options


def jobs_of(service):
    with service.store.reading(Actor.local()) as reading:
        return job_page(reading).items


def test_a_corrected_column_is_shown_and_is_what_the_job_reads(service, browser):
    address = drop(browser).url.path

    shown = browser.send(address, {"column_description": "1", "of_sheet": "0"})
    job = browser.send(f"{address}/job", {"column_description": "1", "of_sheet": "0"})
    service.run_jobs()

    assert shown.url.params["column_description"] == "1"
    assert "chosen by you" in shown.text
    assert options_of(service, job)["mapping"]["description"] == "Place"
    lines = pd.read_parquet(next(path for path in kept(service) if path.parent.name == "lines"))
    assert lines["description"].tolist() == ["Ward 1", "Ward 2", "Ward 1"]


def test_a_job_is_told_what_was_shown_where_nothing_was_said(service, browser):
    address = drop(browser).url.path

    job = browser.send(f"{address}/job")

    assert (
        options_of(service, job)["mapping"]
        == {
            "description": "Item",
            "currency": "Currency",
            "date": "When",
            "cost_centre": "Place",
        }
        or options_of(service, job)["mapping"]["description"] == "Item"
    )


def test_a_field_can_be_left_out(service, browser):
    address = drop(browser).url.path

    job = browser.send(f"{address}/job", {"column_date": "none"})

    assert options_of(service, job)["mapping"]["date"] == ""


def test_every_option_reaches_the_job(service, browser):
    said = {"country": "GB", "currency": "EUR", "date": "2023-05-01", "vat": "included", "vat_rate": "17,5"}
    address = drop(browser).url.path

    job = browser.send(f"{address}/job", said | {"factor_set": "epa-v1.3", "explain": "1"})

    options = options_of(service, job)
    assert {name: options[name] for name in ("country", "currency", "date", "vat")} == {
        name: said[name] for name in ("country", "currency", "date", "vat")
    }
    assert options["vat_rate"] == 0.175
    assert (options["factor_set"], options["explain"]) == ("epa-v1.3", True)


def test_what_cannot_be_used_is_said_and_makes_no_job(service, browser):
    address = drop(browser).url.path

    for said in ({"country": "Nowhere"}, {"vat_rate": "a lot"}, {"vat_rate": "900"}, {"factor_set": "none"}):
        page = browser.send(f"{address}/job", said)
        assert page.status_code == 422
        assert "It cannot be estimated like this" in page.text
    assert jobs_of(service) == []
    assert browser.open(address).status_code == 200


def test_a_ledger_without_known_columns_can_be_told_them(service, browser):
    page = drop(browser, b"Aa,Bb,Cc\ngloves x,7.50,a\ncomputer y,8.10,b\n")

    job = browser.send(
        f"{page.url.path}/job", {"column_description": "0", "column_amount": "1", "currency": "USD"}
    )
    service.run_jobs()

    assert options_of(service, job)["mapping"]["amount"] == "Bb"
    assert f"{job.url.path}/report" in browser.open(job.url.path).text


def test_without_a_currency_the_page_asks_for_one(browser):
    content = LEDGER.replace(b",USD", b"").replace(b",Currency", b"")

    page = drop(browser, content)
    told = browser.open(page.url.path, country="US")

    assert "Nobody knows the currency yet" in page.text
    assert "--country" not in page.text
    assert "Nobody knows the currency yet" not in told.text


def test_a_second_click_and_a_reload_make_no_second_job(service, browser):
    address = drop(browser).url.path

    first = browser.send(f"{address}/job")
    second = browser.send(f"{address}/job")
    reloaded = browser.open(address)

    assert first.url.path == second.url.path == reloaded.url.path
    assert len(jobs_of(service)) == 1


def test_two_clicks_at_once_make_one_job(service, browser):
    address = drop(browser).url.path
    fields = {"form_token": browser.form_token}

    def click(_):
        return browser.http.post(f"{address}/job", data=fields, headers={"accept": "text/html"})

    with ThreadPoolExecutor(4) as clicks:
        pages = list(clicks.map(click, range(4)))

    assert {page.status_code for page in pages} == {200}
    assert len(jobs_of(service)) == 1
    service.run_jobs()
    assert [job.status for job in jobs_of(service)] == ["finished"]


def test_a_draft_that_became_a_job_is_gone_and_its_file_is_the_jobs(service, browser):
    address = drop(browser).url.path

    job = browser.send(f"{address}/job")

    (ledger,) = (path for path in kept(service) if path.suffix == ".csv")
    assert ledger.read_bytes() == LEDGER
    assert ledger.parts[-3] == job.url.path.rpartition("/")[2]
    assert not any(".drafts" in path.parts for path in kept(service))


def test_a_script_gets_the_part_and_an_address_that_says_the_same(browser):
    address = drop(browser).url.path

    part = browser.send(address, {"country": "GB"})
    script = browser.http.post(
        address,
        data={"country": "GB", "form_token": browser.form_token},
        headers={"hx-request": "true", "accept": "text/html"},
    )

    assert part.url.params["country"] == "GB"
    assert script.text.startswith('<form id="look"')
    assert script.headers["hx-replace-url"] == f"{address}?country=GB"


def test_nonsense_in_the_address_counts_as_not_said(browser):
    address = drop(browser).url.path

    page = browser.open(address, sheet="99", column_amount="4000", column_date="x", column_what="1")

    assert page.status_code == 200
    assert "Net Amount (recognised)" in page.text or "Recognise it" in page.text
