"""Reviews: accept or correct an estimate, approve that with another key, remark on it."""

from typing import Annotated, Literal

from fastapi import APIRouter, Path, Query
from starlette.responses import Response

from serving.api.access import Asker, Reviewer
from serving.api.backend import Back
from serving.api.idempotency import Once
from serving.api.openapi import answers, posted
from serving.api.past_estimates import Cursor, EstimateId, Limit
from serving.schemas import ApprovalIn, CommentIn, CommentOut, ReviewIn, ReviewOut, ReviewPage
from serving.store.reviews import Correction, add_comment, approve_review, review_estimate, search_reviews

router = APIRouter(tags=["reviews"])


@router.post(
    "/estimates/{estimate_id}/reviews",
    summary="Accept or correct an estimate",
    status_code=201,
    response_model=ReviewOut,
    responses=posted(404),
)
def review(estimate_id: EstimateId, given: ReviewIn, _actor: Reviewer, once: Once) -> Response:
    """Review an estimate. Once another key has approved it, the same goods get the correction, too.

    The same goods are those of the same GTIN, else those of the same words from the same supplier.
    """
    said = Correction(**given.correction.model_dump()) if given.correction else None
    return once.answer(
        201,
        lambda writing: ReviewOut.model_validate(
            review_estimate(writing, estimate_id, said, given.comment, given.reference)
        ).model_dump_json(),
    )


@router.post(
    "/estimates/{estimate_id}/reviews/{number}/approval",
    summary="Approve a review",
    status_code=201,
    response_model=ReviewOut,
    responses=posted(404),
)
def approve(
    estimate_id: EstimateId,
    number: Annotated[int, Path(description="`sequence` of the review", examples=[18])],
    _actor: Reviewer,
    once: Once,
    given: ApprovalIn | None = None,
) -> Response:
    """Sign a review off, with another key than its reviewer's."""
    comment = given.comment if given else ""
    return once.answer(
        201,
        lambda writing: ReviewOut.model_validate(
            approve_review(writing, estimate_id, number, comment)
        ).model_dump_json(),
    )


@router.post(
    "/estimates/{estimate_id}/comments",
    summary="Remark on an estimate",
    status_code=201,
    response_model=CommentOut,
    responses=posted(404),
)
def comment(estimate_id: EstimateId, given: CommentIn, _actor: Reviewer, once: Once) -> Response:
    """Remark on an estimate or attach a document to it; its figures stay as they are."""
    return once.answer(
        201,
        lambda writing: CommentOut.model_validate(
            add_comment(writing, estimate_id, given.comment, given.reference)
        ).model_dump_json(),
    )


@router.get("/reviews", summary="List reviews", responses=answers())
def list_reviews(
    back: Back,
    actor: Asker,
    status: Annotated[Literal["reviewed", "approved"] | None, Query(examples=["reviewed"])] = None,
    limit: Limit = 100,
    cursor: Cursor = "",
) -> ReviewPage:
    """List the present review of each estimate, the latest first."""
    with back.get_store().reading(actor) as reading:
        page = search_reviews(reading, status, limit, cursor)
    return ReviewPage(items=[ReviewOut.model_validate(one) for one in page.items], cursor=page.cursor)
