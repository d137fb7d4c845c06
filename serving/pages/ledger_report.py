"""The report of a ledger: a page to be printed, for the appendix of an annual report."""

import hashlib
from datetime import UTC, datetime
from functools import partial
from typing import Any, Final

import anyio.to_thread
import numpy as np
import pandas as pd
from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from models.footprint import FootprintModel
from serving import breakdown
from serving.api.backend import Back, Backend
from serving.estimation import factor_sources
from serving.ledgers import Standing
from serving.pages.ledger import JobId, about_ledger
from serving.pages.ledger_address import LedgerAddress
from serving.pages.ledger_view import ledger_view
from serving.pages.rendering import render
from serving.pages.standings import standing_of
from serving.pages.visitors import Known
from serving.report import charts
from serving.report.sources import model_credits
from serving.store import Actor
from serving.store.canonical import canonical_json

router = APIRouter()

_FACTORS_SHOWN: Final = 40
_DRAWN: Final = 12


@router.get("/ledgers/{job_id}/report")
async def report(request: Request, job_id: JobId, actor: Known, back: Back) -> Response:
    """Say what a reader of an annual report, or who audits it, must know about the whole ledger."""
    standing = await standing_of(back, actor, job_id)
    return await anyio.to_thread.run_sync(partial(_report, request, standing, actor, back))


def _report(request: Request, standing: Standing, actor: Actor, back: Backend) -> Response:
    now = datetime.now(UTC)
    frame = standing.frame
    model = back.model_of_job(standing.ledger.job.model_version)
    categories = breakdown.by_group(frame, "category", keep=len(frame))
    drawn = breakdown.by_group(frame, "category", keep=_DRAWN)
    used = _factors(frame)
    return render(
        request,
        "ledger_report.html",
        view=ledger_view(standing, LedgerAddress(standing.ledger.job.id)),
        written=f"{now.day} {now:%B %Y, %H:%M} UTC",
        categories=categories.to_dict("records"),
        pareto=charts.pareto(drawn) if (drawn["kg"] > 0).any() else None,
        ranges=charts.ranges(drawn) if len(drawn) else None,
        statuses=breakdown.by_status(frame).to_dict("records"),
        usd_size=float(frame["usd_size"].sum()),
        period=_period(frame),
        factors=used.head(_FACTORS_SHOWN).to_dict("records"),
        other_factors=max(len(used) - _FACTORS_SHOWN, 0),
        **_about_model(model, frame),
        **about_ledger(standing, actor, back),
    )


def _about_model(model: FootprintModel, frame: pd.DataFrame) -> dict[str, Any]:
    card = dict(model.card)
    return {
        "card_sha256": hashlib.sha256(canonical_json(card).encode()).hexdigest(),
        "factor_sets": factor_sources(model, frame["factor_id"].cat.categories).to_dict("records"),
        "model_data": model_credits(card),
    }


def _factors(frame: pd.DataFrame) -> pd.DataFrame:
    """List the factors that valued lines, those of the largest footprint first."""
    valued = frame[frame["kg"].notna()]
    told = valued.groupby(["factor_id", "factor_source"], observed=True, sort=False)
    table = told["kg"].agg(["size", "sum"]).reset_index()
    table = table.rename(columns={"size": "lines", "sum": "kg"})
    table = table[(table["factor_id"] != "") | (table["factor_source"] != "")]
    return table.iloc[np.argsort(-table["kg"].abs().to_numpy(), kind="stable")]


def _period(frame: pd.DataFrame) -> str:
    """Say which days the lines are dated in, "" where none is."""
    days = frame["date"].dropna()
    return f"{days.min().date()} to {days.max().date()}" if len(days) else ""
