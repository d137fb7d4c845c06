"""Pictures of an evaluation: do probabilities mean what they say, do ranges hold what they promise."""

from collections.abc import Sequence
from typing import Any, Final

import altair as alt
import numpy as np
import numpy.typing as npt
import pandas as pd
import vl_convert

from models.intervals import COVERAGE
from training.evaluation import Evaluation, Predictions, hits
from training.held_out import ALL, figures_by_kind

_BINS: Final = 10
_SIZE: Final = 320
_MOST_POINTS: Final = 3000
_SHARE: Final = alt.Scale(domain=[0, 1])
_UNITS: Final = {
    "kg_per_article": "kg per article",
    "kg_per_usd": "kg per US dollar of 2022",
    "kg_co2e_per_kg": "kg CO2e per kg",
}


def evaluation_plots(evaluation: Evaluation, classes: Sequence[str]) -> dict[str, bytes]:
    """Draw an evaluation of categories as PNG pictures by file name.

    Parameters
    ----------
    evaluation
        What was found.
    classes
        Categories in the order of the predictions.
    """
    own = evaluation.to_frame()
    own = own[own["coverage"].notna()].rename(columns={"dataset": "kind"})
    return {
        "calibration.png": _png(_calibration(evaluation.predictions, np.array(classes))),
        "coverage.png": _png(
            _coverage(own, "set, calibrated on other groups", "Coverage of the range for category doubt")
        ),
    }


def held_out_plots(held_out: pd.DataFrame) -> dict[str, bytes]:
    """Draw estimates of quantities against the truth, and the coverage of their ranges by kind.

    Parameters
    ----------
    held_out
        :class:`training.held_out.HeldOut`; a picture of each for every target.
    """
    plots = {}
    for target, mine in held_out.groupby("target", sort=False):
        unit = _UNITS[str(target)]
        figures = figures_by_kind(mine)
        plots[f"estimate_against_truth_{target}.png"] = _png(_against_truth(mine, unit))
        plots[f"coverage_{target}.png"] = _png(
            _coverage(figures, "kind of good, never seen", f"Coverage of the range of {unit}")
        )
    return plots


def curve_plot(curve: pd.DataFrame, step: str, title: str) -> bytes:
    """Draw how often the most probable category of lines never seen is right, by set.

    Parameters
    ----------
    curve
        Columns ``set``, ``top1`` (share) and the step.
    step
        Column of the horizontal axis.
    title
        What the axis counts.
    """
    chart = alt.Chart(curve).mark_line(point=True)
    return _png(
        chart.encode(
            x=alt.X(f"{step}:Q", title=title),
            y=alt.Y("top1:Q", title="share right, groups never seen", scale=alt.Scale(zero=False)),
            color=alt.Color("set:N", title="set"),
        ).properties(title="Category, learning curve", width=_SIZE, height=_SIZE)
    )


def _calibration(predictions: Sequence[Predictions], classes: npt.NDArray[np.str_]) -> alt.TopLevelMixin:
    rows = []
    for answer in predictions:
        first, _ = hits(answer.probability, classes, answer.dataset)
        stated = np.asarray(answer.probability.max(axis=1).todense()).ravel()
        bins = np.minimum((stated * _BINS).astype(int), _BINS - 1)
        rows += [
            {
                "set": answer.dataset.name,
                "stated": float(stated[bins == b].mean()),
                "right": float(first[bins == b].mean()),
                "lines": int((bins == b).sum()),
            }
            for b in np.unique(bins)
        ]
    chart = (
        alt.Chart(pd.DataFrame(rows))
        .mark_line(point=True)
        .encode(
            x=alt.X("stated:Q", title="stated probability", scale=_SHARE),
            y=alt.Y("right:Q", title="share right", scale=_SHARE),
            color=alt.Color("set:N", title="set"),
        )
    )
    return alt.layer(_diagonal([0, 1]), chart).properties(
        title="Probability of the most probable category", width=_SIZE, height=_SIZE
    )


def _against_truth(held_out: pd.DataFrame, unit: str) -> alt.TopLevelMixin:
    """Draw at most some thousand points, spread over all."""
    shown = held_out.iloc[:: max(1, -(-len(held_out) // _MOST_POINTS))]
    values = shown[["truth", "estimate"]].to_numpy(dtype=np.float64)
    ends = [float(values.min()), float(values.max())]
    scale = alt.Scale(type="log", domain=ends)
    points = (
        alt.Chart(shown[["truth", "estimate", "kind"]])
        .mark_circle(size=14, opacity=0.5)
        .encode(
            x=alt.X("truth:Q", title=f"published, {unit}", scale=scale),
            y=alt.Y("estimate:Q", title="estimated without its group", scale=scale),
            color=alt.Color("kind:N", title="kind"),
        )
    )
    return alt.layer(_diagonal(ends), points).properties(
        title=f"{unit}, goods never seen", width=_SIZE, height=_SIZE
    )


def _diagonal(ends: list[float]) -> Any:
    line = alt.Chart(pd.DataFrame({"x": ends, "y": ends})).mark_line(strokeDash=[4, 4], color="#888")
    return line.encode(x=alt.X("x:Q", title=""), y=alt.Y("y:Q", title=""))


def _coverage(figures: pd.DataFrame, kinds: str, title: str) -> alt.TopLevelMixin:
    """Draw ``coverage`` of each ``kind`` beside the promise."""
    bars = (
        alt.Chart(figures[["kind", "coverage"]])
        .mark_bar()
        .encode(
            x=alt.X("coverage:Q", title="share of true values in the 90% range", scale=_SHARE),
            y=alt.Y("kind:N", title=kinds),
            opacity=alt.condition(alt.datum.kind == ALL, alt.value(0.6), alt.value(1.0)),
        )
    )
    promise = alt.Chart(pd.DataFrame({"x": [COVERAGE]})).mark_rule(color="#c00").encode(x="x:Q")
    return alt.layer(bars, promise).properties(title=title, width=_SIZE)


def _png(chart: alt.TopLevelMixin) -> bytes:
    return bytes(vl_convert.vegalite_to_png(chart.to_json(), scale=2))
