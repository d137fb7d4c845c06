"""The scorecard: what a model made of every labelled line, scored so that no line voted for its own group."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

import numpy as np
import pandas as pd
import pandera.pandas as pa
from pandera.errors import SchemaError
from pandera.typing.pandas import Series

from data.errors import LedgerprintError
from models.estimates import METHODS
from models.intervals import COVERAGE

SCORECARD_FILE: Final = "scorecard.parquet"
"""Name among the artifacts of a training run."""
_SHOWN: Final = 200
_SHIPPED: Final = Path(__file__).resolve().parent / "default"


class ScorecardError(LedgerprintError):
    """A scorecard that cannot be read, or that is none."""


class Scorecard(pa.DataFrameModel):
    """One row for each labelled line that was scored; the key is ``dataset`` with ``record``.

    A dataset is the smallest set that a model must not get worse on: where a labelled set falls into domains
    that matter by themselves, each is a dataset (``products.food``).
    """

    dataset: Series[str] = pa.Field(str_length={"min_value": 1})
    record: Series[str] = pa.Field(description="key of the line in its source")
    group: Series[str] = pa.Field(description="lines of one group are not independent; never split by folds")
    weight: Series[float] = pa.Field(ge=0, description="spend behind the line, or 1")
    hit1: Series[float] = pa.Field(
        isin=(0.0, 1.0), nullable=True, description="most probable category acceptable; NaN: not asked"
    )
    hit5: Series[float] = pa.Field(
        isin=(0.0, 1.0), nullable=True, description="one of the five most probable acceptable; NaN: not asked"
    )
    log_error: Series[float] = pa.Field(
        nullable=True,
        description="ln(estimate / truth) of the factor or intensity; NaN: no estimate or truth",
    )
    half_width: Series[float] = pa.Field(
        ge=0, nullable=True, description="half the width of ln of the 90% range; NaN: no range"
    )
    probability: Series[float] = pa.Field(
        in_range={"min_value": 0, "max_value": 1.000001},
        nullable=True,
        description="stated for the most probable category",
    )
    method: Series[str] = pa.Field(isin=METHODS)

    class Config:
        """Exactly these columns, in this order."""

        strict = True
        ordered = True
        coerce = True
        unique = ("dataset", "record")

    @pa.dataframe_check
    @classmethod
    def the_best_is_among_the_best_five(cls, frame: pd.DataFrame) -> "pd.Series[bool]":
        """Count a hit at the first place as a hit among five."""
        return ~(frame["hit1"] > frame["hit5"])

    @pa.dataframe_check
    @classmethod
    def numbers_are_finite(cls, frame: pd.DataFrame) -> bool:
        """Take no infinity for a score: a line without a range or an estimate says NaN."""
        numbers = frame[["weight", "log_error", "half_width", "probability"]].to_numpy(dtype=np.float64)
        return not bool(np.isinf(numbers).any())


SCORECARD_FIELDS: Final = tuple(Scorecard.to_schema().columns)


@dataclass(frozen=True)
class Metric:
    """A figure of a scorecard that is the mean of something known for each line.

    Attributes
    ----------
    name, title
        For machines and for people.
    better
        Which way is better; "" where neither way is by itself.
    by_spend
        Whether lines weigh by the spend behind them.
    form
        How the mean is shown: as a share, as a plain number, or as the ratio whose logarithm it is.
    """

    name: str
    title: str
    better: Literal["higher", "lower", ""]
    by_spend: bool = False
    form: Literal["share", "number", "ratio"] = "share"


METRICS: Final = (
    Metric("top1", "Top-1", "higher"),
    Metric("top5", "Top-5", "higher"),
    Metric("brier", "Brier score", "lower", form="number"),
    Metric("answered", "Answered", "higher"),
    Metric("abs_log_error", "|log error|", "lower", form="number"),
    Metric("abs_log_error_by_spend", "... by spend", "lower", by_spend=True, form="number"),
    Metric("within_2x", "Within 2x", "higher"),
    Metric("coverage", "In 90% range", ""),
    Metric("log_width", "Upper/lower", "", form="ratio"),
    Metric("interval_score", "Interval score", "lower", form="number"),
)


def line_metrics(scorecard: pd.DataFrame) -> pd.DataFrame:
    """Work out every metric of :data:`METRICS` for each line.

    Parameters
    ----------
    scorecard
        :class:`Scorecard`, n rows.

    Returns
    -------
    pandas.DataFrame
        (n, metrics), NaN where a metric is not defined for a line. ``log_width`` is the natural logarithm of
        the range's upper over its lower end, ``interval_score`` is in the same unit.

    Notes
    -----
    The Brier score is that of "the most probable category is acceptable" (Brier, 1950). The interval score
    of the logarithm charges a range for its width and, 2 / 0.1 times, for what it misses by; only a range
    that promises what it holds has the least (Gneiting and Raftery, *Strictly proper scoring rules*, 2007).
    """
    error = scorecard["log_error"].abs()
    half = scorecard["half_width"]
    ranged = error.notna() & half.notna()
    missed_by = (error - half).clip(lower=0)
    return pd.DataFrame(
        {
            "top1": scorecard["hit1"],
            "top5": scorecard["hit5"],
            "brier": np.square(scorecard["probability"] - scorecard["hit1"]),
            "answered": error.notna().astype(float),
            "abs_log_error": error,
            "abs_log_error_by_spend": error,
            "within_2x": (error <= np.log(2)).astype(float).where(error.notna()),
            "coverage": (error <= half).astype(float).where(ranged),
            "log_width": 2 * half,
            "interval_score": 2 * half + 2 / (1 - COVERAGE) * missed_by,
        }
    )


def save_scorecard(scorecard: pd.DataFrame, path: Path) -> None:
    """Write a scorecard as Parquet.

    Raises
    ------
    pandera.errors.SchemaError
        If the frame is no :class:`Scorecard`.
    """
    Scorecard.validate(scorecard).to_parquet(path, index=False, compression="zstd")


def read_scorecard(path: Path) -> pd.DataFrame:
    """Read a scorecard.

    Raises
    ------
    ScorecardError
        If the file is missing or holds something else.
    """
    remedy = "train the model again with `ledgerprint train`, which scores it"
    if not path.is_file():
        raise ScorecardError(f"Got no file {path}, expected a scorecard: {remedy}.")
    try:
        return Scorecard.validate(pd.read_parquet(path))
    except SchemaError as error:
        what = str(error).splitlines()[0][:_SHOWN]
        raise ScorecardError(f"Got {path} with {what!r}, expected a scorecard: {remedy}.") from error
    except (OSError, ValueError) as error:
        raise ScorecardError(
            f"Got {path}, which is no Parquet file, expected a scorecard: {remedy}."
        ) from error


def shipped_scorecard(version: str) -> pd.DataFrame | None:
    """Scorecard of a bundle that ships with the project, None for any other bundle."""
    path = _SHIPPED / f"scorecard-{version}.parquet"
    return read_scorecard(path) if path.is_file() else None
