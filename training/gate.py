"""The gate: what a model must show before it becomes champion."""

from collections.abc import Hashable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any, Final

import numpy as np
import pandas as pd

from training.comparison import compare_scorecards, unpaired
from training.estimate_moves import Predicts
from training.paired_bootstrap import MIN_GROUPS, Bootstrap
from training.regression_cases import failed_cases
from training.scorecards import METRICS, line_metrics

TOLERANCES: Final = MappingProxyType(
    {
        "top1": 0.005,
        "top5": 0.005,
        "answered": 0.005,
        "abs_log_error": 0.01,
        "within_2x": 0.005,
        "interval_score": 0.1,
    }
)
"""Metrics that must not get worse, and by how much a loss that is sure may still be let pass."""


@dataclass(frozen=True)
class Check:
    """One thing that the gate looked at.

    Attributes
    ----------
    name
        Of the check, with the dataset or line it is about.
    passed
        Whether it holds.
    got, expected
        What was found, and what would pass.
    can_be_forced
        False where a champion without it could not be used at all.
    """

    name: str
    passed: bool
    got: str
    expected: str
    can_be_forced: bool = True


@dataclass(frozen=True)
class GateSettings:
    """What the gate asks for.

    Parameters
    ----------
    tolerances
        See :data:`TOLERANCES`.
    coverage_of_each, coverage_overall
        Least share of true values inside the 90% range: on each dataset, and as the mean over datasets.
    false_refusals
        Greatest chance that a model as good as the champion is refused for a figure that is worse by chance.
    paired_share
        Least share of the champion's lines of a dataset that the candidate must have been scored on.
    bootstrap
        Seed and number of resamples.
    """

    tolerances: Mapping[str, float] = field(default_factory=lambda: dict(TOLERANCES))
    coverage_of_each: float = 0.80
    coverage_overall: float = 0.88
    false_refusals: float = 0.1
    paired_share: float = 0.95
    bootstrap: Bootstrap = field(default_factory=lambda: Bootstrap(replicates=5000))


def comparison_checks(
    candidate: pd.DataFrame, champion: pd.DataFrame, settings: GateSettings
) -> Iterator[Check]:
    """Check that a model is no worse than the champion, beyond noise, on any dataset of the champion.

    A dataset with fewer than :data:`training.paired_bootstrap.MIN_GROUPS` independent groups cannot tell
    noise from loss and decides nothing.

    Parameters
    ----------
    candidate, champion
        :class:`training.scorecards.Scorecard`.
    settings
        Tolerances.

    Notes
    -----
    With many figures, some are worse by chance: ranges are as wide as it takes for all of them together to
    keep ``false_refusals`` (Bonferroni).
    """
    counts = unpaired(champion, candidate)
    groups = champion.groupby("dataset")["group"].nunique()
    matters = set(groups[groups >= MIN_GROUPS].index)
    for row in counts[counts["dataset"].isin(matters)].to_dict("records"):
        paired, lines = int(row["both"]), int(row["both"] + row["only_a"])
        yield Check(
            f"{row['dataset']}: scored on the champion's lines",
            paired >= settings.paired_share * lines,
            f"{paired:,} of {lines:,}",
            f"at least {settings.paired_share:.0%}",
        )
    looked_at = max(len(matters) * len(settings.tolerances), 1)
    bootstrap = replace(settings.bootstrap, confidence=1 - 2 * settings.false_refusals / looked_at)
    figures = compare_scorecards(champion, candidate, bootstrap)
    decisive = (
        (figures["kind"] == "dataset")
        & figures["slice"].isin(matters)
        & figures["metric"].isin(list(settings.tolerances))
        & figures["low"].notna()
    )
    for figure in figures[decisive].to_dict("records"):
        yield _no_worse(figure, settings.tolerances[figure["metric"]], bootstrap.confidence)


def coverage_checks(candidate: pd.DataFrame, settings: GateSettings) -> Iterator[Check]:
    """Check that ranges hold what they promise, on every dataset and overall, each dataset weighing the same.

    Parameters
    ----------
    candidate
        :class:`training.scorecards.Scorecard`.
    settings
        Least coverages.
    """
    inside = line_metrics(candidate)["coverage"]
    known = candidate[inside.notna()]
    if known.empty:
        yield Check("coverage", passed=False, got="no line with a range", expected="ranges to judge")
        return
    coverage = inside.groupby(candidate["dataset"]).mean().dropna()
    groups = known.groupby("dataset")["group"].nunique()
    for name, share in coverage[groups >= MIN_GROUPS].items():
        yield Check(
            f"{name}: coverage of the 90% range",
            bool(share >= settings.coverage_of_each),
            f"{share:.3f}",
            f"at least {settings.coverage_of_each:.2f}",
        )
    overall = float(np.mean(coverage))
    yield Check(
        "overall: coverage of the 90% range",
        overall >= settings.coverage_overall,
        f"{overall:.3f}",
        f"at least {settings.coverage_overall:.2f}",
    )


def regression_checks(model: Predicts) -> Iterator[Check]:
    """Check the goods that other systems get wrong; one check for each that fails, one if none does."""
    failures = failed_cases(model)
    for failure in failures:
        yield Check(
            f"regression case {failure.line!r}", passed=False, got=failure.got, expected=failure.expected
        )
    if not failures:
        yield Check("regression cases", passed=True, got="none fails", expected="none fails")


def _no_worse(figure: Mapping[Hashable, Any], tolerance: float, confidence: float) -> Check:
    metric = next(metric for metric in METRICS if metric.name == figure["metric"])
    gain = np.array([figure["low"], figure["high"]], dtype=np.float64)
    best = float(np.max(gain if metric.better == "higher" else -gain))
    sign = "-" if metric.better == "higher" else "+"
    change = f"{confidence:.1%} range of the change {gain[0]:+.4f} to {gain[1]:+.4f}"
    return Check(
        f"{figure['slice']}: {metric.name}",
        best >= -tolerance,
        f"{figure['a']:.4f} -> {figure['b']:.4f}, {change}",
        f"a range that reaches {sign}{tolerance:g} or better",
    )
