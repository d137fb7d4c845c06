"""Flattened OCDS: workbooks and tables whose columns are paths, such as "awards/0/items/0/unit/name"."""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from data.errors import UnreadableDocumentError
from serving.documents.table import Table

_PROCESS: Final = "ocid"
_PATH: Final = re.compile(r"(?:awards|contracts)/\d+/\S+", re.IGNORECASE)
_HEADER_BYTES: Final = re.compile(rb"[^\r\n]*\b(?:awards|contracts)/\d+/[^\r\n]*", re.IGNORECASE)
_DEEPEST: Final = 12
_BOUGHT: Final = frozenset({"awards", "contracts", "items"})
_Key = tuple[object, ...]


class _Listed(dict[_Key, dict[str, Any]]):
    """What becomes a list: its objects by what identifies them."""


def is_flattened(head: bytes) -> bool:
    """Tell by its first line whether delimited text is flattened OCDS, which is read whole."""
    return _HEADER_BYTES.match(head) is not None


def unflattened(tables: Sequence[Table], name: str) -> bytes | None:
    """Put the releases of flattened OCDS together again, from all sheets.

    Rows are of one release by their ``ocid`` and ``id``, and tell of one award, contract, item or supplier by
    its own ``id``; one without is another one in every row.

    Parameters
    ----------
    tables
        Of the document.
    name
        Of the document, for the message of an error.

    Returns
    -------
    bytes or None
        A release package of OCDS as JSON; ``None`` where no column is a path to an award or contract.

    Raises
    ------
    UnreadableDocumentError
        When there are such columns in a table that does not say whose contracts they are.
    """
    laid_out = [(_header(table), _rows(table)) for table in tables]
    if not any(_PATH.fullmatch(column) for header, _ in laid_out for column in header):
        return None
    releases: dict[_Key, dict[str, Any]] = {}
    for number, (header, rows) in enumerate(laid_out):
        if _PROCESS not in header:
            _require_no_contracts(header, name)
            continue
        for position, row in enumerate(rows):
            cells = {column: cell.strip() for column, cell in zip(header, row, strict=False) if cell.strip()}
            if _PROCESS in cells:
                release = releases.setdefault((cells[_PROCESS], cells.get("id", "")), {})
                _put(release, cells, (number, position))
    return json.dumps({"releases": [_plain(release) for release in releases.values()]}).encode()


def _header(table: Table) -> tuple[str, ...]:
    cells = table.header if table.header is not None else next(iter(table.rows), [])
    return tuple(cell.strip() for cell in cells)


def _rows(table: Table) -> Sequence[Sequence[str]]:
    return table.rows if table.header is not None else table.rows[1:]


def _require_no_contracts(header: Iterable[str], name: str) -> None:
    paths = [column for column in header if _PATH.fullmatch(column)]
    if paths:
        raise UnreadableDocumentError(
            f'{name}: got the column "{paths[0]}" of flattened OCDS and no column "{_PROCESS}", expected '
            "both; export the identifier of the contracting process, too."
        )


def _put(release: dict[str, Any], cells: Mapping[str, str], row: _Key) -> None:
    """Put the cells of a row at the places that their columns name."""
    for column, cell in cells.items():
        parts = column.split("/")
        place: dict[Any, Any] = release
        for depth, part in enumerate(parts[:-1][:_DEEPEST]):
            if isinstance(place, _Listed):
                place = place.setdefault(_identity(cells, parts[: depth + 1], row), {})
            else:
                place = _within(place, part, listed=parts[depth + 1].isdigit())
        if not isinstance(place, _Listed) and not isinstance(place.get(parts[-1]), dict):
            place[parts[-1]] = cell


def _identity(cells: Mapping[str, str], path: Sequence[str], row: _Key) -> _Key:
    """Say which one of a list a row tells of: by its identifier, else by the row, a supplier by its words."""
    within = "/".join(path) + "/"
    own = cells.get(f"{within}id", "")
    if own:
        return ("id", own)
    if path[-2] in _BOUGHT:
        return (*row, path[-1])
    return tuple(cell for column, cell in cells.items() if column.startswith(within))


def _within(place: dict[str, Any], part: str, *, listed: bool) -> dict[Any, Any]:
    kind: type[dict[Any, Any]] = _Listed if listed else dict
    if not isinstance(place.get(part), kind):
        place[part] = kind()
    found: dict[Any, Any] = place[part]
    return found


def _plain(value: Any) -> Any:
    if isinstance(value, _Listed):
        return [_plain(one) for one in value.values()]
    return {name: _plain(one) for name, one in value.items()} if isinstance(value, dict) else value
