"""From a draft to a job: once, however often it is asked for."""

from serving.drafts.drafts import Draft
from serving.jobs.settings import JobSettings
from serving.jobs.submission import HandIn, JobOptions, Order
from serving.store import Actor, AuditStore, Reading
from serving.store.errors import UnknownJobError
from serving.store.jobs import JobRecord, find


def hand_in_draft(
    store: AuditStore, actor: Actor, settings: JobSettings, draft: Draft, options: JobOptions
) -> JobRecord:
    """Hand in a draft as the job with its id; one that was handed in before stays as it is.

    Parameters
    ----------
    store, actor, settings
        As of :func:`serving.jobs.submission.submit_job`, with its errors.
    draft
        Is gone afterwards; its file is that of the job.
    options
        What the user says about the ledger.
    """
    order = Order.checked(settings, draft.name, options)
    # who holds the chain is alone: of two requests at once the second one finds the first one's job
    with store.writing(actor) as writing:
        job = job_of_draft(writing, draft.id)
        if job is None:
            handing_in = HandIn.of_file(settings, actor, order, draft.id, draft.path, draft.sha256)
            try:
                handing_in.finish()
                job = handing_in.record(writing)
                handing_in.keep()
            finally:
                handing_in.close()
    draft.remove()
    return job


def job_of_draft(reading: Reading, draft_id: str) -> JobRecord | None:
    """Give the job that a draft became, if it did."""
    try:
        return find(reading, draft_id)
    except UnknownJobError:
        return None
