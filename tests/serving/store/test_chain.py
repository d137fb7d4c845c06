"""Writing to the chain: one after another, whole batches, whoever writes and whatever happens."""

import multiprocessing
import os
import signal
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest
from sqlalchemy import delete, select, text, update
from sqlalchemy.exc import DBAPIError

from serving.store import Actor, AuditStore
from serving.store.chain import NO_ENTRY, NewEntry
from serving.store.errors import CanonicalFormError
from serving.store.tables import Entry, Head
from serving.store.verification import verify

LOCAL = Actor.local()
SPAWN = multiprocessing.get_context("spawn")
BATCHES = 10
BATCH = 20


def notes(count, who=""):
    return [NewEntry(kind="job", subject=f"{who}{number}", payload={"n": number}) for number in range(count)]


def entries(store, actor=LOCAL):
    with store.reading(actor) as reading:
        return list(reading.session.scalars(select(Entry).order_by(Entry.sequence)))


def append_batches(url, who):
    with AuditStore(url) as store:
        for number in range(BATCHES):
            with store.writing(LOCAL) as writing:
                writing.append(notes(BATCH, f"{who}-{number}-"))


def append_for_ever(url, started):
    store = AuditStore(url)
    while True:
        with store.writing(LOCAL) as writing:
            writing.append(notes(BATCH))
            started.set()
            writing.append(notes(400))


def test_entries_are_numbered_from_one_and_each_names_the_hash_before(store):
    with store.writing(LOCAL) as writing:
        assert writing.append(notes(2)) == range(1, 3)
        assert writing.append(notes(1)) == range(3, 4)
        assert writing.append([]) == range(4, 4)

    written = entries(store)

    assert [entry.sequence for entry in written] == [1, 2, 3]
    assert [entry.previous for entry in written] == [NO_ENTRY, *(entry.hash for entry in written[:2])]
    assert {entry.who for entry in written} == {"local"}


def test_nothing_of_a_transaction_that_fails_is_kept(store):
    def fail():
        with store.writing(LOCAL) as writing:
            writing.append(notes(5))
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()

    assert entries(store) == []
    assert verify(store).findings == []


def test_a_batch_with_one_payload_that_has_no_form_is_refused_whole_and_the_next_one_fits(store):
    with store.writing(LOCAL) as writing:
        writing.append(notes(2))
        with pytest.raises(CanonicalFormError):
            writing.append([*notes(3), NewEntry(kind="job", payload={"kg": float("nan")})])
        writing.append(notes(2))

    assert [entry.sequence for entry in entries(store)] == [1, 2, 3, 4]
    assert verify(store).findings == []


def test_an_insert_that_fails_in_its_middle_leaves_nothing_behind(store):
    with store.writing(LOCAL) as writing:
        writing.append(notes(2))
        broken = NewEntry(kind="job", payload=1, status=None)
        with pytest.raises(DBAPIError):
            writing.append([*notes(3), broken])
        writing.append(notes(1))

    assert [entry.sequence for entry in entries(store)] == [1, 2, 3]
    assert verify(store).findings == []


def test_time_never_runs_back_in_a_chain_though_the_clock_is_put_back(store, clock):
    for year in (2025, 2024, 2026):
        clock.now = datetime(year, 1, 1, tzinfo=UTC)
        with store.writing(LOCAL) as writing:
            writing.append(notes(1))

    assert [entry.at.year for entry in entries(store)] == [2025, 2025, 2026]


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_entries SET who = 'somebody' WHERE sequence = 2",
        "UPDATE audit_entries SET payload = '{}' WHERE sequence = 2",
        "UPDATE audit_entries SET payload = NULL WHERE sequence = 2",
        "UPDATE audit_entries SET sequence = 9 WHERE sequence = 2",
        "DELETE FROM audit_entries WHERE sequence = 3",
        "INSERT INTO audit_entries SELECT * FROM audit_entries WHERE sequence = 3",
    ],
)
def test_the_database_refuses_to_change_or_remove_entries_or_to_slip_one_in(store, statement):
    with store.writing(LOCAL) as writing:
        writing.append(notes(3))

    with pytest.raises(DBAPIError, match="audit store"), store.engine.begin() as connection:
        connection.execute(text(statement))

    assert verify(store).findings == []


def test_sqlite_refuses_to_replace_an_entry_and_postgresql_to_truncate_them(store):
    with store.writing(LOCAL) as writing:
        writing.append(notes(3))
    replace = "INSERT OR REPLACE INTO audit_entries SELECT * FROM audit_entries WHERE sequence = 2"
    statement = replace if store.engine.dialect.name == "sqlite" else "TRUNCATE audit_entries"

    with pytest.raises(DBAPIError, match="audit store"), store.engine.begin() as connection:
        connection.execute(text(statement))


@pytest.mark.parametrize("change", [update(Entry).values(who="x"), delete(Entry)])
def test_a_session_cannot_change_entries_either(store, change):
    with store.writing(LOCAL) as writing:
        writing.append(notes(1))

    with pytest.raises(DBAPIError, match="audit store"), store.writing(LOCAL) as writing:
        writing.session.execute(change)


def test_eight_threads_append_without_gap_or_fork(store):
    def write(thread):
        for number in range(BATCHES):
            with store.writing(LOCAL) as writing:
                writing.append(notes(BATCH, f"{thread}-{number}-"))

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(write, range(8)))

    assert_whole(store, writers=8)


def test_two_processes_open_an_empty_database_at_once_and_append_without_gap_or_fork(url):
    processes = [SPAWN.Process(target=append_batches, args=(url, name)) for name in "ab"]
    for process in processes:
        process.start()
    for process in processes:
        process.join(60)

    assert [process.exitcode for process in processes] == [0, 0]
    with AuditStore(url) as store:
        assert_whole(store, writers=2)


def assert_whole(store, writers):
    written = entries(store)
    batches = [entry.subject.rpartition("-")[0] for entry in written]
    assert [entry.sequence for entry in written] == list(range(1, writers * BATCHES * BATCH + 1))
    assert set(Counter(batches).values()) == {BATCH}
    assert all(len(set(batches[start : start + BATCH])) == 1 for start in range(0, len(batches), BATCH))
    assert verify(store).findings == []


def test_a_process_killed_in_the_middle_of_a_batch_leaves_whole_batches_and_a_chain_that_verifies(url):
    with AuditStore(url) as store:
        for wait in (0, 0.01, 0.03, 0.1):
            started = SPAWN.Event()
            process = SPAWN.Process(target=append_for_ever, args=(url, started))
            process.start()
            assert started.wait(60)
            time.sleep(wait)
            os.kill(process.pid, signal.SIGKILL)
            process.join(10)

            assert verify(store).findings == []
            assert len(entries(store)) % (BATCH + 400) == 0

        with store.writing(LOCAL) as writing:
            writing.append(notes(1))
        assert verify(store).findings == []
        with store.reading(LOCAL) as reading:
            assert reading.session.scalar(select(Head.sequence)) == len(entries(store))
