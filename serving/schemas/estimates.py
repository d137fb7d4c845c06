"""Estimates as they are answered, now and from the trail."""

import datetime as dt
import json
import math
from collections.abc import Mapping
from typing import Any, Final, Literal, Self

from pydantic import BaseModel, ConfigDict, Field

from models.estimates import ESTIMATE_JSON_FIELDS
from serving.schemas.examples import (
    CORRECTION_MARK_EXAMPLE,
    DETAIL_EXAMPLE,
    ESTIMATE_EXAMPLE,
    RECORD_EXAMPLE,
)
from serving.schemas.reviews import CommentOut, CorrectionIn, ReviewOut

_RANGE: Final = (
    '"stated" where the range of the figure was stated with it, else the pedigree scores that it follows '
    'from; "" where the figure was not used, or was recorded before figures had ranges'
)
Method = Literal["supplier-specific", "hybrid", "average-data", "spend-based", ""]


class CorrectionMark(BaseModel):
    """A correction that was approved for the same goods before, and whether it was applied here."""

    model_config = ConfigDict(json_schema_extra={"example": CORRECTION_MARK_EXAMPLE})

    correction: CorrectionIn
    line: dict[str, Any] = Field(description="the corrected line: what a mass or a footprint is for")
    matched_by: Literal["gtin", "description and supplier"]
    estimate_id: str = Field(description="what was corrected")
    reviewed_by: str
    approved_by: str
    at: dt.datetime
    comment: str
    reference: str
    applied: bool
    note: str = Field(description="why it was not applied")
    range: str = Field(default="", description=_RANGE)


class SupplierFigureMark(BaseModel):
    """The supplier's present figure for the goods, and whether it was used here."""

    goods: dict[str, str]
    figure: dict[str, Any]
    version: int
    at: dt.datetime
    who: str
    applied: bool
    note: str = Field(description="why it was not used")
    range: str = Field(default="", description=_RANGE)


class EstimateOut(BaseModel):
    """One estimate; figures are kg CO2e, the range is a central 90% interval."""

    model_config = ConfigDict(json_schema_extra={"example": ESTIMATE_EXAMPLE})

    line_id: str
    status: Literal["estimated", "review", "excluded", "unmatched"]
    reason: str = Field(description='typed code, "" where there is nothing to say')
    kg_co2e: float | None = Field(description="cradle to purchase; null where no figure can be given")
    kg_co2e_low: float | None = Field(description="5th percentile")
    kg_co2e_high: float | None = Field(description="95th percentile")
    method: Method = Field(description="calculation method of GHG Protocol Scope 3 category 1")
    category_code: str
    category_scheme: str
    category_title: str
    category_probability: float | None
    alternatives: list[dict[str, Any]] = Field(
        description="candidate categories with their probability and factor"
    )
    factor_id: str
    factor_value: float | None
    factor_unit: str
    factor_source: str = Field(description="publication, cell and licence")
    data_quality: str = Field(description="pedigree scores, 1 best to 5")
    model_version: str
    estimate_id: str = Field(
        description="the same line, model, options and corrections give the same id and the same figures"
    )
    explanation: str = Field(description="the estimate, or what is wrong with the line, as a sentence")
    conversions: list[dict[str, Any]] = Field(description="every conversion with its rate and source")
    evidence: list[dict[str, Any]] = Field(
        description="the nearest reference entries or products with their source"
    )
    corrections: list[CorrectionMark] = Field(
        default_factory=list,
        description="approved corrections of the same goods; several contradict each other, and none of them "
        "is applied then",
    )
    supplier_figure: SupplierFigureMark | None = Field(
        default=None, description="what the supplier declares for the goods"
    )
    catalogue_item: dict[str, Any] | None = Field(
        default=None, description="what the product catalogue added to the line, who recorded it and when"
    )
    mass_kg: float | None = Field(description="of the goods, where the line says enough about it")
    other_method: Method = Field(description="by which the line could be valued too")
    other_kg_co2e: float | None
    other_kg_co2e_low: float | None
    other_kg_co2e_high: float | None
    contributions: dict[str, Any] = Field(
        description="what makes up the figure: natural logarithms that add up to that of its size; with "
        "`explain`, under `category`, what made the category more probable than the next: log odds"
    )

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> Self:
        """Read a row of :class:`models.estimates.Estimates`; what people knew has fields of its own."""
        values = {k: None if isinstance(v, float) and math.isnan(v) else v for k, v in record.items()}
        for name in ESTIMATE_JSON_FIELDS:
            values[name] = json.loads(record[name])
        known: list[dict[str, Any]] = json.loads(record["evidence"])
        values["evidence"] = [one for one in known if "kind" not in one]
        values["corrections"] = [one for one in known if one.get("kind") == "correction"]
        values["catalogue_item"] = next((one for one in known if one.get("kind") == "catalogue"), None)
        values["supplier_figure"] = next((one for one in known if one.get("kind") == "supplier figure"), None)
        return cls.model_validate(values)


class EstimateResponse(BaseModel):
    """As many estimates as lines, in their order."""

    model_config = ConfigDict(
        json_schema_extra={"example": {"model_version": "ee5e3ef0c903ba6b", "estimates": [ESTIMATE_EXAMPLE]}}
    )

    model_version: str
    estimates: list[EstimateOut]


class RecordedEstimate(BaseModel):
    """An estimate as the trail has it."""

    model_config = ConfigDict(json_schema_extra={"example": RECORD_EXAMPLE})

    estimate_id: str
    sequence: int = Field(description="number of its entry in the trail")
    at: dt.datetime
    who: str = Field(description="public id of the key that asked, or local")
    status: str
    job_id: str
    model_version: str
    factor_set: str
    line_date: dt.date = Field(description="day in which the line counts")
    payload_sha256: str
    estimate: EstimateOut | None = Field(description="null once retention has reduced it to its hash")


class EstimatePage(BaseModel):
    """Some recorded estimates."""

    model_config = ConfigDict(json_schema_extra={"example": {"items": [RECORD_EXAMPLE], "cursor": ""}})

    items: list[RecordedEstimate]
    cursor: str = Field(description='of the next page; "" at the end')


class Occurrence(BaseModel):
    """One time that an estimate was asked for."""

    model_config = ConfigDict(from_attributes=True)

    sequence: int
    at: dt.datetime
    who: str
    job_id: str


class History(BaseModel):
    """Times that an estimate was asked for, the latest first."""

    items: list[Occurrence]
    cursor: str = Field(description='of the next page; "" at the end')


class Arithmetic(BaseModel):
    """How the figure comes about: ``kg_co2e = activity * kg_co2e_per_unit``, after the conversions."""

    conversions: list[dict[str, Any]] = Field(description="each with its values, rate and source")
    activity: float | None = Field(description="money or amount after the last conversion")
    activity_unit: str
    kg_co2e_per_unit: float | None = Field(
        description="the factors of the probable categories, mixed by their probability"
    )
    kg_co2e: float | None
    sentence: str

    @classmethod
    def of(cls, estimate: EstimateOut, line: Mapping[str, Any]) -> Self:
        """Put the arithmetic of an estimate of a line together."""
        if estimate.conversions:
            last = estimate.conversions[-1]
            activity, unit = last["to_value"], last["to_unit"]
        else:
            activity, unit = line["amount"], line["currency"]
        kg = estimate.kg_co2e
        return cls(
            conversions=estimate.conversions,
            activity=activity,
            activity_unit=unit,
            kg_co2e_per_unit=kg / activity if kg is not None and activity else None,
            kg_co2e=kg,
            sentence=estimate.explanation,
        )

    @property
    def by_a_factor(self) -> bool:
        """Whether a factor multiplies the activity: what was corrected is in kg CO2e already."""
        return self.kg_co2e_per_unit is not None and self.activity_unit != "kg CO2e"


class EstimateDetail(BaseModel):
    """An estimate with everything that is known about it."""

    model_config = ConfigDict(json_schema_extra={"example": DETAIL_EXAMPLE})

    recorded: RecordedEstimate = Field(description="the latest record stands for all")
    received: Any = Field(description="the line as it was received")
    line: dict[str, Any] | None = Field(description="what it was understood as")
    options: dict[str, Any] | None
    arithmetic: Arithmetic | None
    history: History
    reviews: list[ReviewOut] = Field(description="all steps, the latest first")
    comments: list[CommentOut] = Field(description="the oldest first")
