"""The reviews of a bulk job's lines."""

from sqlalchemy import exists, select
from sqlalchemy.orm import aliased

from serving.store.reviews import Review, is_current_review
from serving.store.store import Reading
from serving.store.tables import Entry, of_kind


def job_reviews(reading: Reading, job_id: str, after: int = 0) -> list[Review]:
    """List the present reviews of a job's estimates, in the order in which they were written.

    A review is of an estimate, whatever job it was made in: a ledger that is handed in again, and estimated
    as before, is reviewed already.

    Parameters
    ----------
    reading
        Transaction.
    job_id
        Of a job that the tenant has.
    after
        Number of the last one that is known: only what was written since is listed.
    """
    estimated = aliased(Entry)
    is_of_job = exists().where(
        estimated.tenant == Entry.tenant,
        estimated.kind == "estimate",
        estimated.subject == Entry.subject,
        estimated.job_id == job_id,
    )
    query = select(Entry).where(of_kind("review"), Entry.sequence > after, *is_current_review(), is_of_job)
    return [Review.from_entry(entry) for entry in reading.session.scalars(query.order_by(Entry.sequence))]
