"""From files to files: ledgers are read, estimated and written, and a terminal sees how far it is."""

from collections.abc import Sequence
from pathlib import Path

from rich.console import Console

from models.bundle import DEFAULT_BUNDLE
from models.persistence import load_model
from serving.estimation import LedgerOptions, estimate_ledgers, read_ledgers
from serving.outputs import check_outputs, write_output
from serving.progress import progress_bar
from serving.recording import Recorder, job_name
from serving.report import write_report
from serving.result import EstimatedLedger
from serving.summary import print_summary


def estimate_files(
    files: Sequence[Path],
    output: Path,
    report: Path | None,
    bundle: Path | None,
    options: LedgerOptions,
    recorder: Recorder | None = None,
) -> None:
    """Estimate ledgers and write the result; the summary goes to stdout, everything else to stderr.

    Parameters
    ----------
    files
        Ledgers.
    output, report
        Files to write; see :func:`serving.outputs.write_output` and :func:`serving.report.write_report`.
    bundle
        Folder of a model bundle; ``None`` takes the shipped one.
    options
        What the user says about the ledgers.
    recorder
        Records the estimates before the files are written, and knows what was corrected and declared before;
        ``None`` where they are not to be recorded.

    Raises
    ------
    LedgerprintError
        If anything cannot be used as it was asked for; nothing is written then.
    """
    check_outputs(output, report, files)
    errors = Console(stderr=True, highlight=False, soft_wrap=True)
    with progress_bar(errors) as progress:
        task = progress.add_task("reading", total=None)
        ledgers = read_ledgers(files, options)
        progress.update(task, description="loading the model")
        folder = bundle or DEFAULT_BUNDLE
        model = load_model(recorder.archive.keep(folder) if recorder else folder)
        lines = sum(len(ledger.lines) for ledger in ledgers)
        progress.update(task, description="estimating lines", total=lines)
        result = estimate_ledgers(
            ledgers,
            model,
            options,
            lambda done: progress.advance(task, done),
            recorder.with_known if recorder else None,
        )
        recorded = _recorded(recorder, result, files) if recorder else ""
        notes = write_output(result, output)
        if report:
            write_report(result, report)
    print_summary(result, Console())
    for note in notes:
        errors.print(note, markup=False)
    if recorded:
        errors.print(recorded, markup=False)
    errors.print(f"Written: {output}" + (f", {report}" if report else ""), markup=False)


def _recorded(recorder: Recorder, result: EstimatedLedger, files: Sequence[Path]) -> str:
    job = job_name(files)
    return f"Recorded: {recorder.record(result, job):,} estimates as job '{job}' of {recorder.tenant}"
