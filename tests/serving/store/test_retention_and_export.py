"""What an auditor takes along, and what goes when its time is over."""

import csv
import sqlite3
from contextlib import closing
from datetime import UTC, date, datetime
from pathlib import Path

import pandas as pd
import pytest

from data.errors import OutputError
from models.footprint import EstimateOptions
from serving.store import Actor
from serving.store.chain import HASHED_COLUMNS, NO_ENTRY, NewEntry, entry_hash
from serving.store.errors import RetentionError, ScopeError
from serving.store.estimate_search import EstimateFilter, find_estimate, search_estimates
from serving.store.estimates import record_estimates
from serving.store.export import COLUMNS, export_trail
from serving.store.periods import close_period, reopen_period
from serving.store.retention import retain
from serving.store.verification import verify

LOCAL = Actor.local()
FOR_EVER = date(2100, 1, 1)


@pytest.fixture
def recorded(store, estimated):
    """Twenty lines of the hospital's ledger, from two jobs with a note in between."""
    with store.writing(LOCAL) as writing:
        for job in ("a", "b"):
            part = slice(0, 10) if job == "a" else slice(10, 20)
            record_estimates(
                writing,
                estimated.source[part].to_dict("records"),
                estimated.lines[part],
                estimated.estimates[part],
                EstimateOptions(),
                job,
            )
            writing.append([NewEntry(kind="job", subject=job, payload={"lines": 10})])
    return estimated.lines.head(20)


def close(store, lines, name="FY", until=None):
    days = lines["date"].dt.date.dropna()
    with store.writing(LOCAL) as writing:
        close_period(writing, name, min(days), until or max(days))
        if lines["date"].isna().any():
            close_period(writing, f"{name} undated", writing.at.date(), writing.at.date())


def contents(store):
    with store.reading(LOCAL) as reading:
        return [found.content for found in search_estimates(reading, EstimateFilter()).items]


def reduce(store, before=FOR_EVER, actor=LOCAL):
    with store.writing(actor) as writing:
        return retain(writing, before).reduced


def test_payloads_of_closed_periods_are_reduced_and_the_chain_still_verifies(store, recorded):
    close(store, recorded)

    assert reduce(store) == 20
    assert contents(store) == [None] * 20
    assert verify(store).findings == []


def test_what_an_estimate_is_found_by_and_its_hash_stay(store, recorded):
    close(store, recorded)
    with store.reading(LOCAL) as reading:
        before = search_estimates(reading, EstimateFilter(job_id="a")).items
    reduce(store)

    with store.reading(LOCAL) as reading:
        after = search_estimates(reading, EstimateFilter(job_id="a")).items
        assert find_estimate(reading, before[0].estimate_id).latest.content is None
    assert [(one.estimate_id, one.payload_sha256, one.status) for one in after] == [
        (one.estimate_id, one.payload_sha256, one.status) for one in before
    ]


@pytest.mark.usefixtures("recorded")
def test_nothing_is_reduced_that_lies_in_no_closed_period(store):
    with pytest.raises(RetentionError, match="lies in no closed period"):
        reduce(store)

    assert None not in contents(store)


def test_one_day_outside_of_closed_periods_keeps_everything(store, recorded):
    days = sorted(recorded["date"].dt.date.dropna())
    close(store, recorded, until=days[-1].replace(day=days[-1].day - 1))

    with pytest.raises(RetentionError, match=str(days[-1])):
        reduce(store)
    assert None not in contents(store)


def test_a_reopened_period_is_not_closed(store, recorded):
    close(store, recorded)
    with store.writing(LOCAL) as writing:
        reopen_period(writing, "FY", "a late invoice")

    with pytest.raises(RetentionError):
        reduce(store)


def test_only_lines_dated_before_the_day_are_reduced_and_only_once(store, recorded):
    close(store, recorded)
    day = sorted(recorded["date"].dt.date.dropna())[10]
    older = int((recorded["date"].dt.date < day).sum())

    assert reduce(store, day) == older
    assert reduce(store, day) == 0
    assert sum(content is None for content in contents(store)) == older
    assert reduce(store) == 20 - older
    assert verify(store).findings == []


def test_another_tenants_estimates_stay(store, recorded, estimated):
    leeds = Actor.local("leeds")
    with store.writing(leeds) as writing:
        one = estimated.lines.head(1), estimated.estimates.head(1)
        record_estimates(writing, ["x"], *one, EstimateOptions())
    close(store, recorded)
    reduce(store)

    with store.reading(leeds) as reading:
        assert search_estimates(reading, EstimateFilter()).items[0].content is not None


@pytest.mark.usefixtures("recorded")
def test_only_an_admin_reduces(store, actor):
    with pytest.raises(ScopeError):
        reduce(store, actor=actor("anna", "review"))


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
def test_what_was_reduced_is_gone_from_the_file(store, recorded):
    words = recorded["description"].iloc[0].encode()
    path = Path(store.engine.url.database)
    close(store, recorded)
    reduce(store)
    store.close()
    with closing(sqlite3.connect(path)) as file:
        file.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    assert words not in path.read_bytes()


def export(store, path, kind="csv", first=date(2025, 1, 1), last=date(2025, 12, 31), by="recorded"):
    with store.reading(LOCAL) as reading:
        return export_trail(reading, first, last, path, kind, by)


def read_back(path):
    if path.suffix == ".parquet":
        return pd.read_parquet(path)
    return pd.read_csv(path, keep_default_na=False, dtype=str)


@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_an_export_holds_every_entry_of_the_period_with_its_figures(
    store, recorded, estimated, tmp_path, kind
):
    path = tmp_path / f"trail.{kind}"

    assert export(store, path, kind) == 22

    back = read_back(path)
    assert tuple(back.columns) == COLUMNS
    lines = back[back["kind"] == "estimate"]
    assert lines["description"].tolist() == recorded["description"].tolist()
    kg = pd.to_numeric(lines["kg_co2e"])
    assert kg.tolist() == pytest.approx(estimated.estimates["kg_co2e"].head(20).tolist(), abs=0, nan_ok=True)
    assert list(tmp_path.glob(".ledgerprint*")) == []


def test_the_chain_can_be_checked_from_an_export_alone(store, recorded, tmp_path):  # noqa: ARG001
    path = tmp_path / "trail.parquet"
    export(store, path, "parquet")

    previous = NO_ENTRY
    for row in pd.read_parquet(path).to_dict("records"):
        columns = row | {"gtin": row["gtin_corrected"], "goods": row["goods_corrected"]}
        assert row["previous"] == previous
        assert entry_hash(previous, {name: columns[name] for name in HASHED_COLUMNS}) == row["hash"]
        previous = row["hash"]


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n"])
def test_a_spreadsheet_runs_no_cell_of_a_csv(store, estimated, tmp_path, start):
    lines = estimated.lines.head(1).assign(description=f"{start}HYPERLINK(A1)", amount=-12.5)
    with store.writing(LOCAL) as writing:
        record_estimates(writing, [f"{start}1+1"], lines, estimated.estimates.head(1), EstimateOptions())
    export(store, tmp_path / "trail.csv")

    with (tmp_path / "trail.csv").open(newline="", encoding="utf-8") as file:
        (row,) = csv.DictReader(file)
    assert row["description"] == f"'{start}HYPERLINK(A1)"
    assert row["amount"] == "-12.5"
    assert not [cell for name, cell in row.items() if name != "amount" and cell.startswith(start)]


def test_an_export_keeps_to_its_days_by_record_or_by_line(store, recorded, estimated, tmp_path, clock):
    clock.now = datetime(2025, 12, 31, 23, 59, 58, tzinfo=UTC)
    for _ in range(2):
        with store.writing(LOCAL) as writing:
            one = estimated.lines.head(1), estimated.estimates.head(1)
            record_estimates(writing, ["x"], *one, EstimateOptions())
    path = tmp_path / "trail.csv"

    assert export(store, path) + export(store, path, first=date(2026, 1, 1), last=date(2026, 1, 1)) == 24
    assert export(store, path, last=date(2025, 12, 30)) == 22
    days = recorded["date"].dt.date
    day = days.dropna().iloc[0]
    expected = int((days == day).sum()) + 2 * int(days.iloc[0] == day)
    assert export(store, path, first=day, last=day, by="dated") == expected


def test_a_reduced_estimate_is_exported_without_what_it_said(store, recorded, tmp_path):
    close(store, recorded)
    reduce(store)
    export(store, tmp_path / "trail.csv")

    back = read_back(tmp_path / "trail.csv")
    lines = back[back["kind"] == "estimate"]
    assert set(lines["payload"]) == set(lines["description"]) == {""}
    assert (lines["payload_sha256"].str.len() == 64).all()


@pytest.mark.parametrize(
    ("name", "last"),
    [("trail.xlsx", date(2025, 12, 31)), ("trail.csv", date(2024, 1, 1)), ("no/trail.csv", None)],
)
def test_an_export_that_cannot_be_written_is_refused(store, tmp_path, name, last):
    with pytest.raises(OutputError, match="expected"):
        export(store, tmp_path / name, last=last or date(2025, 12, 31))


@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_an_export_of_nothing_has_its_columns(store, tmp_path, kind):
    assert export(store, tmp_path / f"trail.{kind}", kind) == 0
    assert tuple(read_back(tmp_path / f"trail.{kind}").columns) == COLUMNS
