"""Lines of a request: each read by itself, so that a broken one never costs the others their answer."""

import difflib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import pandas as pd
from pydantic import ValidationError
from pydantic_core import ErrorDetails

from features.line_items import line_items
from serving.documents.goods_numbers import mark_unknown_goods
from serving.schemas import LineIn

_SHOWN_CHARACTERS: Final = 80
_SHOWN_FAULTS: Final = 3


@dataclass(frozen=True)
class RequestLines:
    """Lines of a request as read.

    Attributes
    ----------
    line_ids
        As the client knows the lines: the id it gave, else the line's number from 1.
    items
        :class:`features.line_items.LineItems`, one row per line, in order; ids are made distinct there.
    """

    line_ids: list[str]
    items: pd.DataFrame


def read_lines(raw: Sequence[object]) -> RequestLines:
    """Read each line; one that does not fit the schema carries the issue ``line_invalid`` and says why.

    A line whose id stands on an earlier line too carries the issue ``line_id_repeated``: it may be the same
    line sent twice, and a footprint must not be counted twice unnoticed.

    Parameters
    ----------
    raw
        The lines as parsed from JSON.
    """
    records, faults = zip(*(_read(line) for line in raw), strict=True)
    given = [record.get("line_id") or "" for record in records]
    items = pd.DataFrame(
        [record | {"line_id": name} for record, name in zip(records, _distinct(given), strict=True)]
    )
    repeated = pd.Series(given).duplicated().to_numpy() & (pd.Series(given) != "").to_numpy()
    items["issue"], items["issue_detail"] = "", list(faults)
    items.loc[repeated, "issue"] = "line_id_repeated"
    items.loc[repeated, "issue_detail"] = (
        "The line_id stands on an earlier line too, expected once: send the line once, or under its own id."
    )
    items.loc[[bool(fault) for fault in faults], "issue"] = "line_invalid"
    lines = line_items(items)
    mark_unknown_goods(lines)
    return RequestLines([name or str(n) for n, name in enumerate(given, 1)], lines)


def field_faults(line: Mapping[str, object]) -> dict[str, str]:
    """Say for each field of a line what was got and what was expected, in the order of the fields."""
    try:
        LineIn.model_validate(line)
    except ValidationError as error:
        found = error.errors(include_url=False)
        return {".".join(str(part) for part in fault["loc"]): _got_expected(fault) for fault in found}
    return {}


def _read(line: object) -> tuple[dict[str, Any], str]:
    """Give the fields of a line and what is wrong with it; a broken line keeps its id, if readable."""
    try:
        return LineIn.model_validate(line).model_dump(exclude_none=True), ""
    except ValidationError as error:
        faults = error.errors(include_url=False)
        shown = "; ".join(_sentence(fault) for fault in faults[:_SHOWN_FAULTS])
        more = f"; and {len(faults) - _SHOWN_FAULTS:,} more" if len(faults) > _SHOWN_FAULTS else ""
        return _id_alone(line), f"{shown}{more}: correct the line and send it again."


def _id_alone(line: object) -> dict[str, Any]:
    try:
        return LineIn(line_id=line["line_id"]).model_dump(exclude_none=True)  # type: ignore[index]
    except (KeyError, TypeError, ValidationError):
        return {}


def _distinct(given: Sequence[str]) -> list[str]:
    """Make ids distinct without touching one that a client gave once."""
    taken = set(given)
    seen: set[str] = set()
    out = []
    for number, name in enumerate(given, 1):
        free = name
        if not name or name in seen:
            free = f"{name}#{number}" if name else str(number)
            while free in taken:
                free += "#"
            taken.add(free)
        seen.add(free)
        out.append(free)
    return out


def _sentence(fault: ErrorDetails) -> str:
    if fault["type"] == "extra_forbidden":
        return _unknown_field(str(fault["loc"][-1]))
    return f"{'.'.join(str(part) for part in fault['loc']) or 'line'}: {_got_expected(fault)}"


def _got_expected(fault: ErrorDetails) -> str:
    expected = _EXPECTED.get(fault["type"], _expected_by_message)
    return f"got {_shown(fault['input'])}, expected {expected(fault)}"


def _unknown_field(name: str) -> str:
    near = difflib.get_close_matches(name.lower(), LineIn.model_fields, n=1)
    expected = f"perhaps {near[0]!r}" if near else f"one of {', '.join(LineIn.model_fields)}"
    return f"got the unknown field {_shown(name)}, expected {expected}"


def _shown(value: object) -> str:
    text = repr(value)
    return (
        text if len(text) <= _SHOWN_CHARACTERS else f"{text[:_SHOWN_CHARACTERS]}… ({len(text):,} characters)"
    )


def _expected_by_message(fault: ErrorDetails) -> str:
    message = fault["msg"].removeprefix("Input should be ")
    return message[:1].lower() + message[1:]


def _expected_by_pattern(fault: ErrorDetails) -> str:
    return (
        "two capital letters (ISO 3166-1)"
        if "country" in fault["loc"]
        else "three capital letters (ISO 4217)"
    )


def _bound(value: object) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


_EXPECTED: Final[dict[str, Callable[[ErrorDetails], str]]] = {
    "string_type": lambda _: "a text",
    "string_too_long": lambda fault: f"at most {fault['ctx']['max_length']:,} characters",
    "string_unicode": lambda _: "valid Unicode",
    "string_pattern_mismatch": _expected_by_pattern,
    "float_type": lambda _: "a number",
    "greater_than_equal": lambda fault: f"at least {_bound(fault['ctx']['ge'])}",
    "less_than_equal": lambda fault: f"at most {_bound(fault['ctx']['le'])}",
    "model_type": lambda _: "an object with the fields of a line item",
}
