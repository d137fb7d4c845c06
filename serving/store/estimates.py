"""Estimates as entries, with all that it takes to make them again and compare them to the last digit."""

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final, Self

import pandas as pd

from features.line_items import LineItems
from features.money import MoneyOptions
from models.estimates import ESTIMATE_FIELDS, Estimates
from models.footprint import EstimateOptions
from serving.store.canonical import Json, parse_canonical
from serving.store.chain import NewEntry
from serving.store.making import Making, current_making
from serving.store.store import Writing
from serving.store.tables import Entry

_NUMBERS: Final = frozenset(name for name, column in Estimates.to_schema().columns.items() if column.nullable)


@dataclass(frozen=True)
class EstimateContent:
    """What went into an estimate and came out.

    Attributes
    ----------
    received
        The line as it was received.
    line
        What it was understood as: a row of :class:`features.line_items.LineItems`.
    options
        What the user decided.
    estimate
        A row of :class:`models.estimates.Estimates`.
    note
        What was added to the model's explanation, at its end.
    making
        What it was made with; ``None`` where that was not recorded yet.
    """

    received: Any
    line: dict[str, Any]
    options: EstimateOptions
    estimate: dict[str, Any]
    note: str = ""
    making: Making | None = None

    @classmethod
    def from_payload(cls, text: str) -> Self:
        """Read what :func:`record_estimates` wrote."""
        payload = parse_canonical(text)
        estimate = {name: payload["estimate"][name] for name in ESTIMATE_FIELDS}
        for name in _NUMBERS:
            estimate[name] = math.nan if estimate[name] is None else float(estimate[name])
        making = payload.get("making")
        return cls(
            received=payload["received"],
            line=payload["line"],
            options=_read_options(payload["options"]),
            estimate=estimate,
            note=payload.get("note", ""),
            making=Making.from_json(making) if making else None,
        )

    @property
    def conversions(self) -> list[dict[str, Any]]:
        """Every conversion of the money or mass, with its rate and source."""
        return list(json.loads(self.estimate["conversions"]))


@dataclass(frozen=True)
class EstimateRecord:
    """An estimate as it was recorded.

    Attributes
    ----------
    sequence, at, who
        Number, time and writer of the entry.
    estimate_id, status, job_id, model_version, factor_set
        What it is found by.
    line_date
        Day in which the line counts.
    content
        ``None`` once retention has reduced it to its hash.
    payload_sha256
        That hash.
    """

    sequence: int
    at: datetime
    who: str
    estimate_id: str
    status: str
    job_id: str
    model_version: str
    factor_set: str
    line_date: date
    content: EstimateContent | None
    payload_sha256: str

    @classmethod
    def from_entry(cls, entry: Entry) -> Self:
        """Read an entry of the kind "estimate"."""
        return cls(
            sequence=entry.sequence,
            at=entry.at,
            who=entry.who,
            estimate_id=entry.subject,
            status=entry.status,
            job_id=entry.job_id,
            model_version=entry.model_version,
            factor_set=entry.factor_set,
            line_date=entry.line_date or entry.at.date(),
            content=None if entry.payload is None else EstimateContent.from_payload(entry.payload),
            payload_sha256=entry.payload_sha256,
        )


def record_estimates(
    writing: Writing,
    received: Sequence[Json],
    lines: pd.DataFrame,
    estimates: pd.DataFrame,
    options: EstimateOptions,
    job_id: str = "",
    notes: Sequence[str] | None = None,
) -> range:
    """Write estimates to the trail and give the numbers of their entries.

    Parameters
    ----------
    writing
        Transaction.
    received
        The n lines as they were received.
    lines
        :class:`features.line_items.LineItems`, n rows.
    estimates
        :class:`models.estimates.Estimates`, n rows.
    options
        What they were estimated with.
    job_id
        Of the job that they are from, if any.
    notes
        What was added to the model's explanation of each, at its end; by default nothing.

    Raises
    ------
    ScopeError
        If the actor may not estimate.
    CanonicalFormError
        If a line was received with a value that JSON does not have, such as an infinity.
    ValueError
        If they are not equally many.
    """
    writing.actor.require("estimate")
    asked, making = _write_options(options), current_making().to_json()
    said = [""] * len(received) if notes is None else notes
    rows = zip(received, _records(lines), _records(estimates), said, strict=True)
    return writing.append(
        NewEntry(
            kind="estimate",
            subject=estimate["estimate_id"],
            status=estimate["status"],
            job_id=job_id,
            model_version=estimate["model_version"],
            # a factor is named by its set and its row there
            factor_set=estimate["factor_id"].partition("/")[0],
            line_date=_line_date(line, options, writing),
            payload={
                "received": raw,
                "line": line,
                "options": asked,
                "estimate": estimate,
                "note": note,
                "making": making,
            },
        )
        for raw, line, estimate, note in rows
    )


def restored_lines(contents: Sequence[EstimateContent]) -> pd.DataFrame:
    """Make the line items again that estimates were made from.

    The ids of lines differ within a frame, and an estimate's id depends on its line's: lines of one id are to
    be made again in different frames.

    Returns
    -------
    pandas.DataFrame
        :class:`features.line_items.LineItems`, one row a content, in order.
    """
    frame = pd.DataFrame([content.line for content in contents], columns=list(LineItems.to_schema().columns))
    frame["date"] = pd.to_datetime(frame["date"]).astype("datetime64[ns]")
    return LineItems.validate(frame)


def restored_estimates(contents: Sequence[EstimateContent]) -> pd.DataFrame:
    """Make the rows again that were estimated, to the last digit.

    Returns
    -------
    pandas.DataFrame
        :class:`models.estimates.Estimates`, one row a content, in order.
    """
    rows = [content.estimate for content in contents]
    return Estimates.validate(pd.DataFrame(rows, columns=list(ESTIMATE_FIELDS)))


def _records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Give the rows as JSON has them: nothing for a missing number, days as text."""
    columns = {str(name): [_plain(value) for value in frame[name].tolist()] for name in frame.columns}
    return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]


def _plain(value: Any) -> Any:
    if value is pd.NaT or value != value:  # noqa: PLR0124 - only a missing value is not itself
        return None
    return value.isoformat() if isinstance(value, datetime) else value


def _line_date(line: dict[str, Any], options: EstimateOptions, writing: Writing) -> date:
    """Say in which day a line counts: its own, else the ledger's, else the one it is recorded on."""
    if line["date"]:
        return datetime.fromisoformat(line["date"]).date()
    return options.money.default_date or writing.at.date()


def _write_options(options: EstimateOptions) -> dict[str, Any]:
    money = options.money
    return {
        "factor_set": options.factor_set,
        "explain": options.explain,
        "amounts_include_vat": money.amounts_include_vat,
        "vat_rate": money.vat_rate,
        "default_date": money.default_date.isoformat() if money.default_date else None,
    }


def _read_options(options: dict[str, Any]) -> EstimateOptions:
    default_date = options["default_date"]
    money = MoneyOptions(
        amounts_include_vat=options["amounts_include_vat"],
        vat_rate=options["vat_rate"],
        default_date=date.fromisoformat(default_date) if default_date else None,
    )
    return EstimateOptions(options["factor_set"], money, options["explain"])
