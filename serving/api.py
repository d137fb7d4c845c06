"""The HTTP API, version 1: a FastAPI application over a footprint model."""

from collections.abc import Callable
from importlib.metadata import version
from typing import Annotated

from fastapi import Depends, FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic import ValidationError
from starlette.exceptions import HTTPException

from features.line_items import line_items
from features.money import MoneyOptions
from models.footprint import EstimateOptions, FootprintModel
from serving.problems import answer_with_problems
from serving.schemas import MAX_LINES, EstimateOut, EstimateRequest, EstimateResponse, LineIn, lines_frame
from serving.size_limit import MAX_BODY_BYTES, BodySizeLimit


def create_api(get_model: Callable[[], FootprintModel]) -> FastAPI:
    """Make the application.

    Parameters
    ----------
    get_model
        Gives the model; called once a request.
    """
    app = FastAPI(
        title="ledgerprint",
        version=version("ledgerprint"),
        description="A carbon footprint, with a range and a reason, for every line of a purchase.",
        redoc_url=None,
    )
    app.add_middleware(BodySizeLimit, max_bytes=MAX_BODY_BYTES)
    answer_with_problems(app)

    @app.post("/estimates", summary="Estimate lines")
    def estimates(request: EstimateRequest, model: Annotated[FootprintModel, Depends(get_model)]) -> EstimateResponse:
        """Estimate up to 1,000 lines: as many estimates as lines, in their order.

        A line that cannot be read or valued gets an estimate of status `unmatched` whose `explanation` says what was
        got, what was expected and what to do; the other lines are not affected.
        """
        if len(request.lines) > MAX_LINES:
            raise HTTPException(
                413, f"Got {len(request.lines):,} lines, expected at most {MAX_LINES:,}: send them in several requests."
            )
        lines, problems = _read(request)
        options = EstimateOptions(
            request.factor_set,
            MoneyOptions(amounts_include_vat=request.amounts_include_vat, vat_rate=request.vat_rate),
        )
        found = model.predict(line_items(lines_frame(lines, problems)), options)
        answers = [EstimateOut.from_record({str(k): v for k, v in row.items()}) for row in found.to_dict("records")]
        return EstimateResponse(model_version=model.version, estimates=answers)

    app.openapi = lambda: _documented(app)  # type: ignore[method-assign]
    return app


def _read(request: EstimateRequest) -> tuple[list[LineIn | None], list[str]]:
    lines: list[LineIn | None] = []
    problems: list[str] = []
    for raw in request.lines:
        try:
            lines.append(LineIn.model_validate(raw))
            problems.append("")
        except ValidationError as error:
            lines.append(_what_is_readable(raw))
            problems.append("; ".join(_sentence(e["loc"], e["msg"], e["input"]) for e in error.errors()))
    return lines, problems


def _what_is_readable(raw: dict[str, object]) -> LineIn | None:
    """Keep the id of a broken line, so that its answer can be told apart."""
    try:
        return LineIn(line_id=raw.get("line_id"))  # type: ignore[arg-type]
    except ValidationError:
        return None


def _sentence(where: tuple[int | str, ...], message: str, got: object) -> str:
    field = ".".join(map(str, where)) or "line"
    return f"{field}: got {str(got)[:80]!r}, {message[:1].lower()}{message[1:]}: correct the field and send the line again"


def _documented(app: FastAPI) -> dict[str, object]:
    """Describe the API, line items included: they are checked one by one and so are unknown to FastAPI."""
    if app.openapi_schema is None:
        schema = get_openapi(title=app.title, version=app.version, description=app.description, routes=app.routes)
        schema["components"]["schemas"]["LineIn"] = LineIn.model_json_schema()
        schema["servers"] = [{"url": "/v1"}]
        app.openapi_schema = schema
    return app.openapi_schema
