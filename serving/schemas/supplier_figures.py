"""Figures that suppliers declare, asked and answered."""

import datetime as dt
from typing import Annotated, Final, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator
from pydantic.config import JsonDict
from pydantic_core import PydanticCustomError

from serving.schemas.fields import Name, OptionalName, require_ends
from serving.schemas.lines import Day, Number

Score = Annotated[int, Field(strict=True, ge=1, le=5)]
Scores = tuple[Score, Score, Score, Score, Score]
_GIVEN: Final[JsonDict] = {
    "gtin": "4006381333931",
    "kg_co2e_per_unit": 2.4,
    "unit": "piece",
    "source": "EPD-2024-117, Example Medical Ltd",
    "valid_from": "2024-01-01",
    "valid_to": "2028-12-31",
    "kg_co2e_per_unit_low": 2.0,
    "kg_co2e_per_unit_high": 2.9,
}
_EXAMPLE: Final[JsonDict] = {
    **_GIVEN,
    "supplier": "",
    "article": "",
    "data_quality": None,
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
    kg_co2e_per_unit_low: Number | None = Field(
        default=None,
        description="lower end of the declared central 90% range, with `kg_co2e_per_unit_high`; left out, "
        "the range follows from `data_quality`",
    )
    kg_co2e_per_unit_high: Number | None = Field(default=None, description="upper end")
    data_quality: Scores | None = Field(
        default=None,
        description="pedigree scores of the declaration, 1 best to 5: reliability, completeness, temporal, "
        "geographical and technological; left out, those of a declaration that nobody verified. Not with a "
        "range.",
    )

    @model_validator(mode="after")
    def _ends_after_it_begins(self) -> Self:
        if self.valid_from and self.valid_to and self.valid_to < self.valid_from:
            raise PydanticCustomError("figure", "Input should have a valid_to that is not before valid_from")
        require_ends(self.kg_co2e_per_unit, self.kg_co2e_per_unit_low, self.kg_co2e_per_unit_high)
        if self.data_quality is not None and self.kg_co2e_per_unit_low is not None:
            raise PydanticCustomError("figure", "Input should have a range or data_quality, not both")
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
    kg_co2e_per_unit_low: float | None = Field(description="null where no range was declared")
    kg_co2e_per_unit_high: float | None
    data_quality: tuple[int, ...] | None = Field(description="null where no scores were declared")
    version: int = Field(description="from 1; the latest counts")
    sequence: int
    at: dt.datetime
    who: str


class SupplierFigureHistory(BaseModel):
    """All versions of the figure of some goods, the latest first."""

    model_config = ConfigDict(json_schema_extra={"example": {"items": [_EXAMPLE]}})

    items: list[SupplierFigureOut]
