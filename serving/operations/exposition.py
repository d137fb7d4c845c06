"""``/metrics``: what was counted in all processes, and what is true at the moment of asking."""

import os
from collections.abc import Awaitable, Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

import anyio.to_thread
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, generate_latest
from prometheus_client.metrics_core import GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector
from starlette.requests import Request
from starlette.responses import Response

from data.errors import LedgerprintError
from models.footprint import FootprintModel
from serving.operations.drift import FEWEST_LINES, DriftBaseline, stability_index
from serving.operations.service_parts import ServiceParts
from serving.store import AuditStore
from serving.store.job_queue import job_queue

_DRIFT_SAMPLE: Final = "ledgerprint_drift_lines_total"


def metrics_page(parts: ServiceParts) -> Callable[[Request], Awaitable[Response]]:
    """Make the endpoint.

    Parameters
    ----------
    parts
        Model, store and baseline, as far as they are there.
    """

    async def page(_: Request) -> Response:
        text = await anyio.to_thread.run_sync(exposition, parts)
        return Response(text, headers={"content-type": CONTENT_TYPE_LATEST})

    return page


def exposition(parts: ServiceParts) -> bytes:
    """Write all metrics in Prometheus' text format."""
    counted = CollectorRegistry()
    if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
        MultiProcessCollector(counted)  # type: ignore[no-untyped-call]
        counters: CollectorRegistry = counted
    else:
        counters = REGISTRY
    present = CollectorRegistry()
    present.register(_Present(parts, counters))
    return generate_latest(counters) + generate_latest(present)


@dataclass(frozen=True, eq=False)
class _Present(Collector):
    """What is read when somebody asks: nothing of it is counted, so no process has to keep it."""

    parts: ServiceParts
    counters: CollectorRegistry

    def collect(self) -> Iterator[Metric]:
        yield from _store_metrics(self.parts.store.loaded)
        model = self.parts.model.loaded
        if model is not None:
            yield from _model_metrics(model, self.parts.model_kept_at())
        baseline = self.parts.baseline.loaded
        if baseline is not None:
            yield from _drift_metrics(baseline, self.counters)


def _store_metrics(store: AuditStore | None) -> Iterator[Metric]:
    up = GaugeMetricFamily("ledgerprint_store_up", "Whether the audit store can be used")
    try:
        queue = None if store is None else job_queue(store)
    except LedgerprintError:
        queue = None
    up.add_metric([], float(queue is not None))
    yield up
    if queue is None:
        return
    jobs = GaugeMetricFamily("ledgerprint_jobs_open", "Bulk jobs that go on", labels=["status"])
    for status, count in queue.jobs.items():
        jobs.add_metric([status], count)
    yield jobs
    yield _gauge(
        "ledgerprint_job_lines_waiting", "Lines of read ledgers not recorded yet", queue.lines_waiting
    )
    age = 0.0 if queue.oldest is None else (datetime.now(UTC) - queue.oldest).total_seconds()
    yield _gauge("ledgerprint_job_oldest_open_seconds", "Age of the oldest open job, 0 without one", age)


def _model_metrics(model: FootprintModel, kept_at: float | None) -> Iterator[Metric]:
    info = GaugeMetricFamily("ledgerprint_model_info", "The model that answers", labels=["version"])
    info.add_metric([model.version], 1.0)
    yield info
    if kept_at is not None:
        yield _gauge(
            "ledgerprint_model_first_kept_timestamp_seconds",
            "When the archive of this service first kept the model",
            kept_at,
        )
    years = GaugeMetricFamily(
        "ledgerprint_factor_data_end_timestamp_seconds",
        "End of the last year that the prices of a factor set stand for",
        labels=["factor_set"],
    )
    for one in model.factor_sets.values():
        years.add_metric([one.id], _end_of(one.prices.last_year))
    yield years


def _drift_metrics(baseline: DriftBaseline, counters: CollectorRegistry) -> Iterator[Metric]:
    shares = GaugeMetricFamily(
        "ledgerprint_drift_baseline_share",
        "Share of a bin among the buyers' lines that the model was made of",
        labels=["feature", "bin"],
    )
    indices = GaugeMetricFamily(
        "ledgerprint_drift_psi",
        "Population stability index of all lines since the start against the baseline",
        labels=["feature"],
    )
    observed = _observed(counters.collect())
    for feature, of_feature in baseline.shares.items():
        for name, share in of_feature.items():
            shares.add_metric([feature, name], share)
        if sum(observed.get(feature, {}).values()) >= FEWEST_LINES:
            indices.add_metric([feature], stability_index(observed[feature], of_feature))
    yield shares
    yield indices


def _observed(families: Iterable[Metric]) -> dict[str, dict[str, float]]:
    out: dict[str, dict[str, float]] = {}
    for family in families:
        for sample in family.samples:
            if sample.name == _DRIFT_SAMPLE and sample.value > 0:
                out.setdefault(sample.labels["feature"], {})[sample.labels["bin"]] = sample.value
    return out


def _gauge(name: str, about: str, value: float) -> GaugeMetricFamily:
    family = GaugeMetricFamily(name, about)
    family.add_metric([], value)
    return family


def _end_of(year: int) -> float:
    return datetime(year + 1, 1, 1, tzinfo=UTC).timestamp()
