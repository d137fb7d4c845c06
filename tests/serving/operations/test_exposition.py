"""``/metrics``: what is true at the moment of asking."""

import pandas as pd
import pytest
from prometheus_client.parser import text_string_to_metric_families

from data.errors import BundleError
from serving.operations.drift import SIMILARITY, DriftBaseline
from serving.operations.exposition import exposition
from serving.operations.metrics import count_estimates
from serving.operations.parts import Part
from serving.operations.service_parts import ServiceParts
from serving.store import AuditStore
from serving.store.jobs import ledger_is_read, submit


def _read(parts):
    return {
        (sample.name, *sorted(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(exposition(parts).decode())
        for sample in family.samples
    }


@pytest.fixture
def parts(sqlite_url, tmp_path):
    def missing():
        raise BundleError("no bundle")

    found = ServiceParts(
        Part("model", missing),
        Part("store", lambda: AuditStore(sqlite_url)),
        Part("baseline", lambda: DriftBaseline({SIMILARITY: {"0.5": 0.5, "+Inf": 0.5}})),
        tmp_path,
        lambda _: missing(),
    )
    yield found
    found.close()


def test_metrics_can_be_read_while_nothing_is_loaded_yet(parts):
    samples = _read(parts)

    assert samples["ledgerprint_store_up",] == 0
    assert not any(name[0] == "ledgerprint_model_info" for name in samples)


def test_the_queue_of_jobs_is_told_while_jobs_go_on(parts, actor):
    with parts.store.get().writing(actor("anna")) as writing:
        submit(writing, "one", name="a.csv", sha256="0", options={}, result="csv", webhook="")
        ledger_is_read(writing, "one", lines=40, batches=1)

    samples = _read(parts)

    assert samples["ledgerprint_store_up",] == 1
    assert samples["ledgerprint_jobs_open", ("status", "estimating")] == 1
    assert samples["ledgerprint_job_lines_waiting",] == 40
    assert samples["ledgerprint_job_oldest_open_seconds",] > 0


def _estimates(count):
    return pd.DataFrame(
        {
            "status": "estimated",
            "method": "spend-based",
            "category_code": "337214",
            "category_probability": 0.9,
            "evidence": '[{"code": "337214", "similarity": 0.45}]',
        },
        index=range(count),
    )


def test_drift_is_told_once_there_are_enough_lines_to_tell_it(parts):
    parts.baseline.get()
    index = ("ledgerprint_drift_psi", ("feature", SIMILARITY))
    lines = pd.DataFrame({"description": ["desk"] * 500})
    before = _read(parts)
    assert before["ledgerprint_drift_baseline_share", ("bin", "0.5"), ("feature", SIMILARITY)] == 0.5

    count_estimates(lines, _estimates(500))

    assert _read(parts)[index] > 1


def test_estimates_that_cannot_be_counted_are_still_answered(logged):
    count_estimates(pd.DataFrame(), _estimates(1).drop(columns="evidence"))

    assert logged()[-1]["event"] == "estimates were not counted"
