"""The report's charts, drawn to SVG while the report is written: no script, no network, crisp in print.

Text and lines take the page's own text colour (``currentColor``), marks a middle tone, so that one drawing is
readable on a light and on a dark page.
"""

from typing import Any, Final

import altair as alt
import pandas as pd
import vl_convert
from markupsafe import Markup

from serving.wording import foreign_text, mass_text, share_text

BAR: Final = "#3c8d78"
ACCENT: Final = "#c77d2e"
_TEXT: Final = "currentColor"
_WIDTH: Final = 420
_BARS_WIDTH: Final = 352  # what is left of it beside the column of figures
_ROW: Final = 36
_BELOW_NAME: Final = 9
_SHARE_WIDTH: Final = 54
_NAME_CHARACTERS: Final = 46
_TONNE: Final = 1000.0


def pareto(groups: pd.DataFrame) -> Markup:
    """Draw bars by footprint; behind each figure stands the share of the total reached with it.

    The share is written rather than drawn: a line across rows of names makes both hard to read.

    Parameters
    ----------
    groups
        From :func:`serving.breakdown.by_group`.
    """
    data, unit = _in_unit(groups[groups["kg"] > 0], ["kg"])
    data["reached"] = [share_text(share) for share in data["cumulative"]]
    reached = (
        alt.Chart(data)
        .mark_text(align="right", dy=-_BELOW_NAME + 2, color=ACCENT, fontSize=11)
        .encode(y=_rows(), x=alt.value(_WIDTH), text="reached:N")
    )
    return _svg(
        alt.layer(_bars(data, unit), *_names(data, figure_at=_WIDTH - _SHARE_WIDTH), reached), len(data)
    )


def ranges(groups: pd.DataFrame) -> Markup:
    """Draw each group's footprint as a point with its 90% range as a bar of error."""
    data, unit = _in_unit(groups, ["kg", "kg_low", "kg_high"])
    base = alt.Chart(data).encode(y=_rows())
    span = base.mark_rule(color=BAR, strokeWidth=3, opacity=0.55, yOffset=_BELOW_NAME).encode(
        x=_amounts("kg_low", unit), x2="kg_high:Q"
    )
    point = base.mark_point(color=BAR, filled=True, size=60, opacity=1, yOffset=_BELOW_NAME).encode(
        x=_amounts("kg", unit)
    )
    return _svg(alt.layer(span, point, *_names(data)), rows=len(data))


def bars(groups: pd.DataFrame) -> Markup:
    """Draw a horizontal bar for each group, with its footprint written above it."""
    data, unit = _in_unit(groups, ["kg"])
    return _svg(alt.layer(_bars(data, unit), *_names(data)), rows=len(data))


def months(periods: pd.DataFrame) -> Markup:
    """Draw the footprint over time, one column for each period of :func:`serving.breakdown.by_month`."""
    data, unit = _in_unit(periods, ["kg"])
    chart = (
        alt.Chart(data)
        .mark_bar(color=BAR)
        .encode(
            x=alt.X("group:O", sort=None).axis(title=None, labelAngle=-60, labelOverlap=True),
            y=alt.Y("kg:Q").axis(title=f"{unit} CO2e", tickCount=4),
        )
        .properties(width=_WIDTH - 45, height=190)
    )
    return drawn(chart)


def _in_unit(groups: pd.DataFrame, columns: list[str]) -> tuple[pd.DataFrame, str]:
    """Make the names safe and short, and bring the figures into kg or t, whichever reads better."""
    data = groups.reset_index(drop=True).copy()
    data["group"] = [_short(str(name)) for name in data["group"]]
    data["figure"] = [mass_text(kg) for kg in data["kg"]]
    data["row"] = range(len(data))
    data["together"] = groups["together"].to_numpy() if "together" in groups else False
    tonnes = bool(data[columns].abs().max().max() >= _TONNE)
    if tonnes:
        data[columns] = data[columns] / _TONNE
    return data, "t" if tonnes else "kg"


def _short(name: str) -> str:
    shown = foreign_text(name[: 8 * _NAME_CHARACTERS], 8 * _NAME_CHARACTERS)
    return shown if len(shown) <= _NAME_CHARACTERS else f"{shown[: _NAME_CHARACTERS - 1].rstrip()}…"


def _rows() -> alt.Y:
    return alt.Y("row:O").axis(None)


def _bars(data: pd.DataFrame, unit: str) -> alt.Chart:
    """Draw the bars, the one for all small groups together paler: it is no group of its own."""
    chart: alt.Chart = (
        alt.Chart(data)
        .mark_bar(color=BAR, height=9, yOffset=_BELOW_NAME)
        .encode(
            y=_rows(),
            x=_amounts("kg", unit),
            opacity=alt.condition("datum.together", alt.value(0.45), alt.value(1)),
        )
    )
    return chart


def _names(data: pd.DataFrame, figure_at: int = _WIDTH) -> list[alt.Chart]:
    """Write name and figure above each bar: beside it, a reader's wider font would run out of the drawing."""
    base = alt.Chart(data).encode(y=_rows())
    name = base.mark_text(align="left", dy=-_BELOW_NAME + 2, color=_TEXT, fontSize=11)
    figure = base.mark_text(align="right", dy=-_BELOW_NAME + 2, color=_TEXT, fontSize=11)
    return [
        name.encode(x=alt.value(0), text="group:N"),
        figure.encode(x=alt.value(figure_at), text="figure:N"),
    ]


def _amounts(column: str, unit: str) -> alt.X:
    return alt.X(f"{column}:Q", scale=alt.Scale(range=[0, _BARS_WIDTH])).axis(
        title=f"{unit} CO2e", tickCount=4
    )


def _svg(chart: alt.LayerChart | alt.FacetChart, rows: int) -> Markup:
    return drawn(chart.properties(width=_WIDTH, height=max(1, rows) * _ROW))


def drawn(chart: alt.Chart | alt.LayerChart | alt.FacetChart) -> Markup:
    """Draw a chart in the colours of the page that it stands on."""
    themed = (
        chart.properties(background="transparent", padding=12)
        .configure(font="system-ui, sans-serif")
        .configure_axis(
            labelColor=_TEXT,
            titleColor=_TEXT,
            domainColor=_TEXT,
            tickColor=_TEXT,
            gridColor=_TEXT,
            gridOpacity=0.15,
            domainOpacity=0.4,
            tickOpacity=0.4,
            labelFontSize=11,
            titleFontSize=11,
            titleFontWeight="normal",
        )
        .configure_view(stroke=None)
    )
    spec: dict[str, Any] = themed.to_dict()
    # Vega escapes the text that it draws, and the drawing holds neither script nor style.
    return Markup(vl_convert.vegalite_to_svg(spec, allowed_base_urls=[]))  # noqa: S704
