"""Records: JSON and Parquet, whose columns carry their own names."""

import io
import json
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.parquet as pq

from data.errors import UnreadableDocumentError
from serving.documents.encodings import decode
from serving.documents.json_lines import flat, json_records
from serving.documents.table import Table, refuse_oversize

_MAX_PARQUET_BYTES: Final = 1 << 30
_MAX_PARQUET_CELLS: Final = 100_000_000


def read_json(content: bytes, name: str) -> list[Table]:
    """Read JSON as :func:`serving.documents.json_lines.json_records` does; lists stay JSON text.

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
    text, encoding, notes = decode(content, name)
    records = json_records(text, name, notes)
    return [_table(records, [], [f"Format: JSON, {encoding}.", *notes], name)]


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
        raise _damaged(name, error) from error
    records = [dict(flat(record)) for record in table.to_pylist()]
    return [_table(records, _leading(table.schema), ["Format: Parquet."], name)]


def parquet_parts(path: Path, part_rows: int) -> Iterator[Table]:
    """Read a Parquet file some rows at a time; a row group of it must fit in memory.

    Raises
    ------
    UnreadableDocumentError
        When it is damaged or encrypted.
    """
    try:
        with pq.ParquetFile(path, memory_map=True) as document:
            leading = _leading(document.schema_arrow)
            for batch in document.iter_batches(batch_size=part_rows):
                records = [dict(flat(record)) for record in batch.to_pylist()]
                yield _table(records, leading, ["Format: Parquet."], path.name)
    except (pa.ArrowException, OSError, ValueError) as error:
        raise _damaged(path.name, error) from error


def require_parquet(path: Path) -> None:
    """Refuse a Parquet file whose table of contents cannot be read.

    Raises
    ------
    UnreadableDocumentError
        When it is cut off, damaged or encrypted.
    """
    try:
        pq.read_metadata(path)
    except (pa.ArrowException, OSError, ValueError) as error:
        raise _damaged(path.name, error) from error


def _damaged(name: str, error: Exception) -> UnreadableDocumentError:
    reason = " ".join(str(error).split())
    return UnreadableDocumentError(
        f"{name}: got damaged or encrypted Parquet ({reason}), expected a plain file; write it again."
    )


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
    names = tuple(map(_whole, header))
    return Table(rows=rows, header=names, typed_columns=frozenset(typed), notes=tuple(notes))


def _leading(schema: pa.Schema) -> list[str]:
    return [field.name for field in schema if not pa.types.is_struct(field.type)]


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
    return _whole(str(value))


def _whole(text: str) -> str:
    """Put a question mark in the place of half a surrogate pair, which JSON can say and no text can hold."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode("utf-8")
