"""The report's charts, drawn to SVG on the server: no script, no network, crisp in print.

Text and lines take the page's own text colour (``currentColor``), marks a middle tone, so that one drawing is
readable on a light and on a dark page. Where a mark leads further, it is a link that a keyboard reaches.
"""

import json
from collections.abc import Sequence
from functools import cache, lru_cache
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
_MONTHS_HEIGHT: Final = 190
_KEPT_DRAWINGS: Final = 512
_DATA: Final = alt.NamedData("groups")
# Vega takes whole addresses only, and writes them in the manner of SVG 1.1
_OWN_SITE: Final = "https://page.invalid"
_WRITTEN_LINK: Final = f'xlink:href="{_OWN_SITE}/'

_Chart = alt.Chart | alt.LayerChart | alt.FacetChart


def pareto(groups: pd.DataFrame, links: Sequence[str] = ()) -> Markup:
    """Draw bars by footprint; behind each figure stands the share of the total reached with it.

    The share is written rather than drawn: a line across rows of names makes both hard to read.

    Parameters
    ----------
    groups
        From :func:`serving.breakdown.by_group`.
    links
        Where each group's row leads, an address of this site that begins with "/"; "" for nowhere.
    """
    data, unit = _in_unit(groups, ["kg"], links)
    data = data[data["kg"] > 0]
    # sums of shares miss one by a hair
    data = data.assign(reached=[share_text(round(share, 9)) for share in data["cumulative"]])
    return _drawn(_pareto(unit, is_linked=any(links)), data, len(data) * _ROW)


def ranges(groups: pd.DataFrame) -> Markup:
    """Draw each group's footprint as a point with its 90% range as a bar of error."""
    data, unit = _in_unit(groups, ["kg", "kg_low", "kg_high"])
    return _drawn(_ranges(unit), data, len(data) * _ROW)


def bars(groups: pd.DataFrame) -> Markup:
    """Draw a horizontal bar for each group, with its footprint written above it."""
    data, unit = _in_unit(groups, ["kg"])
    return _drawn(_bars_alone(unit), data, len(data) * _ROW)


def months(periods: pd.DataFrame, links: Sequence[str] = ()) -> Markup:
    """Draw the footprint over time, one column for each period of :func:`serving.breakdown.by_month`.

    Parameters
    ----------
    periods
        The periods.
    links
        As of :func:`pareto`.
    """
    data, unit = _in_unit(periods, ["kg"], links)
    return _drawn(_months(unit, is_linked=any(links)), data, _MONTHS_HEIGHT)


def _in_unit(groups: pd.DataFrame, columns: list[str], links: Sequence[str] = ()) -> tuple[pd.DataFrame, str]:
    """Make the names safe and short, and bring the figures into kg or t, whichever reads better."""
    data = groups.reset_index(drop=True).copy()
    data["group"] = [_short(str(name)) for name in data["group"]]
    data["figure"] = [mass_text(kg) for kg in data["kg"]]
    data["row"] = range(len(data))
    data["together"] = groups["together"].to_numpy() if "together" in groups else False
    data["leads_to"] = [f"{_OWN_SITE}{link}" if link else "" for link in links or [""] * len(data)]
    data["said"] = data["group"] + ", " + data["figure"] + " CO2e"
    tonnes = bool(data[columns].abs().max().max() >= _TONNE)
    if tonnes:
        data[columns] = data[columns] / _TONNE
    return data, "t" if tonnes else "kg"


def _short(name: str) -> str:
    shown = foreign_text(name[: 8 * _NAME_CHARACTERS], 8 * _NAME_CHARACTERS)
    return shown if len(shown) <= _NAME_CHARACTERS else f"{shown[: _NAME_CHARACTERS - 1].rstrip()}…"


@cache
def _pareto(unit: str, *, is_linked: bool) -> str:
    reached = (
        alt.Chart(_DATA)
        .mark_text(align="right", dy=-_BELOW_NAME + 2, color=ACCENT, fontSize=11, aria=False)
        .encode(y=_rows(), x=alt.value(_WIDTH), text="reached:N")
    )
    links = [_links()] if is_linked else []
    return _described(alt.layer(_bars(unit), *_names(_WIDTH - _SHARE_WIDTH), reached, *links))


@cache
def _ranges(unit: str) -> str:
    base = alt.Chart(_DATA).encode(y=_rows())
    span = base.mark_rule(color=BAR, strokeWidth=3, opacity=0.55, yOffset=_BELOW_NAME).encode(
        x=_amounts("kg_low", unit), x2="kg_high:Q"
    )
    point = base.mark_point(color=BAR, filled=True, size=60, opacity=1, yOffset=_BELOW_NAME).encode(
        x=_amounts("kg", unit)
    )
    return _described(alt.layer(span, point, *_names()))


@cache
def _bars_alone(unit: str) -> str:
    return _described(alt.layer(_bars(unit), *_names()))


@cache
def _months(unit: str, *, is_linked: bool) -> str:
    columns = alt.X("group:O", sort=None).axis(title=None, labelAngle=-60, labelOverlap=True, aria=False)
    amounts = alt.Y("kg:Q").axis(title=f"{unit} CO2e", tickCount=4, aria=False)
    base = alt.Chart(_DATA)
    bars = base.mark_bar(color=BAR, aria=False).encode(x=columns, y=amounts)
    links = (
        base.mark_rect(opacity=0)
        .transform_filter("datum.leads_to != ''")
        .encode(
            x=columns,
            y=alt.value(0),
            y2=alt.value(_MONTHS_HEIGHT),
            href="leads_to:N",
            description="said:N",
        )
    )
    # a layer without marks would be an image that nothing tells of
    return _described(alt.layer(bars, links) if is_linked else bars, _WIDTH - 45)


def _rows() -> alt.Y:
    return alt.Y("row:O").axis(None)


def _bars(unit: str) -> alt.Chart:
    """Draw the bars, the one for all small groups together paler: it is no group of its own."""
    chart: alt.Chart = (
        alt.Chart(_DATA)
        .mark_bar(color=BAR, height=9, yOffset=_BELOW_NAME, aria=False)
        .encode(
            y=_rows(),
            x=_amounts("kg", unit),
            opacity=alt.condition("datum.together", alt.value(0.45), alt.value(1)),
        )
    )
    return chart


def _names(figure_at: int = _WIDTH) -> list[alt.Chart]:
    """Write name and figure above each bar: beside it, a reader's wider font would run out of the drawing."""
    base = alt.Chart(_DATA).encode(y=_rows())
    name = base.mark_text(align="left", dy=-_BELOW_NAME + 2, color=_TEXT, fontSize=11, aria=False)
    figure = base.mark_text(align="right", dy=-_BELOW_NAME + 2, color=_TEXT, fontSize=11, aria=False)
    return [
        name.encode(x=alt.value(0), text="group:N"),
        figure.encode(x=alt.value(figure_at), text="figure:N"),
    ]


def _links() -> alt.Chart:
    """Lay a link over each row that leads further: name, bar and figure are one thing to press."""
    chart: alt.Chart = (
        alt.Chart(_DATA)
        .mark_rect(opacity=0)
        .transform_filter("datum.leads_to != ''")
        .encode(y=_rows(), x=alt.value(0), x2=alt.value(_WIDTH), href="leads_to:N", description="said:N")
    )
    return chart


def _amounts(column: str, unit: str) -> alt.X:
    return alt.X(f"{column}:Q", scale=alt.Scale(range=[0, _BARS_WIDTH])).axis(
        title=f"{unit} CO2e", tickCount=4, aria=False
    )


def start_drawing() -> bool:
    """Draw something: the first drawing of a process takes several times as long as those behind it."""
    nothing = pd.DataFrame({"group": ["-"], "kg": [1.0], "cumulative": [1.0]})
    return bool(pareto(nothing))


def drawn(chart: _Chart) -> Markup:
    """Draw a chart with its own data, in the colours of the page that it stands on."""
    return _svg(_themed(chart).to_dict())


def _described(chart: _Chart, width: int = _WIDTH) -> str:
    """Write a chart down for Vega, without its data: Altair takes longer over that than Vega over drawing."""
    return json.dumps(_themed(chart.properties(width=width)).to_dict())


def _themed(chart: _Chart) -> _Chart:
    """Give a chart the type and the colours of the page, on whatever stands behind it."""
    themed: _Chart = (
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
    return themed


def _drawn(described: str, data: pd.DataFrame, height: int) -> Markup:
    return _drawing(described, data.to_json(orient="records"), max(height, _ROW))


@lru_cache(maxsize=_KEPT_DRAWINGS)
def _drawing(described: str, records: str, height: int) -> Markup:
    """Draw a chart; the same figures are drawn once."""
    spec: dict[str, Any] = json.loads(described)
    spec |= {"height": height, "datasets": {_DATA.name: json.loads(records)}}
    return _svg(spec)


def _svg(spec: dict[str, Any]) -> Markup:
    svg = vl_convert.vegalite_to_svg(spec, allowed_base_urls=[])
    # Vega escapes the text that it draws, and the drawing holds neither script nor style.
    return Markup(svg.replace(_WRITTEN_LINK, 'href="/'))  # noqa: S704
