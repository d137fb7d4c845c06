"""What goes over the wire: line items in, estimates out."""

import json
import math
from datetime import date
from typing import Annotated, Any, Final, Self

import pandas as pd
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

MAX_LINES: Final = 1_000

Text = Annotated[str, StringConstraints(strip_whitespace=True, max_length=10_000)]


class LineIn(BaseModel):
    """One line item; ``description`` and ``amount`` with ``currency`` are what an estimate needs."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "example": {
                "line_id": "PO-1017-3",
                "description": "Examination gloves, nitrile, medium, box of 200",
                "amount": 412.0,
                "currency": "GBP",
                "date": "2022-04-24",
                "country": "GB",
                "supplier": "Example Medical Ltd",
            }
        },
    )

    line_id: Text | None = Field(None, description="unique within the request; else the line's number from 1")
    description: Text = ""
    amount: Annotated[float, Field(allow_inf_nan=False)] | None = Field(None, description="ex VAT; credits negative")
    currency: Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")] | None = Field(None, description="ISO 4217")
    date: date | None = None
    quantity: Annotated[float, Field(allow_inf_nan=False)] | None = None
    unit: Text | None = Field(None, description="as written, or UNECE Rec 20")
    country: Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")] | None = Field(
        None, description="of the buyer, ISO 3166-1 alpha-2; chooses the factor set"
    )
    supplier: Text | None = None
    category_code: Text | None = Field(None, description="the buyer's own code")
    category_scheme: Text | None = Field(None, description="NAICS, NACE, SIC, HS, CN or EMDN")
    gtin: Text | None = None
    buyer: Text | None = None
    cost_centre: Text | None = None


class EstimateRequest(BaseModel):
    """Lines to estimate, and what holds for all of them."""

    model_config = ConfigDict(extra="forbid")

    lines: list[dict[str, Any]] = Field(
        min_length=1,
        description="Line items. A line that does not fit the schema gets an estimate of status `unmatched` that "
        "says why; the other lines are not affected.",
        json_schema_extra={"items": {"$ref": "#/components/schemas/LineIn"}, "maxItems": MAX_LINES},
    )
    amounts_include_vat: bool = False
    vat_rate: Annotated[float, Field(ge=0, lt=1)] | None = Field(None, description="0.2; else the standard rate")
    factor_set: str | None = Field(None, description="for every line; else by the buyer's country")


class EstimateOut(BaseModel):
    """One estimate; figures are kg CO2e, the range is a central 90% interval."""

    line_id: str
    status: str = Field(description="estimated, review, excluded or unmatched")
    reason: str
    kg_co2e: float | None
    kg_co2e_low: float | None
    kg_co2e_high: float | None
    method: str
    category_code: str
    category_scheme: str
    category_title: str
    category_probability: float | None
    alternatives: list[dict[str, Any]]
    factor_id: str
    factor_value: float | None
    factor_unit: str
    factor_source: str
    data_quality: str
    model_version: str
    estimate_id: str
    explanation: str
    conversions: list[dict[str, Any]]
    evidence: list[dict[str, Any]]

    @classmethod
    def from_record(cls, record: dict[str, Any]) -> Self:
        """Read a row of :class:`models.estimates.Estimates`."""
        values = {k: None if isinstance(v, float) and math.isnan(v) else v for k, v in record.items()}
        for name in ("alternatives", "conversions", "evidence"):
            values[name] = json.loads(values[name])
        return cls(**values)


class EstimateResponse(BaseModel):
    """As many estimates as lines, in their order."""

    model_version: str
    estimates: list[EstimateOut]


def lines_frame(lines: list[LineIn | None], problems: list[str]) -> pd.DataFrame:
    """Line items of a request as a frame; a line that could not be read carries its problem.

    Parameters
    ----------
    lines
        ``None`` for a line that could not be read.
    problems
        What is wrong with each line, "" where nothing is.
    """
    records = [line.model_dump(exclude_none=True) if line else {} for line in lines]
    frame = pd.DataFrame(records, index=range(len(records)))
    if "line_id" not in frame:
        frame["line_id"] = None
    numbers = pd.Series([str(n) for n in range(1, len(frame) + 1)], dtype="str")
    wanted = frame["line_id"].where(frame["line_id"].notna(), numbers).astype("str")
    repeated = wanted.duplicated()
    frame["line_id"] = wanted.where(~repeated, wanted + "#" + numbers)
    frame["issue_detail"] = problems
    frame["issue"] = ["line_invalid" if problem else "" for problem in problems]
    frame.loc[(frame["issue"] == "") & repeated, "issue"] = "line_id_repeated"
    frame.loc[repeated & (frame["issue"] == "line_id_repeated"), "issue_detail"] = (
        "The line_id stands on an earlier line too, expected each once: number the lines apart."
    )
    return frame
