"""A footprint as a supplier declares it, whatever document it came in."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Final

from biip.checksums import gs1_standard_check_digit

from features.gtins import read_gtin
from models.pedigree import INDICATORS
from serving.exchange.errors import FootprintError
from serving.overrides.ranges import DECLARED
from serving.store.errors import SupplierFigureError
from serving.store.supplier_figures import GoodsOfSupplier, SupplierFigure

UNITS: Final = {
    "kilogram": "kg",
    "liter": "litre",
    "cubic meter": "m3",
    "square meter": "m2",
    "piece": "piece",
    "kilowatt hour": "kWh",
    "megajoule": "MJ",
    "ton kilometer": "tkm",
    "hour": "hour",
    "megabit": "megabit",
    "second": "second",
    "megabit second": "megabit second",
}
"""Declared units of PACT and Catena-X -> what the figure is for."""
_GTIN: Final = re.compile(r"urn:gtin(?:-1[34])?:([0-9]{8,14})", re.IGNORECASE)
_SGTIN: Final = re.compile(
    r"urn:epc:(?:id|idpat|class):[sl]gtin:([0-9]{6,12})\.([0-9]{1,7})(?:\.[^:]*)?", re.IGNORECASE
)
_LINK: Final = re.compile(r"https?://.*/(?:01|gtin)/([0-9]{8,14})\b.*", re.IGNORECASE)
_ARTICLE: Final = re.compile(
    r"urn:[a-z0-9.-]+(?::[a-z0-9.-]+)*"
    r":(?:product-id|(?:buyer|vendor|supplier)-assigned):(?P<id>[^:]+)",
    re.IGNORECASE,
)
_MEASURED_SHARE: Final = 50.0
_NOT_VERIFIED, _MEASURED, _VERIFIED = 3, 2, 1


@dataclass(frozen=True)
class DeclaredFootprint:
    """A footprint as it was declared.

    Attributes
    ----------
    id, standard
        Of the document: its identifier, and "PACT 3.0.0" or the like.
    company, product
        Who declares it for what.
    product_ids
        URNs and Digital Links.
    unit
        One of the values of :data:`UNITS`.
    kg_co2e_per_unit
        Cradle to gate, without the uptake of biogenic CO2, for one unit.
    valid_from, valid_to
        Days.
    ratings
        Data quality from 1, the best, to 5, by indicator of :data:`models.pedigree.INDICATORS`, as stated.
    primary_data_share
        Percent; ``None`` where it is not stated.
    is_verified
        Whether somebody else has verified it.
    kg_co2e_range
        Central 90% range of one unit; ``None`` where none is stated.
    """

    id: str
    standard: str
    company: str
    product: str
    product_ids: tuple[str, ...]
    unit: str
    kg_co2e_per_unit: float
    valid_from: date
    valid_to: date
    ratings: tuple[tuple[str, float], ...] = ()
    primary_data_share: float | None = None
    is_verified: bool = False
    kg_co2e_range: tuple[float, float] | None = None

    def goods(self) -> list[GoodsOfSupplier]:
        """Name the goods: by GTIN where there is one, else by the company's numbers and name of the article.

        Raises
        ------
        FootprintError
            If nothing identifies them.
        """
        gtins = list(dict.fromkeys(number for text in self.product_ids if (number := _gtin(text))))
        if gtins:
            return [GoodsOfSupplier(gtin=number) for number in gtins]
        articles = [found["id"] for text in self.product_ids if (found := _ARTICLE.fullmatch(text))]
        try:
            named = list(dict.fromkeys([*articles, self.product]))
            return [GoodsOfSupplier(supplier=self.company, article=article) for article in named]
        except SupplierFigureError as error:
            raise FootprintError(
                f"Got a footprint of the product {self.product!r} of {self.company!r} with the identifiers "
                f"{', '.join(self.product_ids)}, expected a GTIN, or a company and an article: ask for one."
            ) from error

    def figure(self) -> SupplierFigure:
        """Give it as a figure of the store."""
        low, high = self.kg_co2e_range or (None, None)
        return SupplierFigure(
            kg_co2e_per_unit=self.kg_co2e_per_unit,
            unit=self.unit,
            source=self.source,
            valid_from=self.valid_from,
            valid_to=self.valid_to,
            kg_co2e_per_unit_low=low,
            kg_co2e_per_unit_high=high,
            data_quality=None if self.kg_co2e_range else self.pedigree(),
        )

    @property
    def source(self) -> str:
        """The declaration, and what its figure is."""
        share = "" if self.primary_data_share is None else f", {self.primary_data_share:g}% primary data"
        return (
            f"{self.standard} footprint {self.id} of {self.company}, {self.product}: without uptake of "
            f"biogenic CO2{share}"
        )

    def pedigree(self) -> tuple[int, ...] | None:
        """Give the ratings as pedigree scores, ``None`` where none is stated.

        A rating between two scores counts as the worse. How reliable the data are follows from their primary
        share and from verification, where that is not rated itself; what else is not rated counts as it does
        for a declaration that says nothing (docs/decisions/0019).
        """
        if not self.ratings:
            return None
        scores = dict(zip(INDICATORS, DECLARED, strict=True)) | {"reliability": self._reliability()}
        scores |= {name: min(5, max(1, -int(-rating // 1))) for name, rating in self.ratings}
        return tuple(scores[name] for name in INDICATORS)

    def _reliability(self) -> int:
        if (self.primary_data_share or 0.0) < _MEASURED_SHARE:
            return _NOT_VERIFIED
        return _VERIFIED if self.is_verified else _MEASURED


def _gtin(identifier: str) -> str:
    """Read the GTIN of an identifier, "" where it holds none that names a product."""
    return next((found.digits for found in map(read_gtin, _numbers(identifier)) if found.names_product), "")


def _numbers(identifier: str) -> Iterator[str]:
    plain = _GTIN.fullmatch(identifier) or _LINK.fullmatch(identifier)
    if plain:
        yield plain[1]
    serial = _SGTIN.fullmatch(identifier)
    if serial:
        # the first digit of the item's reference is the level of packaging, which a GTIN-14 begins with
        payload = serial[2][0] + serial[1] + serial[2][1:]
        yield f"{payload}{gs1_standard_check_digit(payload)}"
