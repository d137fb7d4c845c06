"""What an estimation run hands to whoever shows it: the ledger, its estimates, and where they came from."""

from dataclasses import dataclass, field
from typing import Any, Final

import pandas as pd
import pandera.pandas as pa
from pandera.typing.pandas import Series

from data.errors import OutputError
from features.line_items import LineItems
from models.estimates import Estimates
from models.footprint import EstimateOptions


class FactorSources(pa.DataFrameModel):
    """The factor sets, and sources of footprints of products, that a run drew on, one row each."""

    set_id: Series[str] = pa.Field(unique=True)
    title: Series[str]
    licence: Series[str]
    attribution: Series[str] = pa.Field(description="the credit line that the licence asks for")
    unit: Series[str] = pa.Field(description="what a factor counts: money of a year, or kilograms")

    class Config:
        """Exactly these columns, in this order."""

        strict = True
        ordered = True
        coerce = True


FACTOR_SOURCE_FIELDS: Final = tuple(FactorSources.to_schema().columns)


@dataclass(frozen=True, kw_only=True)
class EstimatedLedger:
    """A ledger with an estimate for each of its lines.

    Parameters
    ----------
    source
        The input's own columns as text, one row per line.
    lines
        The line items read from it (:class:`features.line_items.LineItems`).
    estimates
        One estimate per line item, in the same order (:class:`models.estimates.Estimates`).
    columns
        How the input's columns were understood: one ``{"field", "column", "how"}`` per line item field.
    model_card
        About the model: ``model_version``, what it was trained on, its metrics; values may be nested.
    factor_sources
        The factor sets used (:class:`FactorSources`).
    amount_usd
        Size of each line's spend in US dollars, comparable between lines; its sign does not matter here,
        credits take theirs from ``lines.amount``. NaN where the line states no money.
    total_kg, total_kg_low, total_kg_high
        Footprint of all lines that have a figure and its central 90 % range, kg CO2e.
    total_note
        How that range was put together from the lines' ranges, as a sentence.
    elapsed_seconds
        Time that estimating took, reading and start-up aside, s.
    notes
        Sentences about the reading of the document that a person should know.
    files
        Names of the ledgers where there are several: what is said of one of them in ``columns`` and ``notes``
        begins with its name.
    options, additions
        For each line what it was estimated with, and what was added to the model's explanation of it, at its
        end; both are empty where nobody is to record them.

    Raises
    ------
    data.errors.OutputError
        When the frames do not hold the same lines in the same order.
    """

    source: pd.DataFrame
    lines: pd.DataFrame
    estimates: pd.DataFrame
    columns: list[dict[str, str]]
    model_card: dict[str, Any]
    factor_sources: pd.DataFrame
    amount_usd: pd.Series
    total_kg: float
    total_kg_low: float
    total_kg_high: float
    total_note: str
    elapsed_seconds: float
    notes: list[str] = field(default_factory=list)
    files: list[str] = field(default_factory=list)
    options: list[EstimateOptions] = field(default_factory=list)
    additions: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        LineItems.validate(self.lines)
        Estimates.validate(self.estimates)
        FactorSources.validate(self.factor_sources)
        sizes = {len(self.source), len(self.lines), len(self.estimates), len(self.amount_usd)}
        same_ids = sizes == {len(self.lines)} and list(self.lines["line_id"]) == list(
            self.estimates["line_id"]
        )
        if not same_ids:
            raise OutputError(
                f"got {len(self.source)} source rows, {len(self.lines)} line items, "
                f"{len(self.estimates)} estimates and {len(self.amount_usd)} amounts; expected one of each "
                "per line, in the same order; estimate the document again."
            )
