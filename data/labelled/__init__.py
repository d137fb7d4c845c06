"""Labelled sets: purchase lines with their category, and products with their footprint per kg."""

from data.labelled.construction import boverket, br18
from data.labelled.foods import agribalyse_gate, agribalyse_stages, owid_food, rivm_food
from data.labelled.health_items import health_items
from data.labelled.products import carbon_catalogue, uslci
from data.labelled.purchases import austin_lines, grocery_lines, public_lines
from data.labelled.share_alike import boavizta, oefdb

__all__ = [
    "agribalyse_gate",
    "agribalyse_stages",
    "austin_lines",
    "boavizta",
    "boverket",
    "br18",
    "carbon_catalogue",
    "grocery_lines",
    "health_items",
    "oefdb",
    "owid_food",
    "public_lines",
    "rivm_food",
    "uslci",
]
