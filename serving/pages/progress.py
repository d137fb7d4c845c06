"""A job that goes on, or that ended without a result: how far it is, how long it still takes, what to do."""

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from serving.api.backend import Back
from serving.pages.rendering import render, wants_part
from serving.pages.visitors import Known, OwnForm
from serving.store import Reading
from serving.store.errors import JobStateError
from serving.store.job_lines import job_reasons
from serving.store.job_pace import seconds_left
from serving.store.jobs import JobRecord, cancel
from serving.store.keys import list_keys

router = APIRouter()

_MINUTE, _HOUR = 60, 3600


def progress_page(request: Request, reading: Reading, job: JobRecord) -> Response:
    """Write the page of a job without a result, or the part of it that a script asks for anew.

    Parameters
    ----------
    request
        What is answered.
    reading
        Transaction in which the job was read.
    job
        One that goes on, failed or was cancelled.
    """
    is_part = wants_part(request)
    if is_part and not job.is_open:
        return Response(status_code=204, headers={"HX-Refresh": "true"})
    left = seconds_left(reading, job) if job.is_open else None
    names = {key.public_id: key.name for key in list_keys(reading)}
    return render(
        request,
        "progress_part.html" if is_part else "progress.html",
        job=job,
        who=names.get(job.who, "this machine"),
        share=job.progress.lines / job.lines if job.lines else 0.0,
        left="" if left is None else time_text(left),
        reasons=job_reasons(reading, job.id),
        may_act="estimate" in reading.actor.scopes,
    )


@router.post("/ledgers/{job_id}/cancel")
def cancel_job(job_id: str, actor: Known, _form: OwnForm, back: Back) -> Response:
    """Stop a job; one that has ended meanwhile stays as it is."""
    try:
        with back.get_store().writing(actor) as writing:
            cancel(writing, job_id)
    except JobStateError:
        pass  # its page says how it ended
    return RedirectResponse(f"/ledgers/{job_id}", 303)


def time_text(seconds: float) -> str:
    """Say a time that is about to pass, as exact as it can be known.

    Examples
    --------
    >>> time_text(8), time_text(95), time_text(4000)
    ('less than a minute', 'about 2 minutes', 'about 1.1 hours')
    """
    if seconds < _MINUTE:
        return "less than a minute"
    if seconds < _HOUR:
        minutes = round(seconds / _MINUTE)
        return f"about {minutes} minute{'s' if minutes > 1 else ''}"
    return f"about {seconds / _HOUR:.1f} hours"
