"""Dropping a ledger: the upload, how it is understood, what is corrected, and the order to estimate it."""

from dataclasses import replace
from typing import Annotated, BinaryIO, cast

from fastapi import APIRouter, Depends
from fastapi import Path as PathParameter
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from data.errors import LedgerprintError, UnreadableDocumentError
from serving.api.backend import Back, Backend
from serving.drafts.drafts import Draft
from serving.drafts.errors import UnknownDraftError
from serving.drafts.handing_in import hand_in_draft, job_of_draft
from serving.drafts.look import Look, look_at
from serving.jobs.errors import JobResultError
from serving.jobs.files import JobFiles
from serving.jobs.submission import JobOptions
from serving.pages.draft_view import DraftView
from serving.pages.ledgers import EXAMPLES, list_page
from serving.pages.mapping_form import Said
from serving.pages.rendering import render, wants_part
from serving.pages.visitors import Known, OwnForm
from serving.quality.reference import Reference
from serving.store import Actor
from serving.store.jobs import find

router = APIRouter()

DraftId = Annotated[str, PathParameter(max_length=100)]


async def _estimator(actor: Known) -> Actor:
    actor.require("estimate")
    return actor


Estimator = Annotated[Actor, Depends(_estimator)]
"""Whoever may estimate: asked for before a ledger is taken in."""


@router.post("/ledgers")
def drop(request: Request, actor: Estimator, form: OwnForm, back: Back) -> Response:
    """Keep the file that was dropped, and lead to what was understood of it."""
    ledger = form.get("ledger")
    if not isinstance(ledger, UploadFile) or not ledger.filename:
        return _refused(request, actor, back, "No file was chosen: choose one, or drop it on the page.")
    return _kept(request, actor, back, ledger.file, ledger.filename)


@router.post("/ledgers/examples/{name}")
def drop_example(request: Request, name: str, actor: Estimator, _form: OwnForm, back: Back) -> Response:
    """Take one of the shipped ledgers as if it had been dropped."""
    found = next((example for example in EXAMPLES if example.name == name), None)
    if found is None:
        raise HTTPException(404)
    with found.open("rb") as content:
        return _kept(request, actor, back, cast("BinaryIO", content), found.name)


@router.post("/ledgers/{job_id}/again")
def drop_again(request: Request, job_id: DraftId, actor: Estimator, _form: OwnForm, back: Back) -> Response:
    """Take the ledger of a job once more, to be understood in another way."""
    with back.get_store().reading(actor) as reading:
        job = find(reading, job_id)
    path = JobFiles(back.jobs.folder, job.tenant, job.id).ledger(job.name)
    if not path.is_file():
        raise JobResultError(
            f"Got the ledger of the job {job.id}, which is not in its folder any more: drop it again."
        )
    with path.open("rb") as content:
        return _kept(request, actor, back, content, job.name)


@router.get("/ledgers/new/{draft_id}")
def draft_page(request: Request, draft_id: DraftId, actor: Estimator, back: Back) -> Response:
    """Show how a draft is understood, with what the address says about it."""
    draft = _draft_or_job(actor, back, draft_id)
    if isinstance(draft, Response):
        return draft
    return _shown(request, back, draft, Said.read(request.query_params))


@router.post("/ledgers/new/{draft_id}")
def look_again(request: Request, draft_id: DraftId, actor: Estimator, form: OwnForm, back: Back) -> Response:
    """Show it anew with what the form says, under an address that says the same."""
    draft = _draft_or_job(actor, back, draft_id)
    if isinstance(draft, Response):
        return draft
    said = Said.read(form)
    address = _address(draft_id, said)
    if not wants_part(request):
        return RedirectResponse(address, 303)
    response = _shown(request, back, draft, said)
    response.headers["HX-Replace-Url"] = address
    return response


@router.post("/ledgers/new/{draft_id}/job")
def estimate_draft(
    request: Request, draft_id: DraftId, actor: Estimator, form: OwnForm, back: Back
) -> Response:
    """Hand the draft in as a job that does as was shown; asked twice, it is the same job."""
    draft = _draft_or_job(actor, back, draft_id)
    if isinstance(draft, Response):
        return draft
    said = Said.read(form)
    try:
        look = _looked(back, draft, said)
    except UnknownDraftError:  # a second click: the first one has made the job meanwhile
        draft = _draft_or_job(actor, back, draft_id)
        if isinstance(draft, Response):
            return draft
        raise
    if look.problem:
        return _written(request, back, draft, said, look, 422)
    job = hand_in_draft(back.get_store(), actor, back.jobs, draft, look.options)
    return RedirectResponse(f"/ledgers/{job.id}", 303)


@router.post("/ledgers/new/{draft_id}/discard")
def discard(draft_id: DraftId, actor: Estimator, _form: OwnForm, back: Back) -> Response:
    """Remove a draft."""
    Draft.find(back.jobs, actor, draft_id).remove()
    return RedirectResponse("/", 303)


def _draft_or_job(actor: Actor, back: Backend, draft_id: str) -> Draft | Response:
    """Find a draft; where it has become a job, lead to that."""
    try:
        return Draft.find(back.jobs, actor, draft_id)
    except UnknownDraftError:
        with back.get_store().reading(actor) as reading:
            if job_of_draft(reading, draft_id) is None:
                raise
        return RedirectResponse(f"/ledgers/{draft_id}", 303)


def _kept(request: Request, actor: Actor, back: Backend, content: BinaryIO, name: str) -> Response:
    try:
        draft = Draft.keep(back.jobs, actor, content, name)
    except UnreadableDocumentError as error:
        return _refused(request, actor, back, str(error))
    if wants_part(request):
        return Response(status_code=204, headers={"HX-Redirect": _address(draft.id)})
    return RedirectResponse(_address(draft.id), 303)


def _refused(request: Request, actor: Actor, back: Backend, why: str) -> Response:
    """Say why a file was not taken, where another one can be dropped."""
    if wants_part(request):
        title = "This file was not taken."
        return render(request, "problem_part.html", 422, title=title, detail=why, request_id="")
    return list_page(request, actor, back, refused=why, status=422)


def _looked(back: Backend, draft: Draft, said: Said, reference: Reference | None = None) -> Look:
    excerpt = draft.excerpt()
    try:
        options = said.options()
        if options.factor_set:
            back.get_model().factor_sets[options.factor_set]  # refuses what there is not
    except LedgerprintError as error:
        look = look_at(draft.name, excerpt, JobOptions(), said.sheet, said.columns, reference)
        return replace(look, problem=str(error))
    return look_at(draft.name, excerpt, options, said.sheet, said.columns, reference)


def _shown(request: Request, back: Backend, draft: Draft, said: Said) -> Response:
    look = _looked(back, draft, said, back.get_reference())
    return _written(request, back, draft, said, look)


def _written(
    request: Request, back: Backend, draft: Draft, said: Said, look: Look, status: int = 200
) -> Response:
    view = DraftView(draft, said, look, back.get_model().factor_sets)
    template = "draft_look.html" if wants_part(request) else "draft.html"
    return render(request, template, status, view=view, draft=draft, said=said, look=look)


def _address(draft_id: str, said: Said | None = None) -> str:
    query = said.query() if said else ""
    return f"/ledgers/new/{draft_id}" + (f"?{query}" if query else "")
