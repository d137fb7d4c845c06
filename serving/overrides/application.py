"""Applying to estimates what people know about the goods: who said so and why stands on the estimate."""

import hashlib
import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import numpy as np
import pandas as pd

from models.estimates import ESTIMATE_FIELDS, Estimates
from models.figures import significant
from models.footprint import EstimateOptions, FootprintModel
from serving.overrides.amounts import signed_quantity, times_as_much, units_in
from serving.overrides.catalogue import value_known_goods
from serving.overrides.found import LineOverrides
from serving.overrides.marks import CORRECTION, FIGURE, catalogue_mark, correction_mark, figure_mark
from serving.overrides.ranges import Range, corrected_range, declared_range
from serving.overrides.valuation import Ask, valued
from serving.store.canonical import canonical_json
from serving.store.corrections import RememberedCorrection
from serving.wording import number_text

_ID_LENGTH: Final = 24
_NOTHING: Final = math.nan
_NO_FIGURE: Final = dict.fromkeys(
    ("kg_co2e", "kg_co2e_low", "kg_co2e_high", "factor_value"), _NOTHING
) | dict.fromkeys(("method", "factor_id", "factor_unit", "factor_source", "data_quality"), "")
_NO_OTHER: Final = {"other_method": ""} | dict.fromkeys(
    ("other_kg_co2e", "other_kg_co2e_low", "other_kg_co2e_high"), _NOTHING
)
_CATEGORY: Final = ("category_code", "category_scheme", "category_title", "category_probability")

Row = dict[str, Any]


def apply_overrides(
    model: FootprintModel,
    lines: pd.DataFrame,
    estimates: pd.DataFrame,
    overrides: Sequence[LineOverrides],
    options: EstimateOptions,
) -> pd.DataFrame:
    """Apply what people know about the goods of lines to their estimates.

    What the product catalogue knows about goods is added to their lines first. One correction is applied;
    corrections that contradict each other are shown, and the line is for review. A supplier's figure wins
    over any other where the line states its amount in the figure's unit, unless somebody corrected the
    footprint of the same goods after it was declared. Either has the range that was stated with it, else that
    of its data quality. An estimate that something is known about has an id of its own.

    Parameters
    ----------
    model
        The model that made the estimates.
    lines
        :class:`features.line_items.LineItems`, n rows.
    estimates
        :class:`models.estimates.Estimates` of them, n rows.
    overrides
        From :func:`find_overrides`, or from :func:`recorded_overrides`; one a line.
    options
        What the estimates were made with.

    Returns
    -------
    pandas.DataFrame
        :class:`models.estimates.Estimates`, n rows in the same order.
    """
    touched = [row for row, known in enumerate(overrides) if known]
    if not touched:
        return estimates
    known_lines, estimates = value_known_goods(model, lines, estimates, overrides, options)
    rows: list[Row] = [{str(k): v for k, v in record.items()} for record in estimates.to_dict("records")]
    told = {row: {str(k): v for k, v in lines.iloc[row].to_dict().items()} for row in touched}
    scaled = {row: _Scaled.of(told[row], overrides[row]) for row in touched}
    asks = [
        Ask(row, one.correction.correction, one.mass_kg, rows[row]["category_code"])
        for row, one in scaled.items()
        if one.correction and one.is_valued_again
    ]
    found = valued(model, known_lines, asks, options)
    for row in touched:
        rows[row] = _overridden(rows[row], told[row], overrides[row], scaled[row], found.get(row))
    return Estimates.validate(pd.DataFrame(rows, columns=list(ESTIMATE_FIELDS)))


@dataclass(frozen=True)
class _Scaled:
    """The one correction of a line, its mass and footprint brought to the amount of the line.

    ``note`` says why it cannot be applied, "" where it can.
    """

    correction: RememberedCorrection | None
    mass_kg: float | None = None
    kg_co2e: float | None = None
    of_range: Range | None = None
    by: str = ""
    note: str = ""

    @classmethod
    def of(cls, line: Row, known: LineOverrides) -> "_Scaled":
        if len(known.corrections) != 1:
            return cls(None)
        (found,) = known.corrections
        said = found.correction
        if said.excluded or (said.mass_kg is None and said.kg_co2e is None):
            return cls(found)
        scale = times_as_much(line, found.line)
        if scale is None:
            return cls(
                found,
                note="The corrected line and this one state no amounts in the same unit or currency, so that "
                "it is not known how much of the corrected figure this line is.",
            )
        times, by = scale
        mass, kg = (None if value is None else value * times for value in (said.mass_kg, said.kg_co2e))
        ranged = kg is not None and CORRECTION not in known.without_range
        return cls(
            found, mass, kg, corrected_range(said, times, kg) if kg is not None and ranged else None, by
        )

    @property
    def is_valued_again(self) -> bool:
        """Whether the model must value the line again."""
        if self.correction is None or self.note or self.correction.correction.excluded:
            return False
        return self.kg_co2e is None or self.correction.correction.category_code is not None


def _overridden(row: Row, line: Row, known: LineOverrides, scaled: _Scaled, found: Row | str | None) -> Row:
    base_id, evidence = row["estimate_id"], json.loads(row["evidence"])
    row, marks = _corrected(row, known, scaled, found)
    row, declared = _declared(row, line, known, scaled)
    marks = declared + marks + ([catalogue_mark(known.item)] if known.item else [])
    name = base_id + canonical_json(marks)
    if found and not isinstance(found, str):
        evidence = json.loads(found["evidence"])
    return row | {
        "line_id": line["line_id"],
        "evidence": json.dumps(marks + evidence, ensure_ascii=False, separators=(",", ":")),
        "estimate_id": hashlib.sha256(name.encode("utf-8")).hexdigest()[:_ID_LENGTH],
    }


def _corrected(
    row: Row, known: LineOverrides, scaled: _Scaled, found: Row | str | None
) -> tuple[Row, list[Row]]:
    """Apply the one correction of a line, or show all of those that contradict each other."""
    if len(known.corrections) > 1:
        note = "It contradicts another correction of the same goods, so neither is applied."
        said = (
            f"{len(known.corrections)} approved corrections of the same goods contradict each other and none "
            f"is applied: review the estimates again that they were made of. {row['explanation']}"
        )
        marks = [correction_mark(one, applied=False, note=note) for one in known.corrections]
        return row | {"status": "review", "reason": "corrections_conflict", "explanation": said}, marks
    if scaled.correction is None:
        return row, []
    one = scaled.correction
    note = scaled.note or (found if isinstance(found, str) and scaled.kg_co2e is None else "")
    if note:
        said = f"A correction of the same goods could not be applied: {note} {row['explanation']}"
        changed = {"status": "review", "reason": "correction_not_applied", "explanation": said}
        return row | changed, [correction_mark(one, applied=False, note=note)]
    mark = correction_mark(one, applied=True, note="", of_range=scaled.of_range)
    return _with_correction(row, one, scaled, found), [mark]


def _with_correction(row: Row, one: RememberedCorrection, scaled: _Scaled, found: Row | str | None) -> Row:
    who = f"{one.reviewed_by}, approved by {one.approved_by}"
    why = f": {one.comment}" if one.comment else ""
    said = f"Corrected by {who} on {one.at.date()} for the same {_goods_words(one)}{why}."
    if one.correction.excluded:
        explanation = f"{said} It is no purchase."
        changed: Row = {"status": "excluded", "reason": "excluded_by_review", "explanation": explanation}
        return row | _NO_FIGURE | _NO_OTHER | changed | {"conversions": "[]", "contributions": "{}"}
    if scaled.kg_co2e is not None:
        kg = _rounded(scaled.kg_co2e)
        of_category = {name: found[name] for name in _CATEGORY} if isinstance(found, dict) else {}
        changed = (
            _NO_FIGURE
            | of_category
            | {
                "status": "estimated",
                "kg_co2e": kg,
                "method": row["method"],
                "factor_source": f"correction of the estimate {one.estimate_id}",
                "conversions": _one_step("correction", one.correction.kg_co2e or 0.0, kg, scaled.by, one),
                "contributions": "{}",
                "explanation": f"{said} {number_text(kg, 6)} kg CO2e, in proportion to {scaled.by} of the "
                f"corrected line.{_range_words(scaled.of_range)}",
            }
            | _ends(scaled.of_range)
        )
    elif isinstance(found, dict):
        changed = {name: value for name, value in found.items() if name != "line_id"}
        changed["explanation"] = f"{said} {found['explanation']}"
        if found["status"] == "excluded":
            changed["status"] = "estimated"
    else:
        changed = {"explanation": f"{said} {row['explanation']}"}
    reason = "" if changed.get("status") == "review" else "corrected"
    return row | changed | {"reason": reason or changed["reason"]}


def _declared(row: Row, line: Row, known: LineOverrides, scaled: _Scaled) -> tuple[Row, list[Row]]:
    """Let the supplier's figure win, where it covers the line."""
    version = known.figure
    if version is None:
        return row, []
    figure = version.figure
    quantity = signed_quantity(line)
    rate = units_in(line["unit"], figure.unit, line["country"])
    note = known.figure_note or _not_covered(row, line, known, scaled, quantity, rate)
    if note or quantity is None or rate is None:
        said = f"{row['explanation']} A figure of the supplier was not used: {note}"
        return row | {"explanation": said}, figure_mark(known, applied=False, note=note)
    units = quantity * rate
    kg = _rounded(units * figure.kg_co2e_per_unit)
    of_range = None if FIGURE in known.without_range else declared_range(version, units, kg, _day(line))
    step = {
        "step": "quantity",
        "from_value": quantity,
        "from_unit": line["unit"] or "piece",
        "to_value": units,
        "to_unit": figure.unit,
        "rate": rate,
        "source": "the line's quantity",
        "note": "",
    }
    changed = _NO_FIGURE | {
        "status": "review" if row["reason"] == "corrections_conflict" else "estimated",
        "reason": "corrections_conflict" if row["reason"] == "corrections_conflict" else "",
        "kg_co2e": kg,
        "method": "supplier-specific",
        "factor_id": f"supplier/{version.goods.subject}/{version.version}",
        "factor_value": figure.kg_co2e_per_unit,
        "factor_unit": f"kg CO2e per {figure.unit}, cradle to gate",
        "factor_source": f"{figure.source} (declared by the supplier, recorded by {version.who})",
        "conversions": json.dumps([step], ensure_ascii=False, separators=(",", ":")),
        "contributions": "{}",
        "explanation": f"{number_text(units, 6)} {figure.unit} times "
        f"{number_text(figure.kg_co2e_per_unit, 6)} kg CO2e, as the supplier declares ({figure.source}, "
        f"version {version.version}) = {number_text(kg, 6)} kg CO2e."
        f"{_range_words(of_range) or ' The declaration states no range.'}",
    }
    mark = figure_mark(known, applied=True, note="", of_range=of_range)
    return row | changed | _ends(of_range) | _beside(row), mark


def _not_covered(
    row: Row,
    line: Row,
    known: LineOverrides,
    scaled: _Scaled,
    quantity: float | None,
    rate: float | None,
) -> str:
    """Say why a supplier's figure does not value a line, "" where it does."""
    version = known.figure
    unit = version.figure.unit if version else ""
    if row["status"] == "excluded":
        return "The line is no purchase."
    if quantity is None:
        return f"The line states no quantity, and the figure is for one {unit}."
    if rate is None:
        return f"The line's unit {line['unit']!r} does not convert exactly into {unit!r}."
    if scaled.kg_co2e is not None and scaled.correction and version and scaled.correction.at > version.at:
        return "The footprint of the same goods was corrected after it was declared."
    return ""


def _beside(row: Row) -> Row:
    """Put the model's own figure beside the supplier's."""
    if not row["method"]:
        return {}
    return {"other_method": row["method"]} | {
        f"other_{name}": row[name] for name in ("kg_co2e", "kg_co2e_low", "kg_co2e_high")
    }


def _one_step(step: str, before: float, after: float, by: str, one: RememberedCorrection) -> str:
    record = {
        "step": step,
        "from_value": before,
        "from_unit": "kg CO2e",
        "to_value": after,
        "to_unit": "kg CO2e",
        "rate": after / before if before else 1.0,
        "source": f"correction of the estimate {one.estimate_id}",
        "note": f"in proportion to {by}",
    }
    return json.dumps([record], ensure_ascii=False, separators=(",", ":"))


def _ends(of_range: Range | None) -> Row:
    if of_range is None:
        return {}
    ends = {"kg_co2e_low": of_range.low, "kg_co2e_high": of_range.high}
    return ends | {"data_quality": of_range.data_quality}


def _range_words(of_range: Range | None) -> str:
    return "" if of_range is None else f" {of_range.sentence}"


def _day(line: Row) -> date | None:
    return None if pd.isna(line["date"]) else line["date"].date()


def _goods_words(one: RememberedCorrection) -> str:
    return "GTIN" if one.matched_by == "gtin" else one.matched_by


def _rounded(kg: float) -> float:
    return float(significant(np.array([kg]))[0])
