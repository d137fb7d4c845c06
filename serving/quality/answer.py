"""The inspection as JSON: everything that the page says, with the numbers unrounded."""

import json
import math
from pathlib import Path
from typing import Any

from data.whole_files import write_whole
from serving.quality.inspection import Inspection


def write_json(inspection: Inspection, path: Path) -> None:
    """Write an inspection as a JSON object; numbers that are not there are null.

    Raises
    ------
    data.errors.OutputError
        When the file cannot be written.
    """
    write_whole(json.dumps(as_object(inspection), ensure_ascii=False, indent=1) + "\n", path)


def as_object(inspection: Inspection) -> dict[str, Any]:
    """Give an inspection as values that JSON knows."""
    return {
        "files": inspection.files,
        "lines": inspection.lines,
        "lines_that_may_be_purchases": inspection.bought,
        "spend_usd": inspection.usd,
        "spend_that_may_be_purchases_usd": inspection.bought_usd,
        "facts": dict(inspection.facts),
        "columns": [{"files": list(one.files), "columns": dict(one.columns)} for one in inspection.readings],
        "notes": [{"files": list(one.files), "note": one.text} for one in inspection.remarks],
        "score": inspection.score,
        "criteria": [
            {
                "criterion": one.criterion.title,
                "points": one.criterion.points,
                "earned": one.points,
                "share": one.share,
                "share_of": "lines" if one.of_lines else "spend",
                "failed_by": list(one.criterion.failed_by),
            }
            for one in inspection.earned
        ],
        "findings": [
            {
                "code": told.code,
                "subject": told.subject.value,
                "title": told.title,
                "rule": told.rule,
                "remedy": told.remedy,
                "lines": told.lines,
                "share_of_lines": told.of_lines,
                "spend_usd": told.usd,
                "share_of_spend": _number(told.of_spend),
                "examples": [
                    {**vars(example), "amount": _number(example.amount)} for example in told.examples
                ],
            }
            for told in inspection.findings
        ],
        "scenarios": [
            {
                "code": one.code,
                "title": one.title,
                "method": one.method,
                "lines": one.lines,
                "kg_co2e": one.kg,
                "kg_co2e_low": one.kg_low,
                "kg_co2e_high": one.kg_high,
                "width_kg_co2e": one.width,
                "compared_with": one.basis or None,
            }
            for one in inspection.scenarios
        ],
    }


def _number(value: float) -> float | None:
    return value if math.isfinite(value) else None
