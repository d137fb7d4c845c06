"""Commands of the data scientist: train a model, evaluate one."""

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
) -> None:
    """Train a model from the reference data, log it as an MLflow run and save it as a bundle."""
    from rich.console import Console  # noqa: PLC0415

    from training.scoreboard import print_scores  # noqa: PLC0415
    from training.train import train as run  # noqa: PLC0415

    console = Console()
    done = run(
        output, tracking_uri=tracking_uri, encoder=encoder, say=lambda text: console.print(f"{text} …")
    )
    print_scores(done.evaluation, console)
    console.print(f"Bundle {done.version} in {done.folder}, MLflow run {done.run_id} at {tracking_uri}.")


@app.command()
def evaluate(
    bundle: Annotated[
        Path | None, typer.Argument(help="Folder of a bundle; by default the shipped one.")
    ] = None,
    output: Annotated[Path | None, typer.Option("--output", "-o", help="CSV file for the figures.")] = None,
) -> None:
    """Evaluate a bundle on the labelled goods, beside a constant and TF-IDF neighbours."""
    from rich.console import Console  # noqa: PLC0415

    from models.bundle import DEFAULT_BUNDLE  # noqa: PLC0415
    from training.scoreboard import evaluate_bundle, print_scores, print_screening  # noqa: PLC0415

    console = Console()
    found, screening = evaluate_bundle(bundle or DEFAULT_BUNDLE)
    print_scores(found, console)
    print_screening(screening, console)
    if output:
        found.to_frame().to_csv(output, index=False)
        console.print(f"Figures written to {output}.")
