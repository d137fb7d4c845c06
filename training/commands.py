"""Commands of the data scientist: train a model, evaluate one."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer()


@app.command()
def train(
    output: Annotated[Path, typer.Option("--output", "-o", help="Folder of the bundle.")] = Path("bundle"),
    tracking_uri: Annotated[
        str, typer.Option(envvar="MLFLOW_TRACKING_URI", help="MLflow server, or sqlite:///FILE.")
    ] = "sqlite:///mlflow.db",
    encoder: Annotated[
        str, typer.Option(help="all-MiniLM-L6-v2, or the folder of a sentence-transformers model.")
    ] = "all-MiniLM-L6-v2",
    seed: Annotated[int, typer.Option(min=0, help="Of the folds and of the trees.")] = 0,
    quick: Annotated[bool, typer.Option("--quick", help="Few lines and few trees: minutes.")] = False,
) -> None:
    """Train a model from the reference data, log it as an MLflow run and save it as a bundle."""
    from rich.console import Console  # noqa: PLC0415

    from training.scoreboard import print_scores  # noqa: PLC0415
    from training.train import train as run  # noqa: PLC0415

    console = Console()
    done = run(
        output,
        tracking_uri=tracking_uri,
        encoder=encoder,
        seed=seed,
        quick=quick,
        say=lambda text: console.print(f"{text} …"),
    )
    print_scores(done.evaluation, console)
    console.print(f"Bundle {done.version} in {done.folder}, MLflow run {done.run_id} at {tracking_uri}.")


class Part(StrEnum):
    """Part of the model that is evaluated."""

    CATEGORY = "category"
    PURCHASES = "purchases"
    MASS = "mass"
    INTENSITY = "intensity"


@app.command()
def evaluate(
    bundle: Annotated[
        Path | None, typer.Argument(help="Folder of a bundle; by default the shipped one.")
    ] = None,
    part: Annotated[Part, typer.Option(help="What to evaluate.")] = Part.CATEGORY,
    output: Annotated[Path | None, typer.Option("--output", "-o", help="CSV file for the figures.")] = None,
) -> None:
    """Evaluate a part of a model on groups held out, beside its baselines."""
    from rich.console import Console  # noqa: PLC0415

    from models.bundle import DEFAULT_BUNDLE  # noqa: PLC0415
    from training.scoreboard import (  # noqa: PLC0415
        evaluate_categories,
        evaluate_part,
        print_figures,
        print_scores,
    )

    console = Console()
    folder = bundle or DEFAULT_BUNDLE
    if part is Part.CATEGORY:
        found = evaluate_categories(folder, lambda text: console.print(f"{text} …"))
        print_scores(found, console)
        figures = found.to_frame()
    else:
        figures = evaluate_part(part, folder)
        print_figures(f"{part.capitalize()}: groups never seen", figures, console)
    if output:
        figures.to_csv(output, index=False)
        console.print(f"Figures written to {output}.")
