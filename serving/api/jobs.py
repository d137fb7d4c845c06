"""Bulk jobs: a ledger of any size is handed in as a file, and fetched with its estimates."""

import hashlib
from collections.abc import AsyncIterator
from functools import partial
from typing import Annotated, Any, Final

import anyio
import anyio.to_thread
from fastapi import APIRouter, Path, Query
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import FileResponse, Response

from serving.api.access import Asker, Estimator
from serving.api.backend import Back, Backend
from serving.api.idempotency import IdempotencyKey, Once, OneAnswer
from serving.api.openapi import answers, posted
from serving.api.past_estimates import Cursor, Limit
from serving.documents.mapping import parse_mapping
from serving.jobs.results import result_file
from serving.jobs.submission import HandIn, JobOptions, Order
from serving.schemas import JobDetail, JobIn, JobOut, JobPage, OpenLineOut, OpenLinePage
from serving.schemas.jobs import ReasonOut
from serving.store import Writing
from serving.store.job_lines import OPEN_STATUSES, Open, OpenLine, job_reasons, open_lines
from serving.store.jobs import cancel, find, job_page

router = APIRouter(prefix="/jobs", tags=["jobs"])

_XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_PARQUET: Final = "application/vnd.apache.parquet"
_SUFFIXES: Final = {
    "": "",
    "application/octet-stream": "",
    "text/csv": ".csv",
    "text/tab-separated-values": ".tsv",
    "text/plain": ".txt",
    "text/html": ".html",
    "application/json": ".json",
    "application/jsonl": ".jsonl",
    "application/x-ndjson": ".jsonl",
    "application/xml": ".xml",
    "text/xml": ".xml",
    "application/pdf": ".pdf",
    "application/zip": ".zip",
    _PARQUET: ".parquet",
    _XLSX: ".xlsx",
    "application/vnd.ms-excel": ".xls",
    "application/vnd.oasis.opendocument.spreadsheet": ".ods",
}
"""Types of a body that may be a ledger; what it is is told from its content."""
_RESULT_TYPES: Final = {
    "csv": "text/csv; charset=utf-8",
    "jsonl": "application/x-ndjson",
    "parquet": _PARQUET,
    "xlsx": _XLSX,
}
_BINARY: Final = {"schema": {"type": "string", "format": "binary"}}
_UPLOAD: Final[dict[str, Any]] = {
    "requestBody": {
        "required": True,
        "description": "The file itself: CSV and its kin, XLSX, XLS, ODS, Parquet, JSON, JSON Lines, an HTML "
        "table, a UBL, CII or cXML document, a PDF invoice with its data inside, OCDS, or a ZIP archive of "
        "any of them. `curl -X POST -T year.csv` sends it without holding it in memory.",
        "content": {kind: _BINARY for kind in _SUFFIXES if kind},
    }
}
_BLOCK_BYTES: Final = 1 << 20

JobId = Annotated[str, Path(max_length=100, examples=["5f0c3a9be2d14f7785a1c0de"])]


@router.post(
    "",
    summary="Hand in a ledger",
    status_code=201,
    response_model=JobOut,
    responses=posted(),
    openapi_extra=_UPLOAD,
)
async def hand_in(
    request: Request,
    asked: Annotated[JobIn, Query()],
    back: Back,
    actor: Estimator,
    idempotency_key: IdempotencyKey = None,
) -> Response:
    """Hand in a file of any number of lines, which are then estimated in batches, each recorded once.

    Corrections and suppliers' figures are applied as to single calls. The file is kept as it is; what it
    holds is found out by the job: one that cannot be read ends as `failed`, and its `detail` says why.
    """
    order = _order(asked, request.headers.get("content-type", ""), back)
    handing_in = await anyio.to_thread.run_sync(HandIn.begin, back.jobs, actor, order)
    try:
        async for block in _blocks(request):
            await anyio.to_thread.run_sync(handing_in.write, block)
        once = partial(OneAnswer, back.get_store(), actor, f"POST {request.url.path}", idempotency_key)
        return await anyio.to_thread.run_sync(partial(_answer, handing_in, asked, once))
    finally:
        with anyio.CancelScope(shield=True):
            await anyio.to_thread.run_sync(handing_in.close)


@router.get("", summary="List jobs", responses=answers(400))
def list_jobs(back: Back, actor: Asker, limit: Limit = 100, cursor: Cursor = "") -> JobPage:
    """List the jobs of your tenant, the latest first."""
    with back.get_store().reading(actor) as reading:
        page = job_page(reading, limit, cursor)
    return JobPage(items=[JobOut.model_validate(job) for job in page.items], cursor=page.cursor)


@router.get("/{job_id}", summary="One job", responses=answers(404))
def job(job_id: JobId, back: Back, actor: Asker) -> JobDetail:
    """Say how far a job is, and why lines of it were not simply estimated."""
    with back.get_store().reading(actor) as reading:
        found = JobOut.model_validate(find(reading, job_id))
        reasons = [ReasonOut.model_validate(one) for one in job_reasons(reading, job_id)]
    return JobDetail(**dict(found), reasons=reasons)


@router.get("/{job_id}/lines", summary="Lines to look at", responses=answers(400, 404))
def lines(
    job_id: JobId,
    back: Back,
    actor: Asker,
    status: Annotated[
        Open | None, Query(description="else both: without a figure, and for review", examples=["unmatched"])
    ] = None,
    limit: Limit = 100,
    cursor: Cursor = "",
) -> OpenLinePage:
    """List the lines without a figure or for review, with what is wrong with each, so far as it is done."""
    with back.get_store().reading(actor) as reading:
        find(reading, job_id)
        page = open_lines(reading, job_id, [status] if status else OPEN_STATUSES, limit, cursor)
    return OpenLinePage(items=[_open_line(line) for line in page.items], cursor=page.cursor)


@router.get(
    "/{job_id}/result",
    summary="Result of a job",
    response_class=FileResponse,
    responses={
        **answers(404, 409),
        200: {"description": "The file", "content": dict.fromkeys(_RESULT_TYPES.values(), _BINARY)},
    },
)
def result(job_id: JobId, back: Back, actor: Asker) -> FileResponse:
    """Give the ledger's own columns, then the estimate, one row a line in the ledger's order."""
    with back.get_store().reading(actor) as reading:
        found = find(reading, job_id)
        path = result_file(reading, back.jobs, job_id)
    name = f"{found.name.rpartition('.')[0] or found.name}-footprint{path.suffix}"
    return FileResponse(path, media_type=_RESULT_TYPES[found.result], filename=name)


@router.post(
    "/{job_id}/cancellation",
    summary="Cancel a job",
    status_code=201,
    response_model=JobOut,
    responses=posted(404),
)
def cancel_job(job_id: JobId, _actor: Estimator, once: Once) -> Response:
    """Stop a job; what it has recorded stays."""

    def act(writing: Writing) -> str:
        cancel(writing, job_id)
        return JobOut.model_validate(find(writing, job_id)).model_dump_json()

    return once.answer(201, act)


def _order(asked: JobIn, content_type: str, back: Backend) -> Order:
    kind = content_type.partition(";")[0].strip().lower()
    if kind not in _SUFFIXES:
        raise HTTPException(
            415,
            f"Got a body of type {content_type[:100]!r}, expected the file itself as "
            "application/octet-stream or under its own type such as text/csv: send it with `curl -X POST -T "
            "FILE`, or name its type.",
        )
    said = asked.model_dump(exclude={"name", "result", "webhook", "mapping"})
    options = JobOptions.of(said | {"mapping": parse_mapping(asked.mapping)})
    name = asked.name or f"ledger{_SUFFIXES[kind]}"
    return Order.checked(back.jobs, name, options, asked.result, asked.webhook)


async def _blocks(request: Request) -> AsyncIterator[bytes]:
    """Give the body in pieces that are worth a thread's while."""
    waiting = bytearray()
    try:
        async for piece in request.stream():
            waiting += piece
            if len(waiting) >= _BLOCK_BYTES:
                yield bytes(waiting)
                waiting.clear()
    except ClientDisconnect as error:
        raise HTTPException(400, "The upload ended before its body was whole: send it again.") from error
    yield bytes(waiting)


def _answer(handing_in: HandIn, asked: JobIn, once: "partial[OneAnswer]") -> Response:
    digest = handing_in.finish()
    # the same file with other options is another request
    said = hashlib.sha256(f"{asked.model_dump_json()}\n{digest}".encode()).hexdigest()
    made = False

    def act(writing: Writing) -> str:
        nonlocal made
        job = handing_in.record(writing)
        made = True
        return JobOut.model_validate(job).model_dump_json()

    answer = once(said).answer(201, act)
    if made:
        handing_in.keep()
    return answer


def _open_line(line: OpenLine) -> OpenLineOut:
    record, content = line.record, line.record.content
    return OpenLineOut.model_validate(
        {
            "row": line.row,
            "line_id": content.estimate["line_id"] if content else "",
            "status": record.status,
            "reason": content.estimate["reason"] if content else "",
            "description": content.line["description"] if content else "",
            "explanation": content.estimate["explanation"] if content else "",
            "estimate_id": record.estimate_id,
        }
    )
