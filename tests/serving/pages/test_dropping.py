"""Dropping a ledger: what is taken, what is refused with what to do, and that nothing is left behind."""

import io
import os
import time
import tracemalloc
import zipfile

import openpyxl
import pytest

from serving.drafts.drafts import KEPT_HOURS, remove_old_drafts
from serving.store import Actor
from serving.store.jobs import find
from tests.serving.pages.dropping import LEDGER, drop, kept

ENCRYPTED = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600) + "EncryptedPackage".encode("utf-16-le")
ENTITIES = (
    b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "bb">]>'
    b'<Invoice xmlns="urn:oasis:names:specification:ubl:schema:xsd:Invoice-2">&b;</Invoice>'
)


def test_the_first_page_says_what_to_drop_and_offers_the_shipped_ledgers(browser):
    page = browser.open("/").text

    assert "description and an amount" in page
    assert all(name in page for name in ("council.csv", "hospital.csv", "university.csv"))


def test_a_dropped_ledger_is_shown_as_it_was_understood(browser):
    page = drop(browser)

    assert page.url.path.startswith("/ledgers/new/")
    assert "3 lines" in page.text
    assert "Net Amount (recognised)" in page.text
    assert "by its name" in page.text
    assert "1,200" in page.text
    assert "of 100" in page.text
    assert "no supplier" in page.text.lower()


def test_a_shipped_ledger_is_taken_with_one_click(browser):
    browser.open("/")

    page = browser.send("/ledgers/examples/hospital.csv")

    assert page.url.path.startswith("/ledgers/new/")
    assert "204 lines" in page.text
    assert browser.send("/ledgers/examples/..%2fREADME.md").status_code == 404


@pytest.mark.parametrize(
    ("content", "name", "said"),
    [
        (b"", "year.csv", "empty file"),
        (b"Item,Net Amount\n", "year.csv", "no row below it"),
        (b"\x89PNG\r\n\x1a\n" + bytes(50), "year.csv", "got an image"),
        (ENCRYPTED, "year.xlsx", "without a password"),
        (b"PK\x03\x04" + bytes(50), "year.xlsx", "cut off or damaged"),
        (ENTITIES, "invoice.xml", "entities of its own"),
    ],
)
def test_what_cannot_be_read_is_refused_with_what_to_do_and_nothing_is_left(
    service, browser, content, name, said
):
    page = drop(browser, content, name)

    assert page.status_code == 422
    assert "This file was not taken" in page.text
    assert said in page.text
    assert 'type="file"' in page.text
    assert kept(service) == []


def test_a_form_without_a_file_says_so(browser):
    assert "No file was chosen" in drop(browser, b"", "").text


def test_what_is_too_large_is_refused_and_nothing_is_left(serve, sqlite_url):
    service = serve(sqlite_url, max_upload_bytes=10_000)

    page = drop(service.browser(), b"x" * 20_000)

    assert page.status_code == 413
    assert page.headers["content-type"].startswith("text/html")
    assert "split the file" in page.text
    assert kept(service) == []


def test_a_script_is_led_on_or_told_what_is_wrong(browser):
    led = drop(browser, **{"hx-request": "true"})
    refused = drop(browser, b"", **{"hx-request": "true"})

    assert led.status_code == 204
    assert led.headers["hx-redirect"].startswith("/ledgers/new/")
    assert refused.status_code == 422
    assert refused.text.startswith('<div class="refused">')


def test_a_file_of_no_page_of_ours_is_refused_and_not_kept(service, browser):
    browser.open("/")

    answer = browser.http.post("/ledgers", files={"ledger": ("year.csv", LEDGER)})

    assert answer.status_code == 403
    assert kept(service) == []


def test_a_key_that_may_not_estimate_drops_nothing(service):
    reader = service.browser(service.key("rita", "review"))

    assert 'type="file"' not in reader.open("/").text
    assert drop(reader).status_code == 403
    assert kept(service) == []


def test_a_draft_is_its_tenants_alone(service):
    address = drop(service.browser(service.key("anna"))).url.path
    other = service.browser(service.key("bob", tenant="other"))

    assert other.open(address).status_code == 404
    assert other.send(f"{address}/job").status_code == 404
    assert other.send(f"{address}/discard").status_code == 404


@pytest.mark.parametrize("name", ["../../evil.csv", "..\\evil.csv", ".evil.csv"])
def test_a_name_leads_nowhere_else(service, browser, name):
    drop(browser, name=name)

    folders = {path.relative_to(service.jobs.folder).parts[0] for path in kept(service)}
    assert folders == {".drafts"}
    assert any(path.name == "evil.csv" for path in kept(service))


def test_hostile_texts_are_shown_harmlessly(browser):
    texts = ["<script>alert(1)</script>", "javascript:alert(1)", "\u202egnp.exe", "y" * 100_000]
    rows = "\n".join(f'"{text}",5,GBP' for text in texts)

    page = drop(browser, f"Item <b>,Net Amount,Currency\n{rows}\n".encode(), "<b>.csv")

    assert page.status_code == 200
    assert "<script>alert" not in page.text
    assert "Item <b>" not in page.text
    assert "\u202e" not in page.text
    assert len(page.text) < 200_000


def test_half_a_surrogate_pair_in_json_is_shown(browser):
    page = drop(browser, b'{"description":"desk \\ud800","amount":5,"currency":"GBP"}\n' * 2, "year.jsonl")

    assert page.status_code == 200
    assert "desk" in page.text


def test_a_draft_that_became_no_job_is_gone_after_a_day(service, browser):
    address = drop(browser).url.path
    (folder,) = (service.jobs.folder / ".drafts" / "default").iterdir()
    yesterday = time.time() - KEPT_HOURS * 3600 - 60
    os.utime(folder, (yesterday, yesterday))

    page = browser.open(address)
    remove_old_drafts(service.jobs)

    assert page.status_code == 404
    assert "drop the file again" in page.text
    assert kept(service) == []


def test_a_draft_can_be_discarded(service, browser):
    address = drop(browser).url.path

    page = browser.send(f"{address}/discard")

    assert page.url.path == "/"
    assert kept(service) == []


def test_the_sheets_of_a_workbook_can_be_chosen(service, browser):
    book = openpyxl.Workbook()
    book.active.title = "Notes"
    book.active.append(["Read me"])
    book.active.append(["first"])
    for name, item in (("2", "gloves"), ("March", "desk")):
        sheet = book.create_sheet(name)
        sheet.append(["Item", "Net Amount", "Currency"])
        sheet.append([item, 5, "USD"])
    content = io.BytesIO()
    book.save(content)
    book.close()

    page = drop(browser, content.getvalue(), "year.xlsx")
    other = browser.open(page.url.path, sheet=2)
    job = browser.send(f"{page.url.path}/job", {"sheet": "2", "of_sheet": "2"}).url.path.rpartition("/")[2]

    assert '<option value="1" selected>2</option>' in page.text
    assert "gloves" in page.text
    assert "desk" in other.text
    assert "gloves" not in other.text
    with service.store.reading(Actor.local()) as reading:
        assert find(reading, job).options["sheet"] == "March"


def zipped(**files):
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, packed in files.items():
            archive.writestr(name, packed)
    return content.getvalue()


def test_an_archive_with_one_readable_file_is_that_file_and_its_columns_can_be_said(
    service, browser, examples
):
    council = (examples / "council.csv").read_bytes()
    packed = {
        "council.csv": council,
        "copy/council.csv": council,
        "photo.png": b"\x89PNG\r\n\x1a\n" + bytes(40),
    }

    page = drop(browser, zipped(**packed), "all.zip")
    job = browser.send(f"{page.url.path}/job", {"country": "GB"})
    service.run_jobs()

    assert "Text table (CSV or alike) in a ZIP archive" in page.text
    assert "134 lines" in page.text
    assert "copy/council.csv: the same file as council.csv, counted once." in page.text
    assert "photo.png: " in page.text
    assert "column_description" in page.text
    with service.store.reading(Actor.local()) as reading:
        found = find(reading, job.url.path.rpartition("/")[2])
    assert (found.status, found.detail, found.lines) == ("finished", "", 135)
    assert found.options["mapping"]["description"]


def test_of_a_large_file_in_an_archive_only_the_beginning_is_read(browser):
    # 100 MB in half a megabyte: read whole it would take more than a gigabyte
    row = b"Office chairs with arms and a high back,1260.00,GBP\n"
    content = zipped(**{"year.csv": b"Item,Net Amount,Currency\n" + row * 2_000_000})
    tracemalloc.start()
    began = tracemalloc.get_traced_memory()[0]

    page = drop(browser, content, "year.zip")

    assert "first 1,999 lines read" in page.text
    assert tracemalloc.get_traced_memory()[1] - began < 200_000_000
    tracemalloc.stop()


def test_of_an_archive_of_ledgers_each_is_looked_at_and_all_are_estimated(service, browser, examples):
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("north/council.csv", (examples / "council.csv").read_bytes())
        archive.writestr("<script>.csv", "Text,Net\ngloves,5\n")
        archive.writestr("photo.png", b"\x89PNG\r\n\x1a\n" + bytes(40))
        archive.writestr("__MACOSX/council.csv", b"litter")

    page = drop(browser, content.getvalue(), "all.zip")
    other = browser.open(page.url.path, sheet="1")
    job = browser.send(f"{page.url.path}/job", {"country": "GB", "column_description": "3"})
    service.run_jobs()

    assert "3 files" in page.text
    assert "photo.png: " in page.text
    assert "File to look at" in page.text
    assert "column_description" not in page.text
    assert "gloves" in other.text
    assert "<script>.csv" not in other.text
    with service.store.reading(Actor.local()) as reading:
        found = find(reading, job.url.path.rpartition("/")[2])
    assert (found.status, found.lines) == ("finished", 136)
    assert found.options["mapping"] == {}
    assert found.options["sheet"] is None


def test_of_an_archive_of_ledgers_no_column_is_asked_for_that_cannot_be_chosen(browser, examples):
    council = (examples / "council.csv").read_bytes()
    page = drop(browser, zipped(**{"a.csv": council, "b.csv": b"Zq,Net Amount\n77,5\n78,6\n"}), "all.zip")

    odd = next(
        one
        for one in (browser.open(page.url.path, sheet=str(at)) for at in (0, 1))
        if "It cannot be estimated like this" in one.text
    )

    assert "drop this file by itself and choose it there" in odd.text
    assert "choose it below" not in odd.text
    assert "take this file out of the archive and drop it by itself" in odd.text


def test_an_archive_without_a_readable_file_is_refused(service, browser):
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("a.png", b"\x89PNG\r\n\x1a\n" + bytes(40))
        archive.writestr("b.png", b"\x89PNG\r\n\x1a\n" + bytes(41))

    page = drop(browser, content.getvalue(), "all.zip")

    assert page.status_code == 422
    assert "no file can be read" in page.text
    assert kept(service) == []
