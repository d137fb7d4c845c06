"""Recorded estimates as footprints of goods: what can be said of one unit of them, or why nothing can."""

import json
import math
import re
import uuid
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, Final, Self

from features.quantities import UnitKind, read_unit
from models.pedigree import INDICATORS
from serving.exchange.errors import FootprintError
from serving.overrides.marks import CATALOGUE
from serving.store.estimates import EstimateContent, EstimateRecord
from serving.store.goods import comparable_goods, product_gtin
from serving.store.reviews import Review

_BY_MONEY: Final = "spend-based"
_DECLARED: Final = "supplier-specific"
_SCORES: Final = re.compile(r"\(([1-5](?:;[1-5]){4})\)")
_UNITS: Final = {
    UnitKind.MASS: "kilogram",
    UnitKind.VOLUME: "liter",
    UnitKind.AREA: "square meter",
    UnitKind.PIECES: "piece",
}
_BRITISH: Final = frozenset({"GB", "IE"})
_VALID_YEARS: Final = 3
_ACCEPTED: Final = {
    "reviewed": "A reviewer has accepted the estimate.",
    "approved": "Two people have signed the estimate off.",
}


@dataclass(frozen=True)
class Publisher:
    """Who publishes footprints, and what only the publisher can say of the goods.

    Attributes
    ----------
    name
        Of the company.
    urn
        Its identifier.
    fossil_carbon_share
        Kilograms of fossil carbon in a kilogram of the goods, all of them; ``None`` where nothing is said.
    exempted_percent
        Share of emissions that the publisher has left out; ``None`` where nothing is said.

    Raises
    ------
    FootprintError
        If the identifier is no URN, or a share is none.
    """

    name: str
    urn: str
    fossil_carbon_share: float | None = None
    exempted_percent: float | None = None

    def __post_init__(self) -> None:
        for what, value, most in (
            ("fossil carbon, in kilograms of a kilogram,", self.fossil_carbon_share, 1),
            ("exempted emissions, in percent,", self.exempted_percent, 100),
        ):
            if value is not None and not 0 <= value <= most:
                raise FootprintError(
                    f"Got {value:g} as the {what} of the goods, expected 0 to {most}: state a share."
                )
        if not (self.name.strip() and re.fullmatch(r"urn:[a-z0-9][a-z0-9-]*:\S+", self.urn, re.IGNORECASE)):
            raise FootprintError(
                f"Got the company {self.name!r} with the identifier {self.urn!r}, expected a name and a URN "
                "such as urn:uuid:51131fb5-42a2-4267-a402-0ecfefad1619: name both."
            )


@dataclass(frozen=True)
class EstimatedFootprint:
    """What an estimate says of one unit of some goods, cradle to the maker's gate.

    Attributes
    ----------
    id
        The same for the same estimate.
    created
        When the estimate was recorded.
    product, product_id
        The goods.
    unit
        As PACT names it.
    mass_kg
        Of one unit.
    kg_co2e, low, high
        Of one unit; the ends of the central 90% range, ``None`` where there is none.
    first, last
        Year of the purchase, its end excluded: the reference period.
    valid_to
        The footprint may be used from the end of that year until this day.
    scores
        By pedigree indicator; empty where there are none.
    factor, source, source_version
        The factor's name, and where it is from, with the licence.
    method, estimate_id, model_version, category
        Of the estimate. Its explanation tells what was bought and paid, which is nobody's but the buyer's.
    review
        "reviewed" where somebody has accepted it, "approved" where another one has signed that; else "".
    """

    id: uuid.UUID
    created: datetime
    product: str
    product_id: str
    unit: str
    mass_kg: float
    kg_co2e: float
    low: float | None
    high: float | None
    first: date
    last: date
    valid_to: date
    scores: dict[str, int]
    factor: str
    source: str
    source_version: str
    method: str
    estimate_id: str
    model_version: str
    category: str
    review: str = ""

    @classmethod
    def of(cls, record: EstimateRecord, review: Review | None = None) -> Self:
        """Say it of a recorded estimate.

        Parameters
        ----------
        record
            The estimate.
        review
            Its present review, where that accepts it. One that awaited review says something of goods once
            the review is approved.

        Raises
        ------
        FootprintError
            If the estimate says nothing about an amount of goods: it has no figure, awaits review, is a
            credit or by money, or the line states no amount or no mass.
        """
        content = readable(record)
        line, estimate = content.line, content.estimate
        is_signed = review is not None and review.status == "approved"
        if estimate["status"] != "estimated" and not (estimate["status"] == "review" and is_signed):
            raise refused(record, f"it is {estimate['status']} ({estimate['reason']})")
        units, unit = _amount(record, line, estimate)
        mass = 1.0 if unit == "kilogram" else _number(estimate["mass_kg"]) / units
        if not mass > 0:
            raise refused(record, "the mass of the goods is not known: state it in the line or the catalogue")
        ends = [_number(estimate[name]) / units for name in ("kg_co2e_low", "kg_co2e_high")]
        low, high = ends if all(map(math.isfinite, ends)) else (None, None)
        year = record.line_date.year
        scores = _SCORES.search(estimate["data_quality"])
        product, product_id = _goods(record.estimate_id, line, estimate)
        return cls(
            id=uuid.uuid5(uuid.NAMESPACE_URL, f"urn:ledgerprint:estimate:{record.estimate_id}"),
            created=record.at.astimezone(UTC),
            product=product,
            product_id=product_id,
            unit=unit,
            mass_kg=mass,
            kg_co2e=_number(estimate["kg_co2e"]) / units,
            low=low,
            high=high,
            first=date(year, 1, 1),
            last=date(year + 1, 1, 1),
            valid_to=date(year + 1 + _VALID_YEARS, 1, 1),
            scores=dict(zip(INDICATORS, map(int, scores[1].split(";")), strict=True)) if scores else {},
            factor=estimate["factor_id"],
            source=estimate["factor_source"],
            source_version=estimate["factor_id"] if estimate["method"] == _DECLARED else record.model_version,
            method=estimate["method"],
            estimate_id=record.estimate_id,
            model_version=record.model_version,
            category=_category(estimate),
            review=review.status if review else "",
        )

    @property
    def is_secondary(self) -> bool:
        """Whether nothing in it is the maker's own data."""
        return self.method != _DECLARED

    def has_ended(self, day: date) -> bool:
        """Tell whether nobody may use it any more on a day."""
        return day >= self.valid_to

    @property
    def said(self) -> str:
        """How it came about, who looked at it, what the goods are, and by which factor of which source."""
        told = (
            f"Estimated from a purchase, by the method {self.method} of GHG Protocol Scope 3, category 1.",
            _ACCEPTED.get(self.review, "Nobody has reviewed the estimate."),
            f"Category: {self.category}." if self.category else "",
            f"Factor: {self.factor}. Source: {self.source}.",
        )
        return " ".join(text for text in told if text)


def _category(estimate: dict[str, Any]) -> str:
    """Name the goods' category with its code, "" where there is none."""
    if not estimate["category_code"]:
        return ""
    return f"{estimate['category_title']} ({estimate['category_scheme']} {estimate['category_code']})"


def _amount(record: EstimateRecord, line: dict[str, Any], estimate: dict[str, Any]) -> tuple[float, str]:
    """Give the amount of the line in a declared unit, or refuse it."""
    if estimate["method"] == _BY_MONEY:
        raise refused(
            record, "it is by money, which is no amount of goods: state a quantity and a unit on the line"
        )
    if not _number(estimate["kg_co2e"]) > 0:
        raise refused(record, "it is a credit, or nothing")
    unit = read_unit(line["unit"], imperial=line["country"] in _BRITISH)
    quantity = abs(_number(line["quantity"]))
    name = _UNITS.get(unit.kind)
    if not quantity > 0 or name is None or unit.pieces != unit.articles:
        mass = _number(estimate["mass_kg"])
        if mass > 0:
            return mass, "kilogram"
        raise refused(record, f"the line states no amount in a unit of {', '.join(_UNITS.values())}")
    return quantity * (unit.pieces if unit.kind is UnitKind.PIECES else unit.factor), name


def _goods(estimate_id: str, line: dict[str, Any], estimate: dict[str, Any]) -> tuple[str, str]:
    """Name the goods in words and by a URN."""
    marks = json.loads(estimate["evidence"])
    known = next((mark["text"] for mark in marks if mark.get("kind") == CATALOGUE), "")
    gtin = product_gtin(line["gtin"])
    name = line["description"].strip() or known or gtin
    number = comparable_goods(line["description"], line["supplier"]) or estimate_id
    return name, f"urn:gtin:{gtin}" if gtin else f"urn:ledgerprint:goods:{number}"


def _number(value: float | None) -> float:
    return math.nan if value is None else float(value)


def readable(record: EstimateRecord) -> EstimateContent:
    """Give the content of a record, or refuse it."""
    if record.content is None:
        raise refused(record, "retention has reduced it to its hash")
    return record.content


def refused(record: EstimateRecord, why: str) -> FootprintError:
    """Make the error that says why an estimate gives no footprint."""
    return FootprintError(f"The estimate {record.estimate_id} gives no footprint of goods: {why}.")
