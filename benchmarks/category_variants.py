"""What the choices of the neighbours' vote are worth: weights, temperature, trade prior, mean of factors.

Run ``python benchmarks/category_variants.py`` with the reference data at hand (minutes on two cores). The
table in docs/decisions/0002-nearest-neighbours.md is its output. Lines of the set scored never vote:
labelled lines are left out of the index here.
"""

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from rich.box import SIMPLE
from rich.console import Console
from rich.table import Table

from models.category import NearestNeighbourCategory
from models.factor_mixing import mix_factors
from models.persistence import load_model
from models.reference_index import ReferenceIndex
from models.reference_sources import LABELLED_SOURCES
from training.evaluation import EVALUATED_ON
from training.labelled_sets import LabelledSet, labelled_sets

FACTOR_YEAR = np.array([2022])
NOT_THE_INDEX = ("naics_2017_titles", "naics_2017_descriptions", "schedule_b", "emdn")
LEFT = ("variant", "set")
HEADINGS = (
    *LEFT,
    "top-1",
    "top-5",
    "MAPE, geometric",
    "MAPE, arithmetic",
    "total, g.",
    "total, a.",
)
VARIANTS: dict[str, tuple[dict[str, float], dict[str, Any]]] = {
    "as shipped, without labelled lines": ({}, {}),
    "tariff and device texts at full weight": ({"schedule_b": 1.0, "emdn": 1.0}, {}),
    "without tariff and device texts": ({"schedule_b": 0.0, "emdn": 0.0}, {}),
    "NAICS index alone": (dict.fromkeys(NOT_THE_INDEX, 0.0), {}),
    "trade prior 1": ({}, {"trade_prior": 1.0}),
    "temperature 0.03": ({}, {"temperature": 0.03}),
    "temperature 0.08": ({}, {"temperature": 0.08}),
    "8 neighbours": ({}, {"neighbours": 8}),
}


def main() -> None:
    """Score every variant on every set."""
    model = load_model()
    factor_set = model.factor_sets[EVALUATED_ON]
    labelled = model.category.index_.entries["source"].isin(LABELLED_SOURCES)
    base = model.category.index_.without(labelled.to_numpy())
    sets = [(labelled_set, model.encoder.transform(labelled_set.text)) for labelled_set in labelled_sets()]
    table = Table(box=SIMPLE)
    for heading in HEADINGS:
        table.add_column(heading, justify="left" if heading in LEFT else "right")
    for name, (weights, parameters) in VARIANTS.items():
        index = reweighted(base, weights)
        category = NearestNeighbourCategory(**parameters).fit(index)
        factors = factor_set.kg_co2e_per_unit([str(code) for code in category.classes_], FACTOR_YEAR)
        for labelled_set, vectors in sets:
            truth = true_factors(labelled_set, dict(zip(category.classes_, factors[:, 0], strict=True)))
            table.add_row(name, labelled_set.name, *scores(category, vectors, factors, labelled_set, truth))
    Console(width=130).print(table)


def reweighted(index: ReferenceIndex, weights: dict[str, float]) -> ReferenceIndex:
    """Change the weight of some sources; a weight of 0 leaves the source out."""
    source = index.entries["source"]
    kept = index.without(source.map(lambda s: weights.get(s, 1.0) == 0.0).to_numpy())
    new = kept.entries["source"].map(weights)
    return ReferenceIndex(
        kept.entries.assign(weight=new.fillna(kept.entries["weight"])), kept.quantised, kept.scale
    )


def true_factors(labelled_set: LabelledSet, known: dict[str, float]) -> npt.NDArray[np.float64]:
    """Factor of the best acceptable category of each line."""
    return np.array(
        [next((known[c] for c in codes if c in known), np.nan) for codes in labelled_set.accepted]
    )


def scores(
    category: NearestNeighbourCategory,
    vectors: npt.NDArray[np.float32],
    factors: npt.NDArray[np.float64],
    labelled_set: LabelledSet,
    truth: npt.NDArray[np.float64],
) -> list[str]:
    """Top-1, top-5; for either mean its percentage error and the sum of estimates over that of true ones."""
    probability = category.votes(vectors).probability
    best = category.classes_[np.argsort(-probability.toarray(), axis=1, kind="stable")[:, :5]]
    right = pd.DataFrame(
        [[c in codes for c in row] for row, codes in zip(best, labelled_set.accepted, strict=True)]
    )
    geometric = np.exp(mix_factors(probability, factors).log_factor[:, 0])
    usable = np.isfinite(factors[:, 0])
    arithmetic = (probability @ np.where(usable, factors[:, 0], 0.0)) / (probability @ usable.astype(float))
    known = np.isfinite(truth) & np.isfinite(geometric)
    error = [np.abs(mean[known] / truth[known] - 1).mean() for mean in (geometric, arithmetic)]
    total = [mean[known].sum() / truth[known].sum() for mean in (geometric, arithmetic)]
    return [
        f"{right[0].mean():.3f}",
        f"{right.any(axis=1).mean():.3f}",
        *(f"{value:.1%}" for value in error),
        *(f"{value:.2f}" for value in total),
    ]


if __name__ == "__main__":
    main()
