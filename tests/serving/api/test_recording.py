"""What the command line records knows what people know, and is replayed as equal."""

import json

import pytest

from serving.documents import read_ledger
from serving.estimation import LedgerOptions, estimate_ledgers
from serving.outputs import write_output
from serving.recording import Recorder
from serving.replay.archive import BundleArchive
from serving.replay.replay import replay
from serving.report import write_report
from serving.store import Actor, AuditStore
from serving.store.estimate_search import EstimateFilter, each_estimate
from serving.store.reviews import Correction, approve_review, review_estimate
from serving.store.supplier_figures import GoodsOfSupplier, SupplierFigure, put_figure

LEDGER = """Description,Supplier,Amount,Currency,Date,Country,Quantity,Unit
Nitrile gloves,Acme Ltd,100.00,GBP,2022-04-24,GB,,
Oak desk,Desks Ltd,50.00,GBP,2022-04-24,GB,3,piece
Laptop computer,Acme Ltd,900.00,GBP,2022-04-24,GB,,
"""


class Kept(BundleArchive):
    """An archive that holds the model of the tests."""

    def require(self, version):
        return self.folder / version

    find = require


@pytest.fixture
def recorder(url, tmp_path):
    return Recorder(url, Kept(tmp_path), "default")


@pytest.fixture
def estimated(small_model, tmp_path, recorder):
    """Estimates a ledger and records it, as ``ledgerprint estimate --record`` does."""
    path = tmp_path / "ledger.csv"
    path.write_text(LEDGER)
    options = LedgerOptions(country="GB")

    def run(job):
        result = estimate_ledgers(
            [read_ledger(path, country="GB")], small_model, options, with_known=recorder.with_known
        )
        recorder.record(result, job)
        return result

    return run


def declare(writing):
    goods = GoodsOfSupplier(supplier="Desks Ltd", article="Oak desk")
    put_figure(writing, goods, SupplierFigure(kg_co2e_per_unit=40.0, unit="piece", source="EPD 7"))


def test_a_recorded_ledger_gets_corrections_and_suppliers_figures_and_its_files_show_them(
    estimated, recorder, url, tmp_path, small_model
):
    before = estimated("first")
    with AuditStore(url) as store:
        anna, bert = (Actor("default", who, frozenset({"review"})) for who in ("anna", "bert"))
        gloves = before.estimates["estimate_id"].iloc[0]
        with store.writing(anna) as writing:
            said = Correction(category_code="339113", category_scheme="NAICS 2017")
            review = review_estimate(writing, gloves, said, "Medical.", "")
            declare(writing)
        with store.writing(bert) as writing:
            approve_review(writing, gloves, review.sequence, "")

    after = estimated("second")

    assert list(before.estimates["reason"]) == ["", "", ""]
    assert list(after.estimates["reason"]) == ["corrected", "", ""]
    assert after.estimates["category_code"].iloc[0] == "339113"
    assert list(after.estimates["method"]) == ["spend-based", "supplier-specific", "spend-based"]
    assert after.estimates["kg_co2e"].iloc[1] == 120.0
    assert after.total_kg == pytest.approx(after.estimates["kg_co2e"].sum())
    assert after.total_kg_low < after.total_kg < after.total_kg_high
    write_output(after, tmp_path / "out.jsonl")
    rows = [json.loads(line) for line in (tmp_path / "out.jsonl").read_text().splitlines()]
    assert [row["kg_co2e"] for row in rows] == list(after.estimates["kg_co2e"])
    write_report(after, tmp_path / "out.html")
    assert small_model.titles["339113"] in (tmp_path / "out.html").read_text()
    with AuditStore(url) as store, store.reading(Actor.local()) as reading:
        recorded = list(each_estimate(reading, EstimateFilter(job_id="second")))
        assert [one.estimate_id for one in recorded] == list(after.estimates["estimate_id"])
        found = list(replay(reading, EstimateFilter(), recorder.archive, load=lambda _: small_model))
    assert [one.outcome for one in found] == ["equal"] * 6
