"""A large ledger over a real port, on both databases: what people know, its job, replay, a tampered row."""

from pathlib import Path

import pandas as pd

from serving.client import Client
from serving.replay.replay import ReplayCount, replay
from serving.schemas import CorrectionIn, LineIn, SupplierFigureIn
from serving.store import Actor
from serving.store.estimate_search import EstimateFilter
from serving.store.verification import verify
from tests.serving.api.test_story import OneModel, tamper

LINES = 50_000
GOODS = ("Nitrile gloves", "Laptop computer", "Oak desk", "Hand soap")
GLOVES = LineIn(
    description="Nitrile gloves", supplier="Goods 0 Ltd", amount=412.0, currency="GBP", date="2022-04-24"
)


def write_ledger(path):
    rows = [
        f"{GOODS[n % 4]},Goods {n % 4} Ltd,{n % 900 + 1}.25,GBP,2022-04-{n % 28 + 1:02},{n % 9 + 1},piece\n"
        for n in range(LINES)
    ]
    path.write_text(f"Description,Supplier,Amount,Currency,Date,Quantity,Unit\n{''.join(rows)}")
    return path


def replayed(service, job_id):
    with service.store.reading(Actor.local()) as reading:
        count = ReplayCount()
        wanted = EstimateFilter(job_id=job_id)
        for one in replay(reading, wanted, OneModel(Path()), load=lambda _: service.model):
            count.take(one)
    return dict(count.outcomes)


def test_a_job_of_many_lines_knows_what_people_know_and_is_replayed_as_equal(serve, url, tmp_path):
    service = serve(url)
    ledger = write_ledger(tmp_path / "year.csv")
    keys = [service.key("buyer", "estimate"), service.key("anna", "review"), service.key("bert", "review")]
    with service.on_a_port() as address:
        buyer, anna, bert = (Client(address, key) for key in keys)
        [before] = buyer.estimate([GLOVES]).estimates
        assert anna.explain(before.estimate_id).arithmetic.conversions
        review = anna.review(
            before.estimate_id, CorrectionIn(category_code="339113", category_scheme="NAICS 2017"), "Medical."
        )
        bert.approve(review)
        anna.declare_supplier_figure(
            SupplierFigureIn(
                supplier="Goods 2 Ltd",
                article="Oak desk",
                kg_co2e_per_unit=40.0,
                unit="piece",
                source="EPD 7",
            )
        )
        [after] = buyer.estimate([GLOVES]).estimates
        assert (before.category_code, after.category_code, after.reason) == ("326199", "339113", "corrected")

        job = buyer.jobs.submit(ledger, country="GB", idempotency_key="year-1")
        assert buyer.jobs.submit(ledger, country="GB", idempotency_key="year-1") == job
        service.run_jobs()
        seen = []
        done = buyer.jobs.wait(job.id, seen.append, timeout_seconds=60)
        assert (done.lines, done.progress.lines, seen[-1].status) == (LINES, LINES, "finished")
        assert [(one.status, one.reason, one.lines) for one in done.reasons] == [
            ("estimated", "corrected", LINES // 4)
        ]

        buyer.jobs.download(job.id, tmp_path / "result.csv")
        for client in (buyer, anna, bert):
            client.close()
    table = pd.read_csv(tmp_path / "result.csv")
    assert len(table) == LINES
    gloves, desks = table[table["Description"] == GOODS[0]], table[table["Description"] == GOODS[2]]
    assert set(gloves["category_code"]) == {339113}
    assert set(gloves["reason"]) == {"corrected"}
    assert set(desks["method"]) == {"supplier-specific"}
    assert (desks["kg_co2e"] == desks["Quantity"] * 40.0).all()

    assert replayed(service, job.id) == {"equal": LINES}
    assert verify(service.store).findings == []
    tamper(url)
    assert {finding.fault for finding in verify(service.store).findings} == {"changed"}
