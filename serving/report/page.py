"""Writing the page: what the report says, put together from a result and rendered to one HTML file."""

import base64
import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.resources import files as package_files
from itertools import groupby
from pathlib import Path
from typing import Any, Final

import pandas as pd
from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from data.whole_files import write_whole
from features.line_items import LINE_ITEM_FIELDS
from serving import breakdown, wording
from serving.readings import Reading, Remark, files_text, readings, remarks
from serving.report import charts
from serving.result import EstimatedLedger

_LARGEST_SHOWN: Final = 10
_WIDEST_SHOWN: Final = 6
_EXAMPLES_PER_REASON: Final = 3
_PROBLEMS_PER_REASON: Final = 8


@dataclass(frozen=True)
class _Hotspots:
    """One way of cutting the total: its drawing, and the table behind the drawing."""

    title: str
    what: str
    drawing: Markup
    table: pd.DataFrame


@dataclass(frozen=True)
class _ReasonGroup:
    """Lines that share a status and a reason, with the first few of them."""

    status: str
    reason: str
    lines: int
    usd_size: float
    examples: list[dict[str, Any]]


@dataclass(frozen=True)
class _Credit:
    """One source of data in the model: what its licence asks to be said, and which files were taken."""

    source: str
    licence: str
    attribution: str
    files: list[dict[str, str]]


def write_report(result: EstimatedLedger, path: Path) -> Path:
    """Write a result as a report: one HTML file that needs no network, no script and no other file.

    Parameters
    ----------
    result
        The estimated ledger.
    path
        Where to write; an existing file is replaced whole.

    Returns
    -------
    pathlib.Path
        The path written.

    Raises
    ------
    data.errors.OutputError
        When the file cannot be written.
    """
    write_whole(_render(result), path)
    return path


def _render(result: EstimatedLedger) -> str:
    page = page_environment("serving.report").get_template("report.html")
    return page.render(**page_style(), **_content(result))


def page_environment(package: str) -> Environment:
    """Set up templates of a package, with the report's parts; everything is escaped, figures have words."""
    environment = Environment(
        loader=ChoiceLoader([PackageLoader(package), PackageLoader("serving.report")]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(
        mass=wording.mass_text,
        number=wording.number_text,
        usd=wording.usd_text,
        share=wording.share_text,
        words=wording.code_text,
        foreign=_isolated,
        commands=_with_commands,
    )
    environment.globals.update(
        amount=wording.amount_text,
        span=wording.range_text,
        lines=lambda count: wording.count_text(count, "line"),
    )
    return environment


def page_style() -> dict[str, str]:
    """Give the style that pages share, and the digest by which a page lets it, and nothing else, through."""
    style = package_files("serving.report").joinpath("templates/report.css").read_text(encoding="utf-8")
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    return {"style": Markup(style), "style_digest": digest}  # noqa: S704 - the project's own file, not input


def reading_parts(understood: Sequence[Reading], said: Sequence[Remark]) -> dict[str, Any]:
    """Give what the part ``understood`` of a page shows: columns by file, and notes by file."""
    return {
        "readings": [(files_text(reading.files), list(_columns(reading))) for reading in understood],
        "remarks": [
            (files, [remark.text for remark in group])
            for files, group in groupby(said, key=lambda remark: files_text(remark.files))
        ],
    }


def _content(result: EstimatedLedger) -> dict[str, Any]:
    now = datetime.now(UTC)
    frame = breakdown.joined(result)
    categories = breakdown.by_group(frame, "category")
    largest = breakdown.largest(frame, "kg", _LARGEST_SHOWN)
    widest = breakdown.largest(frame.drop(index=largest.index), "kg_width", _WIDEST_SHOWN)
    return {
        "result": result,
        "written": f"{now.day} {now:%B %Y, %H:%M} UTC",
        "line_count": len(frame),
        "usd_size": float(frame["usd_size"].sum()),
        "figure_count": int(frame["kg"].notna().sum()),
        "coverage": breakdown.coverage(frame),
        "statuses": breakdown.by_status(frame).to_dict("records"),
        "categories": categories.to_dict("records"),
        "pareto": charts.pareto(categories) if (categories["kg"] > 0).any() else None,
        "ranges": charts.ranges(categories) if len(categories) else None,
        "hotspots": list(_hotspots(frame)),
        "pedigree": breakdown.pedigree(frame).to_dict("records"),
        "excluded": _by_reason(frame[frame["status"] == "excluded"], _EXAMPLES_PER_REASON),
        "problems": _by_reason(frame[frame["status"].isin(["unmatched", "review"])], _PROBLEMS_PER_REASON),
        "largest": largest.to_dict("records"),
        "widest": widest.to_dict("records"),
        "factor_sources": result.factor_sources.to_dict("records"),
        "model_data": _credits(result.model_card),
        "model_card": list(_flattened({k: v for k, v in result.model_card.items() if k != "data"})),
        **reading_parts(readings(result.columns, result.files), remarks(result.notes, result.files)),
    }


def _hotspots(frame: pd.DataFrame) -> Iterator[_Hotspots]:
    for column, title in (("supplier", "Suppliers"), ("cost_centre", "Cost centres"), ("method", "Methods")):
        table = breakdown.by_group(frame, column)
        if len(table) > 1:
            what = "Method" if column == "method" else title.removesuffix("s")
            yield _Hotspots(title, what, charts.bars(table), table)
    periods = breakdown.by_month(frame)
    if len(periods) > 1:
        yield _Hotspots("Over time", "Period", charts.months(periods), periods)


def _by_reason(frame: pd.DataFrame, shown: int) -> list[_ReasonGroup]:
    groups = [
        _ReasonGroup(
            status=str(status),
            reason=str(reason),
            lines=len(rows),
            usd_size=float(rows["usd_size"].sum()),
            examples=rows.sort_values("usd_size", ascending=False, kind="stable")
            .head(shown)
            .to_dict("records"),  # type: ignore[arg-type]
        )
        for (status, reason), rows in frame.groupby(["status", "reason"], sort=False)
    ]
    return sorted(groups, key=lambda group: (group.status != "unmatched", -group.usd_size))


def _columns(reading: Reading) -> Iterator[tuple[str, str]]:
    return ((field, reading.columns[field]) for field in LINE_ITEM_FIELDS if field in reading.columns)


def _credits(card: dict[str, Any]) -> list[_Credit]:
    """Return the sources of the data that the model was made from, as the model card states them."""
    found: dict[tuple[str, str, str], _Credit] = {}
    stated = card.get("data", {})
    for name, facts in stated.items() if isinstance(stated, dict) else ():
        said = (facts.get("source", name), facts.get("licence", "not stated"), facts.get("attribution", ""))
        credit = found.setdefault(said, _Credit(*said, files=[]))
        credit.files.append({"name": name, "sha256": facts.get("sha256", "")})
    return list(found.values())


def _flattened(card: dict[str, Any], prefix: str = "") -> Iterator[tuple[str, str]]:
    for key, value in card.items():
        name = f"{prefix}{wording.code_text(str(key)) if not prefix else str(key).replace('_', ' ')}"
        if isinstance(value, dict):
            yield from _flattened(value, f"{name}, ")
        elif isinstance(value, (list, tuple)) and any(isinstance(item, dict) for item in value):
            yield from ((f"{name} {n}", _facts(item)) for n, item in enumerate(value, 1))
        elif isinstance(value, (list, tuple)):
            yield name, ", ".join(str(item) for item in value)
        elif isinstance(value, float):
            yield name, wording.number_text(value)
        else:
            yield name, str(value)


def _facts(item: Any) -> str:
    pairs = item.items() if isinstance(item, dict) else []
    return ", ".join(
        f"{str(key).replace('_', ' ')} {wording.number_text(value) if isinstance(value, float) else value}"
        for key, value in pairs
    )


def _isolated(text: object, limit: int = 140) -> Markup:
    """Show text of unknown origin: cleaned, cut, escaped, and with its writing direction kept to itself."""
    return Markup("<bdi>{}</bdi>").format(wording.foreign_text(str(text), limit))


def _with_commands(text: str) -> Markup:
    """Set what stands between backticks in a sentence of our own as something to type."""
    return Markup().join(
        Markup("<code>{}</code>").format(part) if number % 2 else part
        for number, part in enumerate(text.split("`"))
    )
