"""Results as files: the input's own columns, then the estimate, in the format that the name asks for."""

import json
import os
import re
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Final

import pandas as pd

from data.errors import OutputError
from models.estimates import ESTIMATE_FIELDS
from serving.result import EstimatedLedger

_JSON_FIELDS: Final = ("alternatives", "conversions", "evidence")
_XLSX_ROWS: Final = 1_048_575
_XLSX_CELL: Final = 32_767
_FORMULA_START: Final = ("=", "+", "-", "@", "\t", "\r")
_NUMBER: Final = re.compile(r"[-+]?[£$€]?\s?[\d.,' ]*\d%?")


def check_output(path: Path) -> None:
    """Refuse, before any work is done, a file that could not be written.

    Raises
    ------
    OutputError
        If the ending names no known format or the folder does not exist.
    """
    if path.suffix.lower() not in _WRITERS:
        known = ", ".join(_WRITERS)
        raise OutputError(f"Got an output named {path.name!r}, expected a name ending in {known}: choose one of them.")
    check_folder(path)


def check_folder(path: Path) -> None:
    """Refuse a file in a folder that does not exist or that is itself a folder.

    Raises
    ------
    OutputError
        If so.
    """
    if not path.resolve().parent.is_dir():
        raise OutputError(f"The folder of {path} does not exist, expected an existing one: make it first.")
    if path.is_dir():
        raise OutputError(f"{path} is a folder, expected the name of a file: name one.")


def write_output(result: EstimatedLedger, path: Path) -> list[str]:
    """Write the lines with their estimates; the file appears whole or not at all.

    Parameters
    ----------
    result
        What was estimated.
    path
        Ending in .csv, .parquet, .jsonl or .xlsx.

    Returns
    -------
    list of str
        What a user should know: renamed columns, shortened cells.

    Raises
    ------
    OutputError
        As :func:`check_output`, or when the format cannot hold so many lines.
    """
    check_output(path)
    table, notes = output_table(result)
    write = _WRITERS[path.suffix.lower()]
    handle, name = tempfile.mkstemp(dir=path.resolve().parent, prefix=f".{path.stem}-", suffix=path.suffix)
    os.close(handle)
    scratch = Path(name)
    try:
        notes += write(table, scratch)
        scratch.chmod(0o666 & ~_umask())
        scratch.replace(path)
    except BaseException:
        scratch.unlink(missing_ok=True)
        raise
    return notes


def output_table(result: EstimatedLedger) -> tuple[pd.DataFrame, list[str]]:
    """Join the input's columns and the estimate fields; an input column of the same name is renamed and said so."""
    taken = {name.casefold() for name in ESTIMATE_FIELDS}
    names: dict[str, str] = {}
    for column in result.source.columns:
        new = column
        while new.casefold() in taken:
            new = f"input_{new}"
        names[column] = new
        taken.add(new.casefold())
    clashes = [f"{old!r} is now {new!r}" for old, new in names.items() if old != new]
    table = pd.concat([result.source.rename(columns=names), result.estimates], axis=1)
    notes = [f"Input columns named like an estimate's field were renamed: {', '.join(clashes)}."] if clashes else []
    return table, notes


def _write_csv(table: pd.DataFrame, path: Path) -> list[str]:
    safe = table.copy()
    changed = 0
    for column in safe.columns[safe.dtypes.map(pd.api.types.is_string_dtype) | (safe.dtypes == object)]:
        starts = safe[column].astype(str).str.startswith(_FORMULA_START)
        harmful = starts & ~safe[column].astype(str).str.fullmatch(_NUMBER)
        changed += int(harmful.sum())
        safe.loc[harmful, column] = "'" + safe.loc[harmful, column].astype(str)
    safe.to_csv(path, index=False, lineterminator="\n")
    if not changed:
        return []
    return [f"{changed:,} cells that a spreadsheet would run as a formula begin with an apostrophe in the CSV."]


def _write_parquet(table: pd.DataFrame, path: Path) -> list[str]:
    table.to_parquet(path, index=False, compression="zstd")
    return []


def _write_jsonl(table: pd.DataFrame, path: Path) -> list[str]:
    with path.open("w", encoding="utf-8") as file:
        for record in table.to_dict("records"):
            for name in _JSON_FIELDS:
                record[name] = json.loads(record[name])
            clean = {str(k): None if isinstance(v, float) and pd.isna(v) else v for k, v in record.items()}
            file.write(json.dumps(clean, ensure_ascii=False) + "\n")
    return []


def _write_xlsx(table: pd.DataFrame, path: Path) -> list[str]:
    if len(table) > _XLSX_ROWS:
        raise OutputError(
            f"Got {len(table):,} lines, expected at most {_XLSX_ROWS:,} in a workbook: write .csv or .parquet instead."
        )
    texts = table.columns[[not pd.api.types.is_numeric_dtype(dtype) for dtype in table.dtypes]]
    shortened = sum(int((table[name].astype(str).str.len() > _XLSX_CELL).sum()) for name in texts)
    fitting = table.copy()
    for name in texts:
        fitting[name] = fitting[name].astype(str).str.slice(0, _XLSX_CELL)
    options = {"strings_to_formulas": False, "strings_to_urls": False, "nan_inf_to_errors": False}
    with pd.ExcelWriter(path, engine="xlsxwriter", engine_kwargs={"options": options}) as writer:
        fitting.to_excel(writer, sheet_name="lines", index=False)
        writer.sheets["lines"].freeze_panes(1, 0)
    return [f"{shortened:,} cells were cut at {_XLSX_CELL:,} characters, the most a workbook holds."] if shortened else []


def _umask() -> int:
    current = os.umask(0)
    os.umask(current)
    return current


_WRITERS: Final[dict[str, Callable[[pd.DataFrame, Path], list[str]]]] = {
    ".csv": _write_csv,
    ".parquet": _write_parquet,
    ".jsonl": _write_jsonl,
    ".xlsx": _write_xlsx,
}
