"""Whatever ends an engine, every line is recorded once and the next engine goes on."""

import random
import threading
import time

import pandas as pd
import pytest
from sqlalchemy import text

from serving.jobs.engine import JobEngine
from serving.jobs.results import result_file
from serving.store import AuditStore
from serving.store.jobs import cancel
from serving.store.verification import verify

KILLS = 20


def await_batches(place, job_id, wanted, seconds=60):
    deadline = time.monotonic() + seconds
    while place.job(job_id).progress.lines < wanted:
        assert time.monotonic() < deadline, "no batch was recorded"
        time.sleep(0.02)


def assert_ends_well(process):
    assert process.wait(120) == 0


def lines_in_store(place, job_id):
    """What the entries of a job say of their lines, in the order of the chain."""
    query = text(
        "SELECT payload FROM audit_entries WHERE kind = 'estimate' AND job_id = :job ORDER BY sequence"
    )
    with AuditStore(place.url) as store, store.whole() as connection:
        payloads = connection.scalars(query, {"job": job_id}).all()
    return [payload.split('"line_id":"')[1].split('"')[0] for payload in payloads]


def assert_whole(place, job_id, lines):
    job = place.job(job_id)
    assert (job.status, job.lines, job.progress.lines) == ("finished", lines, lines)
    assert lines_in_store(place, job_id) == [str(n) for n in range(1, lines + 1)]
    with AuditStore(place.url) as store:
        assert verify(store).findings == []
        with store.reading(place.actor) as reading:
            path = result_file(reading, place.settings, job_id)
    table = pd.read_csv(path, usecols=["Description", "kg_co2e"])
    assert list(table["Description"]) == [f"desk {n}" for n in range(1, lines + 1)]
    assert list(table["kg_co2e"]) == [n + 0.25 for n in range(1, lines + 1)]


def test_a_job_killed_twenty_times_loses_and_doubles_no_line(desk, ledger):
    place = desk(batch_lines=250)
    lines = 20_000
    job_id = place.submit(ledger(lines))
    random_moment = random.Random(4)  # noqa: S311 - a moment, no secret
    killed = 0
    while killed < KILLS:
        before = place.job(job_id).progress.lines
        process = place.start()
        if killed % 4:  # every fourth dies while it starts or reads
            await_batches(place, job_id, min(before + 1, lines))
        time.sleep(random_moment.uniform(0, 0.4 if killed % 4 else 3))
        assert process.poll() is None, "the job was over before it was killed often enough"
        process.kill()
        process.wait()
        killed += 1

    assert_ends_well(place.start())

    assert_whole(place, job_id, lines)


def test_a_batch_that_was_written_and_not_recorded_is_done_again_and_recorded_once(desk, ledger, monkeypatch):
    place = desk()
    job_id = place.submit(ledger(300))

    class LostPowerError(BaseException):
        pass

    def no_recording(*_):
        raise LostPowerError

    with monkeypatch.context() as broken:
        broken.setattr("serving.jobs.batches.record_batch", no_recording)
        work = place.work(job_id)
        work.read()
        with pytest.raises(LostPowerError):
            work.estimate(1, place.model)
    place.run()

    assert_whole(place, job_id, 300)
    assert len(place.estimated()) == 4


def test_a_second_engine_waits_and_takes_over_when_the_first_is_killed(desk, ledger):
    place = desk()
    job_id = place.submit(ledger(2_000))
    first = place.start(seconds=0.2)
    await_batches(place, job_id, 200)
    second = place.start()
    time.sleep(2)
    assert {line.split()[0] for line in place.estimated()} == {str(first.pid)}

    first.kill()
    first.wait()
    assert_ends_well(second)

    assert_whole(place, job_id, 2_000)
    asked = [line.split(maxsplit=1)[1] for line in place.estimated()]
    # the batch that the first one died in may have been asked about again
    assert len(asked) - len(set(asked)) <= 1


def test_two_engines_from_the_beginning_estimate_no_batch_twice(desk, ledger):
    place = desk()
    ids = [place.submit(ledger(1_000)), place.submit(ledger(700))]

    for process in [place.start(), place.start()]:
        assert_ends_well(process)

    for job_id, lines in zip(ids, (1_000, 700), strict=True):
        assert_whole(place, job_id, lines)
    assert len(place.estimated()) == 10 + 7


def test_an_engine_in_a_thread_stops_after_its_batch_and_the_next_one_goes_on(desk, ledger, stub_model):
    place = desk()
    job_id = place.submit(ledger(1_000))
    with AuditStore(place.url) as store:
        slow = stub_model(place.log, seconds=0.3)
        engine = JobEngine(store, place.settings, lambda _: slow, poll_seconds=0.05)
        thread = threading.Thread(target=engine.run)
        thread.start()
        await_batches(place, job_id, 200)
        engine.stop()
        thread.join(30)
        assert not thread.is_alive()
    assert 200 <= place.job(job_id).progress.lines < 1_000

    place.run()

    assert_whole(place, job_id, 1_000)
    assert len(place.estimated()) == 10


def test_a_job_cancelled_while_no_engine_runs_stays_cancelled(desk, ledger):
    place = desk()
    job_id = place.submit(ledger(1_000))
    process = place.start(seconds=0.2)
    await_batches(place, job_id, 200)
    process.kill()
    process.wait()
    with AuditStore(place.url) as store, store.writing(place.actor) as writing:
        cancel(writing, job_id)
    recorded = lines_in_store(place, job_id)

    assert_ends_well(place.start())

    assert place.job(job_id).status == "cancelled"
    assert lines_in_store(place, job_id) == recorded


def test_on_postgresql_a_killed_job_goes_on_and_every_line_is_recorded_once(desk, ledger, postgresql_url):
    place = desk(url=postgresql_url)
    job_id = place.submit(ledger(2_000))
    for _ in range(3):
        before = place.job(job_id).progress.lines
        process = place.start(seconds=0.05)
        await_batches(place, job_id, before + 1)
        process.kill()
        process.wait()

    assert_ends_well(place.start())

    assert_whole(place, job_id, 2_000)
