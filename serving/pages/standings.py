"""A finished ledger as it stands now, for a page of it."""

from functools import partial

import anyio.to_thread
from starlette.exceptions import HTTPException

from serving.api.backend import Backend
from serving.ledgers import Standing
from serving.store import Actor


async def standing_of(back: Backend, actor: Actor, job_id: str) -> Standing:
    """Open a ledger as it stands now.

    Corrections that nobody valued yet are valued by the model, so the last step waits for its turn; the long
    one, reading the ledger from its files, does not.

    Raises
    ------
    HTTPException
        409, if the ledger is not finished; 503, if the turn takes too long to come.
    UnknownJobError
        If the tenant has no such job.
    JobResultError
        If its files are not there any more, or not as they were recorded.
    """
    await anyio.to_thread.run_sync(partial(_open, back, actor, job_id))
    async with back.turn.taken():
        return await anyio.to_thread.run_sync(partial(_stand, back, actor, job_id))


def _open(back: Backend, actor: Actor, job_id: str) -> None:
    with back.get_store().reading(actor) as reading:
        job = back.ledgers.open(reading, job_id).job
    if job.status != "finished":
        raise HTTPException(
            409, f"Got a ledger that is {job.status}, expected a finished one: look at its own page first."
        )


def _stand(back: Backend, actor: Actor, job_id: str) -> Standing:
    with back.get_store().reading(actor) as reading:
        return back.ledgers.standing(reading, job_id)
