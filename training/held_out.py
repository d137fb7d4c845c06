"""Estimates of goods whose group a model has not seen, in one form for all parts that estimate a quantity."""

from typing import Final

import numpy as np
import pandas as pd
import pandera.pandas as pa
from pandera.typing.pandas import Series

ALL: Final = "all"
WORST: Final = 40
"""Goods that a table of the worst errors names."""
_TWOFOLD: Final = float(np.log(2.0))


class HeldOut(pa.DataFrameModel):
    """One row for each good and target, estimated by a model that has not seen the good's group."""

    target: Series[str] = pa.Field(description="the quantity, its unit in the name")
    kind: Series[str] = pa.Field(description="of good: a domain, a source")
    text: Series[str]
    group: Series[str]
    truth: Series[float] = pa.Field(gt=0)
    estimate: Series[float] = pa.Field(gt=0)
    low: Series[float] = pa.Field(
        ge=0, nullable=True, description="of the 90% range, 0 where it has no end; NaN: no range stated"
    )
    high: Series[float] = pa.Field(gt=0, nullable=True)

    class Config:
        """Exactly these columns, in this order."""

        strict = True
        ordered = True
        coerce = True


def figures_by_kind(held_out: pd.DataFrame) -> pd.DataFrame:
    """Say how good estimates are, and what share of the true values lies in their ranges.

    Parameters
    ----------
    held_out
        :class:`HeldOut`, n rows.

    Returns
    -------
    pandas.DataFrame
        A row for each target and kind, and one for each target with kind :data:`ALL`: ``goods``, ``groups``,
        ``within_2x`` (share), ``median_ratio`` (typical factor between truth and estimate), ``coverage``
        (share) and ``upper_over_lower`` (median width of the range); NaN where no range is stated.
    """
    error = np.abs(np.log(held_out["estimate"] / held_out["truth"]))
    inside = held_out["truth"].between(held_out["low"], held_out["high"]).astype(float)
    by_good = held_out[["target", "kind", "group"]].assign(
        size=error,
        within_2x=error <= _TWOFOLD,
        coverage=inside.where(held_out["low"].notna()),
        width=held_out["high"] / held_out["low"].replace(0.0, np.nan),
    )
    both = pd.concat([by_good, by_good.assign(kind=ALL)]).groupby(["target", "kind"], sort=False)
    return both.agg(
        goods=("size", "size"),
        groups=("group", "nunique"),
        within_2x=("within_2x", "mean"),
        median_ratio=("size", lambda sizes: float(np.exp(sizes.median()))),
        coverage=("coverage", "mean"),
        upper_over_lower=("width", "median"),
    ).reset_index()


def worst_of(held_out: pd.DataFrame, n: int = WORST) -> pd.DataFrame:
    """Pick the goods of each target that are farthest off, one of a group, to look at by eye.

    Returns
    -------
    pandas.DataFrame
        The columns of :class:`HeldOut` and ``log_error``, ln(estimate / truth), the worst first.
    """
    table = held_out.assign(log_error=np.log(held_out["estimate"] / held_out["truth"]))
    order = table["log_error"].abs().sort_values(ascending=False, kind="stable").index
    worst = table.loc[order].drop_duplicates(["target", "group"])
    return worst.groupby("target", sort=False).head(n).reset_index(drop=True)
