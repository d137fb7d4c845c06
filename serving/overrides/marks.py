"""Marks: what people knew about a line, as entries of its evidence that can be read back."""

import json
from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any, Final

from serving.overrides.found import LineOverrides
from serving.overrides.ranges import Range
from serving.store.catalogue import CatalogueItem, CatalogueVersion
from serving.store.corrections import RememberedCorrection
from serving.store.reviews import Correction
from serving.store.supplier_figures import FigureVersion, GoodsOfSupplier, SupplierFigure

CORRECTION: Final = "correction"
"""Value of ``kind`` in the evidence of an estimate; entries without a kind are the model's own."""
FIGURE: Final = "supplier figure"
CATALOGUE: Final = "catalogue"
_RANGE: Final = "range"


def correction_mark(
    found: RememberedCorrection, *, applied: bool, note: str, of_range: Range | None = None
) -> dict[str, Any]:
    """Write a correction, whether it was applied, and if not, why; by what it has a range, if it has one."""
    return {
        "kind": CORRECTION,
        "text": found.line["description"],
        "source": f"review of the estimate {found.estimate_id}",
        **asdict(found),
        "correction": found.correction.to_json(),
        "at": found.at.isoformat(),
        "applied": applied,
        "note": note,
        **_by(of_range),
    }


def figure_mark(
    found: LineOverrides, *, applied: bool, note: str, of_range: Range | None = None
) -> list[dict[str, Any]]:
    """Write the supplier's figure, if there is one, as a correction is written."""
    version = found.figure
    if version is None:
        return []
    goods, figure = version.goods, version.figure
    return [
        {
            "kind": FIGURE,
            "text": goods.gtin or f"{goods.supplier}, {goods.article}",
            "source": figure.source,
            "goods": asdict(goods),
            "figure": figure.to_json(),
            "version": version.version,
            "sequence": version.sequence,
            "at": version.at.isoformat(),
            "who": version.who,
            "out_of_date": found.figure_note,
            "applied": applied,
            "note": note,
            **_by(of_range),
        }
    ]


def catalogue_mark(version: CatalogueVersion) -> dict[str, Any]:
    """Write the item that a line was valued with."""
    item = version.item
    return {
        "kind": CATALOGUE,
        "text": item.description or item.gtin or item.article,
        "source": f"product catalogue, version {version.version}",
        "item": asdict(item),
        "version": version.version,
        "sequence": version.sequence,
        "at": version.at.isoformat(),
        "who": version.who,
    }


def recorded_overrides(estimate: Mapping[str, Any]) -> LineOverrides:
    """Read back what people knew when an estimate was made.

    What was applied without a range, as all was before decision 0019, is applied without one again.

    Parameters
    ----------
    estimate
        A row of :class:`models.estimates.Estimates`.
    """
    marks = json.loads(estimate["evidence"] or "[]")
    figure = next((mark for mark in marks if mark.get("kind") == FIGURE), None)
    item = next((mark for mark in marks if mark.get("kind") == CATALOGUE), None)
    return LineOverrides(
        tuple(_read_correction(mark) for mark in marks if mark.get("kind") == CORRECTION),
        _read_figure(figure) if figure else None,
        figure["out_of_date"] if figure else "",
        frozenset(mark["kind"] for mark in marks if "kind" in mark and _RANGE not in mark),
        _read_item(item) if item else None,
    )


def _read_item(mark: Mapping[str, Any]) -> CatalogueVersion:
    return CatalogueVersion(
        CatalogueItem(**mark["item"]),
        mark["version"],
        mark["sequence"],
        datetime.fromisoformat(mark["at"]),
        mark["who"],
    )


def _read_correction(mark: Mapping[str, Any]) -> RememberedCorrection:
    return RememberedCorrection(
        correction=Correction(**mark["correction"]),
        line=mark["line"],
        matched_by=mark["matched_by"],
        estimate_id=mark["estimate_id"],
        reviewed_by=mark["reviewed_by"],
        approved_by=mark["approved_by"],
        at=datetime.fromisoformat(mark["at"]),
        comment=mark["comment"],
        reference=mark["reference"],
    )


def _read_figure(mark: Mapping[str, Any]) -> FigureVersion:
    return FigureVersion(
        GoodsOfSupplier(**mark["goods"]),
        SupplierFigure.from_json(mark["figure"]),
        mark["version"],
        mark["sequence"],
        datetime.fromisoformat(mark["at"]),
        mark["who"],
    )


def _by(of_range: Range | None) -> dict[str, str]:
    return {} if of_range is None else {_RANGE: of_range.by}
