"""From ledgers to an inspection: read, checked, printed and written."""

from collections.abc import Sequence
from pathlib import Path

from rich.console import Console

from models.bundle import DEFAULT_BUNDLE
from models.persistence import load_model
from serving.estimation import LedgerOptions, read_ledgers
from serving.outputs import check_places
from serving.progress import progress_bar
from serving.quality.answer import write_json
from serving.quality.inspection import inspect_ledgers
from serving.quality.page import write_page
from serving.quality.reference import Reference
from serving.quality.terminal import print_inspection


def inspect_files(
    files: Sequence[Path],
    json: Path | None,
    report: Path | None,
    bundle: Path | None,
    options: LedgerOptions,
    *,
    fast: bool,
) -> None:
    """Inspect ledgers; the findings go to stdout, everything else to stderr.

    Parameters
    ----------
    files
        Ledgers.
    json, report
        Files to write.
    bundle
        Folder of a model bundle; ``None`` takes the shipped one.
    options
        What the user says about the ledgers.
    fast
        Leave the model out.

    Raises
    ------
    LedgerprintError
        If anything cannot be used as it was asked for; nothing is written then.
    """
    written = [(json, "the JSON"), (report, "the report")]
    check_places([(path, role) for path, role in written if path], files)
    errors = Console(stderr=True, highlight=False, soft_wrap=True)
    folder = bundle or DEFAULT_BUNDLE
    with progress_bar(errors) as progress:
        task = progress.add_task("reading", total=None)
        ledgers = read_ledgers(files, options)
        progress.update(task, description="loading the model")
        model = None if fast else load_model(folder)
        reference = Reference.of_bundle(folder)
        lines = sum(len(ledger.lines) for ledger in ledgers)
        progress.update(task, description="checking lines", total=lines)
        inspection = inspect_ledgers(
            ledgers, options, reference, model, lambda done: progress.advance(task, done)
        )
        if json:
            write_json(inspection, json)
        if report:
            write_page(inspection, report)
    print_inspection(inspection, Console())
    if json or report:
        errors.print("Written: " + ", ".join(str(path) for path, _ in written if path), markup=False)
