"""Results as files: the input's own columns, then the estimate, in the format that the name asks for."""

import json
import tempfile
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Final

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from data.errors import OutputError
from data.spreadsheet_cells import without_formulas
from data.whole_files import put_whole
from models.estimates import ESTIMATE_JSON_FIELDS
from serving.result import EstimatedLedger
from serving.workbook import WORKBOOK_OPTIONS, write_book, write_lines

_WORKBOOK: Final = ".xlsx"


def check_outputs(output: Path, report: Path | None, inputs: Sequence[Path]) -> None:
    """Refuse, before any work is done, files that could not be written or that would overwrite one another.

    Parameters
    ----------
    output
        For :func:`write_output`.
    report
        Written beside it, if any.
    inputs
        Files that are read and must stay as they are.

    Raises
    ------
    OutputError
        If the output's ending names no known format, a folder does not exist or cannot be written to, or a
        file is named twice.
    """
    if output.suffix.lower() not in _WRITERS:
        known = ", ".join(_WRITERS)
        raise OutputError(
            f"Got an output named {output.name!r}, expected a name ending in {known}: choose one of them."
        )
    check_places([(output, "the output"), *([(report, "the report")] if report else [])], inputs)


def check_places(outputs: Sequence[tuple[Path, str]], inputs: Sequence[Path]) -> None:
    """Refuse files that could not be written or that would overwrite one another or an input.

    Parameters
    ----------
    outputs
        Each with what it is called, "the report".
    inputs
        Files that are read.

    Raises
    ------
    OutputError
        As :func:`check_outputs`, the ending aside.
    """
    taken = {path.resolve(): "an input" for path in inputs}
    for path, role in outputs:
        if path.resolve() in taken:
            raise OutputError(
                f"Got {path} as {role} and as {taken[path.resolve()]}, expected a file of its own: "
                "choose another name."
            )
        taken[path.resolve()] = role
        _check_place(path)


def write_output(result: EstimatedLedger, path: Path) -> list[str]:
    """Write the lines with their estimates; the file appears whole or not at all.

    Parameters
    ----------
    result
        What was estimated.
    path
        Ending in .csv, .parquet, .jsonl or .xlsx; an existing file is replaced. A workbook has sheets for the
        summary, the lines, the factors and the method.

    Returns
    -------
    list of str
        What a user should know: renamed columns, shortened cells.

    Raises
    ------
    OutputError
        As :func:`check_outputs`, when the disk refuses, or when the format cannot hold so many lines.
    """
    table, notes = output_table(result.source, result.estimates)
    if path.suffix.lower() == _WORKBOOK:
        return notes + _write(path, lambda scratch: write_book(result, table, scratch))
    return notes + write_table(table, path)


def write_table(table: pd.DataFrame, path: Path) -> list[str]:
    """Write one table, as :func:`write_tables` does."""
    return write_tables([table], path)


def write_tables(tables: Iterable[pd.DataFrame], path: Path) -> list[str]:
    """Write tables of the same columns below one another, as :func:`write_output` does.

    Parameters
    ----------
    tables
        From :func:`output_table`; each is let go before the next is taken, except for a workbook.
    path
        Ending in .csv, .parquet, .jsonl or .xlsx; an existing file is replaced.

    Returns
    -------
    list of str
        What a user should know: shortened or disarmed cells.

    Raises
    ------
    OutputError
        As :func:`write_output`.
    """
    return _write(path, lambda scratch: _WRITERS[path.suffix.lower()](tables, scratch))


def _write(path: Path, write: Callable[[Path], list[str]]) -> list[str]:
    check_outputs(path, None, [])
    return put_whole(path, write)


def output_table(source: pd.DataFrame, estimates: pd.DataFrame) -> tuple[pd.DataFrame, list[str]]:
    """Join the input's columns and what was found out: the estimate's fields, and what is told after them.

    An input column named like one of these, whatever the case of its letters, is renamed: in many tools that
    read the result, ``Status`` and ``status`` are one.

    Returns
    -------
    tuple of pandas.DataFrame and list of str
        As many rows as the input; what was renamed.
    """
    source = source.copy()
    fields = {name.casefold() for name in estimates.columns}
    taken = set(estimates.columns) | {column for column in source.columns if column.casefold() not in fields}
    renamed = {}
    for column in source.columns:
        if column.casefold() in fields:
            renamed[column] = _free_name(column, taken)
            taken.add(renamed[column])
    notes = []
    if renamed:
        pairs = ", ".join(f"{old!r} is now {new!r}" for old, new in renamed.items())
        notes = [f"Input columns named like an estimate's field were renamed: {pairs}."]
    return pd.concat([source.rename(columns=renamed), estimates], axis=1), notes


def _free_name(column: str, taken: set[str]) -> str:
    name = f"input_{column}"
    while name in taken:
        name = f"input_{name}"
    return name


def _check_place(path: Path) -> None:
    folder = path.resolve().parent
    if not folder.is_dir():
        raise OutputError(f"The folder of {path} does not exist, expected an existing one: make it first.")
    if path.is_dir():
        raise OutputError(f"{path} is a folder, expected the name of a file: name one.")
    try:
        tempfile.TemporaryFile(dir=folder).close()
    except OSError as error:
        raise OutputError(
            f"The folder of {path} cannot be written to ({error.strerror or error}): choose another place."
        ) from error


def _write_csv(tables: Iterable[pd.DataFrame], path: Path) -> list[str]:
    changed = 0
    with path.open("w", encoding="utf-8", newline="") as file:
        for number, table in enumerate(tables):
            safe, harmful = without_formulas(table)
            changed += harmful
            # a lone carriage return in a cell is quoted only where lines end in one too
            returns = any(safe[name].str.contains("\r", regex=False).any() for name in _texts(safe))
            line_end = "\r\n" if returns else "\n"
            safe.to_csv(file, index=False, header=number == 0, lineterminator=line_end)
    if not changed:
        return []
    return [
        f"{changed:,} cells that a spreadsheet would run as a formula begin with an apostrophe in the CSV."
    ]


def _write_parquet(tables: Iterable[pd.DataFrame], path: Path) -> list[str]:
    writer: pq.ParquetWriter | None = None
    try:
        for table in tables:
            schema = writer.schema if writer else None
            rows = pa.Table.from_pandas(table, schema=schema, preserve_index=False)
            writer = writer or pq.ParquetWriter(path, rows.schema, compression="zstd")
            writer.write_table(rows)
    finally:
        if writer:
            writer.close()
    return []


def _write_jsonl(tables: Iterable[pd.DataFrame], path: Path) -> list[str]:
    with path.open("w", encoding="utf-8") as file:
        for record in (record for table in tables for record in table.to_dict("records")):
            for name in record.keys() & ESTIMATE_JSON_FIELDS:
                record[name] = json.loads(record[name])
            clean = {str(k): None if isinstance(v, float) and pd.isna(v) else v for k, v in record.items()}
            file.write(json.dumps(clean, ensure_ascii=False) + "\n")
    return []


def _write_xlsx(tables: Iterable[pd.DataFrame], path: Path) -> list[str]:
    with pd.ExcelWriter(path, engine="xlsxwriter", engine_kwargs={"options": WORKBOOK_OPTIONS}) as writer:
        return write_lines(pd.concat(tables, ignore_index=True), writer, "lines")


def _texts(table: pd.DataFrame) -> list[str]:
    return [name for name in table.columns if pd.api.types.is_string_dtype(table[name].dtype)]


_WRITERS: Final[dict[str, Callable[[Iterable[pd.DataFrame], Path], list[str]]]] = {
    ".csv": _write_csv,
    ".parquet": _write_parquet,
    ".jsonl": _write_jsonl,
    _WORKBOOK: _write_xlsx,
}
