"""The turn: one call of the model at a time; requests that wait meanwhile are estimated together."""

import math
import time
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Final

import anyio
import anyio.to_thread
import pandas as pd
from starlette.exceptions import HTTPException

from models.footprint import EstimateOptions, FootprintModel, estimate_ids
from serving.operations.metrics import TURN_SECONDS
from serving.operations.traces import span

GetModel = Callable[[], FootprintModel]
_RETRY_SECONDS: Final = 10
_TOGETHER: Final = 64
"""Lines of a joint call at most: nobody's single line waits for somebody else's ledger in the same call."""


@dataclass(eq=False)
class _Waiting:
    """A request that waits; ``lines`` is ``None`` where it wants the turn for itself.

    ``found`` is its part of the joint call's outcome, ``leads`` whether it holds the turn.
    """

    lines: pd.DataFrame | None = None
    options: EstimateOptions = field(default_factory=EstimateOptions)
    called: anyio.Event = field(default_factory=anyio.Event)
    patience: anyio.CancelScope = field(default_factory=anyio.CancelScope)
    leads: bool = False
    found: pd.DataFrame | Exception | None = None


class Turn:
    """Lets one call at a time use the model.

    The encoder takes every core for itself, and its tokenizer must not be shared by threads. A call for one
    line costs nearly as much as one for a dozen, so whoever gets the turn takes along the small requests with
    the same options that wait. An estimate does not depend on the company a line comes in; if a joint call
    fails all the same, each request is tried alone, so that none fails for another's sake.

    Parameters
    ----------
    max_wait_seconds
        How long a request waits before it is answered 503.
    """

    def __init__(self, max_wait_seconds: float = 30.0) -> None:
        self._max_wait_seconds = max_wait_seconds
        self._waiting: list[_Waiting] = []
        self._is_taken = False

    @asynccontextmanager
    async def taken(self) -> AsyncIterator[None]:
        """Wait for the turn and hold it.

        Raises
        ------
        HTTPException
            503, if that takes too long.
        """
        with _timed_wait():
            await self._wait(_Waiting())
        try:
            yield
        finally:
            self._pass_on()

    async def predict(
        self, get_model: GetModel, lines: pd.DataFrame, options: EstimateOptions
    ) -> pd.DataFrame:
        """Estimate lines when it is their turn, together with others that wait.

        Parameters
        ----------
        get_model
            Gives the model, called when it is the turn: loading it takes every core, too.
        lines, options
            As of :meth:`models.footprint.FootprintModel.predict`.

        Raises
        ------
        HTTPException
            503, if the turn takes too long to come.
        UnknownFactorSetError
            If ``options`` names a set that the model does not hold, even where no line would use it.
        """
        mine = _Waiting(lines, options)
        with _timed_wait():
            await self._wait(mine)
        if mine.leads:
            together = [mine, *self._company(mine, len(lines))]
            try:
                with span(
                    "predict", {"lines": sum(len(one.lines) for one in together if one.lines is not None)}
                ):
                    await anyio.to_thread.run_sync(partial(_predict_together, get_model, together))
            finally:
                for one in together[1:]:
                    one.called.set()
                self._pass_on()
        if isinstance(mine.found, Exception):
            raise mine.found
        if mine.found is None:
            raise RuntimeError("got no estimates of a joint call, expected some: its leader was stopped")
        return mine.found

    async def _wait(self, mine: _Waiting) -> None:
        """Return when the turn is one's own, or somebody else has found the estimates."""
        if not self._is_taken:
            self._is_taken = mine.leads = True
            return
        self._waiting.append(mine)
        try:
            with anyio.fail_after(self._max_wait_seconds) as mine.patience:
                await mine.called.wait()
        except BaseException as error:
            if mine in self._waiting:
                self._waiting.remove(mine)
            elif mine.leads:
                self._pass_on()
            if isinstance(error, TimeoutError):
                raise HTTPException(
                    503,
                    f"Earlier requests took more than {self._max_wait_seconds:g} s: send the request again "
                    "later.",
                    {"Retry-After": str(_RETRY_SECONDS)},
                ) from error
            raise

    def _company(self, mine: _Waiting, lines: int) -> list[_Waiting]:
        """Take those out of the queue that can be estimated together with one's own lines."""
        company = []
        for one in list(self._waiting):
            if one.lines is None or one.options != mine.options or lines + len(one.lines) > _TOGETHER:
                continue
            lines += len(one.lines)
            one.patience.deadline = math.inf
            self._waiting.remove(one)
            company.append(one)
        return company

    def _pass_on(self) -> None:
        """Give the turn to whoever waits the longest."""
        if self._waiting:
            following = self._waiting.pop(0)
            following.leads = True
            following.called.set()
        else:
            self._is_taken = False


@contextmanager
def _timed_wait() -> Iterator[None]:
    began = time.perf_counter()
    try:
        with span("wait for the turn"):
            yield
    finally:
        TURN_SECONDS.observe(time.perf_counter() - began)


def _predict_together(get_model: GetModel, together: Sequence[_Waiting]) -> None:
    frames = [one.lines for one in together if one.lines is not None]
    options = together[0].options
    try:
        parts: Sequence[pd.DataFrame | Exception] = _joint(get_model, frames, options)
    except Exception:
        if len(frames) == 1:
            raise
        parts = [_alone(get_model, lines, options) for lines in frames]
    for one, part in zip(together, parts, strict=True):
        one.found = part


def _joint(
    get_model: GetModel, frames: Sequence[pd.DataFrame], options: EstimateOptions
) -> list[pd.DataFrame]:
    """Estimate several requests in one call: ids of lines, which two may share, are numbered meanwhile."""
    model = get_model()
    if options.factor_set is not None:
        model.factor_sets[options.factor_set]
    if len(frames) == 1:
        return [model.predict(frames[0], options)]
    lines = pd.concat(frames, ignore_index=True)
    lines["line_id"] = [str(number) for number in range(1, len(lines) + 1)]
    found = model.predict(lines, options)
    parts, start = [], 0
    for own in frames:
        part = found.iloc[start : start + len(own)].reset_index(drop=True)
        ids = estimate_ids(own, model.version, options)
        parts.append(part.assign(line_id=own["line_id"], estimate_id=ids))
        start += len(own)
    return parts


def _alone(get_model: GetModel, lines: pd.DataFrame, options: EstimateOptions) -> pd.DataFrame | Exception:
    try:
        return _joint(get_model, [lines], options)[0]
    except Exception as error:  # noqa: BLE001 - it is the answer of this request, and of no other
        return error
