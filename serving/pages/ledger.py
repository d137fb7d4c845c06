"""A ledger that was handed in: its progress while it is estimated, then its footprint."""

from functools import partial
from typing import Annotated, Any

import anyio.to_thread
from fastapi import APIRouter, Path
from starlette.requests import Request
from starlette.responses import FileResponse, RedirectResponse, Response

from serving.api.backend import Back, Backend
from serving.jobs.results import result_file
from serving.ledgers import Standing
from serving.pages.ledger_address import LedgerAddress
from serving.pages.ledger_options import chips, choices
from serving.pages.ledger_view import ledger_view, lines_of
from serving.pages.progress import progress_page
from serving.pages.rendering import render, wants_part
from serving.pages.standings import standing_of
from serving.pages.visitors import Known
from serving.store import Actor
from serving.store.jobs import find
from serving.store.keys import list_keys
from serving.store.periods import Period, periods

router = APIRouter()

JobId = Annotated[str, Path(max_length=100)]


@router.get("/ledgers/{job_id}")
async def ledger(request: Request, job_id: JobId, actor: Known, back: Back) -> Response:
    """Show a ledger as far as it is; once it is finished, the lines that the address looks for."""
    progress = await anyio.to_thread.run_sync(partial(_progress, request, job_id, actor, back))
    if progress is not None:
        return progress
    if wants_part(request):  # it was watched to its end: it is put together before it is led to
        await standing_of(back, actor, job_id)
        return Response(status_code=204, headers={"HX-Refresh": "true"})
    address = LedgerAddress.from_query(job_id, request.query_params)
    if _holds_nothing(request):
        return RedirectResponse(str(address), 303)
    standing = await standing_of(back, actor, job_id)
    return await anyio.to_thread.run_sync(partial(_footprint, request, standing, address, actor, back))


@router.get("/ledgers/{job_id}/lines")
async def lines(request: Request, job_id: JobId, actor: Known, back: Back) -> Response:
    """Show the table of lines by itself, for a script of the ledger's page."""
    address = LedgerAddress.from_query(job_id, request.query_params)
    if not wants_part(request):
        return RedirectResponse(f"{address}#lines", 303)
    standing = await standing_of(back, actor, job_id)
    return await anyio.to_thread.run_sync(
        lambda: render(request, "ledger_lines.html", address=address, **lines_of(standing, address))
    )


@router.get("/ledgers/{job_id}/result")
def result(job_id: JobId, actor: Known, back: Back) -> Response:
    """Give the ledger's own columns with the estimates beside them, in its order."""
    with back.get_store().reading(actor) as reading:
        job = find(reading, job_id)
        if job.is_open:
            return RedirectResponse(f"/ledgers/{job.id}", 303)
        path = result_file(reading, back.jobs, job_id)
    return FileResponse(path, filename=f"{job.name.rpartition('.')[0] or job.name}-footprint{path.suffix}")


def about_ledger(standing: Standing, actor: Actor, back: Backend) -> dict[str, Any]:
    """Say whose ledger it is and which closed periods its lines lie in."""
    job = standing.ledger.job
    with back.get_store().reading(actor) as reading:
        names = {key.public_id: key.name for key in list_keys(reading)}
        closed = [period for period in periods(reading) if period.status == "closed"]
    return {
        "job": job,
        "who": names.get(job.who, "this machine"),
        "closed": [(period, count) for period in closed if (count := _lines_within(standing, period))],
        "names": names,
    }


def _progress(request: Request, job_id: str, actor: Actor, back: Backend) -> Response | None:
    with back.get_store().reading(actor) as reading:
        job = find(reading, job_id)
        return None if job.status == "finished" else progress_page(request, reading, job)


def _footprint(
    request: Request, standing: Standing, address: LedgerAddress, actor: Actor, back: Backend
) -> Response:
    return render(
        request,
        "ledger.html",
        address=address,
        chips=chips(address, standing.frame),
        choices=choices(standing.frame),
        view=ledger_view(standing, address),
        **lines_of(standing, address),
        **about_ledger(standing, actor, back),
    )


def _holds_nothing(request: Request) -> bool:
    """Tell whether a form was sent with fields that were left empty: the address is better without them."""
    return any(not value for value in request.query_params.values())


def _lines_within(standing: Standing, period: Period) -> int:
    days = standing.frame["line_date"]
    return int(days.between(str(period.first), str(period.last)).sum())
