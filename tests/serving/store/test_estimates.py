"""Estimates: what is recorded comes back to the last digit, and is found by its tenant alone."""

import base64
import json
import math
from datetime import UTC, date, datetime

import numpy as np
import pandas as pd
import pytest
from sqlalchemy import select

from features.line_items import LINE_ITEM_FIELDS, line_items
from features.money import MoneyOptions
from models.estimates import ESTIMATE_FIELDS, Estimates
from models.footprint import EstimateOptions
from serving.store import Actor
from serving.store.errors import CanonicalFormError, CursorError, ScopeError, UnknownEstimateError
from serving.store.estimate_search import EstimateFilter, each_estimate, find_estimate, search_estimates
from serving.store.estimates import record_estimates, restored_estimates, restored_lines
from serving.store.tables import Entry
from serving.store.verification import verify

LOCAL = Actor.local()
LEEDS = Actor.local("leeds")
PLAIN = EstimateOptions()


@pytest.fixture
def record(store, estimated):
    """Records the first lines of the hospital's ledger; gives what was recorded."""

    def write(count=20, actor=LOCAL, options=PLAIN, job_id="", **changed):
        lines, estimates = estimated.lines.head(count), estimated.estimates.head(count).assign(**changed)
        received = estimated.source.head(count).to_dict("records")
        with store.writing(actor) as writing:
            record_estimates(writing, received, lines, estimates, options, job_id)
        return received, lines, estimates

    return write


def search(store, actor=LOCAL, limit=1000, order="newest", **wanted):
    with store.reading(actor) as reading:
        return search_estimates(reading, EstimateFilter(**wanted), limit, order=order).items


def ids(records):
    return [record.estimate_id for record in records]


def test_lines_and_estimates_come_back_to_the_last_digit(store, record):
    odd = np.array([0.1 + 0.2, 5e-324, -0.0, 1e22, math.nan] * 4)
    received, lines, estimates = record(kg_co2e=odd)

    contents = [found.content for found in search(store, order="oldest")]

    pd.testing.assert_frame_equal(restored_lines(contents), lines, check_exact=True)
    pd.testing.assert_frame_equal(
        restored_estimates(contents), Estimates.validate(estimates), check_exact=True
    )
    assert restored_estimates(contents)["kg_co2e"].to_numpy().tobytes() == odd.tobytes()
    assert [content.received for content in contents] == received


@pytest.mark.parametrize(
    "options",
    [
        PLAIN,
        EstimateOptions("epa-v1.3", MoneyOptions(True, 0.2, date(2024, 3, 31)), True),
    ],
)
def test_the_options_come_back(store, record, options):
    record(1, options=options)

    assert search(store)[0].content.options == options


def test_an_estimate_says_what_it_was_made_from_and_when_its_line_counts(store, record):
    _, lines, _ = record(1, job_id="job-7", factor_id="epa-v1.3/339113")

    (found,) = search(store)

    assert (found.job_id, found.factor_set, found.model_version) == ("job-7", "epa-v1.3", "example")
    assert found.line_date == lines["date"].iloc[0].date()
    assert found.content.conversions == []


def test_a_line_without_a_date_counts_on_the_ledgers_day_or_else_on_the_day_it_is_recorded(store, clock):
    lines = line_items(pd.DataFrame([{"description": "gloves"}]))
    row = dict.fromkeys(ESTIMATE_FIELDS, "") | {"line_id": "1", "status": "unmatched", "estimate_id": "e1"}
    row |= dict.fromkeys([name for name, c in Estimates.to_schema().columns.items() if c.nullable], math.nan)
    clock.now = datetime(2025, 5, 5, tzinfo=UTC)
    for default in (None, date(2024, 3, 31)):
        options = EstimateOptions(money=MoneyOptions(default_date=default))
        with store.writing(LOCAL) as writing:
            record_estimates(writing, ["gloves"], lines, pd.DataFrame([row]), options)

    assert [found.line_date for found in search(store)] == [date(2024, 3, 31), date(2025, 5, 5)]
    assert set(search(store)[0].content.line) >= set(LINE_ITEM_FIELDS)


def test_what_json_cannot_say_is_refused(store, estimated):
    one = estimated.lines.head(1), estimated.estimates.head(1)

    with pytest.raises(CanonicalFormError), store.writing(LOCAL) as writing:
        record_estimates(writing, [{"amount": math.inf}], *one, PLAIN)


def test_half_a_character_that_json_can_say_is_kept(store, estimated):
    with store.writing(LOCAL) as writing:
        one = estimated.lines.head(1), estimated.estimates.head(1)
        record_estimates(writing, [{"description": "\ud800 \0"}], *one, PLAIN)

    assert search(store)[0].content.received == {"description": "\ud800 \0"}


def test_a_key_that_may_not_estimate_is_refused(record, actor):
    with pytest.raises(ScopeError, match="'estimate'"):
        record(1, actor("anna", "review"))


def test_by_id_the_latest_record_comes_with_every_time_it_was_asked_for(store, record, actor):
    for job in range(5):
        record(2, actor(f"key-{job}"), job_id=f"job-{job}")
    wanted = search(store)[0].estimate_id

    with store.reading(LOCAL) as reading:
        first = find_estimate(reading, wanted, history_limit=3)
        rest = find_estimate(reading, wanted, 3, first.history.cursor)

    assert first.latest.job_id == "job-4"
    assert [one.job_id for one in first.history.items] == ["job-4", "job-3", "job-2"]
    assert [one.who for one in rest.history.items] == ["key-1", "key-0"]
    assert rest.history.cursor == ""


@pytest.mark.parametrize("unknown", ["", "nothing", "\ud800", "a\0b", "'; DROP TABLE audit_entries"])
def test_an_unknown_id_is_refused(store, record, unknown):
    record(1)

    with pytest.raises(UnknownEstimateError), store.reading(LOCAL) as reading:
        find_estimate(reading, unknown)


def test_a_search_finds_by_job_model_factor_set_status_and_dates(store, record, clock):
    clock.now = datetime(2025, 1, 1, tzinfo=UTC)
    record(5, job_id="a", factor_id="epa-v1.3/1", model_version="m1")
    clock.now = datetime(2025, 2, 1, tzinfo=UTC)
    record(5, job_id="b", factor_id="defra-2023/x/2022", model_version="m1")
    clock.now = datetime(2025, 3, 1, tzinfo=UTC)
    record(5, job_id="b", factor_id="epa-v1.3/1", model_version="m2", status="review")

    def count(**wanted):
        return len(search(store, **wanted))

    assert count() == 15
    assert (count(job_id="a"), count(job_id="b"), count(job_id="c")) == (5, 10, 0)
    assert (count(model_version="m1"), count(model_version="m2", factor_set="epa-v1.3")) == (10, 5)
    assert count(factor_set="defra-2023") == 5
    assert count(status="review") == 5
    assert count(job_id="\ud800") == 0
    february = datetime(2025, 2, 1, tzinfo=UTC)
    assert (count(since=february), count(until=february)) == (10, 5)
    assert count(since=february, until=datetime(2025, 2, 15, tzinfo=UTC)) == 5
    days = [found.line_date for found in search(store)]
    assert count(dated_from=min(days), dated_to=max(days)) == 15
    assert count(dated_from=max(days)) == days.count(max(days))


@pytest.mark.parametrize("order", ["newest", "oldest"])
@pytest.mark.parametrize("limit", [1, 7, 20, 21])
def test_pages_hold_every_estimate_once_in_order_though_more_come_in(store, record, order, limit):
    record(20)
    seen, cursor = [], ""
    while True:
        with store.reading(LOCAL) as reading:
            page = search_estimates(reading, EstimateFilter(job_id=""), limit, cursor, order)
        seen += [found.sequence for found in page.items]
        if not page.cursor:
            break
        cursor = page.cursor
        record(1, job_id="later")

    assert seen == (list(range(1, 21)) if order == "oldest" else list(range(20, 0, -1)))


def test_going_through_all_estimates_reads_more_than_a_page(store, record):
    for _ in range(6):
        record(200)

    with store.reading(LOCAL) as reading:
        numbers = [found.sequence for found in each_estimate(reading, EstimateFilter())]

    assert numbers == list(range(1, 1201))


def cursor_of(**content):
    return base64.urlsafe_b64encode(json.dumps(content).encode()).decode()


@pytest.mark.parametrize(
    "wrong",
    [
        "x",
        "ä",
        "AAAA",
        cursor_of(after=1),
        cursor_of(after="1", search=""),
        cursor_of(after=10**30, search=""),
    ],
)
def test_a_text_that_is_no_cursor_is_refused(store, record, wrong):
    record(1)

    with pytest.raises(CursorError, match="start again"), store.reading(LOCAL) as reading:
        search_estimates(reading, EstimateFilter(), cursor=wrong)


def test_a_cursor_of_another_search_is_refused(store, record):
    record(5)
    with store.reading(LOCAL) as reading:
        cursor = search_estimates(reading, EstimateFilter(), 2).cursor

    with pytest.raises(CursorError), store.reading(LOCAL) as reading:
        search_estimates(reading, EstimateFilter(job_id="a"), 2, cursor)


def test_tenants_cannot_see_each_other(store, record):
    record(3, LOCAL)
    record(2, LEEDS, estimate_id=["x1", "x2"])

    assert len(search(store, LOCAL)) == 3
    assert ids(search(store, LEEDS)) == ["x2", "x1"]
    with pytest.raises(UnknownEstimateError), store.reading(LOCAL) as reading:
        find_estimate(reading, "x1")
    with store.reading(LOCAL) as reading:
        cursor = search_estimates(reading, EstimateFilter(), 2).cursor
    with store.reading(LEEDS) as reading:
        assert {
            found.estimate_id for found in search_estimates(reading, EstimateFilter(), 2, cursor).items
        } <= {
            "x1",
            "x2",
        }
    assert verify(store).findings == []


def test_a_session_refuses_a_query_that_could_not_be_kept_to_its_tenant(store, record):
    record(1)

    with pytest.raises(TypeError, match="names no tenant"), store.reading(LOCAL) as reading:
        reading.session.execute(select(Entry.__table__))


def test_a_query_that_asks_for_another_tenant_by_name_finds_nothing(store, record):
    record(1, LEEDS)

    with store.reading(LOCAL) as reading:
        assert reading.session.scalars(select(Entry).where(Entry.tenant == "leeds")).all() == []
        assert reading.session.get(Entry, ("leeds", 1)) is None
