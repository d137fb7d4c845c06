"""How well footprints per kg are estimated on families never seen, beside what any model must beat."""

from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.base import clone

from features.text import TextEncoder
from models.intensity import IntensityModel, family_folds
from models.intensity_examples import BOUNDARIES, boundary_positions
from models.intensity_features import CategoryProbabilities
from models.ranked_category import RankedCategory, ask
from training.intensity_families import equal_products
from training.scorecards import Scorecard

CONSTANT: Final = "constant"
DOMAIN_CONSTANT: Final = "constant of the domain"
NEIGHBOURS: Final = "10 neighbours"
OWN: Final = "ledgerprint"
OVERALL: Final = "all"
CARBON_CATALOGUE: Final = "Carbon Catalogue, unseen companies"

_WITHIN: Final = np.log(2.0)

_Vector = npt.NDArray[np.float64]


def example_categories(
    category: RankedCategory, texts: pd.Series, encoder: TextEncoder
) -> CategoryProbabilities:
    """Ask the category model what the examples are, as it is asked about the descriptions of lines."""
    questions = ask(texts, pd.Series("", index=texts.index), encoder)
    return CategoryProbabilities(category.classes_, category.votes(questions).probability)


def evaluate_intensity(
    examples: pd.DataFrame,
    vectors: npt.NDArray[np.float32],
    categories: CategoryProbabilities,
    model: IntensityModel | None = None,
    seeds: Sequence[int] = (0, 1, 2),
    *,
    family_known: bool = False,
) -> pd.DataFrame:
    """Measure on grouped folds.

    Parameters
    ----------
    examples
        m rows of :class:`models.intensity_examples.IntensityExamples`.
    vectors
        (m, d) unit-norm vectors of their texts.
    categories
        Probabilities of their categories, m rows.
    model
        Unfitted; the default model if ``None``.
    seeds
        Of the folds; figures are means over them.
    family_known
        Hide equal products only, as :func:`out_of_family` has it.

    Returns
    -------
    pandas.DataFrame
        A row for each model and group of products (a domain, the Carbon Catalogue, all): ``lines``,
        ``families``, ``within_2x`` (share), ``within_2x_distinct`` (equal values in a family count once),
        ``median_log_error``, ``mape`` (share of the true value), and of the own model ``coverage`` and
        ``upper_over_lower`` (median width of the range).
    """
    parts = []
    for seed in seeds:
        estimates = out_of_family(examples, vectors, categories, model, seed, family_known=family_known)
        parts.append(_scores(examples, estimates).assign(seed=seed))
    together = pd.concat(parts).groupby(["group", "model"], sort=False).mean(numeric_only=True)
    return together.drop(columns="seed").reset_index()


def out_of_family(
    examples: pd.DataFrame,
    vectors: npt.NDArray[np.float32],
    categories: CategoryProbabilities,
    model: IntensityModel | None = None,
    seed: int = 0,
    *,
    family_known: bool = False,
) -> pd.DataFrame:
    """Estimate every example by models that have not seen its family.

    Where ``family_known``, they have not seen equal products, but others of its family: so it is where a line
    asks for something of which related products are known.

    Returns
    -------
    pandas.DataFrame
        m rows: log estimates by model, and ``low`` and ``high`` of the own model in kg CO2e per kg.
    """
    model = IntensityModel() if model is None else model
    log = np.log(examples["kg_co2e_per_kg"].to_numpy())
    group = equal_products(examples) if family_known else examples["group"].to_numpy(dtype=str)
    out = pd.DataFrame(
        np.nan, index=examples.index, columns=[CONSTANT, DOMAIN_CONSTANT, NEIGHBOURS, OWN, "low", "high"]
    )
    member = np.unique(group, return_inverse=True)[1].astype(np.int64)
    for held in family_folds(member, model.folds, seed):
        known, asked = examples[~held], examples[held]
        out.loc[held, CONSTANT] = np.median(log[~held])
        median = pd.Series(log[~held]).groupby(known["domain"].to_numpy()).median()
        out.loc[held, DOMAIN_CONSTANT] = asked["domain"].map(median).fillna(np.median(log[~held])).to_numpy()
        out.loc[held, NEIGHBOURS] = _plain_neighbours(vectors[held], vectors[~held], log[~held])
        fitted = clone(model).fit(known, vectors[~held], categories[~held])
        for rows in _by_boundary(asked):
            place = np.flatnonzero(held)[rows]
            estimate = fitted.predict(
                asked["text"].iloc[rows],
                vectors[place],
                categories[place],
                asked["weight_kg"].to_numpy()[rows],
                BOUNDARIES[boundary_positions(asked["boundary"])[rows[0]]],
            )
            out.loc[out.index[place], OWN] = np.log(estimate["kg_co2e_per_kg"].to_numpy())
            out.loc[out.index[place], ["low", "high"]] = estimate[["low", "high"]].to_numpy()
    return out


def intensity_scorecard(examples: pd.DataFrame, estimates: pd.DataFrame) -> pd.DataFrame:
    """Score every example as the gate wants it, each domain a dataset.

    Parameters
    ----------
    examples
        m rows of :class:`models.intensity_examples.IntensityExamples`.
    estimates
        From :func:`out_of_family`.

    Returns
    -------
    pandas.DataFrame
        :class:`training.scorecards.Scorecard`, m rows. The half-width is that of the side on which the truth
        lies, NaN where too few families make the range unbounded.
    """
    truth, estimate = np.log(examples["kg_co2e_per_kg"]), estimates[OWN]
    ends = np.log(estimates[["low", "high"]].where((estimates["low"] > 0) & np.isfinite(estimates["high"])))
    name = examples["source"] + ": " + examples["text"] + " (" + examples["boundary"] + ")"
    twin = name.groupby(name).cumcount()
    return Scorecard.validate(
        pd.DataFrame(
            {
                "dataset": "products." + examples["domain"],
                "record": name.where(twin == 0, name + " #" + twin.astype(str)),
                "group": examples["group"],
                "weight": 1.0,
                "hit1": np.nan,
                "hit5": np.nan,
                "log_error": estimate - truth,
                "half_width": np.where(truth < estimate, estimate - ends["low"], ends["high"] - estimate),
                "probability": np.nan,
                "method": "average-data",
            }
        ).reset_index(drop=True)
    )


def worst_errors(examples: pd.DataFrame, estimates: pd.DataFrame, n: int = 40) -> pd.DataFrame:
    """Return the n examples whose estimate is farthest off, one of a family, to look at by eye."""
    off = estimates[OWN] - np.log(examples["kg_co2e_per_kg"])
    table = examples[["domain", "source", "text", "kg_co2e_per_kg", "group"]].assign(
        estimate=np.exp(estimates[OWN]), log_error=off
    )
    table = table.reindex(off.abs().sort_values(ascending=False).index).drop_duplicates("group")
    return table.drop(columns="group").head(n).reset_index(drop=True)


def _scores(examples: pd.DataFrame, estimates: pd.DataFrame) -> pd.DataFrame:
    domain = examples["domain"]
    selected = {name: (domain == name).to_numpy() for name in domain.unique()}
    selected[CARBON_CATALOGUE] = (examples["source"] == "carbon_catalogue").to_numpy()
    selected[OVERALL] = np.ones(len(examples), dtype=bool)
    rows = []
    for name, chosen in selected.items():
        if not chosen.any():
            continue
        true = examples.loc[chosen, "kg_co2e_per_kg"]
        distinct = _distinct(examples[chosen])
        for model in (CONSTANT, DOMAIN_CONSTANT, NEIGHBOURS, OWN):
            error = np.abs(estimates.loc[chosen, model] - np.log(true))
            row: dict[str, object] = {
                "group": name,
                "model": model,
                "lines": int(chosen.sum()),
                "families": examples.loc[chosen, "group"].nunique(),
                "within_2x": (error < _WITHIN).mean(),
                "within_2x_distinct": np.average(error < _WITHIN, weights=distinct),
                "median_log_error": error.median(),
                "mape": (np.exp(estimates.loc[chosen, model]) / true - 1).abs().mean(),
            }
            if model == OWN:
                low, high = estimates.loc[chosen, "low"], estimates.loc[chosen, "high"]
                row["coverage"] = ((low <= true) & (true <= high)).mean()
                row["upper_over_lower"] = (high / low).median()
            rows.append(row)
    return pd.DataFrame(rows)


def _plain_neighbours(
    asked: npt.NDArray[np.float32], known: npt.NDArray[np.float32], log: _Vector, k: int = 10
) -> _Vector:
    """Mean log footprint of the nearest by text alone."""
    nearest = np.argpartition(-(asked @ known.T), k, axis=1)[:, :k]
    return np.asarray(log[nearest].mean(axis=1))


def _by_boundary(asked: pd.DataFrame) -> Iterator[npt.NDArray[np.int_]]:
    position = boundary_positions(asked["boundary"])
    for boundary in np.unique(position):
        yield np.flatnonzero(position == boundary)


def _distinct(examples: pd.DataFrame) -> _Vector:
    """Weights under which equal values of one family and source count once."""
    key = examples["group"] + examples["source"] + examples["kg_co2e_per_kg"].map("{:.6e}".format)
    return np.asarray(1.0 / key.map(key.value_counts()), dtype=np.float64)
