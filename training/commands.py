"""Commands of the data scientist: train a model, evaluate one."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from data.whole_files import write_whole
from training.share_alike import CARD, ShareAlike, bundle_terms

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
    labels: Annotated[
        list[Path] | None,
        typer.Option(help="CSV file of your own labels: description, category_code or kg_co2e; repeatable."),
    ] = None,
    labels_weight: Annotated[
        float, typer.Option(min=0.01, max=100, help="Of your label against one of the reference data.")
    ] = 2.0,
    search: Annotated[
        float, typer.Option(min=0, help="Minutes to search better parameters of the ranking for; 0 for none.")
    ] = 0.0,
    share_alike: Annotated[
        list[ShareAlike] | None,
        typer.Option(help="Set of products to add whose terms pass to the bundle; repeatable."),
    ] = None,
) -> None:
    """Train a model from the reference data, log it as an MLflow run and save it as a bundle."""
    from rich.console import Console  # noqa: PLC0415
    from rich.markdown import Markdown  # noqa: PLC0415

    from training.plan import TrainingPlan  # noqa: PLC0415
    from training.scoreboard import print_scores  # noqa: PLC0415
    from training.train import train as run  # noqa: PLC0415

    console = Console()
    asked_for = tuple(dict.fromkeys(share_alike or ()))
    done = run(
        output,
        TrainingPlan(encoder, seed, quick, tuple(labels or ()), labels_weight, search, share_alike=asked_for),
        tracking_uri=tracking_uri,
        say=lambda text: console.print(f"{text} …"),
    )
    print_scores(done.evaluation, console)
    if done.label_report:
        console.print(Markdown(done.label_report))
    if asked_for:
        console.print(bundle_terms(asked_for)[CARD]["terms"])
    console.print(f"Bundle {done.version} in {done.folder}, MLflow run {done.run_id} at {tracking_uri}.")


class Part(StrEnum):
    """Part of the model that is evaluated."""

    CATEGORY = "category"
    PURCHASES = "purchases"
    MASS = "mass"
    INTENSITY = "intensity"
    LADDER = "ladder"
    OVERHEADS = "overheads"


@app.command()
def evaluate(
    bundle: Annotated[
        Path | None, typer.Argument(help="Folder of a bundle; by default the shipped one.")
    ] = None,
    part: Annotated[Part, typer.Option(help="What to evaluate.")] = Part.CATEGORY,
    output: Annotated[Path | None, typer.Option("--output", "-o", help="CSV file for the figures.")] = None,
) -> None:
    """Evaluate a part of a model on groups held out, beside its baselines.

    Overheads, which nothing is trained on, are answered by the bundle itself.
    """
    from rich.console import Console  # noqa: PLC0415

    from models.bundle import DEFAULT_BUNDLE  # noqa: PLC0415
    from training.scoreboard import (  # noqa: PLC0415
        evaluate_categories,
        evaluate_overheads,
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
    elif part is Part.OVERHEADS:
        figures, errors = evaluate_overheads(folder)
        print_figures("Overheads: wordings never trained on", figures, console)
        print_figures("Confident errors", errors, console)
    else:
        figures = evaluate_part(part, folder)
        print_figures(f"{part.capitalize()}: groups never seen", figures, console)
    if output:
        write_whole(figures.to_csv(index=False), output)
        console.print(f"Figures written to {output}.")


@app.command("tune-encoder")
def tune_encoder(
    output: Annotated[Path, typer.Option("--output", "-o", help="Folder of the encoder.")] = Path("encoder"),
    minutes: Annotated[float, typer.Option(min=0.1, help="Time limit; a run cut short says so.")] = 25.0,
    seed: Annotated[int, typer.Option(min=0, help="Of the texts drawn and how they are written.")] = 0,
    bundle: Annotated[
        Path | None, typer.Option(help="Bundle whose reference texts teach; by default the shipped one.")
    ] = None,
) -> None:
    """Tune the text encoder's upper layers to purchase lines, on a GPU where there is one.

    Then `ledgerprint train --encoder FOLDER` trains a model with it.
    """
    from rich.console import Console  # noqa: PLC0415

    from models.bundle import DEFAULT_BUNDLE  # noqa: PLC0415
    from models.persistence import load_model  # noqa: PLC0415
    from training.encoder import TuningPlan, fine_tune  # noqa: PLC0415

    console = Console()
    index = load_model(bundle or DEFAULT_BUNDLE).category.index_
    done = fine_tune(
        output,
        index.entries,
        index.vectors,
        plan=TuningPlan(minutes=minutes, seed=seed),
        say=lambda text: console.print(f"{text} …"),
    )
    cut_short = "" if done.complete else f", cut short by the limit of {minutes:g} minutes"
    console.print(
        f"{done.steps} steps on {done.device} in {done.seconds:.0f} s{cut_short}. "
        f"Train with it: ledgerprint train --encoder {output}"
    )
