"""Pictures of an evaluation: do probabilities mean what they say, do ranges hold what they promise."""

from collections.abc import Sequence

import altair as alt
import numpy as np
import numpy.typing as npt
import pandas as pd
import vl_convert

from models.intervals import COVERAGE
from training.evaluation import Evaluation, Predictions, hits

_BINS = 10
_SIZE = 320


def evaluation_plots(evaluation: Evaluation, classes: Sequence[str]) -> dict[str, bytes]:
    """Draw an evaluation as PNG pictures by file name.

    Parameters
    ----------
    evaluation
        What was found.
    classes
        Categories in the order of the predictions.
    """
    return {
        "calibration.png": _png(_calibration(evaluation.predictions, np.array(classes))),
        "coverage.png": _png(_coverage(evaluation.to_frame())),
    }


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
    points = alt.Chart(pd.DataFrame(rows)).mark_line(point=True)
    chart = points.encode(
        x=alt.X("stated:Q", title="stated probability", scale=alt.Scale(domain=[0, 1])),
        y=alt.Y("right:Q", title="share right", scale=alt.Scale(domain=[0, 1])),
        color=alt.Color("set:N", title="set"),
    )
    diagonal = alt.Chart(pd.DataFrame({"x": [0, 1], "y": [0, 1]})).mark_line(strokeDash=[4, 4], color="#888")
    return alt.layer(diagonal.encode(x="x:Q", y="y:Q"), chart).properties(
        title="Probability of the most probable category", width=_SIZE, height=_SIZE
    )


def _coverage(scores: pd.DataFrame) -> alt.TopLevelMixin:
    own = scores[scores["coverage"].notna()]
    bars = (
        alt.Chart(own)
        .mark_bar()
        .encode(
            x=alt.X(
                "coverage:Q", title="share of true factors in the 90% range", scale=alt.Scale(domain=[0, 1])
            ),
            y=alt.Y("dataset:N", title="set, calibrated on the others"),
        )
    )
    promise = alt.Chart(pd.DataFrame({"x": [COVERAGE]})).mark_rule(color="#c00").encode(x="x:Q")
    return alt.layer(bars, promise).properties(title="Coverage of the range for category doubt", width=_SIZE)


def _png(chart: alt.TopLevelMixin) -> bytes:
    return bytes(vl_convert.vegalite_to_png(chart.to_json(), scale=2))
