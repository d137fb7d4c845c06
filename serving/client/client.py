"""The client: one method for each operation."""

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Literal, Self

from pydantic import BaseModel

from serving.client.connection import LOCAL_SERVICE, Connection, each, plain
from serving.client.jobs import JobCalls
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
from serving.schemas.catalogue import (
    CatalogueIn,
    CatalogueItemIn,
    CatalogueItemOut,
    CataloguePage,
    CataloguePut,
)
from serving.schemas.footprints import FootprintsTaken, FootprintTaken
from serving.schemas.labels import LabelsOut
from serving.schemas.reference import CategoryOut, FactorOut


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

    Attributes
    ----------
    jobs
        Calls about bulk jobs.

    Examples
    --------
    >>> with Client("http://127.0.0.1:3000") as client:  # doctest: +SKIP
    ...     answer = client.estimate([{"description": "Oak desk", "amount": 100.0, "currency": "USD"}])
    ...     answer.estimates[0].kg_co2e
    """

    def __init__(self, url: str = LOCAL_SERVICE, key: str = "", timeout_seconds: float = 120.0) -> None:
        self._connection = Connection(url, key, timeout_seconds)
        self.jobs = JobCalls(self._connection)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections."""
        self._connection.close()

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
            "lines": [plain(line) if isinstance(line, BaseModel) else dict(line) for line in lines],
            "amounts_include_vat": amounts_include_vat,
            "vat_rate": vat_rate,
            "factor_set": factor_set,
            "explain": explain,
        }
        return self._connection.post(EstimateResponse, "/estimates", body, idempotency_key)

    def explain(self, estimate_id: str, limit: int = 20, cursor: str = "") -> EstimateDetail:
        """Give an estimate with its evidence, arithmetic and reviews; ``cursor`` pages its history."""
        return self._connection.get(EstimateDetail, f"/estimates/{estimate_id}", limit=limit, cursor=cursor)

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
        return each(lambda cursor: self._connection.get(EstimatePage, "/estimates", **told, cursor=cursor))

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
        said = {"correction": plain(correction)} if correction else {}
        return self._connection.post(
            ReviewOut, f"/estimates/{estimate_id}/reviews", body | said, idempotency_key
        )

    def approve(self, review: ReviewOut, comment: str = "", idempotency_key: str | None = None) -> ReviewOut:
        """Sign a review off, with another key than its reviewer's."""
        path = f"/estimates/{review.estimate_id}/reviews/{review.sequence}/approval"
        return self._connection.post(ReviewOut, path, {"comment": comment}, idempotency_key)

    def comment(
        self, estimate_id: str, comment: str, reference: str = "", idempotency_key: str | None = None
    ) -> CommentOut:
        """Remark on an estimate."""
        body = {"comment": comment, "reference": reference}
        return self._connection.post(CommentOut, f"/estimates/{estimate_id}/comments", body, idempotency_key)

    def reviews(self, status: Literal["reviewed", "approved"] | None = None) -> Iterator[ReviewOut]:
        """Go through the present reviews, the latest first."""
        return each(lambda cursor: self._connection.get(ReviewPage, "/reviews", status=status, cursor=cursor))

    def periods(self) -> list[PeriodOut]:
        """List the reporting periods."""
        return self._connection.get(PeriodList, "/periods").items

    def close_period(
        self, name: str, first: dt.date, last: dt.date, reason: str = "", idempotency_key: str | None = None
    ) -> PeriodOut:
        """Lock the lines dated in a period."""
        body = {"name": name, "first": first.isoformat(), "last": last.isoformat(), "reason": reason}
        return self._connection.post(PeriodOut, "/periods/closings", body, idempotency_key)

    def reopen_period(self, name: str, reason: str, idempotency_key: str | None = None) -> PeriodOut:
        """Unlock the lines of a closed period."""
        body = {"name": name, "reason": reason}
        return self._connection.post(PeriodOut, "/periods/reopenings", body, idempotency_key)

    def declare_supplier_figure(self, figure: SupplierFigureIn) -> SupplierFigureOut:
        """Declare what a supplier says about its goods; the same again makes no new version."""
        return self._connection.put(SupplierFigureOut, "/supplier-figures", plain(figure))

    def supplier_figures(
        self, gtin: str = "", supplier: str = "", article: str = ""
    ) -> list[SupplierFigureOut]:
        """List all versions of the figure of some goods, the latest first."""
        asked = {"gtin": gtin, "supplier": supplier, "article": article}
        return self._connection.get(SupplierFigureHistory, "/supplier-figures", **asked).items

    def declare_footprints(
        self, documents: Sequence[Mapping[str, Any]], idempotency_key: str | None = None
    ) -> list[FootprintTaken]:
        """Declare footprints of PACT 2 or 3, or Catena-X PCF 9, as their suppliers' figures.

        Parameters
        ----------
        documents
            As their JSON says; each is answered by itself.
        idempotency_key
            Under which they are taken once.
        """
        body = {"data": list(documents)}
        return self._connection.post(FootprintsTaken, "/footprints", body, idempotency_key).items

    def put_catalogue(self, items: Sequence[CatalogueItemIn]) -> CataloguePut:
        """Say what is behind numbers of goods: all items are taken, or none."""
        return self._connection.put(CataloguePut, "/catalogue", plain(CatalogueIn(items=list(items))))

    def catalogue(self, gtin: str = "", article: str = "") -> Iterator[CatalogueItemOut]:
        """Go through the product catalogue, or give what it knows of some goods."""
        asked = {"gtin": gtin, "article": article}
        return each(lambda cursor: self._connection.get(CataloguePage, "/catalogue", **asked, cursor=cursor))

    def labels(self) -> LabelsOut:
        """Give what approved reviews teach a model, and what is no label, with the reason."""
        return self._connection.get(LabelsOut, "/reviews/labels")

    def categories(self, q: str = "") -> Iterator[CategoryOut]:
        """Go through the categories that have all of some words."""
        return each(lambda cursor: self._connection.get(CategoryPage, "/categories", q=q, cursor=cursor))

    def category(self, code: str) -> CategoryDetail:
        """Give a category with its factor in each set."""
        return self._connection.get(CategoryDetail, f"/categories/{code}")

    def factors(self, factor_set: str | None = None, q: str = "") -> Iterator[FactorOut]:
        """Go through the factors that have all of some words, each of its set's latest year."""
        return each(
            lambda cursor: self._connection.get(FactorPage, "/factors", set=factor_set, q=q, cursor=cursor)
        )

    def factor_series(self, factor_set: str, code: str) -> list[FactorOut]:
        """Give the factors of a category in a set, one for each year of prices."""
        return self._connection.get(FactorSeries, f"/factors/{factor_set}/{code}").items

    def model(self) -> ModelOut:
        """Give the model card, the versions of its data and its factor sets."""
        return self._connection.get(ModelOut, "/model")

    def promotions(self) -> PromotionList:
        """Give the promotion log."""
        return self._connection.get(PromotionList, "/model/promotions")
