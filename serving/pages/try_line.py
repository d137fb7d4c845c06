"""Trying a line: the answer as it is typed, with all its reasons; nothing is recorded."""

from collections.abc import Mapping
from typing import Final

import anyio.to_thread
from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from models.footprint import EstimateOptions
from serving.api.asking import AskedLines
from serving.api.backend import Back, Backend
from serving.operations.requests import note_lines
from serving.pages.explained import Explained
from serving.pages.rendering import render, wants_part
from serving.pages.typed_line import TypedLine
from serving.pages.visitors import Known
from serving.store import Actor
from serving.wording import mass_text, range_text

router = APIRouter()

_OPTIONS: Final = EstimateOptions()
"""Those of the API where nobody says otherwise: the answer can share a call of the model with others."""
_EXAMPLES: Final[tuple[Mapping[str, str], ...]] = (
    {
        "description": "Examination gloves, nitrile, box of 200",
        "amount": "412",
        "currency": "GBP",
        "country": "GB",
    },
    {"description": "Steel beams", "quantity": "2,500", "unit": "kg", "country": "GB"},
    {"description": "Bürostuhl, höhenverstellbar", "amount": "1.200,00 €", "country": "DE"},
)


@router.get("/try")
async def try_line(request: Request, back: Back, actor: Known) -> Response:
    """Show the form and, as soon as something is typed, what the API would say about the line."""
    typed = TypedLine.read(request.query_params)
    explained = None
    if not typed.is_empty and not typed.faults:
        note_lines(1)
        back.rates.take_lines(actor, 1)
        explained = await _explained(typed, back, actor)
    is_part = wants_part(request)
    answer = render(
        request,
        "try_answer.html" if is_part else "try.html",
        typed=typed,
        explained=explained,
        spoken=_spoken(typed, explained),
        examples=[TypedLine.read(one) for one in _EXAMPLES],
    )
    if is_part:
        answer.headers["HX-Replace-Url"] = typed.address
    return answer


async def _explained(typed: TypedLine, back: Backend, actor: Actor) -> Explained:
    asked = await anyio.to_thread.run_sync(AskedLines.read, [typed.line], _OPTIONS, back, actor)
    found = await asked.estimated(back)
    record, line = (frame.to_dict("records")[0] for frame in (found, asked.lines.items))
    return Explained.of(
        {str(name): value for name, value in record.items()},
        {str(name): value for name, value in line.items()},
    )


def _spoken(typed: TypedLine, explained: Explained | None) -> str:
    """Say the answer in one sentence, for those who hear the page."""
    if typed.faults:
        return " ".join(f"{field}: {fault}" for field, fault in typed.faults.items())
    if explained is None:
        return ""
    if explained.figure is None:
        return f"No figure. {explained.advice.reason if explained.advice else ''}"
    figure = explained.figure
    said = f"{mass_text(figure.kg)} CO2e, 90% range {range_text(figure.low, figure.high)}."
    return f"{said} To review: {explained.advice.reason}." if explained.advice else said
