"""The typed client, against the application on a real port."""

import datetime as dt
from collections.abc import Iterator

import pytest

from serving.client import ApiProblemError, Client, JobFailedError
from serving.schemas import CorrectionIn, LineIn, SupplierFigureIn
from serving.schemas.catalogue import CatalogueItemIn

DESK = LineIn(description="Oak desk", amount=100.0, currency="USD", date="2024-05-01", supplier="Acme")


@pytest.fixture
def url(service) -> Iterator[str]:
    with service.on_a_port() as url:
        yield url


@pytest.fixture
def anna(url, service) -> Iterator[Client]:
    with Client(url, service.key("anna")) as client:
        yield client


@pytest.fixture
def bert(url, service) -> Iterator[Client]:
    with Client(url, service.key("bert")) as client:
        yield client


def test_a_review_goes_its_way_from_estimate_to_correction(anna, bert):
    [found] = anna.estimate([DESK]).estimates

    review = anna.review(found.estimate_id, CorrectionIn(kg_co2e=12.0), "As the maker says.")
    bert.approve(review, "Agreed.")
    bert.comment(found.estimate_id, "Done.")

    [after] = anna.estimate([{**DESK.model_dump(mode="json", exclude_none=True), "amount": 50.0}]).estimates
    assert (after.kg_co2e, after.corrections[0].correction.kg_co2e) == (6.0, 12.0)
    detail = anna.explain(found.estimate_id)
    assert [step.status for step in detail.reviews] == ["approved", "reviewed"]
    assert [remark.comment for remark in detail.comments] == ["Done."]
    assert [one.estimate_id for one in anna.reviews("approved")] == [found.estimate_id]


def test_pages_are_followed_to_their_end(anna):
    for n in range(3):
        anna.estimate([DESK.model_copy(update={"line_id": f"L{n}-{m}"}) for m in range(50)])

    found = list(anna.estimates(dated_from=dt.date(2024, 5, 1), since=dt.datetime(2024, 1, 1, tzinfo=dt.UTC)))

    assert len({one.estimate_id for one in found}) == len(found) == 150


def test_a_request_sent_again_under_its_key_is_answered_once(anna, service):
    first, again = (anna.estimate([DESK], idempotency_key="order-1") for _ in range(2))

    assert first == again
    assert service.model.asked == 1


def test_figures_and_periods_are_declared_and_listed(anna):
    figure = SupplierFigureIn(
        supplier="Acme", article="Oak desk", kg_co2e_per_unit=40.0, unit="piece", source="EPD 7"
    )

    assert anna.declare_supplier_figure(figure).version == 1
    newer = anna.declare_supplier_figure(figure.model_copy(update={"kg_co2e_per_unit": 41.0}))
    anna.close_period("FY2024", dt.date(2024, 1, 1), dt.date(2024, 12, 31))
    [closed] = anna.periods()
    opened = anna.reopen_period("FY2024", "A late invoice.")

    assert [one.version for one in anna.supplier_figures(supplier="ACME Ltd", article="oak desk")] == [2, 1]
    assert newer.kg_co2e_per_unit == 41.0
    assert (closed.status, opened.status) == ("closed", "open")


def test_a_closed_period_locks_reviews_and_leaves_remarks(anna):
    [found] = anna.estimate([DESK]).estimates
    anna.close_period("FY2024", dt.date(2024, 1, 1), dt.date(2024, 12, 31))

    with pytest.raises(ApiProblemError, match="FY2024") as locked:
        anna.review(found.estimate_id)

    assert locked.value.status == 409
    assert anna.comment(found.estimate_id, "Noted.").comment == "Noted."


def test_a_job_is_waited_for_until_it_cannot_finish_any_more(anna, tmp_path):
    ledger, result = tmp_path / "ledger.csv", tmp_path / "result.csv"
    ledger.write_text("Item Text,Amount,Currency\nOak desk,1.50,USD\n")
    job = anna.jobs.submit(ledger, mapping={"description": "Item Text"}, result="csv")
    seen = []

    with pytest.raises(JobFailedError, match="still waiting after 0 s"):
        anna.jobs.wait(job.id, seen.append, timeout_seconds=0)
    anna.jobs.cancel(job.id)
    with pytest.raises(JobFailedError, match="is cancelled") as ended:
        anna.jobs.wait(job.id)
    with pytest.raises(ApiProblemError, match="expected a finished one"):
        anna.jobs.download(job.id, result)

    assert (len(seen), ended.value.job.id, ended.value.job.options["mapping"]) == (
        1,
        job.id,
        {"description": "Item Text"},
    )
    assert [one.status for one in anna.jobs.list()] == ["cancelled"]
    assert list(tmp_path.glob("*result*")) == []


def test_lines_to_look_at_are_followed_to_their_end(anna, service, tmp_path):
    ledger = tmp_path / "ledger.csv"
    ledger.write_text("Description,Amount,Currency\n" + "Oak desk,##,USD\n" * 120 + "Oak desk,1.50,USD\n")
    job = anna.jobs.submit(ledger, mapping={"amount": "Amount"})

    service.run_jobs()

    assert [one.row for one in anna.jobs.open_lines(job.id, "unmatched")] == list(range(1, 121))


def test_reference_data_are_typed_with_their_sources(anna):
    assert [one.code for one in anna.categories("surgical appliance")] == ["339113"]
    assert {one.factor_set for one in anna.category("339113").factors} >= {"epa-v1.3", "defra-2023"}
    factors = list(anna.factors("epa-v1.3", "surgical"))
    assert {one.category_code for one in factors} >= {"339113"}
    assert all(one.source and one.licence for one in factors)
    years = [one.year for one in anna.factor_series("defra-2023", "339113")]
    assert years == sorted(years)
    assert len(years) > 1
    assert len(list(anna.factors())) > 4000
    assert anna.model().data[0].licence == "CC0-1.0"


def test_a_problem_is_an_error_that_says_what_to_do(anna, url):
    with pytest.raises(ApiProblemError, match=r"There is no such resource \(404\): .*no promotion log"):
        anna.promotions()
    with Client(url, "lp_wrong") as stranger, pytest.raises(ApiProblemError) as refused:
        stranger.model()

    assert (refused.value.status, refused.value.retry_after_seconds) == (401, None)


def test_the_catalogue_is_filled_and_read(anna):
    item = CatalogueItemIn(gtin="4006381333931", description="Oak desk", mass_kg=31.5)

    assert anna.put_catalogue([item]).changed == 1
    assert [one.description for one in anna.catalogue()] == ["Oak desk"]
    assert [one.mass_kg for one in anna.catalogue(gtin="4006381333931")] == [31.5]


def test_a_footprint_that_is_none_is_answered_by_itself(anna):
    [first] = anna.declare_footprints([{"id": "x"}], idempotency_key="delivery-1")
    [again] = anna.declare_footprints([{"id": "x"}], idempotency_key="delivery-1")

    assert first == again
    assert not first.goods


def test_what_reviews_teach_is_told(anna, bert):
    [found] = anna.estimate([DESK]).estimates
    bert.approve(
        anna.review(
            found.estimate_id, CorrectionIn(category_code="337211", category_scheme="NAICS 2017"), "A desk."
        ),
        "Agreed.",
    )

    told = anna.labels()

    assert [label.category_code for label in told.labels] == ["337211"]
