"""Commands of the people who need estimates: estimate ledgers, serve the estimates."""

from pathlib import Path
from typing import Annotated, Literal

import typer

app = typer.Typer()


@app.command()
def estimate(
    files: Annotated[list[Path], typer.Argument(help="Ledgers: CSV, XLSX, XLS, ODS, Parquet, JSON or JSON Lines.")],
    output: Annotated[
        Path, typer.Option("--output", "-o", help="Result: a name ending in .csv, .parquet, .jsonl or .xlsx.")
    ],
    report: Annotated[Path | None, typer.Option(help="Also write a self-contained HTML report.")] = None,
    country: Annotated[str | None, typer.Option(help="Country of the buyer, GB or United Kingdom.")] = None,
    currency: Annotated[str | None, typer.Option(help="Currency of amounts that name none, GBP.")] = None,
    date: Annotated[str | None, typer.Option(help="Date of lines without one, 2024-03-31.")] = None,
    mapping: Annotated[
        list[str] | None, typer.Option("--map", help='Column of a field, description="Item Text"; repeatable.')
    ] = None,
    factor_set: Annotated[str | None, typer.Option(help="Factor set for every line; else by country.")] = None,
    vat: Annotated[
        Literal["included", "excluded"] | None, typer.Option(help="Whether amounts include VAT; else by header.")
    ] = None,
    vat_rate: Annotated[float | None, typer.Option(help="VAT rate to take off, 0.2; else the standard rate.")] = None,
    sheet: Annotated[str | None, typer.Option(help="Sheet of a workbook; else the one most like a ledger.")] = None,
    bundle: Annotated[Path | None, typer.Option(help="Folder of a model bundle; else the shipped one.")] = None,
) -> None:
    """Estimate the footprint of every line of some ledgers.

    Leaves with status 0 when every line is accounted for, with 2 when an argument or a file cannot be used; nothing
    is written then.
    """
    from rich.console import Console  # noqa: PLC0415
    from rich.progress import MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn  # noqa: PLC0415

    from models.bundle import DEFAULT_BUNDLE  # noqa: PLC0415
    from models.persistence import load_model  # noqa: PLC0415
    from serving.documents.mapping import parse_mapping  # noqa: PLC0415
    from serving.estimation import LedgerOptions, estimate_ledgers, read_ledgers  # noqa: PLC0415
    from serving.outputs import check_folder, check_output, write_output  # noqa: PLC0415
    from serving.report import write_report  # noqa: PLC0415
    from serving.summary import print_summary  # noqa: PLC0415

    check_output(output)
    if report:
        check_folder(report)
    options = LedgerOptions(
        mapping=parse_mapping(mapping or []),
        country=country,
        currency=currency,
        date=date,
        sheet=sheet,
        vat=vat,
        vat_rate=vat_rate,
        factor_set=factor_set,
    )
    errors = Console(stderr=True)
    with Progress(
        TextColumn("{task.description}"), MofNCompleteColumn(), TimeElapsedColumn(), console=errors, transient=True
    ) as progress:
        task = progress.add_task("reading", total=None)
        ledgers = read_ledgers(files, options)
        progress.update(task, description="loading the model")
        model = load_model(bundle or DEFAULT_BUNDLE)
        progress.update(task, description="estimating lines", total=sum(len(ledger.lines) for ledger in ledgers))
        result = estimate_ledgers(ledgers, model, options, lambda done: progress.advance(task, done))
        notes = write_output(result, output)
        if report:
            write_report(result, report)
    print_summary(result, Console())
    for note in notes:
        errors.print(note, highlight=False)
    errors.print(f"Written: {output}" + (f", {report}" if report else ""), highlight=False, soft_wrap=True)


@app.command()
def serve(
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen on.")] = 3000,
    bundle: Annotated[Path | None, typer.Option(help="Folder of a model bundle; else the shipped one.")] = None,
    workers: Annotated[int, typer.Option(help="Worker processes, each with its own model.")] = 1,
) -> None:
    """Serve estimates over HTTP: POST /v1/estimates; documentation at /v1/docs."""
    from serving.server import run_server  # noqa: PLC0415

    run_server(host=host, port=port, bundle=bundle, workers=workers)
