"""A typed client of the HTTP API: one method for each operation, answers as pydantic models."""

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final, Literal, Protocol, Self, TypeVar

import httpx
from pydantic import BaseModel

from data.errors import LedgerprintError
from serving.schemas import (
    CategoryDetail,
    CategoryPage,
    CommentOut,
    CorrectionIn,
    EstimateDetail,
    EstimatePage,
    EstimateResponse,
    FactorPage,
    FactorSeries,
    LineIn,
    ModelOut,
    PeriodList,
    PeriodOut,
    PromotionList,
    RecordedEstimate,
    ReviewOut,
    ReviewPage,
    SupplierFigureHistory,
    SupplierFigureIn,
    SupplierFigureOut,
)
from serving.schemas.reference import CategoryOut, FactorOut

LOCAL_SERVICE: Final = "http://127.0.0.1:3000"

Answer = TypeVar("Answer", bound=BaseModel)
Item_co = TypeVar("Item_co", covariant=True)


class ApiProblemError(LedgerprintError):
    """What the service answered instead (RFC 9457).

    Attributes
    ----------
    status
        HTTP status.
    title, detail
        As the service says them.
    retry_after_seconds
        When to ask again, ``None`` where asking again does not help.
    """

    def __init__(self, status: int, title: str, detail: str, retry_after_seconds: int | None) -> None:
        super().__init__(f"{title} ({status}): {detail}")
        self.status = status
        self.title = title
        self.detail = detail
        self.retry_after_seconds = retry_after_seconds


class _Page(Protocol[Item_co]):
    @property
    def items(self) -> Sequence[Item_co]: ...

    @property
    def cursor(self) -> str: ...


class Client:
    """A client of one service.

    Every method raises :class:`ApiProblemError` for an answer that is a problem, and ``httpx.HTTPError``
    where there is no answer. A method that takes an ``idempotency_key`` may be called again with the same one
    after either: what was done before is not done twice.

    Parameters
    ----------
    url
        Of the service, without ``/v1``.
    key
        API key, "lp_..."; "" on the service's own machine while it has no keys.
    timeout_seconds
        For an answer.

    Examples
    --------
    >>> with Client("http://127.0.0.1:3000") as client:  # doctest: +SKIP
    ...     answer = client.estimate([{"description": "Oak desk", "amount": 100.0, "currency": "USD"}])
    ...     answer.estimates[0].kg_co2e
    """

    def __init__(self, url: str = LOCAL_SERVICE, key: str = "", timeout_seconds: float = 120.0) -> None:
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        self._http = httpx.Client(base_url=f"{url.rstrip('/')}/v1", headers=headers, timeout=timeout_seconds)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def estimate(
        self,
        lines: Sequence[LineIn | Mapping[str, Any]],
        *,
        amounts_include_vat: bool = False,
        vat_rate: float | None = None,
        factor_set: str | None = None,
        explain: bool = False,
        idempotency_key: str | None = None,
    ) -> EstimateResponse:
        """Estimate up to 1,000 lines; as many estimates as lines, in their order."""
        body = {
            "lines": [_json(line) if isinstance(line, BaseModel) else dict(line) for line in lines],
            "amounts_include_vat": amounts_include_vat,
            "vat_rate": vat_rate,
            "factor_set": factor_set,
            "explain": explain,
        }
        return self._post(EstimateResponse, "/estimates", body, idempotency_key)

    def explain(self, estimate_id: str, limit: int = 20, cursor: str = "") -> EstimateDetail:
        """Give an estimate with its evidence, arithmetic and reviews; ``cursor`` pages its history."""
        return self._get(EstimateDetail, f"/estimates/{estimate_id}", limit=limit, cursor=cursor)

    def estimates(
        self,
        *,
        job: str | None = None,
        model: str | None = None,
        factor_set: str | None = None,
        status: str | None = None,
        since: dt.datetime | None = None,
        until: dt.datetime | None = None,
        dated_from: dt.date | None = None,
        dated_to: dt.date | None = None,
        order: Literal["newest", "oldest"] = "newest",
    ) -> Iterator[RecordedEstimate]:
        """Go through the recorded estimates for which every given filter holds."""
        wanted = {"job": job, "model": model, "factor_set": factor_set, "status": status, "order": order}
        times = {"since": since, "until": until, "dated_from": dated_from, "dated_to": dated_to}
        told = wanted | {name: time.isoformat() if time else None for name, time in times.items()}
        return _each(lambda cursor: self._get(EstimatePage, "/estimates", **told, cursor=cursor))

    def review(
        self,
        estimate_id: str,
        correction: CorrectionIn | None = None,
        comment: str = "",
        reference: str = "",
        idempotency_key: str | None = None,
    ) -> ReviewOut:
        """Accept an estimate, or correct it."""
        body = {"comment": comment, "reference": reference}
        said = {"correction": _json(correction)} if correction else {}
        return self._post(ReviewOut, f"/estimates/{estimate_id}/reviews", body | said, idempotency_key)

    def approve(self, review: ReviewOut, comment: str = "", idempotency_key: str | None = None) -> ReviewOut:
        """Sign a review off, with another key than its reviewer's."""
        path = f"/estimates/{review.estimate_id}/reviews/{review.sequence}/approval"
        return self._post(ReviewOut, path, {"comment": comment}, idempotency_key)

    def comment(
        self, estimate_id: str, comment: str, reference: str = "", idempotency_key: str | None = None
    ) -> CommentOut:
        """Remark on an estimate."""
        body = {"comment": comment, "reference": reference}
        return self._post(CommentOut, f"/estimates/{estimate_id}/comments", body, idempotency_key)

    def reviews(self, status: Literal["reviewed", "approved"] | None = None) -> Iterator[ReviewOut]:
        """Go through the present reviews, the latest first."""
        return _each(lambda cursor: self._get(ReviewPage, "/reviews", status=status, cursor=cursor))

    def periods(self) -> list[PeriodOut]:
        """List the reporting periods."""
        return self._get(PeriodList, "/periods").items

    def close_period(
        self, name: str, first: dt.date, last: dt.date, reason: str = "", idempotency_key: str | None = None
    ) -> PeriodOut:
        """Lock the lines dated in a period."""
        body = {"name": name, "first": first.isoformat(), "last": last.isoformat(), "reason": reason}
        return self._post(PeriodOut, "/periods/closings", body, idempotency_key)

    def reopen_period(self, name: str, reason: str, idempotency_key: str | None = None) -> PeriodOut:
        """Unlock the lines of a closed period."""
        body = {"name": name, "reason": reason}
        return self._post(PeriodOut, "/periods/reopenings", body, idempotency_key)

    def declare_supplier_figure(self, figure: SupplierFigureIn) -> SupplierFigureOut:
        """Declare what a supplier says about its goods; the same again makes no new version."""
        answer = self._http.put("/supplier-figures", json=_json(figure))
        return SupplierFigureOut.model_validate_json(_checked(answer))

    def supplier_figures(
        self, gtin: str = "", supplier: str = "", article: str = ""
    ) -> list[SupplierFigureOut]:
        """List all versions of the figure of some goods, the latest first."""
        asked = {"gtin": gtin, "supplier": supplier, "article": article}
        return self._get(SupplierFigureHistory, "/supplier-figures", **asked).items

    def categories(self, q: str = "") -> Iterator[CategoryOut]:
        """Go through the categories that have all of some words."""
        return _each(lambda cursor: self._get(CategoryPage, "/categories", q=q, cursor=cursor))

    def category(self, code: str) -> CategoryDetail:
        """Give a category with its factor in each set."""
        return self._get(CategoryDetail, f"/categories/{code}")

    def factors(self, factor_set: str | None = None, q: str = "") -> Iterator[FactorOut]:
        """Go through the factors that have all of some words, each of its set's latest year."""
        return _each(lambda cursor: self._get(FactorPage, "/factors", set=factor_set, q=q, cursor=cursor))

    def factor_series(self, factor_set: str, code: str) -> list[FactorOut]:
        """Give the factors of a category in a set, one for each year of prices."""
        return self._get(FactorSeries, f"/factors/{factor_set}/{code}").items

    def model(self) -> ModelOut:
        """Give the model card, the versions of its data and its factor sets."""
        return self._get(ModelOut, "/model")

    def promotions(self) -> PromotionList:
        """Give the promotion log."""
        return self._get(PromotionList, "/model/promotions")

    def _get(self, kind: type[Answer], path: str, **asked: Any) -> Answer:
        told = {name: value for name, value in asked.items() if value is not None}
        return kind.model_validate_json(_checked(self._http.get(path, params=told)))

    def _post(self, kind: type[Answer], path: str, body: Mapping[str, Any], key: str | None) -> Answer:
        headers = {"Idempotency-Key": key} if key is not None else {}
        return kind.model_validate_json(_checked(self._http.post(path, json=body, headers=headers)))


def _json(model: BaseModel) -> dict[str, Any]:
    return model.model_dump(mode="json", exclude_none=True)


def _each(page: Callable[[str], _Page[Item_co]]) -> Iterator[Item_co]:
    cursor = ""
    while True:
        found = page(cursor)
        yield from found.items
        cursor = found.cursor
        if not cursor:
            return


def _checked(answer: httpx.Response) -> bytes:
    if answer.is_success:
        return answer.content
    try:
        said = answer.json()
    except ValueError:
        said = {}
    retry = answer.headers.get("retry-after", "")
    raise ApiProblemError(
        answer.status_code,
        str(said.get("title", answer.reason_phrase)),
        str(said.get("detail", "The answer is no problem document.")),
        int(retry) if retry.isdigit() else None,
    )
