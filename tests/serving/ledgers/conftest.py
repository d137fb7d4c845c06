"""Recorded ledgers: jobs run with a small model on both databases, opened and reviewed."""

import io
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from models.estimates import Estimates
from models.footprint import EstimateOptions
from serving.jobs.batches import JobWork
from serving.jobs.files import JobFiles
from serving.jobs.settings import JobSettings
from serving.jobs.submission import JobOptions, submit_job
from serving.ledgers import Ledgers, Standing
from serving.store import Actor, AuditStore
from serving.store.reviews import Correction, Review, approve_review, review_estimate
from tests.serving.small_model import SmallModel, small_parts

LOCAL = Actor.local()
KG_PER_KG = 2.0
LEDGER = """Description,Date,Amount,Currency,Supplier,Quantity,Unit,Cost Centre,Review
Nitrile gloves,2024-03-01,100.00,GBP,Acme Ltd,10,box,Ward,ours
NITRILE GLOVES,2024-03-02,250.00,GBP,ACME,25,box,Ward,
nitrile gloves,2024-04-03,-50.00,GBP,Acme,,,Theatre,
Nitrile gloves,2023-12-31,80.00,GBP,Acme Ltd,8,box,Ward,
Nitrile gloves,2024-03-05,60.00,EUR,Acme Ltd,,,Ward,
Steel desk,2024-03-06,900.00,GBP,Deskworks,3,each,Estates,=1+1
Computer screen,2024-05-07,700.00,GBP,Bytes,,,Estates,
Misc order,2024-05-08,5000.00,GBP,Unknown Traders,,,Estates,
Misc order,2024-05-09,40.00,GBP,Unknown Traders,,,Ward,
Payroll March,2024-03-31,9000.00,GBP,Staff,,,Ward,
Soap,2024-03-11,,,Cleaners,,,Ward,
Soap,,30.00,GBP,,,,,
"""


@dataclass
class LedgerModel(SmallModel):
    """Puts miscellaneous orders up for review, excludes payroll, and knows a figure for a kilogram."""

    def predict(
        self, lines: pd.DataFrame, options: EstimateOptions | None = None, _progress: Any = None
    ) -> pd.DataFrame:
        out = super().predict(lines, options)
        text = lines["description"].str.lower()
        misc, pay = text.str.contains("misc").to_numpy(), text.str.contains("payroll").to_numpy()
        out.loc[misc, ["status", "reason"]] = ["review", "vague_description"]
        out.loc[misc, "kg_co2e_low"] = 0.0
        figures = ["kg_co2e", "kg_co2e_low", "kg_co2e_high"]
        out.loc[pay, figures] = np.nan
        out.loc[pay, ["status", "reason", "method"]] = ["excluded", "payroll", ""]
        weighed = (lines["unit"].eq("kg") & lines["amount"].isna()).to_numpy()
        kg = lines["quantity"].to_numpy()[weighed] * KG_PER_KG
        out.loc[weighed, figures] = np.sort(np.stack([kg / 2, kg, kg * 2], axis=1), axis=1)[:, [1, 0, 2]]
        out.loc[weighed, ["status", "reason", "method"]] = ["estimated", "", "average-data"]
        return Estimates.validate(out)


@dataclass
class Desk:
    """Where ledgers are handed in, estimated, opened and reviewed."""

    store: AuditStore
    settings: JobSettings
    model: LedgerModel
    ledgers: Ledgers = field(init=False)

    def __post_init__(self) -> None:
        self.ledgers = self.restarted()

    def restarted(self) -> Ledgers:
        """Ledgers as another process would have them: nothing at hand."""
        return Ledgers(self.settings, lambda _version: self.model)

    def hand_in(self, content: str = LEDGER, **said: object) -> JobWork:
        job = submit_job(
            self.store,
            LOCAL,
            self.settings,
            io.BytesIO(content.encode()),
            "ledger.csv",
            JobOptions.of({"country": "GB"} | said),
        )
        return JobWork(
            self.store, JobFiles(self.settings.folder, "default", job.id), self.settings.batch_lines
        )

    def run(self, content: str = LEDGER, **said: object) -> str:
        """Hand a ledger in, finish its job, and give the job's id."""
        work = self.hand_in(content, **said)
        for number in range(1, work.read() + 1):
            work.estimate(number, lambda _version: self.model)
        work.finish()
        return work.files.job_id

    def standing(self, job_id: str, ledgers: Ledgers | None = None, actor: Actor = LOCAL) -> Standing:
        with self.store.reading(actor) as reading:
            return (ledgers or self.ledgers).standing(reading, job_id)

    def review(
        self,
        standing: Standing,
        row: int,
        correction: Correction | None = None,
        who: str = "anna",
        **said: str,
    ) -> Review:
        name = str(standing.frame["estimate_id"].iloc[row - 1])
        with self.store.writing(Actor("default", who, frozenset({"review"}))) as writing:
            return review_estimate(writing, name, correction, **said)

    def approve(self, review: Review, who: str = "bert") -> Review:
        with self.store.writing(Actor("default", who, frozenset({"review"}))) as writing:
            return approve_review(writing, review.estimate_id, review.sequence)


@pytest.fixture
def desk(store: AuditStore, tmp_path: Path) -> Desk:
    """A desk on each database; batches have five lines."""
    return Desk(store, JobSettings(folder=tmp_path / "jobs", batch_lines=5), LedgerModel(**small_parts()))


@pytest.fixture
def small_desk(sqlite_url: str, clock: Callable[[], Any], tmp_path: Path) -> Any:
    """A desk on SQLite, for what no database decides."""
    with AuditStore(sqlite_url, clock=clock) as opened:
        yield Desk(opened, JobSettings(folder=tmp_path / "jobs", batch_lines=5), LedgerModel(**small_parts()))
