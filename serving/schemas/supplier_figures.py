"""Figures that suppliers declare, asked and answered."""

import datetime as dt
from typing import Final, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator
from pydantic.config import JsonDict
from pydantic_core import PydanticCustomError

from serving.schemas.fields import Name, OptionalName
from serving.schemas.lines import Day, Number

_GIVEN: Final[JsonDict] = {
    "gtin": "4006381333931",
    "kg_co2e_per_unit": 2.4,
    "unit": "piece",
    "source": "EPD-2024-117, Example Medical Ltd",
    "valid_from": "2024-01-01",
    "valid_to": "2028-12-31",
}
_EXAMPLE: Final[JsonDict] = {
    **_GIVEN,
    "supplier": "",
    "article": "",
    "version": 1,
    "sequence": 21,
    "at": "2025-03-02T08:00:00Z",
    "who": "0a1b2c3d4e5f6071",
}


class SupplierFigureIn(BaseModel):
    """A declared footprint, cradle to gate, of a GTIN or of a supplier's article."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"example": _GIVEN})

    gtin: OptionalName = ""
    supplier: OptionalName = ""
    article: OptionalName = Field(default="", description="as the descriptions of lines name it")
    kg_co2e_per_unit: Number = Field(description="of one unit")
    unit: Name = Field(description="kg, piece, litre, ...")
    source: Name = Field(description="the declaration: its name, number or address")
    valid_from: Day | None = None
    valid_to: Day | None = None

    @model_validator(mode="after")
    def _ends_after_it_begins(self) -> Self:
        if self.valid_from and self.valid_to and self.valid_to < self.valid_from:
            raise PydanticCustomError("figure", "Input should have a valid_to that is not before valid_from")
        return self


class SupplierFigureOut(BaseModel):
    """A figure as it was declared at some time."""

    model_config = ConfigDict(json_schema_extra={"example": _EXAMPLE})

    gtin: str
    supplier: str
    article: str
    kg_co2e_per_unit: float
    unit: str
    source: str
    valid_from: dt.date | None
    valid_to: dt.date | None
    version: int = Field(description="from 1; the latest counts")
    sequence: int
    at: dt.datetime
    who: str


class SupplierFigureHistory(BaseModel):
    """All versions of the figure of some goods, the latest first."""

    model_config = ConfigDict(json_schema_extra={"example": {"items": [_EXAMPLE]}})

    items: list[SupplierFigureOut]
