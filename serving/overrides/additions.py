"""What the buyer's product catalogue adds to a line: only what the line itself does not say."""

import math
from collections.abc import Mapping
from typing import Any

from features.quantities import UnitKind, read_unit
from serving.documents.goods_numbers import GOODS_UNKNOWN
from serving.store.catalogue import CatalogueItem, article_subject


def additions(line: Mapping[str, Any], item: CatalogueItem) -> dict[str, Any]:
    """Say which fields of a line an item fills in: what the line itself says stays.

    A quantity of pieces becomes kilograms where the mass of a piece is known.
    """
    out: dict[str, Any] = {}
    unnamed = not line["description"].strip() or article_subject(line["description"]) == item.subject
    if item.description and unnamed:
        known = item.material and item.material.casefold() not in item.description.casefold()
        out["description"] = f"{item.description}, {item.material}" if known else item.description
    if item.category_code and not line["category_code"]:
        out |= {"category_code": item.category_code, "category_scheme": item.category_scheme}
    if item.supplier and not line["supplier"]:
        out["supplier"] = item.supplier
    unit, quantity = read_unit(line["unit"]), line["quantity"]
    counted = unit.kind is UnitKind.PIECES and quantity is not None and math.isfinite(quantity)
    if item.mass_kg and counted and quantity:
        out |= {"quantity": quantity * unit.articles * item.mass_kg, "unit": "kg"}
    if out and line["issue"] == GOODS_UNKNOWN:
        out |= {"issue": "", "issue_detail": ""}
    return out
