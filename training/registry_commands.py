"""Commands around finished models: compare two, make one champion, go back to the one before."""

import json
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from data.errors import OutputError
from data.whole_files import write_whole

if TYPE_CHECKING:
    import pandas as pd

    from training.head_to_head import HeadToHead
    from training.promotion import Outcome, Promotions
    from training.reproduction import Retrain

ReadLedger = Callable[[Path, str | None], "pd.DataFrame"]
"""Reads a ledger for a buyer of a country, as :class:`features.line_items.LineItems`."""

_EXAMPLES: Final = Path(__file__).resolve().parent.parent / "data" / "examples"
_EXAMPLE_COUNTRIES: Final = {"council.csv": "GB", "hospital.csv": "GB", "university.csv": "US"}
_KINDS: Final = ("json", "csv")

TrackingUri = Annotated[
    str, typer.Option(envvar="MLFLOW_TRACKING_URI", help="MLflow server, or sqlite:///FILE.")
]
By = Annotated[str, typer.Option(help="Who decides.")]
Reason = Annotated[str, typer.Option(help="Why.")]
Install = Annotated[Path | None, typer.Option(help="Folder to write the champion's bundle to.")]
Log = Annotated[
    Path | None, typer.Option(help="Promotion log; else promotions.jsonl beside the SQLite file.")
]


def registry_app(read_ledger: ReadLedger, retrain: "Retrain") -> typer.Typer:
    """Assemble the commands.

    Parameters
    ----------
    read_ledger
        Documents are read by another folder, which this one does not import.
    retrain
        Trains again as a run was trained.
    """
    app = typer.Typer()

    @app.command()
    def compare(
        a: Annotated[
            str,
            typer.Argument(help="Folder of a bundle, run id, champion, challenger, or default (shipped)."),
        ],
        b: Annotated[str, typer.Argument(help="The other one.")],
        ledger: Annotated[
            list[Path] | None, typer.Option(help="Ledger to estimate by both; else the shipped examples.")
        ] = None,
        country: Annotated[str | None, typer.Option(help="Country of the ledger's buyer.")] = None,
        figures_only: Annotated[
            bool, typer.Option("--figures-only", help="Estimate no ledger and time nothing.")
        ] = False,
        moves: Annotated[int, typer.Option(min=0, help="Lines to show that move most.")] = 10,
        seed: Annotated[int, typer.Option(min=0, help="Seed of the bootstrap.")] = 0,
        replicates: Annotated[int, typer.Option(min=100, help="Resamples of the bootstrap.")] = 2000,
        output: Annotated[
            str | None,
            typer.Option("--output", "-o", help="json or csv to print that, or FILE.json, FILE.csv."),
        ] = None,
        tracking_uri: TrackingUri = "sqlite:///mlflow.db",
    ) -> None:
        """Compare two models: on the same labelled lines, on a ledger, in speed and in size."""
        from rich.console import Console  # noqa: PLC0415

        from training.comparison_report import print_comparison  # noqa: PLC0415
        from training.contenders import find_contender  # noqa: PLC0415
        from training.head_to_head import compare as run  # noqa: PLC0415
        from training.paired_bootstrap import Bootstrap  # noqa: PLC0415
        from training.registry import Registry  # noqa: PLC0415

        kind = _kind(output)
        lines = None if figures_only else _lines(read_ledger, ledger, country)
        registry = Registry(tracking_uri)
        with tempfile.TemporaryDirectory() as folder:
            contenders = [find_contender(name, registry, Path(folder)) for name in (a, b)]
            found = run(contenders[0], contenders[1], lines, Bootstrap(replicates, seed))
        if output:
            _write(found, kind, output)
        else:
            print_comparison(found, Console(), moves)

    @app.command()
    def promote(
        candidate: Annotated[str, typer.Argument(help="Run id, challenger, or the folder of a bundle.")],
        by: By,
        reason: Reason,
        force: Annotated[
            bool, typer.Option("--force", help="Override failed checks; the log names them.")
        ] = False,
        again: Annotated[
            bool, typer.Option("--retrain", help="Also train again and compare the digests.")
        ] = False,
        install: Install = None,
        log: Log = None,
        tracking_uri: TrackingUri = "sqlite:///mlflow.db",
    ) -> None:
        """Make a model champion, if it is no worse than the present one and can be made again.

        Leaves with status 1 when the gate refuses the model.
        """
        promotions = _promotions(tracking_uri, log)
        _finish(
            promotions.promote(
                candidate,
                by=by,
                reason=reason,
                force=force,
                install=install,
                retrain=retrain if again else None,
            )
        )

    @app.command()
    def rollback(
        by: By,
        reason: Reason,
        install: Install = None,
        log: Log = None,
        tracking_uri: TrackingUri = "sqlite:///mlflow.db",
    ) -> None:
        """Make the champion before the present one champion again."""
        _finish(_promotions(tracking_uri, log).rollback(by=by, reason=reason, install=install))

    return app


def _promotions(tracking_uri: str, log: Path | None) -> "Promotions":
    from training.promotion import Promotions  # noqa: PLC0415
    from training.promotion_log import PromotionLog  # noqa: PLC0415
    from training.registry import Registry  # noqa: PLC0415

    return Promotions(Registry(tracking_uri), PromotionLog.of_store(tracking_uri, log))


def _finish(outcome: "Outcome") -> None:
    from rich.console import Console  # noqa: PLC0415

    from training.comparison_report import print_outcome  # noqa: PLC0415

    print_outcome(outcome, Console())
    if outcome.refused:
        raise typer.Exit(1)


def _kind(output: str | None) -> str:
    """Tell JSON from CSV by the name of the output."""
    kind = (output or "json").rpartition(".")[2].lower()
    if kind not in _KINDS:
        raise OutputError(
            f"Got --output {output}, expected json, csv or a file name that ends so: choose one of them."
        )
    return kind


def _lines(read_ledger: ReadLedger, ledgers: Sequence[Path] | None, country: str | None) -> "pd.DataFrame":
    """Read ledgers as one frame of line items; with several, ids begin with the name of the file."""
    import pandas as pd  # noqa: PLC0415

    chosen = dict.fromkeys(ledgers or [], country) or {
        _EXAMPLES / name: of_example for name, of_example in _EXAMPLE_COUNTRIES.items()
    }
    read = {path: read_ledger(path, of_path) for path, of_path in chosen.items()}
    if len(read) == 1:
        return next(iter(read.values()))
    parts = [lines.assign(line_id=f"{path.name}:" + lines["line_id"]) for path, lines in read.items()]
    return pd.concat(parts, ignore_index=True)


def _write(found: "HeadToHead", kind: str, output: str) -> None:
    """Print a comparison, or write it to a file: JSON holds everything, CSV the figures."""
    if kind == "json":
        text = json.dumps(found.to_dict(), indent=1, ensure_ascii=False) + "\n"
    elif found.figures is None:
        raise OutputError(
            f"Got {found.notes[0]} CSV holds these figures only: expected two scorecards, or JSON."
        )
    else:
        text = found.figures.to_csv(index=False)
    if output == kind:
        typer.echo(text, nl=False)
        return
    write_whole(text, Path(output))
