"""Amounts of substance on purchase lines: kilograms, litres, pieces, and how they were read."""

from features.quantities.contents import Basis, Contents, Note, read_contents
from features.quantities.lines import Quantities, quantities
from features.quantities.units import Unit, UnitKind, read_unit

__all__ = [
    "Basis",
    "Contents",
    "Note",
    "Quantities",
    "Unit",
    "UnitKind",
    "quantities",
    "read_contents",
    "read_unit",
]
