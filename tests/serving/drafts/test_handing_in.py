"""A draft becomes its job once, in either database, and its file is the job's."""

import io
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from serving.drafts.drafts import Draft
from serving.drafts.errors import UnknownDraftError
from serving.drafts.handing_in import hand_in_draft
from serving.jobs.errors import JobOptionsError
from serving.jobs.settings import JobSettings
from serving.jobs.submission import JobOptions
from serving.store import Actor
from serving.store.errors import ScopeError
from serving.store.jobs import job_page

CONTENT = b"Description,Amount,Currency\ngloves,5,GBP\n"


@pytest.fixture
def settings(tmp_path: Path) -> JobSettings:
    return JobSettings(folder=tmp_path / "jobs")


@pytest.fixture
def draft(settings: JobSettings) -> Draft:
    return Draft.keep(settings, Actor.local(), io.BytesIO(CONTENT), "year.csv")


def test_at_once_and_again_it_is_one_job(store, settings, draft):
    def hand_in(_: int) -> str:
        return hand_in_draft(store, Actor.local(), settings, draft, JobOptions()).id

    with ThreadPoolExecutor(4) as at_once:
        ids = set(at_once.map(hand_in, range(8)))

    with store.reading(Actor.local()) as reading:
        (job,) = job_page(reading).items
    assert ids == {job.id} == {draft.id}
    assert job.sha256 == draft.sha256
    assert (settings.folder / "default" / job.id / "ledger" / "year.csv").read_bytes() == CONTENT
    with pytest.raises(UnknownDraftError):
        Draft.find(settings, Actor.local(), draft.id)


def test_its_file_is_copied_where_there_are_no_links(store, settings, draft, monkeypatch):
    def refuse(*_: object) -> None:
        raise OSError(18, "Invalid cross-device link")

    monkeypatch.setattr(Path, "hardlink_to", refuse)

    job = hand_in_draft(store, Actor.local(), settings, draft, JobOptions())

    assert (settings.folder / "default" / job.id / "ledger" / "year.csv").read_bytes() == CONTENT


def test_what_cannot_be_handed_in_stays_a_draft(store, settings, draft):
    reviewer = Actor("default", "rita", frozenset({"review"}))

    with pytest.raises(ScopeError):
        hand_in_draft(store, reviewer, settings, draft, JobOptions())
    with pytest.raises(JobOptionsError):
        hand_in_draft(store, Actor.local(), settings, draft, JobOptions.of({"vat": "perhaps"}))

    assert Draft.find(settings, Actor.local(), draft.id) == draft
    assert not (settings.folder / "default").exists()
