"""How well masses are learned: grouped five-fold figures beside a constant and nearest neighbours."""

from collections.abc import Sequence
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd
from pandera.typing.pandas import DataFrame
from sklearn.model_selection import GroupKFold

from models.mass import MassModel, learnable
from models.mass_regression import LogMassRegressor
from training.held_out import HeldOut

FOLDS: Final = 5
SEEDS: Final = (0, 1, 2, 3, 4, 5)
TARGETS: Final = ("kg_per_article", "kg_per_usd")
OWN: Final = "ledgerprint"
CONSTANT: Final = "constant"
NEIGHBOURS: Final = "8 neighbours"
_VOTES: Final = 8
_TWOFOLD: Final = float(np.log(2))


def evaluate_mass(
    vectors: npt.NDArray[np.float32],
    examples: pd.DataFrame,
    model: MassModel | None = None,
    seeds: Sequence[int] = SEEDS,
) -> pd.DataFrame:
    """Score the mass model and its baselines on goods of groups that were not learned from.

    Parameters
    ----------
    vectors
        (n, d) unit-norm vectors of the texts.
    examples
        n rows of :class:`models.mass.MassExamples`.
    model
        Supplies the parameters; it is not fitted itself.
    seeds
        Of the splits. One split of a few dozen groups says little: the figures are those of all splits.

    Returns
    -------
    pandas.DataFrame
        One row for each target (``kg_per_article``, ``kg_per_usd``), model and kind of group, and one
        with kind "all", in which kinds weigh the same: ``goods``, ``groups``, ``within_2x``,
        ``median_ratio`` (typical factor between truth and estimate) and, for the model itself, ``coverage``
        of its 90% range, ``median_width`` (upper over lower end) and ``share_near`` (goods that are like
        those learned from; the others would get no mass).

    Notes
    -----
    Every fold calibrates its range on its own training part.
    """
    return score_masses(pd.concat([predict_held_out(vectors, examples, model, seed) for seed in seeds]))


def score_masses(predictions: pd.DataFrame) -> pd.DataFrame:
    """Work out the figures of :func:`evaluate_mass` from what :func:`predict_held_out` gave."""
    rows = [
        _figures(part.assign(error=part[column]), str(target), name)
        for target, part in predictions.groupby("target", sort=False)
        for name, column in ((OWN, "error"), (NEIGHBOURS, "neighbours_error"), (CONSTANT, "constant_error"))
    ]
    return pd.concat(rows, ignore_index=True)


def predict_held_out(
    vectors: npt.NDArray[np.float32],
    examples: pd.DataFrame,
    model: MassModel | None = None,
    seed: int = SEEDS[0],
) -> pd.DataFrame:
    """Predict every good by a model that has not seen its group.

    Returns
    -------
    pandas.DataFrame
        The columns of ``examples`` and, in natural logarithms, ``error`` (truth less estimate),
        ``half_width``, ``neighbours_error``, ``constant_error``; ``is_near`` and ``target``.
    """
    parameters = (model or MassModel()).get_params()
    parts = []
    for target in TARGETS:
        rows = learnable(examples, target)
        parts.append(
            _held_out(vectors[rows], examples[rows].reset_index(drop=True), target, parameters, seed)
        )
    return pd.concat(parts, ignore_index=True)


def as_held_out(predictions: pd.DataFrame) -> DataFrame[HeldOut]:
    """Bring predictions of the own model into the form of all parts."""
    truth = np.select(
        [predictions["target"] == target for target in TARGETS], [predictions[target] for target in TARGETS]
    )
    estimate, width = truth / np.exp(predictions["error"]), np.exp(predictions["half_width"])
    return HeldOut.validate(
        predictions[["target", "kind", "text", "group"]].assign(
            truth=truth, estimate=estimate, low=estimate / width, high=estimate * width
        )
    )


def _held_out(
    vectors: npt.NDArray[np.float32],
    examples: pd.DataFrame,
    target: str,
    parameters: dict[str, int],
    seed: int,
) -> pd.DataFrame:
    truth = np.log(examples[target].to_numpy(dtype=np.float64))
    features = ["pieces_per_article", "usd_per_article"]
    extra = np.log(examples[features].to_numpy(dtype=np.float64))
    group, kind = (examples[column].to_numpy(dtype=str) for column in ("group", "kind"))
    weight = examples["weight"].to_numpy(dtype=np.float64)
    out = examples.assign(target=target, is_near=False)
    columns = ["error", "half_width", "neighbours_error", "constant_error"]
    figures = np.zeros((len(examples), len(columns)))
    near = np.zeros(len(examples), dtype=np.bool_)
    for train, test in GroupKFold(FOLDS, shuffle=True, random_state=seed).split(truth, groups=group):
        fitted = LogMassRegressor(**parameters).fit(
            vectors[train], truth[train], extra[train], group[train], kind[train], weight[train]
        )
        prediction = fitted.predict(vectors[test], extra[test])
        near[test] = prediction.is_near
        figures[test] = np.column_stack(
            [
                truth[test] - prediction.log_mass,
                prediction.half_width,
                truth[test] - _neighbours(vectors[train], truth[train], vectors[test]),
                truth[test] - _constant(truth[train], kind[train]),
            ]
        )
    out[columns] = figures
    out["is_near"] = near
    return out


def _neighbours(
    known: npt.NDArray[np.float32], log_mass: npt.NDArray[np.float64], vectors: npt.NDArray[np.float32]
) -> npt.NDArray[np.float64]:
    """Mean log mass of the nearest goods."""
    nearest = np.argsort(-(vectors @ known.T), axis=1, kind="stable")[:, :_VOTES]
    return np.asarray(log_mass[nearest].mean(axis=1), dtype=np.float64)


def _constant(log_mass: npt.NDArray[np.float64], kind: npt.NDArray[np.str_]) -> float:
    """Median of the medians of the kinds."""
    return float(np.median([np.median(log_mass[kind == name]) for name in np.unique(kind)]))


def _figures(goods: pd.DataFrame, target: str, name: str) -> pd.DataFrame:
    size = goods["error"].abs()
    by_good = pd.DataFrame(
        {
            "kind": goods["kind"],
            "group": goods["group"],
            "text": goods["text"] + goods["group"],
            "within_2x": size < _TWOFOLD,
            "size": size,
            "coverage": (size <= goods["half_width"]).astype(float),
            "width": 2 * goods["half_width"],
            "is_near": goods["is_near"].astype(float),
        }
    )
    by_kind = by_good.groupby("kind", as_index=False).agg(
        goods=("text", "nunique"),
        groups=("group", "nunique"),
        within_2x=("within_2x", "mean"),
        median_ratio=("size", lambda sizes: float(np.exp(sizes.median()))),
        coverage=("coverage", "mean"),
        median_width=("width", lambda widths: float(np.exp(widths.median()))),
        share_near=("is_near", "mean"),
    )
    whole = by_kind.mean(numeric_only=True)
    for column in ("goods", "groups"):
        whole[column] = by_kind[column].sum()
    for column in ("median_ratio", "median_width"):
        whole[column] = float(np.exp(np.log(by_kind[column].astype(float)).mean()))
    table = pd.concat([by_kind, whole.to_frame().T.assign(kind="all")], ignore_index=True)
    if name != OWN:
        table[["coverage", "median_width", "share_near"]] = np.nan
    table.insert(0, "target", target)
    table.insert(1, "model", name)
    return table.astype({"goods": int, "groups": int})
