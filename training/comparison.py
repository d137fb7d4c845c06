"""Two models side by side on the same labelled lines, and the differences that are more than noise."""

import math
from typing import Final

import pandas as pd
import pandera.pandas as pa
from pandera.typing.pandas import Series

from training.paired_bootstrap import Bootstrap, paired_differences
from training.scorecards import METRICS, Scorecard, line_metrics

VERDICTS: Final = ("better", "worse", "as good", "")


class PairedFigures(pa.DataFrameModel):
    """One row for each slice and metric: means of models A and B on the lines that both were scored on."""

    kind: Series[str] = pa.Field(isin=("dataset", "method"))
    slice: Series[str] = pa.Field(
        description="name of the dataset, or the method; 'x -> y' where A used x and B used y"
    )
    metric: Series[str] = pa.Field(isin=[metric.name for metric in METRICS])
    lines: Series[int] = pa.Field(gt=0)
    groups: Series[int] = pa.Field(gt=0)
    a: Series[float]
    b: Series[float]
    difference: Series[float] = pa.Field(description="b - a")
    low: Series[float] = pa.Field(nullable=True, description="of the range of the difference")
    high: Series[float] = pa.Field(nullable=True)
    verdict: Series[str] = pa.Field(
        isin=VERDICTS, description="of B; '' where there is no range, or neither way is better"
    )

    class Config:
        """Exactly these columns, in this order."""

        strict = True
        ordered = True
        coerce = True


def compare_scorecards(a: pd.DataFrame, b: pd.DataFrame, bootstrap: Bootstrap | None = None) -> pd.DataFrame:
    """Compare two models on the lines that both were scored on.

    Parameters
    ----------
    a, b
        :class:`training.scorecards.Scorecard`; lines are paired by dataset and record.
    bootstrap
        Seed and number of resamples.

    Returns
    -------
    pandas.DataFrame
        :class:`PairedFigures`, datasets first, each in alphabetical order; metrics that no line of a slice
        has are left out. Groups are those of ``b``.
    """
    left, right = _paired(Scorecard.validate(a), Scorecard.validate(b))
    metrics_a, metrics_b = line_metrics(left), line_metrics(right)
    ones, weight = pd.Series(1.0, index=right.index), right["weight"]
    weights = pd.DataFrame({metric.name: weight if metric.by_spend else ones for metric in METRICS})
    group = right["dataset"] + "\0" + right["group"]
    slices = {"dataset": right["dataset"], "method": _method(left["method"], right["method"])}
    parts = [
        paired_differences(
            metrics_a[mine], metrics_b[mine], weights[mine], group[mine], bootstrap or Bootstrap()
        ).assign(kind=kind, slice=name)
        for kind, names in slices.items()
        for name in sorted(set(names) - {""})
        for mine in [names == name]
    ]
    if not parts:
        return PairedFigures.empty()
    figures = pd.concat(parts, ignore_index=True)
    figures = figures[figures["a"].notna() & (figures["lines"] > 0)].reset_index(drop=True)
    figures["verdict"] = _verdict(figures)
    return PairedFigures.validate(figures[list(PairedFigures.to_schema().columns)])


def unpaired(a: pd.DataFrame, b: pd.DataFrame) -> pd.DataFrame:
    """Count lines by dataset: ``both`` models were scored on them, ``only_a`` or ``only_b``."""
    keys = ["dataset", "record"]
    merged = a[keys].merge(b[keys], on=keys, how="outer", indicator=True)
    names = {"both": "both", "left_only": "only_a", "right_only": "only_b"}
    where = merged["_merge"].astype(str).map(names)
    counts = pd.crosstab(merged["dataset"], where).reindex(columns=list(names.values()), fill_value=0)
    return counts.rename_axis(columns=None).reset_index()


def _paired(a: pd.DataFrame, b: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Keep the lines that are in both, in the same order."""
    keys = ["dataset", "record"]
    left, right = a.set_index(keys), b.set_index(keys)
    common = right.index[right.index.isin(left.index)]
    return left.loc[common].reset_index(), right.loc[common].reset_index()


def _method(a: pd.Series, b: pd.Series) -> pd.Series:
    """Name what was done with a line by both models: the method, or the change of it."""
    same = a == b
    changed = a.replace("", "none") + " -> " + b.replace("", "none")
    return b.where(same, changed)


def _verdict(figures: pd.DataFrame) -> list[str]:
    sign = {metric.name: {"higher": 1, "lower": -1, "": 0}[metric.better] for metric in METRICS}
    rows = zip(figures["metric"], figures["low"], figures["high"], strict=True)
    return [_verdict_of(sign[name], low, high) for name, low, high in rows]


def _verdict_of(sign: int, low: float, high: float) -> str:
    if sign == 0 or math.isnan(low):
        return ""
    worst, best = sorted((sign * low, sign * high))
    return "better" if worst > 0 else "worse" if best < 0 else "as good"
