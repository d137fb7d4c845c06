"""A model that costs nothing, and a process that runs jobs with it: ``python stub.py DATABASE LOG``."""

import hashlib
import os
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from models.estimates import ESTIMATE_FIELDS, Estimates
from models.footprint import EstimateOptions
from serving.jobs.engine import JobEngine
from serving.jobs.settings import job_settings
from serving.store import AuditStore

NUMBERS = {name for name, column in Estimates.to_schema().columns.items() if column.nullable}
TEXTS = {"alternatives": "[]", "conversions": "[]", "evidence": "[]", "contributions": "{}"}


@dataclass
class StubModel:
    """A kilogram for every pound; ``log`` gets a line for every batch that is estimated."""

    log: Path | None = None
    seconds: float = 0.0
    version: str = "stub"

    def predict(self, lines: pd.DataFrame, _options: EstimateOptions | None = None) -> pd.DataFrame:
        if self.log:
            with self.log.open("a") as log:
                log.write(f"{os.getpid()} {lines['description'].iloc[0]}\n")
        time.sleep(self.seconds)
        out = pd.DataFrame(
            {name: float("nan") if name in NUMBERS else TEXTS.get(name, "") for name in ESTIMATE_FIELDS},
            index=range(len(lines)),
        )
        out["line_id"] = lines["line_id"].to_numpy()
        bad = lines["issue"].ne("").to_numpy()
        out["status"] = pd.Series(bad).map({True: "unmatched", False: "estimated"})
        out["reason"] = lines["issue"].to_numpy()
        out["kg_co2e"] = lines["amount"].where(~bad).to_numpy()
        out["kg_co2e_low"], out["kg_co2e_high"] = out["kg_co2e"] / 2, out["kg_co2e"] * 2
        out["model_version"] = self.version
        text = lines["line_id"] + lines["description"] + self.version
        out["estimate_id"] = [hashlib.sha256(one.encode()).hexdigest()[:24] for one in text]
        return Estimates.validate(out)


def main() -> None:
    database, log, seconds = sys.argv[1:4]
    with AuditStore(database) as store:
        model = StubModel(Path(log), float(seconds))
        JobEngine(store, job_settings(database), lambda _: model, poll_seconds=0.05).run(until_idle=True)


if __name__ == "__main__":
    main()
