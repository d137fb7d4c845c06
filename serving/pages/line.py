"""A line: what it is, its figure and why, what happened to it; remarks on it, and its replay."""

from dataclasses import dataclass
from functools import partial
from typing import Annotated, Any
from urllib.parse import quote

import anyio.to_thread
from fastapi import APIRouter, Path, Query
from pydantic import ValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from models.estimates import ESTIMATE_FIELDS
from serving.api.backend import Back, Backend
from serving.pages.line_content import line_content
from serving.pages.rendering import render, wants_part
from serving.pages.standings import with_ledgers
from serving.pages.visitors import Known, OwnForm
from serving.replay.replay import Replayed, replay_with
from serving.schemas.reviews import CommentIn
from serving.store import Actor
from serving.store.estimate_search import EstimateFilter, latest_estimate
from serving.store.reviews import add_comment

router = APIRouter()

EstimateId = Annotated[str, Path(max_length=100)]
_NO_ARCHIVE = "This service keeps no archive of past models: replay with `ledgerprint replay` where one is."


@dataclass(frozen=True)
class ReplayView:
    """What came of a replay.

    Attributes
    ----------
    replays
        One a time that the line was asked for, the oldest first.
    columns
        How many columns were compared.
    """

    replays: list[Replayed]
    columns: int

    @property
    def is_equal(self) -> bool:
        """Whether every one came out as it was recorded."""
        return all(one.outcome == "equal" for one in self.replays)


@router.get("/lines/{estimate_id}")
async def line(
    request: Request,
    estimate_id: EstimateId,
    actor: Known,
    back: Back,
    ledger: Annotated[str, Query(max_length=100)] = "",
    cursor: Annotated[str, Query(max_length=2_000)] = "",
) -> Response:
    """Show a line as it stands now."""
    content = await _content(estimate_id, ledger, actor, back, cursor)
    return render(request, "line.html", **content, message="", causes=[])


@router.post("/lines/{estimate_id}/comments")
async def comment(
    request: Request, estimate_id: EstimateId, actor: Known, form: OwnForm, back: Back
) -> Response:
    """Remark on a line, or attach a document."""
    actor.require("review")
    ledger = str(form.get("ledger", ""))[:100]
    try:
        said = CommentIn(comment=str(form.get("comment", "")), reference=str(form.get("reference", "")))
    except ValidationError as error:
        raise HTTPException(422, f"{error.errors()[0]['msg']}: correct the comment.") from error
    await anyio.to_thread.run_sync(partial(_add, estimate_id, said, actor, back))
    if not wants_part(request):
        return RedirectResponse(f"{_address(estimate_id, ledger)}#history", 303)
    content = await _content(estimate_id, ledger, actor, back)
    return render(request, "line_part.html", **content, message="The comment was added.", causes=[])


@router.post("/lines/{estimate_id}/replay")
async def replay(
    request: Request, estimate_id: EstimateId, actor: Known, form: OwnForm, back: Back
) -> Response:
    """Make the estimate again with the bundle that made it, and compare every column."""
    async with back.turn.taken():
        view = await anyio.to_thread.run_sync(partial(_replayed, estimate_id, actor, back))
    template = "replay_part.html" if wants_part(request) else "replay.html"
    address = _address(estimate_id, str(form.get("ledger", ""))[:100])
    return render(request, template, view=view, address=address)


async def _content(
    estimate_id: str, ledger: str, actor: Actor, back: Backend, cursor: str = ""
) -> dict[str, Any]:
    return await with_ledgers(back, partial(line_content, estimate_id, ledger, actor, back, cursor))


def _add(estimate_id: str, said: CommentIn, actor: Actor, back: Backend) -> None:
    with back.get_store().writing(actor) as writing:
        add_comment(writing, estimate_id, said.comment, said.reference)


def _replayed(estimate_id: str, actor: Actor, back: Backend) -> ReplayView:
    if back.get_model_of is None:
        raise HTTPException(503, _NO_ARCHIVE)
    with back.get_store().reading(actor) as reading:
        latest_estimate(reading, estimate_id)
        wanted = EstimateFilter(estimate_id=estimate_id)
        found = sorted(replay_with(reading, wanted, back.get_model_of), key=lambda one: one.sequence)
    return ReplayView(found, len(ESTIMATE_FIELDS))


def _address(estimate_id: str, ledger: str) -> str:
    query = f"?ledger={quote(ledger, safe='')}" if ledger else ""
    return f"/lines/{quote(estimate_id, safe='')}{query}"
