"""What goes over the wire: line items in, estimates out."""

import datetime as dt
import json
import math
from typing import Annotated, Any, Final, Literal, Self

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints
from pydantic.config import JsonDict
from pydantic_core import PydanticCustomError

from models.estimates import ESTIMATE_JSON_FIELDS
from serving.documents.countries import country_code

MAX_LINES: Final = 1_000
_LARGEST: Final = 1e15
_FIRST_YEAR: Final = 1900
_LAST_YEAR: Final = 2199
_EXAMPLE: Final[JsonDict] = {
    "line_id": "PO-1017-3",
    "description": "Examination gloves, nitrile, medium, box of 200",
    "amount": 412.0,
    "currency": "GBP",
    "date": "2022-04-24",
    "country": "GB",
    "supplier": "Example Medical Ltd",
}


def _day(value: object) -> dt.date | None:
    """Read a day from text alone: pydantic would take the number 20220424 for seconds since 1970."""
    if value is None:
        return None
    try:
        day = dt.datetime.fromisoformat(value.strip()).date() if isinstance(value, str) else None
    except ValueError:
        day = None
    if day is None or not _FIRST_YEAR <= day.year <= _LAST_YEAR:
        raise PydanticCustomError(
            "iso_date",
            f"Input should be an ISO 8601 date of {_FIRST_YEAR} to {_LAST_YEAR} such as 2022-04-24",
        )
    return day


def _country(code: str) -> str:
    known = country_code(code)
    if known != code:
        raise PydanticCustomError(
            "country", "Input should be an ISO 3166-1 alpha-2 code such as {known}", {"known": known or "GB"}
        )
    return code


Text = Annotated[str, StringConstraints(strip_whitespace=True, max_length=10_000)]
Currency = Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]
Country = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$"), AfterValidator(_country)]
Number = Annotated[float, Field(strict=True, allow_inf_nan=False, ge=-_LARGEST, le=_LARGEST)]
Day = Annotated[dt.date, BeforeValidator(_day, json_schema_input_type=dt.date)]


class LineIn(BaseModel):
    """One line item: ``description``, and ``amount`` with ``currency`` or ``quantity`` with ``unit``."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"example": _EXAMPLE})

    line_id: Text | None = Field(
        default=None, description="unique within the request; else the line's number from 1"
    )
    description: Text | None = Field(
        default=None, description="what was bought, in the words of the document"
    )
    amount: Number | None = Field(default=None, description="of the whole line, ex VAT; a credit is negative")
    currency: Currency | None = Field(default=None, description="ISO 4217")
    date: Day | None = Field(default=None, description="of the purchase, else of the payment")
    quantity: Number | None = None
    unit: Text | None = Field(default=None, description="as written, or UNECE Rec 20")
    country: Country | None = Field(
        default=None, description="of the buyer, ISO 3166-1 alpha-2; chooses the factor set"
    )
    supplier: Text | None = None
    category_code: Text | None = Field(default=None, description="the buyer's own code")
    category_scheme: Text | None = Field(
        default=None, description="of that code: NAICS, NACE, SIC, HS, CN, CPV, EMDN, PSC or UNSPSC"
    )
    gtin: Text | None = None
    buyer: Text | None = None
    cost_centre: Text | None = None


class EstimateRequest(BaseModel):
    """Lines to estimate, and what holds for all of them."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"example": {"lines": [_EXAMPLE]}})

    lines: list[Any] = Field(
        min_length=1,
        description="Line items, at most 1,000. A line that does not fit the schema gets an estimate of "
        "status `unmatched` that says why; the other lines are not affected.",
        json_schema_extra={"items": {"$ref": "#/components/schemas/LineIn"}, "maxItems": MAX_LINES},
    )
    amounts_include_vat: bool = Field(
        default=False, description="whether the amounts include value added tax"
    )
    vat_rate: float | None = Field(
        default=None, ge=0, lt=1, description="to take off, 0.2; else the country's standard rate"
    )
    factor_set: str | None = Field(default=None, description="for every line; else by the buyer's country")
    explain: bool = Field(
        default=False, description="whether `contributions` are to say what decided about the category"
    )


class EstimateOut(BaseModel):
    """One estimate; figures are kg CO2e, the range is a central 90% interval."""

    line_id: str
    status: Literal["estimated", "review", "excluded", "unmatched"]
    reason: str = Field(description='typed code, "" where there is nothing to say')
    kg_co2e: float | None = Field(description="cradle to purchase; null where no figure can be given")
    kg_co2e_low: float | None = Field(description="5th percentile")
    kg_co2e_high: float | None = Field(description="95th percentile")
    method: Literal["supplier-specific", "hybrid", "average-data", "spend-based", ""] = Field(
        description="calculation method of GHG Protocol Scope 3 category 1"
    )
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
    estimate_id: str = Field(description="the same line, model and options give the same id")
    explanation: str = Field(description="the estimate, or what is wrong with the line, as a sentence")
    conversions: list[dict[str, Any]] = Field(description="every conversion with its rate and source")
    evidence: list[dict[str, Any]] = Field(
        description="the nearest reference entries or products with their source"
    )
    mass_kg: float | None = Field(description="of the goods, where the line says enough about it")
    other_method: Literal["supplier-specific", "hybrid", "average-data", "spend-based", ""] = Field(
        description="by which the line could be valued too"
    )
    other_kg_co2e: float | None
    other_kg_co2e_low: float | None
    other_kg_co2e_high: float | None
    contributions: dict[str, Any] = Field(
        description="what makes up the figure: natural logarithms that add up to that of its size; with "
        "`explain`, under `category`, what made the category more probable than the next: log odds"
    )

    @classmethod
    def from_record(cls, record: dict[str, Any]) -> Self:
        """Read a row of :class:`models.estimates.Estimates`."""
        values = {k: None if isinstance(v, float) and math.isnan(v) else v for k, v in record.items()}
        for name in ESTIMATE_JSON_FIELDS:
            values[name] = json.loads(record[name])
        return cls.model_validate(values)


class EstimateResponse(BaseModel):
    """As many estimates as lines, in their order."""

    model_version: str
    estimates: list[EstimateOut]
