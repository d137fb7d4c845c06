"""Marks: what people knew about a line, as entries of its evidence that can be read back."""

import json
from collections.abc import Mapping
from dataclasses import asdict
from datetime import date, datetime
from typing import Any, Final

from serving.overrides.found import LineOverrides
from serving.store.corrections import RememberedCorrection
from serving.store.reviews import Correction
from serving.store.supplier_figures import FigureVersion, GoodsOfSupplier, SupplierFigure

CORRECTION: Final = "correction"
"""Value of ``kind`` in the evidence of an estimate; entries without a kind are the model's own."""
FIGURE: Final = "supplier figure"


def correction_mark(found: RememberedCorrection, *, applied: bool, note: str) -> dict[str, Any]:
    """Write a correction, whether it was applied, and if not, why."""
    return {
        "kind": CORRECTION,
        "text": found.line["description"],
        "source": f"review of the estimate {found.estimate_id}",
        **asdict(found),
        "at": found.at.isoformat(),
        "applied": applied,
        "note": note,
    }


def figure_mark(found: LineOverrides, *, applied: bool, note: str) -> list[dict[str, Any]]:
    """Write the supplier's figure, if there is one, whether it was applied, and if not, why."""
    version = found.figure
    if version is None:
        return []
    goods, figure = version.goods, version.figure
    days = {name: day.isoformat() if day else None for name, day in _days(figure).items()}
    return [
        {
            "kind": FIGURE,
            "text": goods.gtin or f"{goods.supplier}, {goods.article}",
            "source": figure.source,
            "goods": asdict(goods),
            "figure": asdict(figure) | days,
            "version": version.version,
            "sequence": version.sequence,
            "at": version.at.isoformat(),
            "who": version.who,
            "out_of_date": found.figure_note,
            "applied": applied,
            "note": note,
        }
    ]


def recorded_overrides(estimate: Mapping[str, Any]) -> LineOverrides:
    """Read back what people knew when an estimate was made.

    Parameters
    ----------
    estimate
        A row of :class:`models.estimates.Estimates`.
    """
    marks = json.loads(estimate["evidence"] or "[]")
    figure = next((mark for mark in marks if mark.get("kind") == FIGURE), None)
    return LineOverrides(
        tuple(_read_correction(mark) for mark in marks if mark.get("kind") == CORRECTION),
        _read_figure(figure) if figure else None,
        figure["out_of_date"] if figure else "",
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
    figure = mark["figure"]
    days = {name: date.fromisoformat(figure[name]) if figure[name] else None for name in _DAYS}
    return FigureVersion(
        GoodsOfSupplier(**mark["goods"]),
        SupplierFigure(**(figure | days)),
        mark["version"],
        mark["sequence"],
        datetime.fromisoformat(mark["at"]),
        mark["who"],
    )


_DAYS: Final = ("valid_from", "valid_to")


def _days(figure: SupplierFigure) -> dict[str, date | None]:
    return {"valid_from": figure.valid_from, "valid_to": figure.valid_to}
