"""Reporting periods: once closed, the reviews of lines dated in them are locked."""

from fastapi import APIRouter
from starlette.responses import Response

from serving.api.access import Administrator, Asker
from serving.api.backend import Back
from serving.api.idempotency import Once
from serving.api.openapi import answers, posted
from serving.schemas import ClosingIn, PeriodList, PeriodOut, ReopeningIn
from serving.store.periods import close_period, periods, reopen_period

router = APIRouter(prefix="/periods", tags=["periods"])


@router.get("", summary="List periods", responses=answers())
def list_periods(back: Back, actor: Asker) -> PeriodList:
    """List the reporting periods as they are now."""
    with back.get_store().reading(actor) as reading:
        return PeriodList(items=[PeriodOut.model_validate(period) for period in periods(reading)])


@router.post(
    "/closings", summary="Close a period", status_code=201, response_model=PeriodOut, responses=posted()
)
def close(given: ClosingIn, _actor: Administrator, once: Once) -> Response:
    """Lock the lines dated in a period: their estimates can be remarked on, but not reviewed."""
    return once.answer(
        201,
        lambda writing: PeriodOut.model_validate(
            close_period(writing, given.name, given.first, given.last, given.reason)
        ).model_dump_json(),
    )


@router.post(
    "/reopenings", summary="Reopen a period", status_code=201, response_model=PeriodOut, responses=posted()
)
def reopen(given: ReopeningIn, _actor: Administrator, once: Once) -> Response:
    """Unlock the lines of a closed period, for a reason."""
    return once.answer(
        201,
        lambda writing: PeriodOut.model_validate(
            reopen_period(writing, given.name, given.reason)
        ).model_dump_json(),
    )
