"""Pictures of a model's evaluation, drawn on the server: each stands above the table it is drawn from."""

from typing import Final

import altair as alt
import pandas as pd
from markupsafe import Markup

from serving.report.charts import ACCENT, BAR, drawn

PROMISED: Final = 0.9
"""Share of true values that a 90% range promises to hold."""
_WIDTH: Final = 300
_ROW: Final = 20
_SQUARE: Final = 300
_PERCENT: Final = "%"


def coverage_chart(groups: pd.DataFrame) -> Markup:
    """Draw how many true values lie in the 90% range of each group, beside what is promised.

    Parameters
    ----------
    groups
        ``group``, ``part`` and ``coverage``, a share.
    """
    promise = (
        alt.Chart(pd.DataFrame({"x": [PROMISED]})).mark_rule(color=ACCENT, strokeWidth=2).encode(x="x:Q")
    )
    return _in_rows(groups, "coverage", "true values in the 90% range", promise)


def within_chart(groups: pd.DataFrame) -> Markup:
    """Draw how many estimates of each group are within a factor of two of the truth.

    Parameters
    ----------
    groups
        ``group``, ``part`` and ``within_2x``, a share.
    """
    return _in_rows(groups, "within_2x", "estimates within a factor of two", None)


def calibration_chart(curve: pd.DataFrame) -> Markup:
    """Draw how often a category is right against the probability that was stated for it.

    Parameters
    ----------
    curve
        ``group``, ``stated`` and ``right``, shares.
    """
    ends = pd.DataFrame({"stated": [0.0, 1.0], "right": [0.0, 1.0]})
    x = alt.X("stated:Q", scale=alt.Scale(domain=[0, 1])).axis(title="stated probability", format=_PERCENT)
    y = alt.Y("right:Q", scale=alt.Scale(domain=[0, 1])).axis(title="right", format=_PERCENT)
    diagonal = alt.Chart(ends).mark_line(strokeDash=[4, 4], color="currentColor", opacity=0.5)
    points = (
        alt.Chart(curve)
        .mark_line(point={"size": 30, "filled": True}, color=BAR)
        .encode(x=x, y=y, strokeDash=alt.StrokeDash("group:N").legend(_legend()))
    )
    return drawn(alt.layer(diagonal.encode(x=x, y=y), points).properties(width=_SQUARE, height=_SQUARE))


def spend_chart(quarters: pd.DataFrame) -> Markup:
    """Draw how far estimates are off for small and for large lines.

    Parameters
    ----------
    quarters
        ``group``, ``quarter`` and ``median_factor``.
    """
    chart = (
        alt.Chart(quarters)
        .mark_line(point={"size": 30, "filled": True}, color=BAR)
        .encode(
            x=alt.X("quarter:O").axis(title="quarter of the lines, by spend", labelAngle=0),
            y=alt.Y("median_factor:Q", scale=alt.Scale(zero=False)).axis(
                title="half are off by less than, times"
            ),
            strokeDash=alt.StrokeDash("group:N").legend(_legend()),
        )
    )
    return drawn(chart.properties(width=_SQUARE, height=_SQUARE * 0.6))


def _in_rows(groups: pd.DataFrame, column: str, title: str, promise: alt.Chart | None) -> Markup:
    data = groups.assign(row=[f"{number:03d}" for number in range(len(groups))])
    scale = alt.Scale(domain=[0, 1])
    rows = alt.Y("row:N").axis(None)
    x = alt.X(f"{column}:Q", scale=scale).axis(title=title, format=_PERCENT, tickCount=5)
    base = alt.Chart(data).encode(y=rows)
    bars = base.mark_bar(color=BAR, height=9, opacity=0.75).encode(x=x)
    names = base.mark_text(align="right", dx=-8, color="currentColor", fontSize=11).encode(
        x=alt.value(0), text="group:N"
    )
    layers = [bars, names, *([promise] if promise is not None else [])]
    return drawn(alt.layer(*layers).properties(width=_WIDTH, height=max(1, len(data)) * _ROW))


def _legend() -> alt.Legend:
    return alt.Legend(
        title=None, orient="bottom", labelColor="currentColor", symbolStrokeColor="currentColor"
    )
