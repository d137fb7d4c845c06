"""A job on its way: how far it is, how it ended, and what can be done about it."""

from dataclasses import replace

import pytest

from serving.jobs.batches import JobWork
from serving.jobs.files import JobFiles
from serving.pages.progress import time_text
from tests.serving.pages.dropping import drop

HALF = b"Item,Net Amount,Currency\n" + b"gloves,100,USD\nno money,,USD\n" * 4


@pytest.fixture
def handed_in(browser):
    """Address of a ledger of eight lines, four of them without money."""
    return browser.send(f"{drop(browser, HALF).url.path}/job").url.path


@pytest.fixture
def work(service, handed_in):
    """Its work, two lines at a time."""
    files = JobFiles(service.jobs.folder, "default", handed_in.rpartition("/")[2])
    return JobWork(service.store, files, batch_lines=2)


def test_a_job_that_waits_says_so(browser, handed_in):
    page = browser.open(handed_in)

    assert "It waits for its turn" in page.text
    assert '<noscript><meta http-equiv="refresh"' in page.text
    assert "Waiting" in browser.open("/").text


def test_a_job_on_its_way_says_how_far_it_is_and_how_long_it_takes(service, browser, handed_in, work):
    work.read()
    work.estimate(1, lambda _: service.model)
    early = browser.open(handed_in).text
    work.estimate(2, lambda _: service.model)
    late = browser.open(handed_in).text

    assert "2 of 8 lines" in early
    assert " left" not in early
    assert "4 of 8 lines" in late
    assert "less than a minute left" in late
    assert 'value="0.5000"' in late
    assert "so far" in late
    assert "50%" in browser.open("/").text


def test_a_script_gets_the_progress_alone_and_then_the_whole_page(service, browser, handed_in):
    script = {"hx-request": "true", "accept": "text/html"}
    part = browser.http.get(handed_in, headers=script)
    service.run_jobs()
    ended = browser.http.get(handed_in, headers=script)

    assert part.text.startswith('<section id="progress"')
    assert ended.status_code == 204
    assert ended.headers["hx-refresh"] == "true"


def test_a_finished_job_leads_to_its_result(service, browser, handed_in):
    service.run_jobs()

    page = browser.open(handed_in)
    result = browser.open(f"{handed_in}/result")

    assert "8 lines, estimated" in page.text
    assert result.text.startswith("Item,Net Amount,Currency,")
    assert 'filename="year-footprint.csv"' in result.headers["content-disposition"]
    assert "Finished" in browser.open("/").text


def test_the_result_of_a_job_on_its_way_is_its_progress(browser, handed_in):
    assert browser.open(f"{handed_in}/result").url.path == handed_in


def test_a_cancelled_job_says_so_and_can_be_looked_at_again(browser, handed_in):
    page = browser.send(f"{handed_in}/cancel")
    once_more = browser.send(f"{handed_in}/cancel")
    again = browser.send(f"{handed_in}/again")

    assert "It was cancelled" in page.text
    assert once_more.url.path == handed_in
    assert again.url.path.startswith("/ledgers/new/")
    assert "8 lines" in again.text


def test_a_failed_job_says_why_and_what_to_do(browser, handed_in, work):
    work.fail("Got <b>nothing</b>, expected a ledger: mend it.")

    page = browser.open(handed_in)

    assert "It could not be estimated" in page.text
    assert "&lt;b&gt;nothing" in page.text
    assert "Look at its columns again" in page.text


def test_nobody_else_sees_cancels_or_fetches_it(service, handed_in):
    other = service.browser(service.key("bob", tenant="other"))

    for answer in (
        other.open(handed_in),
        other.open(f"{handed_in}/result"),
        other.send(f"{handed_in}/cancel"),
        other.send(f"{handed_in}/again"),
    ):
        assert answer.status_code == 404


def test_a_key_that_may_not_estimate_cancels_nothing(service, handed_in):
    rita = service.browser(service.key("rita", "review"))

    assert "Cancel this job" not in rita.open(handed_in).text
    assert rita.send(f"{handed_in}/cancel").status_code == 403


def test_the_list_is_paged_and_names_who_handed_in(service):
    anna = service.browser(service.key("anna"))
    content = b"Item,Net Amount,Currency\ngloves,100,USD\n"
    for number in range(26):
        anna.send(f"{drop(anna, content, f'year{number}.csv').url.path}/job")

    first = anna.open("/").text
    address = first.split('href="/?cursor=')[1].split('"')[0]
    second = anna.open("/", cursor=address).text

    assert first.count("year") >= 25
    assert "year25.csv" in first
    assert "year0.csv" in second
    assert "anna</bdi></td>" in first


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(3, "less than a minute"), (61, "about 1 minute"), (600, "about 10 minutes"), (9000, "about 2.5 hours")],
)
def test_a_time_is_said_as_exactly_as_it_is_known(seconds, said):
    assert time_text(seconds) == said


def test_time_left_follows_the_last_batches(service, browser, handed_in, work, clock):
    work = replace(work, batch_lines=1)
    work.read()
    work.estimate(1, lambda _: service.model)
    clock.now = clock.now.replace(hour=clock.now.hour + 1)
    work.estimate(2, lambda _: service.model)

    assert "about 6.0 hours left" in browser.open(handed_in).text
