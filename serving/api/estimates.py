"""Estimating lines."""

from dataclasses import dataclass
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
from serving.api.backend import Back, Backend
from serving.api.idempotency import Once
from serving.api.openapi import posted
from serving.api.received import storable
from serving.operations.metrics import count_estimates
from serving.operations.requests import note_estimates, note_lines
from serving.operations.traces import span
from serving.overrides import apply_overrides, find_overrides
from serving.request_lines import read_lines
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
        async with back.turn.taken():
            estimated = await anyio.to_thread.run_sync(partial(_estimate, request, back, actor))
        with span("record"):
            answer = await anyio.to_thread.run_sync(partial(once.complete, 200, estimated.record))
    except BaseException:
        with anyio.CancelScope(shield=True):
            await anyio.to_thread.run_sync(once.abandon)
        raise
    note_estimates(estimated.estimates["estimate_id"])
    await anyio.to_thread.run_sync(count_estimates, estimated.lines, estimated.estimates)
    return answer


@dataclass(frozen=True)
class _Estimated:
    """Lines of a request and their estimates.

    Parameters
    ----------
    received
        As they came.
    lines, estimates
        n rows each.
    options
        What was asked for.
    body
        The answer.
    """

    received: list[Any]
    lines: pd.DataFrame
    estimates: pd.DataFrame
    options: EstimateOptions
    body: str

    def record(self, writing: Writing) -> str:
        """Write the estimates to the trail and hand out the answer."""
        record_estimates(writing, self.received, self.lines, self.estimates, self.options)
        return self.body


def _estimate(request: EstimateRequest, back: Backend, actor: Actor) -> _Estimated:
    model = back.get_model()
    if request.factor_set is not None:
        model.factor_sets[request.factor_set]  # an unknown set is refused even where no line would use it
    with span("read the lines", {"lines": len(request.lines)}):
        lines = read_lines(request.lines)
    money = MoneyOptions(amounts_include_vat=request.amounts_include_vat, vat_rate=request.vat_rate)
    options = EstimateOptions(request.factor_set, money, request.explain)
    with span("predict"):
        found = model.predict(lines.items, options)
    with span("apply what people know"), back.get_store().reading(actor) as reading:
        overrides = find_overrides(reading, lines.items, money)
        found = apply_overrides(model, lines.items, found, overrides, options)
    records = found.assign(line_id=lines.line_ids).to_dict("records")
    answers = [EstimateOut.from_record({str(name): value for name, value in row.items()}) for row in records]
    body = EstimateResponse(model_version=model.version, estimates=answers).model_dump_json()
    return _Estimated([storable(line) for line in request.lines], lines.items, found, options, body)
