"""Export of a tenant's trail for an audit period, as CSV or Parquet."""

import csv
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any, Final, Literal

import pyarrow as pa
import pyarrow.parquet as pq
from sqlalchemy import select

from data.errors import OutputError
from data.spreadsheet_cells import is_formula
from data.whole_files import put_whole
from serving.outputs import check_outputs
from serving.store.canonical import parse_canonical
from serving.store.column_types import instant_text
from serving.store.store import Reading
from serving.store.tables import Entry

Format = Literal["csv", "parquet"]
ExportBy = Literal["recorded", "dated"]
Row = dict[str, Any]
Write = Callable[[Sequence[Row]], None]

_BLOCK: Final = 5_000
_OF_LINE: Final = (
    "line_id",
    "description",
    "supplier",
    "gtin",
    "amount",
    "currency",
    "quantity",
    "unit",
    "country",
)
_OF_ESTIMATE: Final = (
    *(
        "kg_co2e",
        "kg_co2e_low",
        "kg_co2e_high",
        "method",
        "category_code",
        "category_scheme",
        "category_title",
    ),
    *("factor_id", "factor_value", "factor_unit", "factor_source", "data_quality", "explanation"),
)
_NUMBERS: Final = frozenset({"amount", "quantity", "kg_co2e", "kg_co2e_low", "kg_co2e_high", "factor_value"})
_BEFORE: Final = (
    "sequence",
    "at",
    "who",
    "kind",
    "subject",
    "status",
    "job_id",
    "model_version",
    "factor_set",
)
_AFTER: Final = (
    "tenant",
    "gtin_corrected",
    "goods_corrected",
    "payload",
    "payload_sha256",
    "previous",
    "hash",
)
COLUMNS: Final = (*_BEFORE, "line_date", *_OF_LINE, *_OF_ESTIMATE, *_AFTER)
"""Columns of an export. With the payload and the hashes at the end, the chain can be checked from it."""
_SCHEMA: Final = pa.schema(
    [
        pa.field(
            name, pa.int64() if name == "sequence" else pa.float64() if name in _NUMBERS else pa.string()
        )
        for name in COLUMNS
    ]
)


def export_trail(reading: Reading, first: date, last: date, path: Path, kind: Format, by: ExportBy) -> int:
    """Write the entries of a period to a file and say how many; the file appears whole or not at all.

    Parameters
    ----------
    reading
        Transaction.
    first, last
        Days of the period, both within; UTC for times.
    path
        An existing file is replaced.
    kind
        Format.
    by
        Whether entries recorded in the period are meant, or those about lines dated in it.

    Raises
    ------
    OutputError
        If the period ends before it begins, or the file has another ending or cannot be written.
    """
    if last < first:
        raise OutputError(
            f"Got a period from {first} to {last}, expected an end that is not before: correct it."
        )
    if path.suffix.lower() != f".{kind}":
        raise OutputError(
            f"Got {path.name!r} for the format {kind}, expected a name ending in .{kind}: change one."
        )
    check_outputs(path, None, [])
    return put_whole(path, lambda scratch: _write(scratch, _blocks(reading, first, last, by), kind))


def _write(path: Path, blocks: Iterator[list[Row]], kind: Format) -> int:
    written = 0
    with _WRITERS[kind](path) as write:
        for block in blocks:
            write(block)
            written += len(block)
    return written


def _blocks(reading: Reading, first: date, last: date, by: ExportBy) -> Iterator[list[Row]]:
    query = select(Entry).order_by(Entry.sequence).execution_options(yield_per=_BLOCK)
    if by == "dated":
        query = query.where(Entry.line_date >= first, Entry.line_date <= last)
    else:
        query = query.where(Entry.at >= _midnight(first), Entry.at < _midnight(last + timedelta(days=1)))
    for block in reading.session.scalars(query).partitions():
        yield [_row(entry) for entry in block]
        reading.session.expunge_all()


def _row(entry: Entry) -> Row:
    estimate: Row = {}
    if entry.kind == "estimate" and entry.payload is not None:
        payload = parse_canonical(entry.payload)
        estimate = {name: payload["line"][name] for name in _OF_LINE}
        estimate |= {name: payload["estimate"][name] for name in _OF_ESTIMATE}
    stored = {name: getattr(entry, name) for name in (*_BEFORE, *_AFTER) if hasattr(Entry, name)}
    return (
        dict.fromkeys(COLUMNS)
        | estimate
        | stored
        | {
            "at": instant_text(entry.at),
            "line_date": entry.line_date.isoformat() if entry.line_date else "",
            "gtin_corrected": entry.gtin,
            "goods_corrected": entry.goods,
        }
    )


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


@contextmanager
def _csv_writer(path: Path) -> Iterator[Write]:
    with path.open("w", encoding="utf-8", newline="") as file:
        # its line ends are CR LF: with any other, a lone CR within a cell would not be quoted
        rows = csv.writer(file)
        rows.writerow(COLUMNS)

        def write(block: Sequence[Row]) -> None:
            rows.writerows([_harmless(value) for value in row.values()] for row in block)

        yield write


def _harmless(value: Any) -> Any:
    """Keep a spreadsheet from running a text as a formula; numbers stay numbers."""
    if is_formula(value):
        return f"'{value}"
    return repr(value) if isinstance(value, float) else value


@contextmanager
def _parquet_writer(path: Path) -> Iterator[Write]:
    with pq.ParquetWriter(path, _SCHEMA, compression="zstd") as file:
        yield lambda block: file.write_table(pa.Table.from_pylist(list(block), _SCHEMA))


_WRITERS: Final[dict[Format, Callable[[Path], AbstractContextManager[Write]]]] = {
    "csv": _csv_writer,
    "parquet": _parquet_writer,
}
