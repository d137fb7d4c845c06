"""Each part of the model, trained and measured in a nested run of its own."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Generic, TypeVar

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.base import clone

from features.text import TextEncoder, clean_text
from models.intensity import IntensityModel
from models.ladder import Ladder
from models.mass import MassModel
from models.purchases import PurchaseModel
from models.ranked_category import RankedCategory
from models.ranker import CategoryRanker
from models.reference_index import ReferenceIndex
from training.category import FittedCategory, LabelledLines
from training.evaluation import Evaluation
from training.held_out import HeldOut, figures_by_kind, worst_of
from training.intensity import (
    CONSTANT,
    DOMAIN_CONSTANT,
    NEIGHBOURS,
    OWN,
    example_categories,
    intensity_scorecard,
    out_of_family,
)
from training.ladder import (
    MoneySide,
    calibrated_ladder,
    compared,
    ladder_figures,
    priced_goods,
    value_by_money,
)
from training.learning_curves import learning_curves
from training.mass import as_held_out, predict_held_out, score_masses
from training.plots import curve_plot, evaluation_plots, held_out_plots
from training.purchases import COMBINED
from training.sources import QUICK_LINES, QUICK_ROUNDS, Sources
from training.tracking import (
    log_figures,
    log_metrics,
    log_parameters,
    log_plots,
    log_table,
    part_run,
)
from training.worst_errors import worst_categories

_CATEGORY_METRICS: Final = (
    "top1",
    "top5",
    "factor_mape",
    "factor_within_2x",
    "calibration_error",
    "coverage",
    "median_width",
)
_QUANTITY_METRICS: Final = ("within_2x", "coverage")
"""Figures that become metrics; all of them are in the table."""

_BASELINES: Final = (NEIGHBOURS, DOMAIN_CONSTANT, CONSTANT)
_MEASURED: Final = (
    "Measured on groups never seen: their figures, worst errors and pictures are under `evaluation`."
)
ABOUT: Final = {
    "category": f"NAICS category of a line: candidates, ranked. {_MEASURED} Learning curves: one fold.",
    "purchases": f"Purchases told from the rest, beside the rules of screening. {_MEASURED}",
    "mass": f"Kilograms per article and per US dollar, where a line states no mass. {_MEASURED}",
    "intensity": f"kg CO2e per kg of a product, from its text. {_MEASURED}",
    "ladder": "How far products are from their sector: what decides between mass and money.",
}
"""What each part is, for those who read its run."""


_Model = TypeVar("_Model")


@dataclass(frozen=True)
class TrainedPart(Generic[_Model]):
    """A part of the model.

    Attributes
    ----------
    model
        Fitted on everything.
    headline
        The few figures that stand in the run of the whole model, by name.
    figures
        Every figure, on groups never seen; empty where none was worked out.
    scorecard
        :class:`training.scorecards.Scorecard` of what the gate is to judge, empty where there is nothing.
    """

    model: _Model
    headline: dict[str, float]
    figures: pd.DataFrame
    scorecard: pd.DataFrame = field(default_factory=pd.DataFrame)

    def shown(self) -> list[dict[str, Any]]:
        """Figures of the own model for the model card; None where there is no number."""
        own = self.figures
        if "model" in own:
            own = own[own["model"].isin([OWN, COMBINED])].drop(columns="model")
        own = own.round(4).replace([np.inf, -np.inf], np.nan)
        rows = own.astype(object).where(own.notna(), None)
        return [{str(name): value for name, value in row.items()} for row in rows.to_dict("records")]


def log_category(found: Evaluation, fitted: FittedCategory, titles: Mapping[str, str]) -> dict[str, float]:
    """Log what an evaluation of the category found, within its run; say the few figures of the whole run."""
    classes = [str(code) for code in fitted.model.classes_]
    figures = found.to_frame()
    log_figures(figures, ["dataset", "model"], _CATEGORY_METRICS, "scores.csv")
    log_plots(evaluation_plots(found, classes))
    log_table(worst_categories(found, classes, titles), "worst_errors.csv")
    own = figures[figures["model"] == OWN].set_index("dataset")
    return {
        f"{str(name).replace(' ', '-')}.{short}": float(own.loc[name, column])
        for name in own.index
        for short, column in (("top1", "top1"), ("within_2x", "factor_within_2x"), ("coverage", "coverage"))
    }


def log_learning_curves(
    index: ReferenceIndex, lines: LabelledLines, ranker: CategoryRanker, say: Callable[[str], None]
) -> None:
    """Learn from ever more trees and groups, and log the curves within the run of the category."""
    curves = learning_curves(index, lines, ranker, say=say)
    for row in curves.by_rounds.to_dict("records"):
        log_metrics({f"held_out.{row['set']}.top1": float(row["top1"])}, step=int(row["rounds"]))
    log_table(curves.by_rounds, "learning_curve_rounds.csv")
    log_table(curves.by_groups, "learning_curve_groups.csv")
    log_plots(
        {
            "learning_curve_rounds.png": curve_plot(curves.by_rounds, "rounds", "trees of each ranker"),
            "learning_curve_groups.png": curve_plot(
                curves.by_groups, "share", "share of the groups learned from"
            ),
        }
    )


def train_purchases(
    sources: Sources, encoder: TextEncoder, seed: int, *, quick: bool
) -> TrainedPart[PurchaseModel]:
    """Fit the model that tells purchases from the rest; measure it, unless quick."""
    with part_run("purchases", ABOUT["purchases"]):
        model = sources.purchases(encoder)
        log_parameters(model.get_params())
        if quick:
            return TrainedPart(model, {}, pd.DataFrame())
        figures = sources.purchase_figures(encoder, (seed,))
        log_figures(figures, ["set", "model"], ["found", "wrongly_excluded", "accuracy"], "scores.csv")
        own = figures[(figures["set"] == "all") & (figures["model"] == COMBINED)].iloc[0]
        headline = {f"purchases.{name}": float(own[name]) for name in ("found", "wrongly_excluded")}
        return TrainedPart(model, headline, figures)


def train_mass(sources: Sources, encoder: TextEncoder, seed: int) -> TrainedPart[MassModel]:
    """Fit the mass model, and measure it on groups never seen, in five folds of a seed."""
    with part_run("mass", ABOUT["mass"]):
        examples = sources.masses()
        vectors = encoder.transform(examples["text"].map(clean_text))
        model = MassModel(seed=seed)
        log_parameters({**model.get_params(), **_counts(examples["kind"])})
        predictions = predict_held_out(vectors, examples, model, seed)
        figures = score_masses(predictions)
        log_figures(figures, ["target", "model", "kind"], _QUANTITY_METRICS, "scores.csv")
        _log_held_out(as_held_out(predictions))
        own = figures[(figures["model"] == OWN) & (figures["kind"] == "all")].set_index("target")
        return TrainedPart(model.fit(vectors, examples), _headline("mass", own), figures)


def train_intensity(
    sources: Sources, encoder: TextEncoder, category: RankedCategory, seed: int, *, quick: bool
) -> TrainedPart[IntensityModel]:
    """Fit the intensity model, and measure it on families never seen, in folds of a seed.

    Quickly, it learns from some families of every source, with few trees.
    """
    with part_run("intensity", ABOUT["intensity"]):
        examples, vectors = sources.products(encoder.transform)
        model = IntensityModel(seed=seed)
        if quick:
            model.set_params(rounds=min(QUICK_ROUNDS, model.rounds))
            examples, vectors = _some_families(examples, vectors)
        categories = example_categories(category, examples["text"], encoder)
        log_parameters({**model.get_params(), **_counts(examples["source"])})
        estimates = out_of_family(examples, vectors, categories, model, seed)
        held_out = {name: _products(examples, estimates, name) for name in (OWN, *_BASELINES)}
        figures = pd.concat(
            [figures_by_kind(part).assign(model=name) for name, part in held_out.items()], ignore_index=True
        )
        log_figures(figures, ["model", "kind"], _QUANTITY_METRICS, "scores.csv")
        _log_held_out(held_out[OWN])
        own = figures[(figures["model"] == OWN) & (figures["kind"] == "all")].set_index("target")
        fitted = clone(model).fit(examples, vectors, categories)
        scorecard = intensity_scorecard(examples, estimates)
        return TrainedPart(fitted, _headline("intensity", own), figures, scorecard)


def train_ladder(
    masses: pd.DataFrame, intensity: IntensityModel, encoder: TextEncoder, money: MoneySide
) -> TrainedPart[Ladder]:
    """Calibrate what decides between mass and money, on goods whose price and footprint are known.

    Parameters
    ----------
    masses
        :class:`models.mass.MassExamples`.
    intensity
        Fitted just now, so that it knows what it says of each product without the product's family.
    encoder
        Fitted.
    money
        What values money.
    """
    with part_run("ladder", ABOUT["ladder"]):
        goods = priced_goods(masses, intensity.examples_, encoder.transform)
        if goods.empty:
            return TrainedPart(Ladder().calibrate(np.empty(0), np.empty(0), np.empty(0, str)), {}, goods)
        by_money = value_by_money(goods, encoder, money)
        ladder = calibrated_ladder(goods, by_money)
        table = compared(goods, by_money, intensity)
        figures = ladder_figures(table)
        log_parameters({"product_half_width": ladder.product_half_width_, "goods": len(goods)})
        log_table(figures, "scores.csv")
        log_table(table, "goods.csv")
        return TrainedPart(ladder, {}, figures)


def _products(examples: pd.DataFrame, estimates: pd.DataFrame, model: str) -> pd.DataFrame:
    ranged = model == OWN
    return HeldOut.validate(
        pd.DataFrame(
            {
                "target": "kg_co2e_per_kg",
                "kind": examples["domain"],
                "text": examples["text"],
                "group": examples["group"],
                "truth": examples["kg_co2e_per_kg"],
                "estimate": np.exp(estimates[model]),
                "low": estimates["low"] if ranged else np.nan,
                "high": estimates["high"] if ranged else np.nan,
            }
        )
    )


def _some_families(
    examples: pd.DataFrame, vectors: npt.NDArray[np.float32]
) -> tuple[pd.DataFrame, npt.NDArray[np.float32]]:
    """Keep every k-th family, so that about a thousand products are left."""
    family = pd.factorize(examples["group"])[0]
    kept = family % max(1, -(-len(examples) // QUICK_LINES)) == 0
    return examples[kept].reset_index(drop=True), vectors[kept]


def _log_held_out(held_out: pd.DataFrame) -> None:
    log_table(worst_of(held_out), "worst_errors.csv")
    log_plots(held_out_plots(held_out))


def _headline(part: str, own: pd.DataFrame) -> dict[str, float]:
    return {
        f"{part}.{target}.{figure}": float(own.loc[target, figure])
        for target in own.index
        for figure in ("within_2x", "coverage")
    }


def _counts(names: pd.Series) -> dict[str, Any]:
    return {f"examples.{name}": int(count) for name, count in names.value_counts().items()}
