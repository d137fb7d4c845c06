"""Pages while somebody else has the model: those that need it wait, all others do not."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field

import httpx
import pytest

from serving.api.turn import Turn
from serving.ledgers import opening
from serving.store.reviews import Correction
from tests.serving.pages.footprints import review
from tests.serving.pages.ledger_at_hand import FlaggingModel, estimated
from tests.serving.small_model import small_parts
from tests.serving.small_service import Browser

HELD = "a slow request"
PATIENCE_SECONDS = 2.0
DESK = Correction(category_code="337214", category_scheme="NAICS 2017")
_SLOW = {"lines": [{"description": HELD, "amount": 1.0, "currency": "GBP"}]}


@dataclass
class HeldModel(FlaggingModel):
    """Takes as long over one request as the test says."""

    begun: threading.Event = field(default_factory=threading.Event)
    release: threading.Event = field(default_factory=threading.Event)
    calls: int = 0

    def predict(self, lines, options=None, _progress=None):
        self.calls += 1
        if HELD in lines["description"].tolist():
            self.begun.set()
            assert self.release.wait(30)
        return super().predict(lines, options)


@pytest.fixture
def small_model():
    return HeldModel(**small_parts())


@pytest.fixture
def service(serve, sqlite_url):
    return serve(sqlite_url, known={"turn": Turn(PATIENCE_SECONDS)})


@pytest.fixture
def ledger(service):
    return estimated(service)


@contextmanager
def turn_held(site: str, model: HeldModel) -> Iterator[None]:
    """Let somebody else's request have the model meanwhile."""
    with ThreadPoolExecutor(1) as elsewhere:
        slow = elsewhere.submit(httpx.post, f"{site}/v1/estimates", json=_SLOW, timeout=60)
        try:
            assert model.begun.wait(10)
            yield
        finally:
            model.release.set()
        assert slow.result().status_code == 200


@pytest.fixture
def visitor(site: str) -> Iterator[Browser]:
    """Somebody who looks at pages over a real connection."""
    with httpx.Client(base_url=site, timeout=60, follow_redirects=True) as http:
        yield Browser(http)


@pytest.fixture
def pages(ledger):
    """Of the ledger: looked up before anything is reviewed, as this opens it and values what is new."""
    return (
        f"/ledgers/{ledger.job_id}",
        f"/ledgers/{ledger.job_id}/report",
        f"/ledgers/{ledger.job_id}/export.csv",
        ledger.address(1),
        f"/reviews?ledger={ledger.job_id}",
    )


def test_pages_of_a_ledger_that_is_valued_already_do_not_wait(ledger, pages, service, site, visitor):
    review(service, ledger.estimate_id(1), DESK)
    assert ledger.frame()["corrected"].iloc[0]

    with turn_held(site, service.model):
        answers = [visitor.open(page) for page in pages]

    assert [answer.status_code for answer in answers] == [200] * 5


def test_a_decision_that_needs_no_model_is_recorded_meanwhile(ledger, service, site, visitor):
    with turn_held(site, service.model):
        visitor.open(ledger.address(1))
        done = visitor.send("/decisions", ledger.said(1, what="exclude", step="record"))

    assert "1 line excluded" in done.text


def test_a_page_with_a_new_valuation_waits_and_is_told_when_to_come_back(
    ledger, pages, service, site, visitor
):
    review(service, ledger.estimate_id(1), DESK)

    with turn_held(site, service.model):
        answers = [visitor.open(page) for page in (pages[0], *pages[3:])]

    assert [answer.status_code for answer in answers] == [503] * 3
    assert {answer.headers["retry-after"] for answer in answers} == {"10"}


def test_a_decision_that_needs_the_model_is_not_recorded_before_its_turn(ledger, service, site, visitor):
    visitor.open(ledger.address(1))
    said = ledger.said(1, what="correct", category="337214", step="record")

    with turn_held(site, service.model):
        refused = visitor.send("/decisions", said)
        untouched = ledger.frame()["review"].tolist()
    done = visitor.send("/decisions", said)

    assert refused.status_code == 503
    assert set(untouched) == {""}
    assert "1 line corrected" in done.text


def test_whoever_waits_gets_the_page_once_the_turn_is_free_and_it_is_valued_once(
    ledger, pages, service, site
):
    review(service, ledger.estimate_id(1), DESK)
    before = service.model.calls

    with ThreadPoolExecutor(4) as visitors:
        with turn_held(site, service.model):
            waiting = [visitors.submit(httpx.get, site + page, timeout=60) for page in pages[:4]]
        answers = [one.result() for one in waiting]

    assert [answer.status_code for answer in answers] == [200] * 4
    assert service.model.calls == before + 2  # the slow request, and the correction


def test_two_who_open_a_ledger_at_once_have_it_put_together_once(ledger, site, monkeypatch):
    made, both, put_together = [], threading.Barrier(2), opening.ledger_frame

    def counted(*args):
        made.append(args)
        return put_together(*args)

    def look(page):
        both.wait(10)
        return httpx.get(site + page, timeout=60)

    monkeypatch.setattr(opening, "ledger_frame", counted)
    with ThreadPoolExecutor(2) as visitors:
        answers = list(visitors.map(look, [f"/ledgers/{ledger.job_id}", f"/reviews?ledger={ledger.job_id}"]))

    assert [answer.status_code for answer in answers] == [200] * 2
    assert len(made) == 1
