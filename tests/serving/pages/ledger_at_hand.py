"""A ledger that is estimated and recorded, for the pages that people review it on."""

import io
from dataclasses import dataclass
from typing import Any

import pandas as pd

from models.estimates import Estimates
from models.footprint import EstimateOptions
from serving.jobs.batches import JobWork
from serving.jobs.files import JobFiles
from serving.jobs.submission import JobOptions, submit_job
from serving.ledgers import Ledgers
from serving.store import Actor
from tests.serving.small_model import SmallModel
from tests.serving.small_service import Service

HEADER = "Description,Date,Amount,Currency,Supplier,Quantity,Unit,GTIN"
LINES = (
    "Misc order,2024-03-01,5000.00,GBP,Unknown Traders,,,",
    "MISC ORDER,2024-03-02,2500.00,GBP,Unknown Traders Ltd,,,",
    "Misc order,2023-12-31,80.00,GBP,Unknown Traders,,,",
    "Misc desk parts,2024-03-03,400.00,GBP,Deskworks,,,",
    "Nitrile gloves,2024-03-04,100.00,GBP,Acme,10,box,4006381333931",
    "Gloves (nitrile),2024-03-05,50.00,GBP,Bidders,5,box,4006381333931",
    "Computer,2024-03-06,700.00,GBP,Bytes,,,",
)


@dataclass
class FlaggingModel(SmallModel):
    """Puts miscellaneous orders up for review."""

    def predict(
        self, lines: pd.DataFrame, options: EstimateOptions | None = None, _progress: Any = None
    ) -> pd.DataFrame:
        out = super().predict(lines, options)
        misc = lines["description"].str.lower().str.contains("misc").to_numpy()
        out.loc[misc, ["status", "reason"]] = ["review", "vague_description"]
        return Estimates.validate(out)


@dataclass
class LedgerAtHand:
    """A recorded ledger of a service."""

    service: Service
    job_id: str

    def frame(self) -> pd.DataFrame:
        """Open it as it stands now, as another process would."""
        ledgers = Ledgers(self.service.jobs, lambda _version: self.service.model)
        with self.service.store.reading(Actor.local()) as reading:
            return ledgers.standing(reading, self.job_id).frame

    def estimate_id(self, row: int) -> str:
        return str(self.frame()["estimate_id"].iloc[row - 1])

    def address(self, row: int) -> str:
        return f"/lines/{self.estimate_id(row)}?ledger={self.job_id}"

    def said(self, row: int, **fields: object) -> dict[str, str]:
        """Fields of a decision about a line."""
        about = {"estimate": self.estimate_id(row), "ledger": self.job_id, "over": "line", "seen": 0}
        return {name: str(value) for name, value in (about | fields).items()}


def estimated(service: Service, *lines: str) -> LedgerAtHand:
    """Hand a ledger in, run its job, and give it."""
    content = "\n".join((HEADER, *(lines or LINES))) + "\n"
    job = submit_job(
        service.store,
        Actor.local(),
        service.jobs,
        io.BytesIO(content.encode()),
        "orders.csv",
        JobOptions.of({"country": "GB"}),
    )
    work = JobWork(service.store, JobFiles(service.jobs.folder, "default", job.id), service.jobs.batch_lines)
    for number in range(1, work.read() + 1):
        work.estimate(number, lambda _version: service.model)
    work.finish()
    return LedgerAtHand(service, job.id)
