"""The domain of a product with a known footprint, by rules that a person can check."""

import re
from typing import Final

DOMAINS: Final = (
    "food",
    "chemicals",
    "metals and minerals",
    "plastics",
    "paper",
    "textiles",
    "construction",
    "equipment",
)

_POLYMER: Final = re.compile(
    r"resin|\bpoly(?!ol|acrylate)|copolymer|thermoform|injection mold|composites part|infusion|open molding"
    r"|\beps\b|\bpvc\b|\babs\b|\bpet\b|acrylonitrile-but|acrylonitrile but|plastic|latex|rubber|\bingeo\b"
    r"|\btires?\b|contact lenses",
)
_PAPER: Final = re.compile(
    r"paper|board\b|pulp\b|tissue|carton|brik\b|corrugated|kraftliner|invercote|incada|diaper"
)
_TEXTILE: Final = re.compile(
    r"\bjeans?\b|carpet|kuralon|yarn|fabric|garment|shirt|towel|footwear|\bshoes?\b|\bsocks?\b|denim|trouser|jacket"
)
_BUILDING: Final = re.compile(r"retaining wall|floor|concrete|cement|\btile\b|insulation|window")

_BY_SECTOR: Final = {
    "Computer, IT & telecom": "equipment",
    "Chemicals": "chemicals",
    "Food & Beverage": "food",
    "Home durables, textiles, & equipment": "equipment",
    "Automobiles & components": "equipment",
    "Construction & commercial materials": "metals and minerals",
    "Packaging for consumer goods": "metals and minerals",
    "Comm. equipm. & capital goods": "equipment",
}
_MATERIAL_SECTORS: Final = ("Constr", "Pack", "Home")
_POLYMER_SECTORS: Final = ("Chemicals", "Comm.", "Pack", "Constr")
_BY_MATERIAL_GROUP: Final = {
    "Construction": "construction",
    "Metal": "metals and minerals",
    "Plastic": "plastics",
    "Paper": "paper",
    "Electrical items": "equipment",
    "Organic": "food",
    "Other": "metals and minerals",  # glass; the others by name
}
_BY_MATERIAL: Final = {
    "Clothing": "textiles",
    "Food and drink": "food",
    "Mineral oil": "chemicals",
    "Tyres": "plastics",
    "Metals": "metals and minerals",
    "Aggregates": "metals and minerals",
    "Soils": "metals and minerals",
    "Asbestos": "metals and minerals",
}
OEFDB_MATERIAL_GROUPS: Final = {
    "Building Materials": "Construction",
    "Clothing and Footwear": "Other",
    "Electrical Equipment": "Electrical items",
    "Fabricated Metal Products": "Metal",
    "Food/Beverages/Tobacco": "Organic",
    "Glass and Glass Products": "Other",
    "Metals": "Metal",
    "Mined Materials": "Construction",
    "Organic Products": "Organic",
    "Paper and Cardboard": "Paper",
    "Plastics and Rubber Products": "Plastic",
    "Timber and Forestry Products": "Construction",
}
"""Categories of materials in the Open Emission Factors DB, and the UK group of each."""
_BY_INDUSTRY: Final = {
    "Crop Production": "food",
    "Wood Product Manufacturing": "construction",
    "Paper Manufacturing": "paper",
    "Primary Metal Manufacturing": "metals and minerals",
    "Fabricated Metal Product Manufacturing": "metals and minerals",
    "Nonmetallic Mineral Product Manufacturing": "metals and minerals",
}


def catalogue_domain(text: str, sector: str) -> str:
    """Return the domain of a Carbon Catalogue product: its sector, unless its text names a material."""
    words = text.lower()
    if sector.startswith(("Home", "Chemicals")) and _TEXTILE.search(words):
        return "textiles"
    if sector.startswith(_MATERIAL_SECTORS) and _PAPER.search(words) and "chair" not in words:
        return "paper"
    if sector.startswith(_POLYMER_SECTORS) and _POLYMER.search(words):
        return "plastics"
    if sector.startswith("Constr") and _BUILDING.search(words):
        return "construction"
    return "equipment" if "batter" in words else _BY_SECTOR[sector]


def inventory_domain(process: str, category: str) -> str:
    """Return the domain of a process of the US inventory: a polymer by name, else by its industry.

    Examples
    --------
    >>> inventory_domain("Polypropylene, resin, at plant", "Chemical Manufacturing/...")
    'plastics'
    """
    if _POLYMER.search(process.lower()):
        return "plastics"
    return _BY_INDUSTRY.get(category.partition("/")[0], "chemicals")


def material_domain(material_group: str, material: str) -> str:
    """Return the domain of a UK material factor."""
    return _BY_MATERIAL.get(material, _BY_MATERIAL_GROUP[material_group])


def gate_food_domain(name: str) -> str:
    """Return the domain of an Agribalyse process: food, but for four auxiliaries of food making."""
    return "chemicals" if re.search(r"detergent|Peracetic|pyrrolid|polypyrol|Diatomac", name) else "food"
