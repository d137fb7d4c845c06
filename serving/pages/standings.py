"""Ledgers as they stand now, for pages: the model's turn is waited for only where the model is needed."""

from collections.abc import Callable
from functools import partial
from typing import TypeVar

import anyio.to_thread
from starlette.exceptions import HTTPException

from serving.api.backend import Backend
from serving.ledgers import Ledgers, Standing
from serving.ledgers.errors import NotValuedError
from serving.store import Actor

T = TypeVar("T")


async def with_ledgers(back: Backend, work: Callable[[Ledgers], T]) -> T:
    """Do some work with ledgers, in a thread of its own.

    A correction is valued by the model once, and kept: most work finds all it needs. Only where a valuation
    is missing the turn is waited for, and the work begun again with the model. No thread is held meanwhile,
    nor a transaction or a lock: whoever has the turn needs them too.

    Parameters
    ----------
    back
        Ledgers and turn.
    work
        What is to be done; it changes nothing before it has all the valuations that it needs.

    Raises
    ------
    HTTPException
        503, if the turn takes too long to come.
    """
    try:
        return await anyio.to_thread.run_sync(work, back.ledgers.without_model)
    except NotValuedError:
        async with back.turn.taken():
            return await anyio.to_thread.run_sync(work, back.ledgers)


async def standing_of(back: Backend, actor: Actor, job_id: str) -> Standing:
    """Open a finished ledger as it stands now.

    Raises
    ------
    HTTPException
        409, if the ledger is not finished; 503, if the turn takes too long to come.
    UnknownJobError
        If the tenant has no such job.
    JobResultError
        If its files are not there any more, or not as they were recorded.
    """
    return await with_ledgers(back, partial(_standing, back, actor, job_id))


def _standing(back: Backend, actor: Actor, job_id: str, ledgers: Ledgers) -> Standing:
    with back.get_store().reading(actor) as reading:
        job = ledgers.open(reading, job_id).job
        if job.status != "finished":
            raise HTTPException(
                409,
                f"Got a ledger that is {job.status}, expected a finished one: look at its own page first.",
            )
        return ledgers.standing(reading, job_id)
