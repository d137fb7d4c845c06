"""Records: JSON Lines, a JSON list of objects, and Parquet, whose columns carry their own names."""

import io
import json
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any, Final

import pyarrow as pa
import pyarrow.parquet as pq

from data.errors import UnreadableDocumentError
from serving.documents.encodings import decode
from serving.documents.table import Table, refuse_oversize

_MAX_PARQUET_BYTES: Final = 1 << 30
_MAX_PARQUET_CELLS: Final = 100_000_000


def read_json(content: bytes, name: str) -> list[Table]:
    """Read JSON Lines, or JSON holding a list of objects (itself, or as the one list of an object).

    Nested objects become columns with dotted names (``item.description``); lists stay JSON text.

    Parameters
    ----------
    content
        The whole file.
    name
        Its name, for the message of an error.

    Raises
    ------
    UnreadableDocumentError
        When it is neither, or a line of it is broken.
    """
    text, notes = decode(content, name)
    records = [dict(_flat(record)) for record in _records(text, name)]
    return [_table(records, [], notes, name)]


def read_parquet(content: bytes, name: str) -> list[Table]:
    """Read a Parquet file.

    Parameters
    ----------
    content
        The whole file.
    name
        Its name, for the message of an error.

    Raises
    ------
    UnreadableDocumentError
        When it is damaged, encrypted or unpacks to an unreasonable size.
    """
    try:
        document = pq.ParquetFile(io.BytesIO(content))
        groups = [document.metadata.row_group(n) for n in range(document.num_row_groups)]
        cells = document.metadata.num_rows * document.metadata.num_columns
        if sum(group.total_byte_size for group in groups) > _MAX_PARQUET_BYTES or cells > _MAX_PARQUET_CELLS:
            raise UnreadableDocumentError(
                f"{name}: got Parquet that unpacks to more than 1 GiB or {_MAX_PARQUET_CELLS:,} cells, "
                "expected less; split it."
            )
        table = document.read()
    except (pa.ArrowException, OSError, ValueError) as error:
        reason = " ".join(str(error).split())
        raise UnreadableDocumentError(
            f"{name}: got damaged or encrypted Parquet ({reason}), expected a plain file; write it again."
        ) from error
    records = [dict(_flat(record)) for record in table.to_pylist()]
    return [_table(records, _leading(table), ["Format: Parquet."], name)]


def _table(records: list[dict[str, Any]], leading: list[str], notes: list[str], name: str) -> Table:
    """Put records under the columns that any of them has, ``leading`` ones first."""
    header = tuple(dict.fromkeys([*leading, *(column for record in records for column in record)]))
    refuse_oversize(len(records), len(header), name)
    typed = {
        position
        for position, column in enumerate(header)
        if any(_is_number(record.get(column)) for record in records)
    }
    rows = [[_text(record.get(column)) for column in header] for record in records]
    return Table(rows=rows, header=header, typed_columns=frozenset(typed), notes=tuple(notes))


def _leading(table: pa.Table) -> list[str]:
    return [field.name for field in table.schema if not pa.types.is_struct(field.type)]


def _records(text: str, name: str) -> list[Mapping[str, Any]]:
    lines = [(number, line) for number, line in enumerate(text.splitlines(), 1) if line.strip()]
    if len(lines) > 1 and _object(lines[0][1]) is not None:
        return [_line_object(line, number, name) for number, line in lines]
    document = _parsed(text, name)
    if isinstance(document, dict):
        lists = [value for value in document.values() if _holds_objects(value)]
        if len(lists) > 1:
            raise UnreadableDocumentError(
                f"{name}: got JSON with {len(lists)} lists, expected one list of objects; give that alone."
            )
        document = lists[0] if lists else [document]
    return _objects(document, name)


def _holds_objects(value: object) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(item, dict) for item in value)


def _object(line: str) -> Mapping[str, Any] | None:
    try:
        value = json.loads(line, parse_float=Decimal)
    except (json.JSONDecodeError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def _line_object(line: str, number: int, name: str) -> Mapping[str, Any]:
    record = _object(line)
    if record is None:
        raise UnreadableDocumentError(
            f"{name}: got broken JSON on line {number}, expected one object per line; correct that line."
        )
    return record


def _parsed(text: str, name: str) -> Any:
    try:
        return json.loads(text, parse_float=Decimal)
    except (json.JSONDecodeError, RecursionError) as error:
        raise UnreadableDocumentError(
            f"{name}: got broken JSON ({error}), expected a list of objects; correct it."
        ) from error


def _objects(records: list[Any], name: str) -> list[Mapping[str, Any]]:
    strange = next((record for record in records if not isinstance(record, dict)), None)
    if strange is not None or not records:
        raise UnreadableDocumentError(
            f"{name}: got {'no record' if not records else type(strange).__name__}, "
            "expected a list of objects, one per ledger line; export it so."
        )
    return records


def _flat(record: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    for key, value in record.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", value


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float, Decimal)) and not isinstance(value, bool)


def _text(value: object) -> str:
    if value is None or value != value:  # noqa: PLR0124 - not a number is "nothing said"
        return ""
    if isinstance(value, (list, dict)):
        return json.dumps(value, ensure_ascii=False, default=str)
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)
