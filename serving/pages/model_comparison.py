"""Two models on a ledger of the visitor: what it was recorded as, and what another model makes of it."""

from dataclasses import dataclass
from functools import partial
from typing import Annotated, Any, Final

import anyio.to_thread
import pandas as pd
from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from models.footprint import FootprintModel
from serving.api.backend import Back, Backend
from serving.pages.models import KnownModel, known_models
from serving.pages.rendering import render, wants_part
from serving.pages.visitors import Known
from serving.replay.ledger_comparison import LedgerSample, by_category
from serving.replay.restatement import Diff, compared
from serving.store import Actor, AuditStore
from serving.store.jobs import JobRecord, find, job_page

router = APIRouter()

MOST_LINES: Final = 300
"""Lines that are estimated anew at most: somebody waits for it, and others for the model meanwhile."""
_LINES_A_TURN: Final = 50
_LEDGERS_SHOWN: Final = 100
_MOVED_SHOWN: Final = 15
_CHANGED_SHOWN: Final = 25
_CATEGORIES_SHOWN: Final = 15


@dataclass(frozen=True)
class Comparison:
    """What came of it.

    Attributes
    ----------
    job
        The ledger.
    other
        Version of the model that estimated anew.
    sample
        The lines.
    diff
        Both estimates of each; ``None`` where no line could be compared.
    categories
        From :func:`serving.replay.ledger_comparison.by_category`, the first ones.
    """

    job: JobRecord
    other: str
    sample: LedgerSample
    diff: Diff | None
    categories: list[dict[str, Any]]

    @property
    def moved(self) -> list[dict[str, Any]]:
        """Lines that move most."""
        return [] if self.diff is None else _rows(self.diff.moved_most(_MOVED_SHOWN))

    @property
    def changed(self) -> list[dict[str, Any]]:
        """Lines whose method or category changed, the first ones."""
        if self.diff is None:
            return []
        lines = self.diff.lines
        return _rows(lines[lines["method_changed"] | lines["category_changed"]].head(_CHANGED_SHOWN))


@router.get("/models/compare")
async def compare_models(
    request: Request,
    back: Back,
    actor: Known,
    ledger: Annotated[str, Query(max_length=200)] = "",
    model: Annotated[str, Query(max_length=100)] = "",
) -> Response:
    """Ask for a ledger and a model, and compare once both are named."""
    served = await anyio.to_thread.run_sync(back.get_model)
    choices = await anyio.to_thread.run_sync(partial(_choices, back, actor))
    found = await _compared(back, actor, ledger, model) if ledger and model else None
    part = wants_part(request)
    return render(
        request,
        "comparison_part.html" if part else "model_comparison.html",
        ledgers=choices.ledgers,
        models=[one for one in choices.models if one.kept_at is not None],
        served=served.version,
        ledger=ledger,
        model=model,
        comparison=found,
        most_lines=MOST_LINES,
    )


@dataclass(frozen=True)
class _Choices:
    """What can be compared."""

    ledgers: list[JobRecord]
    models: list[KnownModel]


def _choices(back: Backend, actor: Actor) -> _Choices:
    with back.get_store().reading(actor) as reading:
        jobs = [job for job in job_page(reading, _LEDGERS_SHOWN).items if job.status == "finished"]
        return _Choices(jobs, known_models(reading, back))


async def _compared(back: Backend, actor: Actor, ledger: str, version: str) -> Comparison:
    """Compare the records as they are now; the same records and models are compared once."""
    job, sample = await anyio.to_thread.run_sync(partial(_sample, back.get_store(), actor, ledger))
    key = actor.tenant, sample.digest, version
    diff = back.comparisons.get(key)
    if diff is None:
        back.rates.take_lines(actor, len(sample.lines))
        diff = await _diff(back, sample, version)
        if diff is not None:
            back.comparisons.put(key, diff, int(diff.lines.memory_usage(deep=True).sum()))
    categories = by_category(diff).head(_CATEGORIES_SHOWN) if diff else pd.DataFrame()
    return Comparison(job, version, sample, diff, _rows(categories))


async def _diff(back: Backend, sample: LedgerSample, version: str) -> Diff | None:
    """Estimate the lines anew, some at a time, so that others get their turn in between."""
    model = await anyio.to_thread.run_sync(partial(_model_of, back, version))
    parts = []
    for batch in sample.batches():
        for first in range(0, len(batch), _LINES_A_TURN):
            some = batch[first : first + _LINES_A_TURN]
            async with back.turn.taken():
                parts.append(await anyio.to_thread.run_sync(partial(compared, model, some)))
    return Diff.of(parts, sample.reduced) if parts else None


def _sample(store: AuditStore, actor: Actor, ledger: str) -> tuple[JobRecord, LedgerSample]:
    with store.reading(actor) as reading:
        return find(reading, ledger), LedgerSample.of(reading, ledger, MOST_LINES)


def _model_of(back: Backend, version: str) -> FootprintModel:
    served = back.get_model()
    if back.get_model_of is None or served.version == version:
        return served
    return back.get_model_of(version)


def _rows(frame: pd.DataFrame) -> list[dict[str, Any]]:
    return [{str(name): value for name, value in row.items()} for row in frame.to_dict("records")]
