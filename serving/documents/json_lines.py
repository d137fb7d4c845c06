"""JSON: lines of a ledger in whatever nesting, each with what the document around it says of all of them."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

from data.errors import UnreadableDocumentError
from serving.documents.spellings import name_score

Record = Mapping[str, Any]

_NAMED: Final = 0.5
_FIGURE_FIELDS: Final = ("amount", "quantity", "unit_price")
_DECIMAL_FIGURE: Final = re.compile(r"[-+]?[0-9., ]*[.,][0-9]{1,4}")


def json_records(text: str, name: str, notes: list[str]) -> list[dict[str, Any]]:
    """Read JSON Lines, a list of objects, or an object with a list of objects somewhere within it.

    Nested objects become fields with dotted names (``item.description``). An object that holds a list of
    lines, as an invoice does, is taken apart: each of its lines gets what it says of all of them, but no
    figure, for a total of the invoice is no amount of a line.

    Parameters
    ----------
    text
        The whole file.
    name
        Its name, for the message of an error.
    notes
        Gets a sentence where objects were taken apart.

    Raises
    ------
    UnreadableDocumentError
        When it is none of these, or a line of it is broken.
    """
    records = [dict(flat(record)) for record in _records(text, name)]
    keys = {key for record in records for key, value in record.items() if _holds_lines(value)}
    if len(keys) != 1:
        return records
    (key,) = keys
    notes.append(f'Each entry of "{key}" was taken for a line.')
    return [line for record in records for line in _inherited(record, key)]


def flat(record: Record, prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Yield the fields of nested objects under dotted names; lists stay what they are."""
    for key, value in record.items():
        if isinstance(value, dict):
            yield from flat(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", value


def _inherited(record: Record, key: str) -> list[dict[str, Any]]:
    """Return the lines of a record, each with the record's own fields; the record where it has none."""
    around = {name: value for name, value in record.items() if name != key}
    lines = record.get(key)
    if not isinstance(lines, list) or not _holds_objects(lines):
        return [around]
    said = {name: value for name, value in around.items() if not _is_figure(value)}
    out = []
    for line in lines:
        own = dict(flat(line))
        out.append({**own, **{f"document.{n}" if n in own else n: value for n, value in said.items()}})
    return out


def _records(text: str, name: str) -> Sequence[Record]:
    lines = [(number, line) for number, line in enumerate(text.splitlines(), 1) if line.strip()]
    if len(lines) > 1 and _object(lines[0][1]) is not None:
        return [_line_object(line, number, name) for number, line in lines]
    document = _parsed(text, name)
    return _objects(_inner_list(document, name) if isinstance(document, dict) else document, name)


def _inner_list(document: Record, name: str) -> list[Any]:
    """Return the one list of objects within an object, with its other fields; else the object alone."""
    fields = dict(flat(document))
    keys = [key for key, value in fields.items() if _holds_objects(value)]
    if len(keys) > 1:
        keys = [key for key in keys if _holds_lines(fields[key])] or keys
    if len(keys) > 1:
        raise UnreadableDocumentError(
            f"{name}: got JSON with {len(keys)} lists, expected one list of objects; give that alone."
        )
    return [line for key in keys for line in _inherited(fields, key)] or [document]


def _object(line: str) -> Record | None:
    try:
        value = json.loads(line, parse_float=Decimal)
    except (json.JSONDecodeError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def _line_object(line: str, number: int, name: str) -> Record:
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


def _objects(records: list[Any], name: str) -> list[Record]:
    strange = next((record for record in records if not isinstance(record, dict)), None)
    if strange is not None or not records:
        raise UnreadableDocumentError(
            f"{name}: got {'no record' if not records else type(strange).__name__}, "
            "expected a list of objects, one per ledger line; export it so."
        )
    return records


def _holds_objects(value: object) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(item, dict) for item in value)


def _holds_lines(value: object) -> bool:
    """Tell whether a list holds lines, with a description and a figure, rather than taxes or payments."""
    if not isinstance(value, list) or not _holds_objects(value):
        return False
    names = [key for key, _ in flat(value[0])]
    described = any(name_score("description", key) >= _NAMED for key in names)
    return described and any(name_score(field, key) >= _NAMED for key in names for field in _FIGURE_FIELDS)


def _is_figure(value: object) -> bool:
    if isinstance(value, str):
        return _DECIMAL_FIGURE.fullmatch(value.strip()) is not None
    return isinstance(value, (int, float, Decimal)) and not isinstance(value, bool)
