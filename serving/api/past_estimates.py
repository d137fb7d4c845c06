"""Estimates of before: one with all its reasons, or many by what they were made in, from and when."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Query

from serving.api.access import Asker
from serving.api.backend import Back
from serving.api.openapi import answers
from serving.schemas import EstimateDetail, EstimateOut, EstimatePage, RecordedEstimate
from serving.schemas.estimates import Arithmetic, History, Occurrence
from serving.schemas.fields import Instant
from serving.schemas.lines import Day
from serving.schemas.reviews import CommentOut, ReviewOut
from serving.store.estimate_search import EstimateFilter, find_estimate, search_estimates
from serving.store.estimates import EstimateContent, EstimateRecord
from serving.store.paging import MAX_PAGE
from serving.store.reviews import comments, review_history

router = APIRouter(tags=["estimates"])

Cursor = Annotated[
    str, Query(max_length=2_000, description="of the page before; the filters stay the same", examples=[""])
]
Limit = Annotated[int, Query(ge=1, le=MAX_PAGE, description="items on a page", examples=[100])]
EstimateId = Annotated[str, Path(max_length=100, examples=["f3ac790c2170958d1e169105"])]


Status = Literal["estimated", "review", "excluded", "unmatched"]
Since = Annotated[
    Instant | None, Query(description="recorded then or later", examples=["2025-01-01T00:00:00Z"])
]
Until = Annotated[Instant | None, Query(description="recorded before", examples=["2026-01-01T00:00:00Z"])]
FirstDay = Annotated[Day | None, Query(description="first day of the lines", examples=["2024-04-01"])]
LastDay = Annotated[Day | None, Query(description="last day of the lines", examples=["2025-03-31"])]
ModelVersion = Annotated[
    str | None, Query(max_length=200, description="its version", examples=["ee5e3ef0c903ba6b"])
]


@router.get("/estimates", summary="Search estimates", responses=answers(400))
def search(
    back: Back,
    actor: Asker,
    job: Annotated[str | None, Query(max_length=200, examples=["job-17"])] = None,
    model: ModelVersion = None,
    factor_set: Annotated[str | None, Query(max_length=200, examples=["defra-2023"])] = None,
    status: Annotated[Status | None, Query(examples=["review"])] = None,
    since: Since = None,
    until: Until = None,
    dated_from: FirstDay = None,
    dated_to: LastDay = None,
    limit: Limit = 100,
    cursor: Cursor = "",
    order: Annotated[Literal["newest", "oldest"], Query(examples=["newest"])] = "newest",
) -> EstimatePage:
    """Search the recorded estimates of your tenant; every filter that is given must hold."""
    wanted = EstimateFilter(
        job_id=job,
        model_version=model,
        factor_set=factor_set,
        status=status,
        since=since,
        until=until,
        dated_from=dated_from,
        dated_to=dated_to,
    )
    with back.get_store().reading(actor) as reading:
        page = search_estimates(reading, wanted, limit, cursor, order)
    return EstimatePage(items=[_recorded(record) for record in page.items], cursor=page.cursor)


@router.get("/estimates/{estimate_id}", summary="Explain one estimate", responses=answers(404))
def explain(
    estimate_id: EstimateId, back: Back, actor: Asker, limit: Limit = 20, cursor: Cursor = ""
) -> EstimateDetail:
    """Give an estimate with its evidence, its whole arithmetic, its reviews and every time it was asked for.

    `limit` and `cursor` page through `history`.
    """
    with back.get_store().reading(actor) as reading:
        found = find_estimate(reading, estimate_id, limit, cursor)
        steps = review_history(reading, estimate_id)
        remarks = comments(reading, estimate_id)
    latest, content = found.latest, found.latest.content
    recorded = _recorded(latest)
    return EstimateDetail(
        recorded=recorded,
        received=content.received if content else None,
        line=content.line if content else None,
        options=_options(content) if content else None,
        arithmetic=Arithmetic.of(recorded.estimate, content.line) if content and recorded.estimate else None,
        history=History(
            items=[Occurrence.model_validate(time) for time in found.history.items],
            cursor=found.history.cursor,
        ),
        reviews=[ReviewOut.model_validate(step) for step in steps],
        comments=[CommentOut.model_validate(remark) for remark in remarks],
    )


def _recorded(record: EstimateRecord) -> RecordedEstimate:
    return RecordedEstimate(
        estimate_id=record.estimate_id,
        sequence=record.sequence,
        at=record.at,
        who=record.who,
        status=record.status,
        job_id=record.job_id,
        model_version=record.model_version,
        factor_set=record.factor_set,
        line_date=record.line_date,
        payload_sha256=record.payload_sha256,
        estimate=EstimateOut.from_record(record.content.estimate) if record.content else None,
    )


def _options(content: EstimateContent) -> dict[str, Any]:
    money = content.options.money
    return {
        "factor_set": content.options.factor_set,
        "explain": content.options.explain,
        "amounts_include_vat": money.amounts_include_vat,
        "vat_rate": money.vat_rate,
        "default_date": money.default_date.isoformat() if money.default_date else None,
    }
