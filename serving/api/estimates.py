"""Estimating lines."""

from functools import partial
from typing import Any

import anyio
import anyio.to_thread
import pandas as pd
from fastapi import APIRouter
from starlette.exceptions import HTTPException
from starlette.responses import Response

from features.money import MoneyOptions
from models.footprint import EstimateOptions
from serving.api.access import Estimator
from serving.api.asking import AskedLines
from serving.api.backend import Back, Backend
from serving.api.idempotency import Once, OneAnswer
from serving.api.openapi import posted
from serving.api.received import storable
from serving.operations.metrics import count_estimates
from serving.operations.requests import note_estimates, note_lines
from serving.operations.traces import span
from serving.schemas import MAX_LINES, EstimateOut, EstimateRequest, EstimateResponse
from serving.store import Actor, Writing
from serving.store.estimates import record_estimates

router = APIRouter(tags=["estimates"])


@router.post("/estimates", summary="Estimate lines", response_model=EstimateResponse, responses=posted())
async def estimate_lines(request: EstimateRequest, back: Back, actor: Estimator, once: Once) -> Response:
    """Estimate up to 1,000 lines: as many estimates as lines, in their order.

    A line that cannot be read or valued gets an estimate of status `unmatched` whose `explanation` says
    what was got, what was expected and what to do; the other lines are not affected.

    Every estimate is recorded, and found again by its `estimate_id`. Approved corrections of the same goods
    are applied and named under `corrections`; where they contradict each other all are shown, none is applied
    and the line is for review. A figure that the supplier declares wins where the line states its amount in
    the figure's unit, and stands under `supplier_figure`.
    """
    if len(request.lines) > MAX_LINES:
        raise HTTPException(
            413, f"Got {len(request.lines):,} lines, expected at most {MAX_LINES:,}: send several requests."
        )
    note_lines(len(request.lines))
    back.rates.take_lines(actor, len(request.lines))
    before = await anyio.to_thread.run_sync(once.begin)
    if before is not None:
        return before
    try:
        asked = await anyio.to_thread.run_sync(partial(_read, request, back, actor))
        found = await asked.estimated(back)
        with span("record"):
            answer = await anyio.to_thread.run_sync(partial(_complete, once, request.lines, asked, found))
    except BaseException:
        with anyio.CancelScope(shield=True):
            await anyio.to_thread.run_sync(once.abandon)
        raise
    note_estimates(found["estimate_id"])
    await anyio.to_thread.run_sync(count_estimates, asked.lines.items, found)
    return answer


def _read(request: EstimateRequest, back: Backend, actor: Actor) -> AskedLines:
    money = MoneyOptions(amounts_include_vat=request.amounts_include_vat, vat_rate=request.vat_rate)
    options = EstimateOptions(request.factor_set, money, request.explain)
    return AskedLines.read(request.lines, options, back, actor)


def _complete(once: OneAnswer, received: list[Any], asked: AskedLines, found: pd.DataFrame) -> Response:
    """Answer, and write the estimates to the trail."""
    records = found.assign(line_id=asked.lines.line_ids).to_dict("records")
    answers = [EstimateOut.from_record({str(name): value for name, value in row.items()}) for row in records]
    version = str(found["model_version"].iloc[0])
    body = EstimateResponse(model_version=version, estimates=answers).model_dump_json()
    kept = [storable(line) for line in received]

    def record(writing: Writing) -> str:
        record_estimates(writing, kept, asked.lines.items, found, asked.options, notes=asked.notes)
        return body

    return once.complete(200, record)
