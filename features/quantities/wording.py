"""Numbers with units in a description, told apart: contents, strengths, dimensions, counts."""

import re
from dataclasses import dataclass, field
from functools import cache
from typing import Final

from features.quantities.numbers import NUMBER, START, is_fraction, number, spelt_plainly
from features.quantities.units import Unit, UnitKind, text_units

_CONTAINER: Final = (
    r"(?:packs?|pks?|pkts?|pcks?|packets?|pac|box(?:es)?|bxs?|cases?|cs|cartons?|ctns?|bags?|bottles?|btls?|cans?|tins?|"
    r"jars?|tubs?|tubes?|vials?|amp(?:o?ule)?s?|ampules?|sachets?|syringes?|cartridges?|sleeves?|rolls?|drums?|"
    r"kegs?|bundles?|trays?|pads?|canisters?|pouch(?:es)?|packages?|unit doses?|bricks?|blocks?|multipacks?)"
)
_PIECE: Final = (
    r"(?:count|cnt|ct|pcs?|pieces?|each|ea|tab(?:let)?s?|cap(?:sule)?s?|tests?|sheets?|shts?|leaves|doses?|wipes|"
    r"tissues|gloves|masks|units?|needles|lancets|labels|envelopes|bars|pods|tea ?bags|patches|suppositories|"
    r"pessaries|lozenges|strips|swabs|cups|plates|liners|eggs|capsules|softgels|gummies|pens|reels|pairs?|prs?|"
    r"dozens?|doz|dz|reams?|rms?|sticks|slices|cones|filters|napkins|straws)"
)
_OUTER: Final = (
    r"(?:packs?|pks?|pkts?|packets?|box(?:es)?|bxs?|cases?|cs|cartons?|ctns?|bags?|"
    r"rolls?|sleeves?|pads?|trays?|sets?|bundles?|pallets?|reams?|books?|drums?|reels?|tubs?|jars?)"
)
_COUNTS_OF: Final = {"pair": 2.0, "pr": 2.0, "dozen": 12.0, "doz": 12.0, "dz": 12.0}
SHEETS_PER_REAM: Final = 500.0


@dataclass(frozen=True)
class Measure:
    """An amount of substance, and how often it is there: 12 times 330 ml."""

    value: float
    unit: Unit
    times: float
    span: str
    start: int


@dataclass(frozen=True)
class Count:
    """A number of things; `is_container` for packs and bottles, which hold a stated measure each."""

    value: float
    is_container: bool
    span: str
    word: str = ""


@dataclass
class Wording:
    """What stands in a description.

    Attributes
    ----------
    text
        The description as it was read.
    measures
        Masses, volumes, areas and lengths that are no strength and no dimension, in order.
    counts
        Numbers of pieces and packs, in order.
    strengths
        Dosages and concentrations: of an active substance, not of the goods.
    grammage_gsm
        Paper or cloth, g per m2.
    per
        Unit of "per kg".
    goods
        The text with blanks for its amounts; strengths, grammages and sizes are a part of what the goods are.
    """

    text: str
    measures: list[Measure] = field(default_factory=list)
    counts: list[Count] = field(default_factory=list)
    strengths: list[str] = field(default_factory=list)
    grammage_gsm: float = float("nan")
    per: str = ""
    goods: str = ""


READ_UP_TO: Final = 300
"""Characters; what a listing says after its name and pack is about other things."""
_AMOUNT: Final = re.compile(r"\d|\bper\b|/|do?z|pair|ream", re.IGNORECASE)


def read_wording(description: str, *, imperial: bool = False) -> Wording:
    """Find every number that says something about an amount.

    Readings are tried from the most to the least specific, and what one has read is not read again.
    """
    text = spelt_plainly(description[:READ_UP_TO])
    found = Wording(text, goods=text)
    if not _AMOUNT.search(text):
        return found
    rest = text
    for reading in (_strengths, _grammages, _gauges, _rates, _multipacks, _dimensions, _counts, _measures):
        before, rest = rest, reading(rest, found, imperial)
        if reading in (_rates, _multipacks, _counts, _measures):
            found.goods = "".join(
                " " if read != kept else letter
                for letter, read, kept in zip(found.goods, before, rest, strict=True)
            )
    found.measures = [measure for measure in found.measures if measure.value * measure.times > 0]
    found.counts = [count for count in found.counts if count.value > 0]
    if not found.grammage_gsm > 0:
        found.grammage_gsm = float("nan")
    found.measures.sort(key=lambda measure: measure.start)
    return found


def _blank(text: str, match: re.Match[str]) -> str:
    """Take out what was read; a bar keeps what stood on either side apart."""
    return text[: match.start()] + "|" * (match.end() - match.start()) + text[match.end() :]


_STRENGTH: Final = re.compile(
    rf"""{START}{NUMBER}(?:\s?[/+]\s?{NUMBER})*\s?-?
    (?:mg|mcg|ug|ng|ul|microlit(?:er|re)s?|(?:milli|micro|nano)gram(?:me)?s?|iu|miu|mmol|mol|meq|mw/v)\b
      (?:\s?/\s?(?:{NUMBER}\s?)?(?:ml|millilitres?|l|litres?|g|kg|dose|day|hour|hr|h|actuation|spray|tablet|puff|unit)\b)?
    |{START}{NUMBER}\s?(?:units?|g|grams?|ml)\s?/\s?(?:{NUMBER}\s?)?(?:ml|l|litres?|dose|kg|g|day|hour|hr)\b
    |{START}{NUMBER}\s?(?:mega)?units?\b(?=.*\b(?:injection|insulin|vial|tablets?|capsules?)\b)
    |{START}{NUMBER}\s?%(?:\s?(?:w/w|w/v|v/v))?
    |{START}1:\d{{2,}}""",
    re.IGNORECASE | re.VERBOSE,
)
_NUTRIENT: Final = re.compile(
    rf"{START}{NUMBER}\s?(?:m?g|grams?)\s(?:of\s)?(?:net\s)?(?:total\s)?"
    r"(?:carbs?|protein|sugars?|fat|fib(?:er|re)|collagen|sodium|caffeine|carbohydrates?)\b",
    re.IGNORECASE,
)


def _strengths(text: str, found: Wording, _imperial: bool) -> str:
    for pattern in (_NUTRIENT, _STRENGTH):
        for match in pattern.finditer(text):
            found.strengths.append(match[0].strip())
            text = _blank(text, match)
    return text


_GRAMMAGE: Final = re.compile(
    rf"{START}({NUMBER})\s?(?:gsm|g\s?/\s?(?:m2|sqm|sq\.?\s?m|m\^2)|gm2|g\s?m-2|gr?/qm|"
    r"grams? per (?:square met(?:er|re)|m2))\b",
    re.IGNORECASE,
)
_BASIS_WEIGHT: Final = re.compile(rf"{START}({NUMBER})\s?(?:lbs?\b|\#)", re.IGNORECASE)
_GRADE: Final = re.compile(r"\b(bond|copy|copier|cover|text|offset|index)\b", re.IGNORECASE)
_PAPER: Final = re.compile(r"\b(?:paper|card ?stock|reams?|sheets?)\b", re.IGNORECASE)
_GSM_PER_POUND: Final = {
    "bond": 3.760, "copy": 3.760, "copier": 3.760, "cover": 2.704,
    "text": 1.480, "offset": 1.480, "index": 1.807
}  # fmt: skip
"""US basis weight: pounds of 500 sheets of the kind's own size (TAPPI T 410)."""


def _grammages(text: str, found: Wording, _imperial: bool) -> str:
    for match in _GRAMMAGE.finditer(text):
        found.grammage_gsm = number(match[1])
        text = _blank(text, match)
    grade = _GRADE.search(text)
    if grade and _PAPER.search(text):
        for match in _BASIS_WEIGHT.finditer(text):
            found.grammage_gsm = number(match[1]) * _GSM_PER_POUND[grade[1].lower()]
            text = _blank(text, match)
    return text


@cache
def _unit_pattern(imperial: bool, *kinds: UnitKind) -> str:
    words = [word for word, unit in text_units(imperial=imperial).items() if unit.kind in kinds]
    alternatives = "|".join(
        re.escape(word).replace(r"\ ", r"[\s.]{0,2}") for word in sorted(words, key=len, reverse=True)
    )
    return f"(?:{alternatives})"


def _unit(word: str, imperial: bool) -> Unit:
    name = " ".join(re.sub(r"[\s.]+", " ", word.lower()).split())
    units = text_units(imperial=imperial)
    return units[name] if name in units else {word.replace(" ", ""): u for word, u in units.items()}[name]


@cache
def _rate_pattern(imperial: bool) -> re.Pattern[str]:
    units = _unit_pattern(imperial, UnitKind.MASS, UnitKind.VOLUME, UnitKind.AREA, UnitKind.LENGTH)
    return re.compile(
        rf"(?:{START}{NUMBER}\s?\w{{1,4}}\s?)?(?:/\s?|\bper\s)({units})\b(?!\s?{NUMBER})", re.IGNORECASE
    )


def _rates(text: str, found: Wording, imperial: bool) -> str:
    """Read "per kg"; a number of something per unit, such as 5 kg/m, is no amount."""
    for match in _rate_pattern(imperial).finditer(text):
        if not match[0][0].isdigit() and match[0].lower().startswith("per"):
            found.per = match[1].lower()
        text = _blank(text, match)
    return text


@cache
def _multipack_patterns(imperial: bool) -> tuple[re.Pattern[str], ...]:
    units = _unit_pattern(imperial, UnitKind.MASS, UnitKind.VOLUME)
    single = rf"(?P<value>{NUMBER})\s?-?(?P<unit>{units})(?:\b\.?|(?=x\s?\d))(?!\s?/)"
    no_length = r"(?!\s?(?:mm|cm|m|in|inch|ft|\"))"
    return (
        re.compile(rf"{START}(?:(?P<outer>\d+)\s?x\s?)?(?P<times>\d+)\s?x\s?{single}", re.IGNORECASE),
        re.compile(
            rf"{START}{single}\s?x\s?(?P<times>\d+)\b(?![.,]\d){no_length}(?P<word>\s?{_CONTAINER}\b)?",
            re.IGNORECASE,
        ),
        re.compile(rf"{START}(?P<times>\d+)\s?/\s?{single}", re.IGNORECASE),
        re.compile(rf"{START}(?P<times>\d+)\s{single}\s?{_CONTAINER}\b", re.IGNORECASE),
    )


def _multipacks(text: str, found: Wording, imperial: bool) -> str:
    """Read 6 x 330 ml, 10 ml x 100 and the caterer's 24/12 oz, which is no fraction."""
    for pattern in _multipack_patterns(imperial):
        for match in pattern.finditer(text):
            groups = match.groupdict()
            times = float(groups["times"]) * float(groups.get("outer") or 1)
            if "/" in match[0] and not _is_catering_pack(groups):
                continue
            found.measures.append(
                Measure(
                    number(groups["value"]),
                    _unit(groups["unit"], imperial),
                    times,
                    match[0].strip(),
                    match.start(),
                )
            )
            text = _blank(text, match)
    return text


def _is_catering_pack(groups: dict[str, str]) -> bool:
    """Tell 24/12 oz and 4/1 gal from the fraction 3/4 ton and the range 20/30 gallon."""
    is_range = groups["unit"].lower().startswith("gal") and groups["value"] != "1"
    return not is_range and not is_fraction(groups["times"], groups["value"])


_LENGTH: Final = r"(?:mm|cm|mtrs?|met(?:er|re)s?|m|inch(?:es)?|in|feet|foot|ft|yards?|yds?|\"|')"
_SIDE: Final = r"(?:\d+(?:\s|-)\d+/\d+|\d+/\d+|\d{1,3}(?:,\d{3})+|\d+(?:[.,]\d+)?|\.\d+)"
_DIMENSIONS: Final = re.compile(
    rf"{START}{_SIDE}\s?-?{_LENGTH}?\.?\s?[a-z]?\s?x\s?{_SIDE}\s?-?{_LENGTH}?(?:\s?[a-z]?\s?x\s?{_SIDE}\s?-?{_LENGTH}?)?(?![\w.])"
    rf"(?!\s?{_PIECE}\b)(?!\s?{_CONTAINER}\b)",
    re.IGNORECASE,
)
_ONE_LENGTH: Final = re.compile(rf"{START}{_SIDE}\s?-?{_LENGTH}(?![\w.])", re.IGNORECASE)
_ROLL_LENGTH: Final = re.compile(r"\b(?:rolls?|reels?|coils?|spools?|drums?)\b", re.IGNORECASE)
_RANGE: Final = re.compile(
    rf"{START}{NUMBER}\s?(?:kg|g|lbs?|oz|ml|l|gal(?:lons?)?)?\s?(?:-|to|/)\s?{NUMBER}\s?"
    r"(?:kgs?|g|lbs?|pounds?|oz|ml|l|lit(?:re|er)s?|gal(?:lons?)?)\b",
    re.IGNORECASE,
)
_GAUGE: Final = re.compile(
    r"\b\d{1,2}(?:/\d{1,2})?\s?g(?:a|auge)?\b(?=.*\b(?:needles?|cannulas?|catheters?|syringes?|lancets?|wire|iv|lanyard)\b|\s?x\b)|\b[2-5]G\b(?=\s(?:router|network|phone|modem|wireless|lte|sim|mobile|smartphone|ready|data)\b|\slte)",
    re.IGNORECASE,
)


def _gauges(text: str, _found: Wording, _imperial: bool) -> str:
    """Take out the gauge of needles and wires, and 5G."""
    for match in _GAUGE.finditer(text):
        text = _blank(text, match)
    return text


def _dimensions(text: str, _found: Wording, imperial: bool) -> str:
    """Take out sizes: 2 IN x 4 FT, 21G, and ranges such as 20/30 gallon, which fit rather than fill."""
    del imperial
    for pattern in (_DIMENSIONS, _RANGE):
        for match in pattern.finditer(text):
            if pattern is _RANGE and _fraction_like(match[0]):
                continue
            text = _blank(text, match)
    if not _ROLL_LENGTH.search(text):
        for match in _ONE_LENGTH.finditer(text):
            text = _blank(text, match)
    return text


def _fraction_like(text: str) -> bool:
    numbers = re.findall(r"\d+", text)
    return "/" in text and len(numbers) >= 2 and is_fraction(numbers[-2], numbers[-1])  # noqa: PLR2004


_NOT_ELECTRIC: Final = (
    r"(?!\s?(?:v|volts?|amps?|a|w|watts?|ports?|way|gauge|ga|deg|hp|gang|"
    r"in|inch|mm|cm|mg|g|kg|ml|l|oz|lbs?|%|\")\b)(?![\w.]*\d)"
)
_COUNT_PATTERNS: Final = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        # 10 boxes per case, 30 each per case, 56 tissues per box, 100/box
        rf"{START}(?P<value>{NUMBER})\s?(?P<word>{_CONTAINER}|{_PIECE}|[a-z]{{3,12}})?\s?(?:/|per\s|to\sa\s|in\sa\s)\s?(?P<outer>{_OUTER})\b",
        # pack of 12, box/200, case (24)
        rf"\b(?P<outer>{_OUTER})\s?(?:of\s?|/\s?|:\s?|\(\s?|=\s?)\(?(?P<value>\d{{1,3}}(?:,\d{{3}})+|\d+)\b(?:\s?(?P<word>{_CONTAINER}|{_PIECE})\b)?{_NOT_ELECTRIC}",
        # gloves, box 100
        rf"\b(?P<outer>{_OUTER})\s(?P<value>\d+)\s*$",
        # pk100, pkt 10
        rf"\b(?P<outer>pk|pkt|pck|pack)\s?-?(?P<value>\d+)\b{_NOT_ELECTRIC}",
        # 2 x 84 caps, 5 x 500 sheets, 60+60 tabs
        rf"{START}(?P<times>\d+)\s?x\s?(?P<value>\d+)\s?-?(?P<word>{_PIECE}|{_CONTAINER})\b",
        rf"{START}(?P<plus>\d+)\s?\+\s?(?P<value>\d+)\s?-?(?P<word>{_PIECE})\b",
        # 12 pack, 100 tabs, 24 ct
        rf"{START}(?P<value>{NUMBER})\s?-?(?P<word>{_CONTAINER}|{_PIECE})\b",
        # tablets 100, capsules x 28
        (r"\b(?P<word>tab(?:let)?s?|cap(?:sule)?s?|sachets|gloves|masks|wipes|swabs|envelopes)\s?"
        r"[,x-]?\s?\(?(?P<value>\d+)\)?\s*$"),
        # 100's
        rf"{START}(?P<value>\d+)\s?'s\b",
        # set of 6, qty 100, x10, 10 x
        rf"\b(?:qty|quantity|set of|lot of|assortment of|count of)\s?:?\s?(?P<value>\d+)\b{_NOT_ELECTRIC}",
        r"(?:^|[\s(])x\s?(?P<value>\d+)\s*(?=$|[,;)|])",
        # per dozen, pair, ream
        (r"\b(?:per\s|/\s?)?(?P<word>dozens?|doz|dz|pairs?|reams?|"
        r"per hundred|per thousand|per 100|per 1000)\b"),
    )
)  # fmt: skip
_WORD_COUNTS: Final = {"per hundred": 100.0, "per 100": 100.0, "per thousand": 1000.0, "per 1000": 1000.0}


def _counts(text: str, found: Wording, _imperial: bool) -> str:
    for pattern in _COUNT_PATTERNS:
        for match in pattern.finditer(text):
            groups = match.groupdict()
            word = (groups.get("word") or "").lower()
            outer = (groups.get("outer") or "").lower()
            value = number(groups["value"]) if groups.get("value") else 1.0
            value = value * float(groups.get("times") or 1) + float(groups.get("plus") or 0)
            found.counts.append(_count(value, word, outer, match[0].strip()))
            text = _blank(text, match)
    return text


def _count(value: float, word: str, outer: str, span: str) -> Count:
    if word in _WORD_COUNTS:
        return Count(_WORD_COUNTS[word], is_container=True, span=span, word=word)
    stem = word.removesuffix("s")
    if stem in {"ream", "rm"} or outer.removesuffix("s") == "ream":
        sheets = value * SHEETS_PER_REAM if stem in {"ream", "rm"} else value
        return Count(sheets, is_container=False, span=span, word="sheets")
    container = re.fullmatch(_CONTAINER, word) is not None or (not word and outer != "")
    return Count(
        value * _COUNTS_OF.get(stem, 1.0), container or stem in {"dozen", "doz", "dz"}, span, word or outer
    )


@cache
def _measure_pattern(imperial: bool) -> re.Pattern[str]:
    units = _unit_pattern(imperial, UnitKind.MASS, UnitKind.VOLUME, UnitKind.AREA, UnitKind.LENGTH)
    value = rf"\d+(?:\s|-)\d+/\d+|\d+/\d+|{NUMBER}"
    return re.compile(
        rf"{START}(?P<value>{value})\s?-?(?P<unit>{units})(?![\w])(?!\s?/\s?\w{{1,3}}\b(?<!bag)(?<!box)(?<!can))",
        re.IGNORECASE,
    )


def _measures(text: str, found: Wording, imperial: bool) -> str:
    for match in _measure_pattern(imperial).finditer(text):
        value = number(match["value"])
        if value > 0:
            found.measures.append(
                Measure(value, _unit(match["unit"], imperial), 1.0, match[0].strip(), match.start())
            )
        text = _blank(text, match)
    return text
