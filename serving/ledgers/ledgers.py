"""The ledgers of a service: each opened, and as it stands now, at hand for as long as nothing changed."""

from copy import copy
from functools import cached_property
from typing import Final, Self

import pandas as pd

from serving.jobs.settings import JobSettings
from serving.ledgers.memory import Memory
from serving.ledgers.opening import Frames, GetModel, Ledger
from serving.ledgers.standing import Standing, standing
from serving.ledgers.valuations import Valuations
from serving.store.job_reviews import job_reviews
from serving.store.periods import Period, periods
from serving.store.reviews import Review
from serving.store.store import Reading

MEMORY_BYTES: Final = 1 << 29
_Key = tuple[str, str]
_ReviewSteps = tuple[int, dict[str, Review]]


class Ledgers:
    """Opens recorded ledgers as they stand now; one for all threads of a process.

    Parameters
    ----------
    settings
        Where the files of jobs lie.
    get_model
        Gives the model of a version, and of "" the one whose exchange rates count.
    memory_bytes
        Set aside for what is kept at hand.
    """

    def __init__(self, settings: JobSettings, get_model: GetModel, memory_bytes: int = MEMORY_BYTES) -> None:
        self._frames = Frames(settings, get_model, memory_bytes // 2)
        self.valuations = Valuations(get_model)
        self._reviews: Memory[_Key, _ReviewSteps] = Memory(memory_bytes // 4)
        self._standings: Memory[_Key, tuple[object, Standing]] = Memory(memory_bytes // 4)

    @cached_property
    def without_model(self) -> Self:
        """The same ledgers for whoever does not have the model's turn.

        What is at hand is shared. A correction that nobody valued yet raises
        :class:`serving.ledgers.errors.NotValuedError`, before anything else is done.
        """
        same = copy(self)
        same.valuations = Valuations(None)
        return same

    def open(self, reading: Reading, job_id: str) -> Ledger:
        """Open a ledger as it was estimated.

        Raises
        ------
        UnknownJobError
            If the tenant has no such job.
        JobResultError
            If its files are not there any more, or not as they were recorded.
        """
        return self._frames.open(reading, job_id)

    def standing(self, reading: Reading, job_id: str) -> Standing:
        """Open a ledger as it stands now; what was not changed since it was last opened is at hand.

        Raises
        ------
        UnknownJobError, JobResultError
            As :meth:`open`.
        NotValuedError
            If no model may be asked and a correction is new.
        """
        ledger = self.open(reading, job_id)
        key = reading.actor.tenant, job_id
        last, reviews = self._steps(reading, key)
        closed = [period for period in periods(reading) if period.status == "closed"]
        state = len(ledger.frame), last, _days(closed)
        at_hand = self._standings.get(key)
        if at_hand and at_hand[0] == state:
            return Standing(ledger, at_hand[1].frame)
        found = standing(ledger, reviews, closed, self.valuations)
        self._standings.put(key, (state, found), _own_bytes(found))
        return found

    def _steps(self, reading: Reading, key: _Key) -> _ReviewSteps:
        """Give the number of the last step and the present review of each estimate."""
        last, known = self._reviews.get(key) or (0, {})
        new = job_reviews(reading, key[1], last)
        if not new:
            return last, known
        steps = new[-1].sequence, known | {review.estimate_id: review for review in new}
        self._reviews.put(key, steps, 1_000 * len(steps[1]))
        return steps


def _days(closed: list[Period]) -> tuple[object, ...]:
    return tuple((period.first, period.last) for period in closed)


def _own_bytes(found: Standing) -> int:
    """Estimate the memory of what a standing does not share with its ledger."""
    shared = set(found.ledger.frame.columns)
    own: pd.DataFrame = found.frame[[name for name in found.frame if name not in shared]]
    return int(own.memory_usage(deep=True).sum())
