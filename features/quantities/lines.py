"""Amounts of substance on purchase lines: quantity, unit and description brought together."""

import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd
import pandera.pandas as pa
from pandera.typing.pandas import DataFrame, Series

from features.frames import Frame
from features.quantities.contents import (
    NET_CONTENT_GSD,
    OPEN_READING_GSD,
    Basis,
    Contents,
    Note,
    read_contents,
)
from features.quantities.densities import UNNAMED_LIQUID, density_of
from features.quantities.units import Unit, UnitKind, read_unit

_WEIGHED_GSD: Final = 1.02
PACKAGE_GSD: Final = 3.0
"""A case of something "500 g" holds between one and some twenty of it."""
_IMPERIAL: Final = frozenset({"GB", "IE"})
_WHOLE: Final = 0.02
_REAM: Final = read_unit("RM")
_COUNTED: Final = re.compile(r"\b(?P<count>[1-9][\d,]*)\s?(?P<word>[a-z]{2,12})\b", re.IGNORECASE)


class Quantities(Frame):
    """What every line says about amounts; NaN where it says nothing. Credits have negative amounts."""

    mass_kg: Series[float] = pa.Field(nullable=True, description="net, of the whole line")
    volume_l: Series[float] = pa.Field(nullable=True)
    area_m2: Series[float] = pa.Field(nullable=True)
    length_m: Series[float] = pa.Field(nullable=True)
    articles: Series[float] = pa.Field(nullable=True, description="of what the description describes")
    pieces: Series[float] = pa.Field(nullable=True, description="articles times the pieces in each")
    article_kg: Series[float] = pa.Field(
        nullable=True, gt=0, description="net mass that the text gives an article"
    )
    basis: Series[str] = pa.Field(isin=[str(basis) for basis in Basis])
    note: Series[str] = pa.Field(
        isin=[str(note) for note in Note], description='"" where nothing is doubtful'
    )
    gsd: Series[float] = pa.Field(nullable=True, ge=1, description="geometric standard deviation of mass_kg")
    span: Series[str] = pa.Field(description="words that were read")
    strength: Series[str] = pa.Field(description="dosages and concentrations, which are no mass")

    class Config:
        """Exactly these columns, in this order."""

        strict = True
        ordered = True
        coerce = True


@dataclass(frozen=True)
class _Reading:
    """One unit of quantity of a line: amounts per unit, as far as unit and description say."""

    mass_kg: float
    volume_l: float
    area_m2: float
    length_m: float
    articles: float
    pieces: float
    article_kg: float
    basis: Basis
    note: Note
    gsd: float
    span: str
    strength: str
    restated: float = float("nan")
    """Number of units that the text counts itself: 200 in "paper (200 reams)" beside a unit of a ream."""


def quantities(items: pd.DataFrame) -> DataFrame[Quantities]:
    """Read the amounts of purchase lines. Money is not looked at.

    The description says what one article is, the quantity counts articles in the given unit. A quantity in a
    unit of mass is the mass; where the description gives an article another mass that does not go into it,
    the line is noted and its range widened. Without a quantity there is no mass, only ``article_kg``.

    Parameters
    ----------
    items
        Line items; ``description``, ``quantity``, ``unit`` and, if there, ``country`` (of the buyer, who in
        GB and IE means imperial gallons and metric tons) are read.

    Returns
    -------
    pandas.DataFrame
        The same rows in the same order, validated against :class:`Quantities`.

    Examples
    --------
    >>> lines = pd.DataFrame({"description": ["Water 6 x 1.5 l", "Copper"], "quantity": [2.0, 3.0],
    ...                       "unit": ["EA", "TNE"]})
    >>> quantities(lines)[["mass_kg", "basis"]].values.tolist()
    [[18.36, 'volume_times_density'], [3000.0, 'mass_unit']]
    """
    imperial = items["country"].isin(_IMPERIAL) if "country" in items else pd.Series(False, index=items.index)
    keys = pd.MultiIndex.from_arrays([items["description"], items["unit"], imperial])
    codes, unique = pd.factorize(keys)
    readings = _readings(unique)
    lines = readings.iloc[codes].reset_index(drop=True)
    quantity = items["quantity"].to_numpy(dtype=np.float64)
    amounts = ["mass_kg", "volume_l", "area_m2", "length_m", "articles", "pieces"]
    lines[amounts] = lines[amounts].to_numpy() * quantity[:, None]
    _check_unit_against_text(lines, quantity)
    _check_count_against_quantity(lines, quantity)
    _without_quantity(lines, np.isnan(quantity) | (quantity == 0))
    lines.index = items.index
    return Quantities.validate(lines.drop(columns="restated"))


def _readings(keys: Iterable[tuple[str, str, bool]]) -> pd.DataFrame:
    columns = list(_Reading.__dataclass_fields__)
    rows = [asdict(_read(description, unit, imperial=bool(imperial))) for description, unit, imperial in keys]
    frame = pd.DataFrame(rows, columns=columns)
    for column in ("basis", "note", "span", "strength"):
        frame[column] = frame[column].astype(str)
    return frame


def _read(description: str, unit_text: str, *, imperial: bool) -> _Reading:
    """Bring a unit and a description together."""
    unit = read_unit(unit_text, imperial=imperial)
    description, restated = _of_one_unit(description, unit)
    return replace(_read_one(description, unit, unit_text, imperial=imperial), restated=restated)


def _of_one_unit(description: str, unit: Unit) -> tuple[str, float]:
    """Let the text speak of one unit: "200 reams" beside a unit of a ream counts what the quantity counts."""
    restated = float("nan")
    if unit.kind is UnitKind.PIECES and unit.pieces > 1:
        for found in _COUNTED.finditer(description):
            if read_unit(found["word"]) == unit:
                restated = float(found["count"].replace(",", ""))
                description = description[: found.start()] + found["word"] + description[found.end() :]
                break
    return description, restated


def _read_one(description: str, unit: Unit, unit_text: str, *, imperial: bool) -> _Reading:
    """Bring a unit and a description of one of it together."""
    contents = read_contents(description, imperial=imperial)
    if unit == _REAM and "ream" not in description.lower():
        contents = read_contents(f"{description} ream", imperial=imperial)
    if unit.kind is UnitKind.UNKNOWN and any(character.isdigit() for character in unit_text):
        unit, contents = _unit_with_contents(unit_text, contents, imperial=imperial)
    elif contents.per and unit.kind is UnitKind.PIECES and np.isnan(contents.mass_kg):
        unit = read_unit(contents.per, imperial=imperial)
        contents = replace(contents, note=Note.UNIT_FROM_TEXT)
    if unit.kind is UnitKind.MASS:
        return _of_mass(unit, contents)
    if unit.kind is UnitKind.VOLUME:
        return _of_volume(unit, contents, description)
    if unit.kind in {UnitKind.AREA, UnitKind.LENGTH}:
        return _of_extent(unit, contents)
    if unit.kind is UnitKind.OTHER:
        return _nothing(contents, Note.UNIT_IS_NO_AMOUNT)
    return _of_articles(unit, contents)


def _unit_with_contents(unit_text: str, contents: Contents, *, imperial: bool) -> tuple[Unit, Contents]:
    """Read a unit such as "box of 200" or "25 kg bag": what it says goes before the description."""
    own = read_contents(unit_text, imperial=imperial)
    if own.basis in {Basis.NONE, Basis.PIECES_ONLY} and np.isnan(own.pieces):
        return Unit(UnitKind.UNKNOWN), contents
    if not np.isnan(own.mass_kg):
        return Unit(UnitKind.PIECES), replace(own, strength=contents.strength)
    if np.isnan(contents.pieces) or contents.pieces == own.pieces:
        per_article = 1.0 if contents.pieces == own.pieces else own.pieces
        return Unit(UnitKind.PIECES, pieces=per_article, articles=per_article), contents
    return Unit(UnitKind.PIECES, pieces=own.pieces, articles=1.0), replace(contents, pieces=float("nan"))


def _of_mass(unit: Unit, contents: Contents) -> _Reading:
    return replace(
        _nothing(contents, contents.note if contents.note is Note.UNIT_FROM_TEXT else Note.NONE),
        mass_kg=unit.factor,
        article_kg=contents.mass_kg,
        basis=Basis.MASS_UNIT,
        gsd=_WEIGHED_GSD,
    )


def _of_volume(unit: Unit, contents: Contents, description: str) -> _Reading:
    reading = replace(
        _nothing(contents, contents.note if contents.note is Note.UNIT_FROM_TEXT else Note.NONE),
        volume_l=unit.factor,
        article_kg=contents.mass_kg,
    )
    density = density_of(description)
    if density is None and unit.factor > _LARGEST_LIQUID_UNIT_L:
        # a cubic metre is of gas, water, wood or earth: no density fits all
        return replace(reading, note=Note.DENSITY_UNKNOWN)
    density = density or UNNAMED_LIQUID
    return replace(
        reading,
        mass_kg=unit.factor * density.kg_per_litre,
        basis=Basis.VOLUME_TIMES_DENSITY,
        gsd=density.gsd,
    )


_LARGEST_LIQUID_UNIT_L: Final = 200.0


def _of_extent(unit: Unit, contents: Contents) -> _Reading:
    """Read metres and square metres; they have a mass only where the text gives a grammage per area."""
    nothing = _nothing(contents, contents.note if contents.note is Note.UNIT_FROM_TEXT else Note.NONE)
    if unit.kind is UnitKind.LENGTH:
        return replace(nothing, length_m=unit.factor)
    reading = replace(nothing, area_m2=unit.factor)
    if np.isnan(contents.grammage_gsm):
        return reading
    return replace(
        reading,
        mass_kg=unit.factor * contents.grammage_gsm / 1000,
        basis=Basis.SHEET_AREA_TIMES_GRAMMAGE,
        gsd=NET_CONTENT_GSD,
        span=f"{contents.grammage_gsm:g} g/m2",
    )


def _of_articles(unit: Unit, contents: Contents) -> _Reading:
    """Count what the description describes."""
    per_article = 1.0 if np.isnan(contents.pieces) else contents.pieces
    # "per dozen" beside a unit of a dozen, or 500 sheets beside a ream, says the same thing twice
    articles = 1.0 if unit.articles == per_article else unit.articles
    pieces = articles * per_article if unit.articles == unit.pieces else max(unit.pieces, per_article)
    note, gsd = contents.note, contents.gsd
    has_mass = not np.isnan(contents.mass_kg)
    if unit.kind is UnitKind.OUTER_PACKAGE and np.isnan(contents.pieces):
        note = note or Note.PACKAGE_CONTENT_OPEN
        gsd = max(gsd, PACKAGE_GSD) if has_mass else gsd
    if unit.kind is UnitKind.UNKNOWN:
        note = note or Note.UNIT_UNKNOWN
        gsd = max(gsd, OPEN_READING_GSD) if has_mass else gsd
    return _Reading(
        mass_kg=articles * contents.mass_kg,
        volume_l=articles * contents.volume_l,
        area_m2=articles * contents.area_m2,
        length_m=articles * contents.length_m,
        articles=articles,
        pieces=pieces,
        article_kg=contents.mass_kg,
        basis=contents.basis if has_mass else Basis.PIECES_ONLY,
        note=note,
        gsd=gsd,
        span=contents.span,
        strength=contents.strength,
    )


def _nothing(contents: Contents, note: Note) -> _Reading:
    nan = float("nan")
    return _Reading(nan, nan, nan, nan, nan, nan, nan, Basis.NONE, note, nan, "", contents.strength)


def _check_unit_against_text(lines: pd.DataFrame, quantity: npt.NDArray[np.float64]) -> None:
    """Note lines in kilograms or litres whose text gives an article a mass that does not go into it."""
    in_unit = lines["basis"].isin([Basis.MASS_UNIT, Basis.VOLUME_TIMES_DENSITY]) & lines["articles"].isna()
    ratio = (lines["mass_kg"].abs() / lines["article_kg"]).where(in_unit)
    is_whole = (ratio > 1 - _WHOLE) & ((ratio - ratio.round()).abs() <= _WHOLE * ratio)
    open_reading = ratio.notna() & ~is_whole & (lines["mass_kg"] != 0)
    lines.loc[open_reading, "note"] = str(Note.UNIT_AND_TEXT_DISAGREE)
    # the other reading: the quantity counts articles
    other = (np.abs(quantity) * lines["article_kg"] / lines["mass_kg"].abs())[open_reading]
    doubt = np.exp(np.abs(np.log(other.to_numpy(dtype=np.float64))) / 2)
    lines.loc[open_reading, "gsd"] = np.maximum(doubt, OPEN_READING_GSD)


def _check_count_against_quantity(lines: pd.DataFrame, quantity: npt.NDArray[np.float64]) -> None:
    """Note lines whose text counts another number of units than the quantity: it may count packs of them."""
    restated = lines["restated"].to_numpy(dtype=np.float64)
    other = np.isfinite(restated) & (restated > 1) & (restated != np.abs(quantity))
    lines.loc[other, "note"] = str(Note.UNIT_AND_TEXT_DISAGREE)
    has_mass = other & lines["mass_kg"].notna().to_numpy()
    lines.loc[has_mass, "gsd"] = np.maximum(np.sqrt(restated[has_mass]), OPEN_READING_GSD)


def _without_quantity(lines: pd.DataFrame, missing: npt.NDArray[np.bool_]) -> None:
    amounts = ["mass_kg", "volume_l", "area_m2", "length_m", "articles", "pieces", "gsd"]
    lines.loc[missing, amounts] = np.nan
    lines.loc[missing, "basis"] = str(Basis.NONE)
    lines.loc[missing, "note"] = str(Note.QUANTITY_MISSING)
