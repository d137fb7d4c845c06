"""Fitting and measuring the learned second opinion on what is a purchase."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.linear_model import LogisticRegression

from features.line_items import line_items
from features.screening import screen
from features.text import TextEncoder
from models.category import line_queries
from models.purchases import PurchaseExamples, PurchaseModel
from training.evaluation import expected_calibration_error
from training.purchase_examples import composed_examples, labelled_examples, ledger_lines
from training.screening_evaluation import HALVES, SPEND, half_of, score

SEEDS: Final = (0, 1, 2)
"""Of the folds; figures are means over them."""

RULES: Final = "rules"
LOGISTIC: Final = "logistic on vectors"
COMBINED: Final = "rules and model"
_EVEN_ODDS: Final = 0.5


def fit_purchases(encoder: TextEncoder) -> PurchaseModel:
    """Fit the model on all labelled ledger lines and on lines put together from the rules' words.

    Parameters
    ----------
    encoder
        Fitted; the model reads its vectors only.

    Raises
    ------
    MissingDataError, AlteredDataError
        If a source is not at hand as the catalogue describes it.
    """
    lines, labels = ledger_lines()
    labelled = labelled_examples(lines, labels, screen(lines), encoder)
    known = (labels["status"] != "unclear").to_numpy()
    return _fitted(labelled.take(known), composed_examples(encoder))


def evaluate_purchases(
    encoder: TextEncoder, seeds: Sequence[int] = SEEDS, other: pd.DataFrame | None = None
) -> pd.DataFrame:
    """Score rules, model and both on suppliers never fitted on, in five folds by supplier.

    Parameters
    ----------
    encoder
        Fitted.
    seeds
        Of the folds.
    other
        Lines of other buyers, never fitted on: ``description``, ``supplier``, ``buyer``, ``reason`` ("" for a
        purchase) and ``batch``. Each batch is scored by the model fitted on every labelled line.

    Returns
    -------
    pandas.DataFrame
        One row for each model and set: the fields of :class:`training.screening_evaluation.ScreeningScore`,
        and ``calibration_error`` of the probability on the lines that are not labelled as unclear.
    """
    lines, labels = ledger_lines()
    screened = screen(lines)
    labelled = labelled_examples(lines, labels, screened, encoder)
    known = (labels["status"] != "unclear").to_numpy()
    composed = composed_examples(encoder)
    columns = labels[["status", SPEND]]
    half = lines["supplier"].map(half_of)
    found = []
    for seed in seeds:
        answers = _held_out(labelled, known, composed, screened, seed)
        for model, answer in answers.items():
            judged = answer.join(columns)
            found += [
                {"model": model, "set": name, **_figures(judged[mask])}
                for name, mask in [("all", half != ""), *((name, half == name) for name in HALVES)]
            ]
    if other is not None:
        found += _on_other_buyers(encoder, _fitted(labelled.take(known), composed), other)
    return pd.DataFrame(found).groupby(["set", "model"], sort=False).mean().reset_index()


def _fitted(labelled: PurchaseExamples, composed: PurchaseExamples) -> PurchaseModel:
    return PurchaseModel().fit(PurchaseExamples.concat([labelled, composed]))


def _held_out(
    labelled: PurchaseExamples,
    known: npt.NDArray[np.bool_],
    composed: PurchaseExamples,
    screened: pd.DataFrame,
    seed: int,
) -> dict[str, pd.DataFrame]:
    """Decide every labelled line with a model that has seen no line of its supplier."""
    combined, logistic = [], []
    for test in labelled.folds(seed):
        train = labelled.take(known & ~test)
        lines = labelled.lines[test]
        combined.append(_fitted(train, composed).decide(lines, screened[test], labelled.vectors[test]))
        logistic.append(_logistic(train, labelled.vectors[test], lines.index))
    return {
        RULES: screened,
        LOGISTIC: pd.concat(logistic).sort_index(),
        COMBINED: pd.concat(combined).sort_index(),
    }


def _logistic(
    train: PurchaseExamples, vectors: npt.NDArray[np.float32], index: "pd.Index[int]"
) -> pd.DataFrame:
    """Decide by a plain logistic regression on the vectors of the labelled lines, at even odds."""
    fitted = LogisticRegression(C=10.0, max_iter=1000).fit(
        train.vectors, train.not_purchase, sample_weight=train.weight
    )
    probability = fitted.predict_proba(vectors)[:, 1]
    decision = np.where(probability > _EVEN_ODDS, "excluded", "purchase")
    return pd.DataFrame({"decision": decision, "probability": probability}, index=index)


def _on_other_buyers(
    encoder: TextEncoder, model: PurchaseModel, other: pd.DataFrame
) -> list[dict[str, object]]:
    other = other.reset_index(drop=True)
    lines = line_items(other[["description", "supplier", "buyer"]])
    screened = screen(lines)
    answers = {
        RULES: screened,
        COMBINED: model.decide(lines, screened, encoder.transform(line_queries(lines))),
    }
    status = np.where(other["reason"] == "", "purchase", "excluded")
    return [
        {
            "model": name,
            "set": f"other buyers, {batch} batch",
            **_figures(answer.assign(status=status)[other["batch"] == batch]),
        }
        for name, answer in answers.items()
        for batch in dict.fromkeys(other["batch"])
    ]


def _figures(judged: pd.DataFrame) -> dict[str, float]:
    known = judged[(judged["status"] != "unclear") & judged.get("probability", judged["status"]).notna()]
    error = float("nan")
    if "probability" in judged:
        error = expected_calibration_error(
            known["probability"].to_numpy(), (known["status"] == "excluded").to_numpy()
        )
    return {**asdict(score(judged)), "calibration_error": error}
