"""Taking exchanged footprints in: read, matched to goods, and declared as their suppliers' figures."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal

from pydantic import ValidationError

from data.errors import LedgerprintError, UnreadableDocumentError
from serving.exchange.catena_x import MARK, read_catena_x
from serving.exchange.declared import DeclaredFootprint
from serving.exchange.errors import FootprintError
from serving.exchange.pact import read_pact
from serving.store import Writing
from serving.store.supplier_figures import current_figures, put_figure

_MAX_BYTES: Final = 1 << 26
_SHOWN_FAULTS: Final = 3
Outcome = Literal["declared", "unchanged", "older", "refused"]


@dataclass(frozen=True)
class Taken:
    """What became of a footprint.

    Attributes
    ----------
    footprint
        Its identifier, or its place in the document where it has none.
    goods
        What it is about, one subject each; empty where it was refused.
    outcome
        "declared"; "unchanged", as the present figure says the same; "older" than it, and left; "refused".
    detail
        A sentence.
    """

    footprint: str
    goods: tuple[str, ...]
    outcome: Outcome
    detail: str


def read_document(path: Path) -> list[Any]:
    """Read the footprints of a file: one, a list of them, or an answer with ``data``.

    Raises
    ------
    UnreadableDocumentError
        If it is not readable JSON.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise UnreadableDocumentError(
            f"{path}: got {error.strerror or error}, expected a readable file; check the path."
        ) from error
    if len(content) > _MAX_BYTES:
        raise UnreadableDocumentError(f"{path.name}: got a file above 64 MiB, expected less; split it.")
    try:
        document = json.loads(content, parse_float=str, parse_int=str)
    except (ValueError, RecursionError) as error:
        raise UnreadableDocumentError(
            f"{path.name}: got no JSON ({' '.join(str(error).split())}), expected footprints of PACT or "
            "Catena-X; check the export."
        ) from error
    return listed(document)


def listed(document: Any) -> list[Any]:
    """List the footprints of a document."""
    if isinstance(document, Mapping) and isinstance(document.get("data"), list):
        return list(document["data"])
    return list(document) if isinstance(document, list) else [document]


def read_footprint(document: Any) -> DeclaredFootprint:
    """Read a footprint of PACT 2 or 3 or of Catena-X 9.

    Raises
    ------
    FootprintError
        If it is none; the message says which field is wrong.
    """
    if not isinstance(document, Mapping):
        raise FootprintError("Got no object, expected a footprint of PACT or Catena-X: check the export.")
    try:
        stated = _stated(document)
        return read_catena_x(stated) if MARK in stated else read_pact(stated)
    except ValidationError as error:
        raise FootprintError(f"Got {_faults(error)}: ask for a corrected footprint.") from error
    except (ArithmeticError, RecursionError) as error:
        raise FootprintError(
            "Got a footprint beyond all measure, expected kg CO2e of an amount: ask for it again."
        ) from error


def take_in(writing: Writing, documents: Sequence[Any]) -> Iterator[Taken]:
    """Declare footprints, each by itself: one that cannot be used costs the others nothing.

    A footprint whose validity begins before that of the present figure is left: it is older.

    Raises
    ------
    ScopeError
        If the actor may not review.
    """
    writing.actor.require("review")
    for number, document in enumerate(documents, 1):
        try:
            footprint = read_footprint(document)
            yield _declared(writing, footprint)
        except LedgerprintError as error:
            yield Taken(_name(document, number), (), "refused", str(error))


def _declared(writing: Writing, footprint: DeclaredFootprint) -> Taken:
    figure, goods = footprint.figure(), footprint.goods()
    subjects = tuple(one.subject for one in goods)
    outcomes: set[Outcome] = set()
    for one, present in zip(goods, current_figures(writing, goods), strict=True):
        began = present.figure.valid_from if present else None
        if began and began > footprint.valid_from:
            outcomes.add("older")
        elif present and present.figure == figure:
            outcomes.add("unchanged")
        else:
            put_figure(writing, one, figure)
            outcomes.add("declared")
    outcome: Outcome = next(kind for kind in ("declared", "unchanged", "older") if kind in outcomes)
    said = {
        "declared": f"{footprint.kg_co2e_per_unit:g} kg CO2e per {footprint.unit}, valid from "
        f"{footprint.valid_from} to {footprint.valid_to}.",
        "unchanged": "The present figure says the same.",
        "older": "The present figure is valid from a later day, and stays.",
    }
    ended = writing.at.date() > footprint.valid_to
    note = " It has expired: lines dated after that day do not use it." if ended else ""
    return Taken(footprint.id, subjects, outcome, said[outcome] + note)


def _stated(value: Any) -> Any:
    """Leave out what is null: many write so what the standards want left out."""
    if isinstance(value, Mapping):
        return {name: _stated(part) for name, part in value.items() if part is not None}
    return [_stated(part) for part in value] if isinstance(value, list) else value


def _name(document: Any, number: int) -> str:
    found = document.get("id") if isinstance(document, Mapping) else None
    return str(found) if isinstance(found, str) and found else f"number {number}"


def _faults(error: ValidationError) -> str:
    faults = error.errors(include_url=False, include_context=False)
    shown = [
        f"{'.'.join(map(str, fault['loc'])) or 'a footprint'}: {fault['msg'].removeprefix('Value error, ')}"
        for fault in faults[:_SHOWN_FAULTS]
    ]
    more = f"; and {len(faults) - _SHOWN_FAULTS} more" if len(faults) > _SHOWN_FAULTS else ""
    return "; ".join(shown) + more
