"""A job of the running service, with the shipped bundle and the engine that the service started."""

from pathlib import Path

import pandas as pd

from serving.client import Client
from serving.replay.archive import archive_of
from serving.replay.replay import ReplayCount, replay
from serving.store import Actor, AuditStore
from serving.store.estimate_search import EstimateFilter

LINES = 40


def test_a_job_of_the_service_is_estimated_beside_its_calls_and_replayed_as_equal(
    service, examples, tmp_path
):
    # a title and the header stand above the lines
    rows = (examples / "council.csv").read_bytes().splitlines(keepends=True)[: LINES + 2]
    (tmp_path / "council.csv").write_bytes(b"".join(rows))
    with Client(service.url) as client:
        job = client.jobs.submit(tmp_path / "council.csv", country="GB")
        while client.jobs.get(job.id).status == "waiting":
            client.estimate([{"description": "Oak desk", "amount": 100.0, "currency": "GBP"}])
        done = client.jobs.wait(job.id, timeout_seconds=300)
        client.jobs.download(job.id, tmp_path / "footprint.csv")

    assert (done.lines, done.progress.lines) == (LINES, LINES)
    table = pd.read_csv(tmp_path / "footprint.csv")
    assert len(table) == LINES
    assert set(table["model_version"]) == {done.model_version}
    count = ReplayCount()
    url = f"sqlite:///{service.log.parent / 'store.db'}"
    with AuditStore(url) as store, store.reading(Actor.local()) as reading:
        for one in replay(reading, EstimateFilter(job_id=job.id), archive_of(url)):
            count.take(one)
    assert count.outcomes == {"equal": LINES}
    assert Path(f"{service.log.parent / 'store.db'}.jobs").is_dir()
