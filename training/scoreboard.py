"""The figures of a bundle, as a data scientist reads them in a terminal."""

from pathlib import Path

from rich.box import SIMPLE
from rich.console import Console
from rich.table import Table

from data.labelled import public_lines
from models.persistence import load_model
from training.evaluation import EVALUATED_ON, Evaluation, evaluate
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
    """Print one row for each model and set."""
    table = Table(title=f"Category and factor ({EVALUATED_ON}), on groups never seen", box=SIMPLE, padding=(0, 1, 0, 0))
    for heading in ("set", "model", "lines", "top-1", "top-5", "MAPE", "by spend", "in 2x", "ECE", "90%", "width", "/s"):
        table.add_column(heading, justify="left" if heading in {"set", "model"} else "right", no_wrap=True)
    for score in evaluation.scores:
        own = score.model == "ledgerprint"
        table.add_row(
            score.dataset,
            score.model,
            f"{score.lines:,}",
            f"{score.top1:.3f}",
            f"{score.top5:.3f}",
            f"{score.factor_mape:.1%}",
            f"{score.spend_weighted_error:.1%}",
            f"{score.factor_within_2x:.3f}",
            f"{score.calibration_error:.3f}" if own else "",
            f"{score.coverage:.3f}" if own else "",
            f"{score.median_width:.1f}" if own else "",
            f"{score.lines_per_second:,.0f}" if own else "",
            style="bold" if own else None,
        )
    console.print(table)
    console.print(
        "MAPE (also weighted by spend) and in 2x: factor of the estimate against that of the labelled category. ECE: "
        "expected calibration error of the category's probability. 90%: share of true factors inside the range for "
        "category doubt, calibrated on the other sets; width: its median upper/lower. /s: lines encoded and searched "
        "in a second. The constant is the set's own median."
    )


def print_screening(report: ScreeningReport, console: Console) -> None:
    """Print how well purchases are told from the rest."""
    table = Table(title="Screening: purchases told from the rest, split by supplier")
    for heading in ("lines of", "lines", "no purchases", "found", "wrongly excluded", "unclear"):
        table.add_column(heading, justify="left" if heading == "lines of" else "right")
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
