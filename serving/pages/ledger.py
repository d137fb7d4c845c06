"""A ledger that was handed in: its progress while it is estimated, then its result."""

from typing import Annotated

from fastapi import APIRouter, Path
from starlette.requests import Request
from starlette.responses import FileResponse, RedirectResponse, Response

from serving.api.backend import Back
from serving.jobs.results import result_file
from serving.pages.progress import progress_page
from serving.pages.rendering import render, wants_part
from serving.pages.visitors import Known
from serving.store.jobs import find

router = APIRouter()

JobId = Annotated[str, Path(max_length=100)]


@router.get("/ledgers/{job_id}")
def ledger(request: Request, job_id: JobId, actor: Known, back: Back) -> Response:
    """Show a ledger as far as it is."""
    with back.get_store().reading(actor) as reading:
        job = find(reading, job_id)
        if job.status != "finished":
            return progress_page(request, reading, job)
    if wants_part(request):  # it was watched to its end
        return Response(status_code=204, headers={"HX-Refresh": "true"})
    return render(request, "ledger.html", job=job)


@router.get("/ledgers/{job_id}/result")
def result(job_id: JobId, actor: Known, back: Back) -> Response:
    """Give the ledger's own columns with the estimates beside them, in its order."""
    with back.get_store().reading(actor) as reading:
        job = find(reading, job_id)
        if job.is_open:
            return RedirectResponse(f"/ledgers/{job.id}", 303)
        path = result_file(reading, back.jobs, job_id)
    return FileResponse(path, filename=f"{job.name.rpartition('.')[0] or job.name}-footprint{path.suffix}")
