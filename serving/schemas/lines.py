"""Line items as they are asked about."""

import datetime as dt
from typing import Annotated, Any, Final

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints
from pydantic.config import JsonDict
from pydantic_core import PydanticCustomError

from serving.documents.countries import country_code

MAX_LINES: Final = 1_000
_LARGEST: Final = 1e15
_FIRST_YEAR: Final = 1900
_LAST_YEAR: Final = 2199
LINE_EXAMPLE: Final[JsonDict] = {
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

    model_config = ConfigDict(extra="forbid", json_schema_extra={"example": LINE_EXAMPLE})

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

    model_config = ConfigDict(extra="forbid", json_schema_extra={"example": {"lines": [LINE_EXAMPLE]}})

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
