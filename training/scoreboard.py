"""The figures of a bundle, as a data scientist reads them in a terminal."""

import math
from collections.abc import Callable
from pathlib import Path

import pandas as pd
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from features.text import clean_text
from models.intensity import IntensityModel
from models.persistence import load_model
from models.ranker import CategoryRanker
from training.category import fit_category, labelled_lines
from training.evaluation import EVALUATED_ON, OWN, Evaluation, evaluate
from training.intensity import evaluate_intensity, example_categories
from training.intensity_sets import intensity_examples
from training.labelled_sets import labelled_sets, wordings
from training.ladder import MoneySide, compared, ladder_figures, priced_goods, value_by_money
from training.mass import evaluate_mass
from training.mass_sets import mass_examples
from training.overheads import answer_overheads, confident_errors, overhead_figures, overheads
from training.purchases import evaluate_purchases
from training.sources import passed_on_masses


def evaluate_categories(folder: Path, say: Callable[[str], None]) -> Evaluation:
    """Evaluate the category model of a bundle, in folds by group.

    The bundle has learned from the labelled lines, so its own answers to them prove nothing: rankers with its
    parameters are fitted anew, each without the groups that it is asked about.

    Raises
    ------
    BundleError
        If the bundle cannot be read.
    MissingDataError, AlteredDataError
        If the labelled data are not at hand as the catalogue describes them.
    """
    model = load_model(folder)
    lines = labelled_lines(labelled_sets(), model.encoder)
    ranker = CategoryRanker(**model.category.ranker.get_params())
    index = model.category.index_
    further = labelled_lines([wordings(index)], model.encoder)
    fitted = fit_category(index, lines, ranker, say, further)
    return evaluate(fitted, lines, model.factor_sets[EVALUATED_ON])


def evaluate_part(part: str, folder: Path) -> pd.DataFrame:
    """Evaluate purchases, mass, intensity or the ladder, on groups held out; one row for each set.

    Raises
    ------
    BundleError
        If the bundle, which supplies the encoder and the index, cannot be read.
    MissingDataError, AlteredDataError
        If the labelled data are not at hand as the catalogue describes them.
    """
    model = load_model(folder)
    if part == "purchases":
        return evaluate_purchases(model.encoder)
    if part == "mass":
        masses = mass_examples()
        return evaluate_mass(model.encoder.transform(masses["text"].map(clean_text)), masses)
    examples, vectors = intensity_examples(model.encoder.transform)
    categories = example_categories(model.category, examples["text"], model.encoder)
    if part == "intensity":
        return evaluate_intensity(examples, vectors, categories)
    goods = priced_goods(passed_on_masses(), examples, model.encoder.transform)
    money = MoneySide(model.category, model.doubt, model.factor_sets[EVALUATED_ON], model.tables)
    fitted = IntensityModel().fit(examples, vectors, categories)
    return ladder_figures(compared(goods, value_by_money(goods, model.encoder, money), fitted))


def evaluate_overheads(folder: Path) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Evaluate a bundle on overheads, which none has learned from: its figures and worst confident errors.

    Raises
    ------
    BundleError
        If the bundle cannot be read.
    """
    model = load_model(folder)
    answers = answer_overheads(model, model.factor_sets[EVALUATED_ON], overheads())
    return overhead_figures(answers), confident_errors(answers)


def print_figures(title: str, figures: pd.DataFrame, console: Console) -> None:
    """Print figures as they are, shares and ratios to three digits."""
    table = _table(title, *figures.select_dtypes(exclude="number").columns)
    for heading in figures.select_dtypes("number").columns:
        table.add_column(heading.replace("_", " "), justify="right")
    ordered = figures[
        [*figures.select_dtypes(exclude="number").columns, *figures.select_dtypes("number").columns]
    ]
    for row in ordered.itertuples(index=False):
        table.add_row(*(_shown(value) for value in row))
    console.print(table)


def _shown(value: object) -> str:
    if not isinstance(value, float):
        return str(value)
    return "" if math.isnan(value) else f"{value:.3g}"


def print_scores(evaluation: Evaluation, console: Console) -> None:
    """Print a row for each model and set, and how far the probabilities and ranges can be trusted."""
    table = _table(f"Category and factor ({EVALUATED_ON}), groups never seen", "Set", "Model")
    for heading in ("Lines", "Top-1", "Top-5", "MAPE", "By spend", "Within 2x"):
        table.add_column(heading, justify="right")
    trust = _table("Probability and 90% range of ledgerprint", "Set")
    for heading in ("Groups", "ECE", "In range", "Upper/lower", "Sum"):
        trust.add_column(heading, justify="right")
    for score in evaluation.scores:
        own = score.model == OWN
        table.add_row(
            score.dataset,
            score.model,
            f"{score.lines:,}",
            f"{score.top1:.3f}",
            f"{score.top5:.3f}",
            f"{score.factor_mape:.1%}",
            f"{score.spend_weighted_error:.1%}",
            f"{score.factor_within_2x:.3f}",
            style="bold" if own else None,
        )
        if own:
            trust.add_row(
                score.dataset,
                f"{score.groups:,}",
                f"{score.calibration_error:.3f}",
                f"{score.coverage:.1%}",
                f"{score.median_width:.1f}",
                f"{score.factor_sum:.2f}",
            )
    console.print(table)
    console.print(
        "MAPE, also weighted by spend, and within 2x: factor of the estimate against that of the labelled "
        "category. The constant is the set's own commonest category and median factor.\n"
    )
    console.print(trust)
    console.print(
        "ECE: expected calibration error of the most probable category. In range: share of true factors "
        "inside the range for category doubt, which was calibrated on other groups; upper/lower: its "
        "median width. Sum: of the estimated over that of the true factors. Agreed: lines with at least "
        "three quarters of the votes.\n"
    )


def _table(title: str, *headings: str) -> Table:
    return Table(*headings, title=title, title_justify="left", box=SIMPLE_HEAD, pad_edge=False)
