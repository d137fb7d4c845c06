"""Jobs in the store: a batch is recorded with its mark, once, on both databases."""

import threading

import pytest

from models.footprint import EstimateOptions
from serving.store import Actor
from serving.store.errors import JobStateError, UnknownJobError
from serving.store.estimate_search import EstimateFilter, search_estimates
from serving.store.jobs import (
    cancel,
    end,
    find,
    ledger_is_read,
    open_jobs,
    record_batch,
    submit,
    webhook_is_settled,
)
from serving.store.verification import verify

LOCAL = Actor.local()


@pytest.fixture
def hand_in(store):
    """Hands in a job whose ledger is read: ``hand_in("a", lines=40)``."""

    def make(job_id="a", lines=40, webhook=""):
        with store.writing(LOCAL) as writing:
            said = {"name": "l.csv", "sha256": "0", "options": {}, "result": "csv", "webhook": webhook}
            submit(writing, job_id, **said)
            ledger_is_read(writing, job_id, lines, 2)
        return job_id

    return make


@pytest.fixture
def record(store, estimated):
    """Records a batch of twenty lines; says whether this call did."""

    def write(number, job_id="a", **changed):
        rows = slice(20 * (number - 1), 20 * number)
        lines, estimates = estimated.lines.iloc[rows], estimated.estimates.iloc[rows].assign(**changed)
        received = estimated.source.iloc[rows].to_dict("records")
        with store.writing(LOCAL) as writing:
            return record_batch(
                writing, job_id, number, received, lines, estimates, EstimateOptions(), "digest"
            )

    return write


def recorded(store, job_id="a"):
    with store.reading(LOCAL) as reading:
        return search_estimates(reading, EstimateFilter(job_id=job_id), 1000, order="oldest").items


def test_a_batch_that_runs_twice_is_recorded_once(store, hand_in, record):
    hand_in()

    assert [record(1), record(1), record(2), record(1)] == [True, False, True, False]

    assert len(recorded(store)) == 40
    with store.reading(LOCAL) as reading:
        assert find(reading, "a").progress.lines == 40
    assert verify(store).findings == []


def test_of_many_that_record_a_batch_at_once_one_does(store, hand_in, record):
    hand_in()
    done = []
    threads = [threading.Thread(target=lambda: done.append(record(1))) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(done) == [False] * 5 + [True]
    assert len(recorded(store)) == 20


def test_a_recording_that_is_undone_leaves_neither_entries_nor_a_mark(store, hand_in, estimated):
    hand_in()
    lines, estimates = estimated.lines.head(20), estimated.estimates.head(20)
    received = estimated.source.head(20).to_dict("records")

    def interrupted():
        with store.writing(LOCAL) as writing:
            record_batch(writing, "a", 1, received, lines, estimates, EstimateOptions(), "digest")
            raise InterruptedError

    with pytest.raises(InterruptedError):
        interrupted()

    assert recorded(store) == []
    with store.reading(LOCAL) as reading:
        assert find(reading, "a").progress.lines == 0


def test_nothing_is_recorded_once_a_job_is_cancelled(store, hand_in, record):
    hand_in()
    record(1)
    with store.writing(LOCAL) as writing:
        cancel(writing, "a")

    with pytest.raises(JobStateError, match="which is cancelled"):
        record(2)

    assert len(recorded(store)) == 20


def test_a_job_with_a_line_missing_cannot_be_finished(store, hand_in, record):
    hand_in()
    record(1)
    with store.writing(LOCAL) as writing, pytest.raises(JobStateError, match="Got 20 recorded lines"):
        end(writing, "a", "finished", {})


def test_lines_of_another_model_are_refused(hand_in, record):
    hand_in()
    record(1)
    with pytest.raises(JobStateError, match="Got the model other for a job that began with example"):
        record(2, model_version="other")


def test_jobs_are_open_until_they_end_and_their_webhook_is_settled(store, hand_in):
    hand_in("a")
    hand_in("b", webhook="https://example.com")
    with store.writing(LOCAL) as writing:
        cancel(writing, "a")
        cancel(writing, "b")
    assert open_jobs(store) == [("default", "b")]

    with store.changing(LOCAL) as changing:
        webhook_is_settled(changing, "b", "delivered")

    assert open_jobs(store) == []


@pytest.mark.parametrize("job_id", ["b", "", "a\0", "\ud800"])
def test_a_job_that_is_not_there_is_not_found(store, hand_in, job_id):
    hand_in()
    with store.reading(LOCAL) as reading, pytest.raises(UnknownJobError):
        find(reading, job_id)
