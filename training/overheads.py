"""How a bundle does on the short wordings that ledgers hold for overheads; no model ever learns from them."""

import re
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import sparse

from data.buyers_words import purchase_wordings
from data.overheads import overhead_lines
from models.category import query_text
from models.factor_mixing import mix_factors
from models.factor_sets import FactorSet
from models.footprint import FootprintModel
from models.ranked_category import ask
from training.evaluation import FACTOR_YEAR, expected_calibration_error, hits, most_probable, true_factors
from training.labelled_sets import LabelledSet

CONFIDENT_ERRORS: Final = 10
_GOODS: Final = ("1", "2", "3")
_GOODS_BUT: Final = ("22", "23")
"""Utilities and construction count as services here, though their sectors stand among those of goods."""


def overheads() -> LabelledSet:
    """Lines of :func:`data.overheads.overhead_lines` as a set to evaluate on, every line a group by itself.

    The set is not among :func:`training.labelled_sets.labelled_sets`, which training reads. Two authors who
    write down the bare names of accounts write the same ones: lines that read like a wording of
    :func:`data.buyers_words.purchase_wordings` are left out.
    """
    lines = overhead_lines()
    learned = set(purchase_wordings()["text"].map(_letters))
    lines = lines[~lines["description"].map(_letters).isin(learned)].reset_index(drop=True)
    texts = [query_text(d, s) for d, s in zip(lines["description"], lines["supplier"], strict=True)]
    record = np.array([f"overheads:{number}" for number in range(len(lines))])
    return LabelledSet(
        name="overheads",
        title="Overheads as ledgers word them",
        text=pd.Series(texts, dtype="str"),
        description=lines["description"],
        supplier=lines["supplier"],
        accepted=list(lines["accepted"]),
        group=record,
        record=record,
        weight=np.ones(len(lines)),
        trust=np.ones(len(lines)),
    )


def answer_overheads(model: FootprintModel, factor_set: FactorSet, lines: LabelledSet) -> pd.DataFrame:
    """Let the bundle itself answer, as it has learned from none of the lines.

    Returns
    -------
    pandas.DataFrame
        A row for each line: ``text``, ``supplier``, ``accepted`` (codes, best first), ``answer`` and its
        ``probability``, ``hit1``, ``hit5`` and ``log_error``, ln(estimated factor / that of the best accepted
        category).
    """
    questions = ask(lines.description, lines.supplier, model.encoder)
    probability = model.category.votes(questions).probability
    classes = model.category.classes_
    first, among_five = hits(probability, classes, lines)
    return pd.DataFrame(
        {
            "text": lines.description,
            "supplier": lines.supplier,
            "accepted": lines.accepted,
            "answer": classes[np.asarray(probability.argmax(axis=1)).ravel()],
            "probability": most_probable(probability),
            "hit1": first,
            "hit5": among_five,
            "log_error": _log_factors(probability, classes, factor_set)
            - np.log(true_factors(lines, factor_set)),
        }
    )


def overhead_figures(answers: pd.DataFrame) -> pd.DataFrame:
    """Sum up the answers.

    Returns
    -------
    pandas.DataFrame
        A row for all lines, one for services and one for goods: ``set``, ``lines``, ``top1`` and ``top5``
        (shares with an accepted category at the first place, or among five), ``factor_within_2x`` (share
        within a factor of two of the best accepted category's factor; no estimate counts as outside) and
        ``calibration_error``.
    """
    goods = answers["accepted"].map(
        lambda codes: codes[0].startswith(_GOODS) and not codes[0].startswith(_GOODS_BUT)
    )
    sets = {"all": answers, "services": answers[~goods], "goods": answers[goods]}
    return pd.DataFrame([{"set": name, **_figures(part)} for name, part in sets.items() if len(part)])


def confident_errors(answers: pd.DataFrame, n: int = CONFIDENT_ERRORS) -> pd.DataFrame:
    """Pick the lines whose first category is not accepted, the most probable first."""
    wrong = answers[~answers["hit1"]].sort_values("probability", ascending=False, kind="stable").head(n)
    return wrong.assign(accepted=wrong["accepted"].map(" ".join))[
        ["text", "supplier", "answer", "accepted", "probability"]
    ].reset_index(drop=True)


def _letters(text: str) -> str:
    return re.sub(r"[^0-9a-z]", "", text.lower())


def _figures(part: pd.DataFrame) -> dict[str, float]:
    return {
        "lines": len(part),
        "top1": float(part["hit1"].mean()),
        "top5": float(part["hit5"].mean()),
        "factor_within_2x": float((part["log_error"].abs() <= np.log(2)).mean()),
        "calibration_error": expected_calibration_error(
            part["probability"].to_numpy(), part["hit1"].to_numpy()
        ),
    }


def _log_factors(
    probability: sparse.csr_matrix, classes: npt.NDArray[np.str_], factor_set: FactorSet
) -> npt.NDArray[np.float64]:
    factors = factor_set.kg_co2e_per_unit([str(code) for code in classes], np.array([FACTOR_YEAR]))
    return mix_factors(probability, factors).log_factor[:, 0]
