"""What one article holds, as its description says: mass, volume, area, length, pieces."""

import re
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

import numpy as np

from features.quantities.densities import UNNAMED_LIQUID, density_of
from features.quantities.units import UnitKind
from features.quantities.wording import SHEETS_PER_REAM, Count, Measure, Wording, read_wording

NET_CONTENT_GSD: Final = 1.05
"""A stated content is what is sold by law; filling tolerances are a few percent (Directive 76/211/EEC)."""
OPEN_READING_GSD: Final = 1.5
"""At least this where a text allows two readings."""
_SAME: Final = 0.06
"""Measures that differ by less, relative, restate each other: 12 oz (340 g)."""
_STRENGTH_UP_TO_KG: Final = 0.0101


class Basis(StrEnum):
    """How an amount was read."""

    MASS_UNIT = "mass_unit"
    STATED_MASS = "stated_mass"
    VOLUME_TIMES_DENSITY = "volume_times_density"
    SHEET_AREA_TIMES_GRAMMAGE = "sheet_area_times_grammage"
    PIECES_ONLY = "pieces_only"
    NONE = "none"


class Note(StrEnum):
    """What a reader should know about a reading, the gravest first."""

    NONE = ""
    QUANTITY_MISSING = "quantity_missing"
    UNIT_IS_NO_AMOUNT = "unit_is_no_amount"
    UNIT_AND_TEXT_DISAGREE = "unit_and_text_disagree"
    SEVERAL_MEASURES = "several_measures"
    SEVERAL_COUNTS = "several_counts"
    PACKAGE_CONTENT_OPEN = "package_content_open"
    UNIT_UNKNOWN = "unit_unknown"
    DENSITY_UNKNOWN = "density_unknown"
    CAPACITY_NOT_CONTENT = "capacity_not_content"
    UNIT_FROM_TEXT = "unit_from_text"


@dataclass(frozen=True)
class Contents:
    """One article: NaN where nothing was said.

    Attributes
    ----------
    mass_kg, volume_l, area_m2, length_m
        Net, per article.
    pieces
        Pieces in an article.
    basis, note
        How it was read, and what is doubtful about it.
    gsd
        Geometric standard deviation of the mass.
    span
        Words that were read.
    strength
        Dosages and concentrations: evidence of what it is, never its mass.
    per
        Unit of "per kg": the quantity counts these.
    grammage_gsm
        Of paper or cloth, g per m2.
    """

    mass_kg: float = float("nan")
    volume_l: float = float("nan")
    area_m2: float = float("nan")
    length_m: float = float("nan")
    pieces: float = float("nan")
    basis: Basis = Basis.NONE
    note: Note = Note.NONE
    gsd: float = float("nan")
    span: str = ""
    strength: str = ""
    per: str = ""
    grammage_gsm: float = float("nan")


_SOLID_DOSE: Final = re.compile(
    r"\b(?:tab(?:let)?s?|cap(?:sule)?s?|vials?|amp(?:o?ule)?s?|inj(?:ection)?s?|infusion|suppositor(?:y|ies)|"
    r"pessar(?:y|ies)|powder for|caplets?|lozenges?|antibiotic|syringes?)\b",
    re.IGNORECASE,
)
_HOLLOW: Final = re.compile(
    r"\b(?:bins?|liners?|tanks?|coolers?|refrigerators?|fridges?|freezers?|kettles?|urns?|cabinets?|totes?|"
    r"backpacks?|rucksacks?|suitcases?|heaters?|boilers?|autoclaves?|ovens?|microwaves?|thermos|carts?|wheelie|"
    r"dustbins?|basins?|saucepans?|planters?|crates?|centrifuges?|capacity|compressors?|infusers?|empty|"
    r"aquariums?|washers?|desktop|packaging|carton package|(?:bottle|jar|pot|box) for|"
    r"gal(?:lons?)?\W+(?:\w+\W+){0,2}bags?|(?:storage|compostable|freezer) bags?|"
    r"(?:trash|refuse|garbage|rubbish|waste|clinical|bin) (?:bags?|sacks?|cans?))\b",
    re.IGNORECASE,
)
_PERHAPS_HOLLOW: Final = re.compile(
    r"\b(?:buckets?|containers?|syringes?|beakers?|flasks?|cylinders?|pumps?|cups?|mugs?|glass(?:es)?|jugs?|"
    r"pitchers?|sprayers?|pipett?es?|carafes?|flagons?|bowls?|pots|barrels?|tubes?|vials?)\b",
    re.IGNORECASE,
)
_FILLED: Final = re.compile(
    r"\b(?:of|filled|water|solution|suspension|injection|oral|cream|gel|liquid|juice|milk|soup|paint|oil|sauce|"
    r"cleaner|detergent|sanitizer|sanitiser|soap|eluent|buffer|media|medium|drops|serum|ink|concentrate|beer|"
    r"reagent|coffee|tea|yog(?:h)?urt|dessert)\b",
    re.IGNORECASE,
)
_RATED: Final = re.compile(
    r"\b(?:forklifts?|hoists?|jacks?|cranes?|slings?|shackles?|scales?|balances?|ladders?|trolleys?|trucks?|pickups?|"
    r"capac(?:ity)?|load|rated|tractors?|winch(?:es)?|lifts?|castors?|casters?|shelv(?:es|ing)|racks?|racking|vans?|"
    r"trailers?|vehicles?|max(?:imum)?|up to|under|over|air condition(?:er|ing)s?|excavators?|"
    r"body ?weight|fishing line|"
    r"(?:paper|plastic|foam|hot|cold|drinking|portion) cups?|cups? (?:paper|plastic|foam))\b",
    re.IGNORECASE,
)
_AROUND: Final = 50
"""Characters on either side in which a word still belongs to a measure: listings run on for paragraphs."""
_SHEET_SIDES_M: Final = {
    "a0": (0.841, 1.189), "a1": (0.594, 0.841), "a2": (0.420, 0.594), "a3": (0.297, 0.420),
    "a4": (0.210, 0.297), "a5": (0.148, 0.210), "a6": (0.105, 0.148), "sra3": (0.320, 0.450),
    "letter": (0.2159, 0.2794), "8.5x11": (0.2159, 0.2794), "legal": (0.2159, 0.3556),
    "tabloid": (0.2794, 0.4318), "11x17": (0.2794, 0.4318),
}  # fmt: skip
_SHEET: Final = re.compile(
    r"(?<![\w.])(sra3|a[0-6]|letter|legal|tabloid|"
    r"8[.]5\s?\"?\s?x\s?11|8[ -]1/2\s?\"?\s?x\s?11|11\s?\"?\s?x\s?17)\b",
    re.IGNORECASE,
)
_SHEET_MM: Final = re.compile(r"(?<![\w.])(\d{3,4})\s?(?:mm)?\s?x\s?(\d{3,4})\s?mm\b", re.IGNORECASE)


def read_contents(description: str, *, imperial: bool = False) -> Contents:
    """Read a description.

    Parameters
    ----------
    description
        Of an article.
    imperial
        Read gallon, pint, quart, fluid ounce and ton as a British or Irish buyer means them.

    Examples
    --------
    >>> read_contents("Still water 6 x 1.5 l").volume_l
    9.0
    >>> read_contents("Paracetamol 500mg tablets, 100").basis.value
    'pieces_only'
    """
    wording = read_wording(description, imperial=imperial)
    measures, strengths = _without_dosages(wording)
    contents = Contents(
        strength="; ".join(strengths),
        per=wording.per,
        pieces=_pieces(wording.counts, measures),
        grammage_gsm=wording.grammage_gsm,
    )
    paper = _paper(wording, contents)
    if paper is not None:
        return paper
    usable = [measure for measure in measures if not _is_capacity(measure, wording.text)]
    if measures and not usable:
        return replace(_pieces_only(contents, wording.counts), note=Note.CAPACITY_NOT_CONTENT)
    masses = [m for m in usable if m.unit.kind is UnitKind.MASS]
    volumes = [m for m in usable if m.unit.kind is UnitKind.VOLUME]
    if masses:
        return _with_mass(contents, masses, volumes, wording)
    if volumes:
        return _with_volume(contents, volumes, wording)
    return _with_extent(_pieces_only(contents, wording.counts), usable, wording)


def _without_dosages(wording: Wording) -> tuple[list[Measure], list[str]]:
    """Count grams beside a tablet or a vial among the strengths: 2 g powder for injection."""
    strengths = list(wording.strengths)
    if not _SOLID_DOSE.search(wording.text):
        return wording.measures, strengths
    measures = []
    for measure in wording.measures:
        is_mass = measure.unit.kind is UnitKind.MASS
        if is_mass and measure.value * measure.unit.factor <= _STRENGTH_UP_TO_KG:
            strengths.append(measure.span)
        else:
            measures.append(measure)
    return measures, strengths


def _is_capacity(measure: Measure, text: str) -> bool:
    """Tell what a thing can hold or lift from what is in it."""
    text = text[max(0, measure.start - _AROUND) : measure.start + len(measure.span) + _AROUND]
    if measure.unit.kind is UnitKind.VOLUME:
        if _HOLLOW.search(text):
            return True
        return bool(_PERHAPS_HOLLOW.search(text)) and not _FILLED.search(text)
    return measure.unit.kind is UnitKind.MASS and bool(_RATED.search(text))


def _pieces(counts: list[Count], measures: list[Measure]) -> float:
    """Pieces in an article; NaN where no number of them is stated."""
    times = [measure.times for measure in measures if measure.times > 1]
    if times and all(count.is_container for count in counts):
        return times[0]
    if counts:
        pieces = [count.value for count in counts if not count.is_container]
        packs = [count.value for count in counts if count.is_container]
        return float((pieces[0] if pieces else 1.0) * (packs[0] if packs else 1.0))
    return float("nan")


def _pieces_only(contents: Contents, counts: list[Count]) -> Contents:
    if np.isnan(contents.pieces):
        return contents
    note = Note.SEVERAL_COUNTS if _disagree(counts) else Note.NONE
    return replace(
        contents, basis=Basis.PIECES_ONLY, note=note, span=" … ".join(count.span for count in counts[:2])
    )


def _disagree(counts: list[Count]) -> bool:
    return any(
        len({count.value for count in counts if count.is_container is kind}) > 1 for kind in (True, False)
    )


def _paper(wording: Wording, contents: Contents) -> Contents | None:
    """Sheets times their area times their grammage; a roll or a bolt has only an area."""
    sides = _sheet_sides(wording.text)
    if np.isnan(wording.grammage_gsm) or sides is None:
        return None
    area = sides[0] * sides[1]
    sheets = contents.pieces
    if np.isnan(sheets) or (sheets < SHEETS_PER_REAM and not any(c.word == "sheets" for c in wording.counts)):
        return None
    return replace(
        contents,
        mass_kg=sheets * area * wording.grammage_gsm / 1000,
        area_m2=sheets * area,
        basis=Basis.SHEET_AREA_TIMES_GRAMMAGE,
        gsd=NET_CONTENT_GSD,
        span=" … ".join(["/".join(f"{side:g} m" for side in sides), f"{wording.grammage_gsm:g} g/m2"]),
    )


def _sheet_sides(text: str) -> tuple[float, float] | None:
    named = _SHEET.search(text)
    if named:
        name = re.sub(r"[\s\"]", "", named[1].lower().replace("8 1/2", "8.5").replace("8-1/2", "8.5"))
        return _SHEET_SIDES_M[name]
    sides = _SHEET_MM.search(text)
    return (float(sides[1]) / 1000, float(sides[2]) / 1000) if sides else None


def _with_mass(
    contents: Contents, masses: list[Measure], volumes: list[Measure], wording: Wording
) -> Contents:
    amount = _amount(masses, wording)
    volume = _amount(volumes, wording).value if volumes else float("nan")
    note, gsd = amount.note, max(NET_CONTENT_GSD, amount.gsd)
    if not np.isnan(volume) and not 1 / 4 < amount.value / volume < 4:  # noqa: PLR2004 - no density is beyond
        note = Note.SEVERAL_MEASURES
        gsd = max(gsd, OPEN_READING_GSD, float(np.exp(abs(np.log(amount.value / volume)) / 2)))
    return replace(
        contents,
        mass_kg=amount.value,
        volume_l=volume,
        basis=Basis.STATED_MASS,
        note=note,
        gsd=gsd,
        span=amount.span,
    )


def _with_volume(contents: Contents, volumes: list[Measure], wording: Wording) -> Contents:
    amount = _amount(volumes, wording)
    density = density_of(wording.text) or UNNAMED_LIQUID
    return replace(
        contents,
        mass_kg=amount.value * density.kg_per_litre,
        volume_l=amount.value,
        basis=Basis.VOLUME_TIMES_DENSITY,
        note=amount.note,
        gsd=max(density.gsd, amount.gsd),
        span=amount.span,
    )


def _with_extent(contents: Contents, measures: list[Measure], wording: Wording) -> Contents:
    """Area and length of rolls and sheets; cloth and paper with a grammage have a mass."""
    areas = [m for m in measures if m.unit.kind is UnitKind.AREA]
    lengths = [m for m in measures if m.unit.kind is UnitKind.LENGTH]
    if areas:
        area = areas[0].value * areas[0].unit.factor
        if not np.isnan(wording.grammage_gsm):
            contents = replace(
                contents,
                mass_kg=area * wording.grammage_gsm / 1000,
                basis=Basis.SHEET_AREA_TIMES_GRAMMAGE,
                gsd=NET_CONTENT_GSD,
                span=areas[0].span,
            )
        return replace(contents, area_m2=area)
    if lengths:
        return replace(contents, length_m=lengths[0].value * lengths[0].unit.factor)
    return contents


@dataclass(frozen=True)
class _Amount:
    value: float
    gsd: float
    note: Note
    span: str


def _amount(measures: list[Measure], wording: Wording) -> _Amount:
    """Settle on one amount in kg or litres; several that do not restate one another widen it."""
    packs = [count for count in wording.counts if count.is_container and count.value > 1]
    single = [measure.value * measure.unit.factor for measure in measures]
    whole = [value * measure.times for value, measure in zip(single, measures, strict=True)]
    position = next((i for i, measure in enumerate(measures) if measure.times > 1), 0)
    first = measures[position]
    total, gsd, note, span = whole[position], 1.0, Note.NONE, first.span
    if first.times > 1:
        if packs and packs[0].value != first.times:
            note, gsd = Note.SEVERAL_COUNTS, _between(1.0, packs[0].value)
    elif packs:
        total, span = single[position] * packs[0].value, f"{first.span} … {packs[0].span}"
    elif any(not count.is_container and count.value > 1 for count in wording.counts):
        # "12 bars, 400 g": the mass of all, more often than of each
        gsd = OPEN_READING_GSD
    others = [value for value in (*whole, *single) if not _restates(value, total, single[position], packs)]
    if others:
        note, gsd = Note.SEVERAL_MEASURES, max(gsd, *(_between(total, other) for other in others))
    return _Amount(total, gsd, note, span)


def _restates(value: float, total: float, single: float, packs: list[Count]) -> bool:
    known = [total, single, *(value * pack.value for pack in packs)]
    return any(abs(value - other) <= _SAME * other for other in known)


def _between(one: float, other: float) -> float:
    """Geometric standard deviation that lets either of two readings be the right one."""
    return max(OPEN_READING_GSD, float(np.exp(abs(np.log(one / other)) / 2)))
