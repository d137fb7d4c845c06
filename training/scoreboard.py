"""The figures of a bundle, as a data scientist reads them in a terminal."""

from pathlib import Path

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from data.labelled import public_lines
from models.persistence import load_model
from training.evaluation import EVALUATED_ON, OWN, Evaluation, evaluate
from training.labelled_sets import labelled_sets
from training.screening_evaluation import ScreeningReport, evaluate_screening


def evaluate_bundle(folder: Path) -> tuple[Evaluation, ScreeningReport]:
    """Evaluate the category model and the screening of a bundle.

    Raises
    ------
    BundleError
        If the bundle cannot be read.
    MissingDataError, AlteredDataError
        If the labelled data are not at hand as the catalogue describes them.
    """
    model = load_model(folder)
    found = evaluate(model.encoder, model.category, model.factor_sets[EVALUATED_ON], labelled_sets())
    return found, evaluate_screening(public_lines())


def print_scores(evaluation: Evaluation, console: Console) -> None:
    """Print a row for each model and set, and how far the probabilities and ranges can be trusted."""
    table = _table(f"Category and factor ({EVALUATED_ON}), groups never seen", "Set", "Model")
    for heading in ("Lines", "Top-1", "Top-5", "MAPE", "By spend", "Within 2x"):
        table.add_column(heading, justify="right")
    trust = _table("Probability and 90% range of ledgerprint", "Set")
    for heading in ("Groups", "ECE", "In range", "Upper/lower", "Lines/s"):
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
                f"{score.lines_per_second:,.0f}",
            )
    console.print(table)
    console.print(
        "MAPE, also weighted by spend, and within 2x: factor of the estimate against that of the labelled "
        "category. The constant is the set's own commonest category and median factor.\n"
    )
    console.print(trust)
    console.print(
        "ECE: expected calibration error of the most probable category. In range: share of true factors "
        "inside the range for category doubt, which was calibrated on the other sets; upper/lower: its "
        "median width. Lines/s: encoded and searched.\n"
    )


def print_screening(report: ScreeningReport, console: Console) -> None:
    """Print how well purchases are told from the rest."""
    table = _table("Screening: purchases told from the rest, split by supplier", "Suppliers")
    for heading in ("Lines", "No purchases", "Found", "Wrongly excluded", "Unclear"):
        table.add_column(heading, justify="right")
    for name, score in {**report.by_half, "all": report.overall}.items():
        table.add_row(
            name,
            f"{score.lines:,}",
            f"{score.non_purchases:,}",
            f"{score.found:.1%}",
            f"{score.wrongly_excluded:.1%}",
            f"{score.unclear_share:.1%}",
        )
    console.print(table)


def _table(title: str, *headings: str) -> Table:
    return Table(*headings, title=title, title_justify="left", box=SIMPLE_HEAD, pad_edge=False)
