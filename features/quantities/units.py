"""Units of measure, counts and packages, read from codes (UNECE Rec 20 and 21) or from what buyers write."""

import re
import tomllib
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import Any, Final

import pint

_PUNCTUATION: Final = re.compile(r"[\s.]+")
_PACKAGE_CODE: Final = re.compile(r"X[0-9A-Z]{2}")


class UnitKind(StrEnum):
    """What the quantity of a line counts."""

    MASS = "mass"
    VOLUME = "volume"
    LENGTH = "length"
    AREA = "area"
    PIECES = "pieces"
    INNER_PACKAGE = "inner_package"
    OUTER_PACKAGE = "outer_package"
    OTHER = "other"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Unit:
    """A unit of quantity.

    Attributes
    ----------
    kind
        What it measures.
    factor
        kg, litres, m or m2 in one unit; NaN where it is not a measure.
    pieces
        Pieces in one unit, as far as the unit says; a dozen has 12.
    articles
        How many times one unit holds what the description describes; a pair of gloves is one article.
    """

    kind: UnitKind
    factor: float = float("nan")
    pieces: float = 1.0
    articles: float = 1.0


_SI: Final = {
    "[mass]": (UnitKind.MASS, "kilogram"),
    "[length] ** 3": (UnitKind.VOLUME, "liter"),
    "[length]": (UnitKind.LENGTH, "meter"),
    "[length] ** 2": (UnitKind.AREA, "meter ** 2"),
}


def read_unit(text: str, *, imperial: bool = False) -> Unit:
    """Read a unit column.

    Parameters
    ----------
    text
        A code of Rec 20, a code of Rec 21 with or without its X, or a word; "" counts pieces.
    imperial
        Read gallon, pint, quart, fluid ounce and ton as a British or Irish buyer means them.

    Returns
    -------
    Unit
        Of kind UNKNOWN when the unit is none of these.

    Examples
    --------
    >>> read_unit("KGM").factor, read_unit("per dozen").pieces, read_unit("Ltrs").kind.value
    (1.0, 12.0, 'volume')
    """
    if not text.strip():
        return Unit(UnitKind.PIECES)
    known = _column_units(imperial)
    if text.strip() in known:
        return known[text.strip()]
    name = _name(text)
    return known.get(name) or known.get(name.removeprefix("per_")) or _package(text)


@cache
def text_units(*, imperial: bool = False) -> Mapping[str, Unit]:
    """Words that are units of measure after a number in a description, such as ``fl oz``."""
    words = {}
    for entry in _table()["measure"]:
        for word in entry.get("words", "").split():
            words[word.replace("_", " ")] = _measure(entry, imperial)
    return words


@cache
def _column_units(imperial: bool) -> dict[str, Unit]:
    """Units by name as :func:`_name` writes it; codes in capitals."""
    units: dict[str, Unit] = {}
    for unit, entry in _entries(imperial):
        for word in (entry.get("words", "") + " " + entry.get("column", "")).split():
            units.setdefault(word, unit)
            units.setdefault(word.rstrip("."), unit)
    for unit, entry in _entries(imperial):
        for code in entry.get("codes", "").split():
            units[code] = unit
            units.setdefault(code.lower(), unit)
    return units


def _entries(imperial: bool) -> Iterator[tuple[Unit, Mapping[str, Any]]]:
    table = _table()
    for entry in table["measure"]:
        yield _measure(entry, imperial), entry
    for entry in table["pieces"]:
        count = float(entry["count"])
        yield Unit(UnitKind.PIECES, pieces=count, articles=float(entry.get("articles", count))), entry
    yield Unit(UnitKind.OUTER_PACKAGE), table["outer_packages"]
    yield Unit(UnitKind.INNER_PACKAGE), table["inner_packages"]
    yield Unit(UnitKind.OTHER), table["others"]


def _measure(entry: Mapping[str, Any], imperial: bool) -> Unit:
    name = entry["imperial"] if imperial and "imperial" in entry else entry["pint"]
    return _converted(name)


@cache
def _converted(pint_name: str) -> Unit:
    one = _registry().Quantity(1.0, pint_name)
    for dimension, (kind, si) in _SI.items():
        if one.check(dimension):
            return Unit(kind, factor=float(f"{one.to(si).magnitude:.12g}"))
    raise ValueError(f"units.toml: {pint_name} is neither a mass, a volume, a length nor an area")


def _package(text: str) -> Unit:
    """Read a code of Rec 21 that is not a word of the table: a package whose content is not known."""
    if _PACKAGE_CODE.fullmatch(text.strip()):
        inner = _column_units(imperial=False).get(text.strip()[1:].lower())
        return inner if inner and inner.kind is UnitKind.INNER_PACKAGE else Unit(UnitKind.OUTER_PACKAGE)
    return Unit(UnitKind.UNKNOWN)


def _name(text: str) -> str:
    text = unicodedata.normalize("NFKC", text).lower().strip(" .()")
    return _PUNCTUATION.sub("_", text)


@cache
def _table() -> dict[str, Any]:
    return tomllib.loads(files("features.quantities").joinpath("units.toml").read_text("utf-8"))


@cache
def _registry() -> "pint.UnitRegistry[Any]":
    return pint.UnitRegistry()
