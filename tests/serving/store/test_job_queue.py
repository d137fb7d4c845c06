"""The queue of bulk jobs over all tenants."""

from serving.store.job_queue import job_queue
from serving.store.jobs import cancel, ledger_is_read, submit


def _hand_in(writing, job_id):
    return submit(writing, job_id, name="a.csv", sha256="0", options={}, result="csv", webhook="")


def test_an_empty_queue_has_no_oldest_job(store):
    queue = job_queue(store)

    assert queue.jobs == {"waiting": 0, "estimating": 0}
    assert queue.lines_waiting == 0
    assert queue.oldest is None


def test_jobs_of_all_tenants_count_while_they_go_on(store, actor):
    with store.writing(actor("anna", tenant="north")) as writing:
        first = _hand_in(writing, "one")
        ledger_is_read(writing, "one", lines=700, batches=1)
    with store.writing(actor("ben", tenant="south")) as writing:
        _hand_in(writing, "two")
        _hand_in(writing, "three")
        cancel(writing, "three")

    queue = job_queue(store)

    assert queue.jobs == {"waiting": 1, "estimating": 1}
    assert queue.lines_waiting == 700
    assert queue.oldest == first.created_at
