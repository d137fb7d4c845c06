"""Amounts of substance on purchase lines: kilograms, litres, pieces, and how they were read."""

from features.quantities.contents import OPEN_READING_GSD, Basis, Contents, Note, read_contents
from features.quantities.goods import goods_without_amount
from features.quantities.lines import PACKAGE_GSD, Quantities, quantities
from features.quantities.units import Unit, UnitKind, read_unit

__all__ = [
    "OPEN_READING_GSD",
    "PACKAGE_GSD",
    "Basis",
    "Contents",
    "Note",
    "Quantities",
    "Unit",
    "UnitKind",
    "goods_without_amount",
    "quantities",
    "read_contents",
    "read_unit",
]
