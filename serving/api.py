"""The HTTP API, version 1: a FastAPI application over a footprint model."""

from collections.abc import Callable
from functools import partial
from importlib.metadata import version
from typing import Final

import anyio
import anyio.to_thread
from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from starlette.exceptions import HTTPException
from starlette.responses import Response

from features.money import MoneyOptions
from models.footprint import EstimateOptions, FootprintModel
from serving.api_pages import add_documentation
from serving.problems import Problem, answer_with_problems, problem_responses
from serving.request_lines import read_lines
from serving.schemas import MAX_LINES, EstimateOut, EstimateRequest, EstimateResponse, LineIn

_RETRY_SECONDS: Final = 10


def create_api(get_model: Callable[[], FootprintModel], max_wait_seconds: float = 30.0) -> FastAPI:
    """Make the application, to be mounted at ``/v1``.

    Parameters
    ----------
    get_model
        Gives the model; called once a request.
    max_wait_seconds
        How long a request waits for its turn before it is answered 503.
    """
    app = FastAPI(
        title="ledgerprint",
        version=version("ledgerprint"),
        description="A carbon footprint, with a range and a reason, for every line of a purchase.",
        docs_url=None,
        redoc_url=None,
    )
    answer_with_problems(app)
    add_documentation(app)
    _add_estimates(app, get_model, max_wait_seconds)
    app.openapi = lambda: _described(app)  # type: ignore[method-assign]
    return app


def _add_estimates(app: FastAPI, get_model: Callable[[], FootprintModel], max_wait_seconds: float) -> None:
    # One at a time: the encoder takes every core for itself, and its tokenizer must not be shared by threads.
    turn = anyio.Lock()

    @app.post(
        "/estimates",
        summary="Estimate lines",
        response_model=EstimateResponse,
        responses=problem_responses(400, 413, 415, 422, 500, 503),
    )
    async def estimates(request: EstimateRequest) -> Response:
        """Estimate up to 1,000 lines: as many estimates as lines, in their order.

        A line that cannot be read or valued gets an estimate of status `unmatched` whose `explanation` says
        what was got, what was expected and what to do; the other lines are not affected.
        """
        if len(request.lines) > MAX_LINES:
            raise HTTPException(
                413,
                f"Got {len(request.lines):,} lines, expected at most {MAX_LINES:,}: send several requests.",
            )
        try:
            with anyio.fail_after(max_wait_seconds):
                await turn.acquire()
        except TimeoutError as error:
            raise HTTPException(
                503,
                f"Earlier requests took more than {max_wait_seconds:g} s: send the request again later.",
                {"Retry-After": str(_RETRY_SECONDS)},
            ) from error
        try:
            return await anyio.to_thread.run_sync(partial(_answer, request, get_model))
        finally:
            turn.release()


def _answer(request: EstimateRequest, get_model: Callable[[], FootprintModel]) -> Response:
    model = get_model()
    if request.factor_set is not None:
        model.factor_sets[request.factor_set]  # an unknown set is refused even where no line would use it
    lines = read_lines(request.lines)
    money = MoneyOptions(amounts_include_vat=request.amounts_include_vat, vat_rate=request.vat_rate)
    found = model.predict(lines.items, EstimateOptions(request.factor_set, money, request.explain))
    records = found.assign(line_id=lines.line_ids).to_dict("records")
    answers = [EstimateOut.from_record({str(name): value for name, value in row.items()}) for row in records]
    whole = EstimateResponse(model_version=model.version, estimates=answers)
    return Response(whole.model_dump_json(), media_type="application/json")


def _described(app: FastAPI) -> dict[str, object]:
    """Describe the API, line items included: they are checked one by one and so are unknown to FastAPI."""
    if app.openapi_schema is None:
        schema = get_openapi(
            title=app.title, version=app.version, description=app.description, routes=app.routes
        )
        for part in (LineIn, Problem):
            schema["components"]["schemas"][part.__name__] = part.model_json_schema()
        schema["servers"] = [{"url": "/v1"}]
        app.openapi_schema = schema
    return app.openapi_schema
