"""Metrics that are counted while requests are answered; Prometheus adds them up over all processes.

Each process writes to files of its own in ``PROMETHEUS_MULTIPROC_DIR``, which BentoML sets for its workers;
elsewhere the metrics are in memory, and nobody reads them.
"""

import logging
import math
from collections import Counter as Counted
from typing import Final

import pandas as pd
from prometheus_client import Counter, Histogram

from serving.operations.drift import observed_bins

_log: Final = logging.getLogger(__name__)
_PROBABILITIES: Final = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99)
_SECONDS: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0)

REQUEST_SECONDS: Final = Histogram(
    "ledgerprint_request_seconds",
    "Time from a request to the end of its answer",
    ["method", "route", "status_class"],
    buckets=_SECONDS,
)
TURN_SECONDS: Final = Histogram(
    "ledgerprint_turn_wait_seconds",
    "Time that a request waited until it could use the model",
    buckets=_SECONDS,
)
LINES: Final = Counter("ledgerprint_lines", "Lines that were estimated and recorded", ["status", "method"])
CATEGORY_PROBABILITY: Final = Histogram(
    "ledgerprint_category_probability",
    "Probability of the most probable category of a line",
    buckets=_PROBABILITIES,
)
DRIFT_LINES: Final = Counter(
    "ledgerprint_drift_lines",
    "Lines by what they look like, to be compared with the baseline",
    ["feature", "bin"],
)


def count_estimates(lines: pd.DataFrame, estimates: pd.DataFrame) -> None:
    """Count estimates that were recorded.

    Parameters
    ----------
    lines
        :class:`features.line_items.LineItems`, n rows.
    estimates
        :class:`models.estimates.Estimates`, n rows.
    """
    try:
        _count(lines, estimates)
    except Exception:  # noqa: BLE001 - logged below
        # the lines are estimated and recorded: whoever asked must get their answer
        _log.exception("estimates were not counted")


def _count(lines: pd.DataFrame, estimates: pd.DataFrame) -> None:
    kinds = zip(estimates["status"].tolist(), estimates["method"].tolist(), strict=True)
    for (status, method), count in Counted(kinds).items():
        LINES.labels(status, method or "none").inc(count)
    for probability in estimates["category_probability"].tolist():
        if not math.isnan(probability):
            CATEGORY_PROBABILITY.observe(probability)
    for feature, bins in observed_bins(lines, estimates).items():
        for name, count in bins.items():
            DRIFT_LINES.labels(feature, name).inc(count)
