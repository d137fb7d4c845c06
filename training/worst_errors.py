"""The labelled lines whose factor is farthest off, to look at by eye."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from training.evaluation import Evaluation
from training.held_out import WORST


def worst_categories(
    found: Evaluation, classes: Sequence[str], titles: Mapping[str, str], n: int = WORST
) -> pd.DataFrame:
    """Pick the lines of each set whose factor is farthest off, one of a group.

    Parameters
    ----------
    found
        Answers of models that have not seen a line's group.
    classes
        Categories in the order of the answers.
    titles
        Of the categories.
    n
        Lines of each set.

    Returns
    -------
    pandas.DataFrame
        ``dataset``, ``text``, ``accepted`` and ``answer`` (codes with titles), ``probability`` of the answer,
        ``right`` and ``log_error``, ln(estimated factor / true factor); the worst first.
    """
    parts = []
    for answer in found.predictions:
        card = found.scorecard[found.scorecard["dataset"] == answer.dataset.name].reset_index(drop=True)
        best = np.asarray(answer.probability.argmax(axis=1)).ravel()
        table = pd.DataFrame(
            {
                "dataset": answer.dataset.name,
                "text": answer.dataset.text.to_numpy(),
                "accepted": [_said(codes, titles) for codes in answer.dataset.accepted],
                "answer": [_said([classes[column]], titles) for column in best],
                "probability": card["probability"].round(3),
                "right": card["hit1"] == 1,
                "log_error": card["log_error"].round(3),
                "group": card["group"],
            }
        )
        order = table["log_error"].abs().sort_values(ascending=False, kind="stable").index
        parts.append(table.loc[order].drop_duplicates("group").drop(columns="group").head(n))
    return pd.concat(parts, ignore_index=True)


def _said(codes: Sequence[str], titles: Mapping[str, str]) -> str:
    return "; ".join(f"{code} {titles.get(code, '')}".strip() for code in codes)
