"""Reporting periods, asked and answered."""

import datetime as dt
from typing import Final, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator
from pydantic.config import JsonDict
from pydantic_core import PydanticCustomError

from serving.schemas.fields import Name, Words
from serving.schemas.lines import Day

_EXAMPLE: Final[JsonDict] = {
    "name": "FY2024",
    "first": "2024-04-01",
    "last": "2025-03-31",
    "status": "closed",
    "reason": "Annual report published.",
    "who": "0a1b2c3d4e5f6071",
    "at": "2025-06-30T16:00:00Z",
}


class ClosingIn(BaseModel):
    """A period that is to be closed."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"example": {name: _EXAMPLE[name] for name in ("name", "first", "last", "reason")}},
    )

    name: Name
    first: Day
    last: Day = Field(description="within the period")
    reason: Words = ""

    @model_validator(mode="after")
    def _ends_after_it_begins(self) -> Self:
        if self.last < self.first:
            raise PydanticCustomError("period", "Input should have a last day that is not before the first")
        return self


class ReopeningIn(BaseModel):
    """A period that is to be opened again."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"example": {"name": "FY2024", "reason": "A late invoice of the year before."}},
    )

    name: Name
    reason: Name


class PeriodOut(BaseModel):
    """A reporting period as it is now."""

    model_config = ConfigDict(from_attributes=True, json_schema_extra={"example": _EXAMPLE})

    name: str
    first: dt.date
    last: dt.date
    status: Literal["closed", "open"]
    reason: str
    who: str
    at: dt.datetime


class PeriodList(BaseModel):
    """All periods, in the order of their first days."""

    model_config = ConfigDict(json_schema_extra={"example": {"items": [_EXAMPLE]}})

    items: list[PeriodOut]
