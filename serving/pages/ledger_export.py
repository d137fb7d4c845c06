"""A ledger as it stands now as a file: its own columns, the estimates, and what people made of them."""

import tempfile
from collections.abc import Iterator
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import Annotated, Final, Literal

import anyio.to_thread
import pandas as pd
from fastapi import APIRouter, Query
from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import FileResponse, Response

from serving.api.backend import Back, Backend
from serving.ledgers import LedgerFilter, Standing
from serving.ledgers.tables import standing_tables
from serving.outputs import write_tables
from serving.pages.ledger import JobId
from serving.pages.standings import standing_of
from serving.pages.visitors import Known
from serving.store import Actor
from serving.store.job_batches import recorded_batches

router = APIRouter()

_TYPES: Final = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "jsonl": "application/x-ndjson",
    "parquet": "application/vnd.apache.parquet",
}


class ExportFormat(StrEnum):
    """Formats of a file."""

    CSV = "csv"
    XLSX = "xlsx"
    JSONL = "jsonl"
    PARQUET = "parquet"


@router.get("/ledgers/{job_id}/export.{kind}")
async def export(
    request: Request,
    job_id: JobId,
    kind: ExportFormat,
    actor: Known,
    back: Back,
    view: Annotated[Literal["whole", "filtered"], Query()] = "whole",
) -> Response:
    """Give all lines of a ledger, or those that the address looks for, in its order."""
    wanted = LedgerFilter.from_query(request.query_params) if view == "filtered" else LedgerFilter()
    standing = await standing_of(back, actor, job_id)
    folder = tempfile.TemporaryDirectory(prefix="ledgerprint-")
    try:
        path = Path(folder.name) / f"ledger.{kind}"
        await anyio.to_thread.run_sync(partial(_write, back, actor, standing, wanted, path))
    except BaseException:
        folder.cleanup()
        raise
    name = standing.ledger.job.name
    part = "-part" if wanted.to_query() else ""
    return FileResponse(
        path,
        media_type=_TYPES[kind],
        filename=f"{name.rpartition('.')[0] or name}-footprint{part}.{kind}",
        background=BackgroundTask(folder.cleanup),
    )


def _write(back: Backend, actor: Actor, standing: Standing, wanted: LedgerFilter, path: Path) -> None:
    with back.get_store().reading(actor) as reading:
        batches = recorded_batches(reading, standing.ledger.job.id)
    tables = standing_tables(standing, batches)
    write_tables(_looked_for(tables, standing, wanted) if wanted.to_query() else tables, path)


def _looked_for(
    tables: Iterator[pd.DataFrame], standing: Standing, wanted: LedgerFilter
) -> Iterator[pd.DataFrame]:
    rows, above, is_empty = wanted.rows(standing.frame), 0, True
    for table in tables:
        found = table[rows[above : above + len(table)]]
        above += len(table)
        # of an empty view a file of the columns alone
        if len(found) or (is_empty and above == len(rows)):
            is_empty = False
            yield found
