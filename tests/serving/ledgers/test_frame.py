"""The frame: every line of a job, once, as it was recorded, and kept in one file."""

import shutil

import pandas as pd
import pytest

from models.totals import total
from serving import breakdown
from serving.documents import read_ledger
from serving.estimation import LedgerOptions, estimate_ledgers
from serving.jobs import process
from serving.jobs.engine import JobEngine
from serving.jobs.errors import JobResultError
from serving.jobs.files import JobFiles
from serving.ledgers.opening import lay_out
from serving.store.errors import UnknownJobError
from serving.store.estimate_search import EstimateFilter, each_entry
from tests.serving.ledgers.conftest import LEDGER, LOCAL


def opened(desk, job_id, ledgers=None):
    with desk.store.reading(LOCAL) as reading:
        return (ledgers or desk.ledgers).open(reading, job_id)


def test_it_holds_what_a_report_of_the_same_ledger_is_made_from(small_desk, tmp_path):
    path = tmp_path / "ledger.csv"
    path.write_text(LEDGER)
    result = estimate_ledgers([read_ledger(path, country="GB")], small_desk.model, LedgerOptions())

    frame = opened(small_desk, small_desk.run()).frame

    expected = breakdown.joined(result)
    found = frame[expected.columns].astype(expected.dtypes.to_dict())
    pd.testing.assert_frame_equal(found, expected)
    assert frame["row"].tolist() == list(range(1, 13))


def test_it_is_the_same_from_its_file_and_from_the_batches(desk):
    job_id = desk.run()
    first = opened(desk, job_id).frame

    again = opened(desk, job_id, desk.restarted()).frame

    pd.testing.assert_frame_equal(first, again)
    assert opened(desk, job_id).frame is first


@pytest.mark.parametrize("content", [b"", b"not a frame", None])
def test_a_frame_that_was_altered_is_made_anew(small_desk, content):
    job_id = small_desk.run()
    ledger = opened(small_desk, job_id)
    path = ledger.files.folder / "frame.parquet"
    if content is None:
        ledger.frame.assign(kg=0.0).to_parquet(path)
    else:
        path.write_bytes(content)

    again = opened(small_desk, job_id, small_desk.restarted()).frame

    pd.testing.assert_frame_equal(again, ledger.frame)


def test_a_ledger_is_laid_out_before_its_job_ends_and_its_batches_are_not_read_again(small_desk, monkeypatch):
    work = small_desk.hand_in()
    for number in range(1, work.read() + 1):
        work.estimate(number, lambda _version: small_desk.model)
    job_id = work.files.job_id
    with small_desk.store.reading(LOCAL) as reading:
        lay_out(reading, small_desk.settings, job_id, small_desk.model)
    work.finish()
    made = opened(small_desk, job_id).frame

    read = []
    monkeypatch.setattr(JobFiles, "read", lambda *_: read.append(1))
    again = opened(small_desk, job_id, small_desk.restarted()).frame

    assert read == []
    pd.testing.assert_frame_equal(again, made)


def test_what_cannot_be_laid_out_stops_no_job_and_long_ledgers_are_left_out(small_desk, monkeypatch, caplog):
    work = small_desk.hand_in()
    for number in range(1, work.read() + 1):
        work.estimate(number, lambda _version: small_desk.model)
    engine = JobEngine(small_desk.store, small_desk.settings, lambda _version: small_desk.model)
    laid_out = work.files.folder / "frame.parquet"

    monkeypatch.setattr(process, "_LAID_OUT_LINES", 3)
    process._lay_out(engine, "default", work.files.job_id)
    assert not laid_out.exists()

    monkeypatch.setattr(process, "_LAID_OUT_LINES", 1_000)
    process._lay_out(engine, "default", work.files.job_id)
    assert laid_out.exists()

    shutil.rmtree(work.files.folder / "estimates")
    process._lay_out(engine, "default", work.files.job_id)
    assert "is not laid out yet" in caplog.text


def test_estimates_that_are_not_those_that_were_recorded_are_refused(small_desk):
    job_id = small_desk.run()
    files = small_desk.hand_in().files
    path = files.folder.parent / job_id / "estimates" / f"{job_id}-000002.parquet"
    pd.read_parquet(path).assign(kg_co2e=1.0).to_parquet(path)

    with pytest.raises(JobResultError, match="as it was written"):
        opened(small_desk, job_id)


def test_a_job_under_way_shows_the_lines_that_are_done(desk):
    work = desk.hand_in()
    assert len(opened(desk, work.files.job_id).frame) == 0
    for number in range(1, work.read() + 1):
        work.estimate(number, lambda _: desk.model)
        assert len(opened(desk, work.files.job_id).frame) == min(5 * number, 12)
    assert not (work.files.folder / "frame.parquet").exists()
    assert total(work.files.read("estimates", 1)).kg_co2e == pytest.approx(
        opened(desk, work.files.job_id).frame["kg"].iloc[:5].sum()
    )


def test_nothing_estimated_sums_up_to_nothing(small_desk):
    frame = small_desk.standing(small_desk.hand_in().files.job_id).frame

    assert len(breakdown.by_group(frame, "category")) == 0
    assert len(breakdown.by_month(frame)) == 0
    assert len(breakdown.by_status(frame)) == 0
    assert breakdown.coverage(frame).covered_usd == 0


def test_each_line_counts_in_the_day_that_its_entry_says(desk):
    frame = opened(desk, desk.run()).frame

    with desk.store.reading(LOCAL) as reading:
        days = {entry.subject: entry.line_date for entry in each_entry(reading, EstimateFilter())}

    assert frame["date"].isna().sum() == 1
    found = [day.date() for day in frame["line_date"]]
    assert found == [days[name] for name in frame["estimate_id"]]


def test_the_same_goods_have_one_key_in_their_spellings(small_desk):
    goods = opened(small_desk, small_desk.run()).frame["goods"].tolist()

    assert len(set(goods[:5])) == 1
    assert goods[7] == goods[8]
    assert len(set(goods)) == 7


def test_lines_that_say_nothing_are_not_taken_for_the_same_goods(small_desk):
    empty = "Description,Amount,Currency\nPens,5,GBP\n,7,GBP\n,8,GBP\n"

    goods = opened(small_desk, small_desk.run(empty)).frame["goods"].tolist()

    assert goods[1:] == ["row-2", "row-3"]


def test_a_ledger_of_another_tenant_is_unknown(desk, actor):
    job_id = desk.run()

    with pytest.raises(UnknownJobError):
        desk.standing(job_id, actor=actor("carl", tenant="leeds"))


@pytest.mark.parametrize("column", ["category", "supplier", "cost_centre", "method"])
def test_grouping_the_kept_frame_gives_what_plain_texts_give(small_desk, column):
    frame = opened(small_desk, small_desk.run()).frame
    plain = frame.astype(dict.fromkeys(frame.select_dtypes("category"), "str"))

    pd.testing.assert_frame_equal(
        breakdown.by_group(frame, column, keep=2), breakdown.by_group(plain, column, keep=2)
    )
    pd.testing.assert_frame_equal(breakdown.by_status(frame), breakdown.by_status(plain))
    pd.testing.assert_frame_equal(breakdown.pedigree(frame), breakdown.pedigree(plain))
