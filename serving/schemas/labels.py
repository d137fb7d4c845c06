"""Labels that approved reviews give, answered."""

import datetime as dt
from typing import Final

from pydantic import BaseModel, ConfigDict, Field
from pydantic.config import JsonDict

_LABEL: Final[JsonDict] = {
    "estimate_id": "5f0c2e2b6a9d4e1f8a7b6c5d",
    "description": "Examination gloves, nitrile, medium, box of 200",
    "supplier": "Example Medical Ltd",
    "category_code": "339113",
    "kg_co2e": None,
    "mass_kg": None,
    "amount": None,
    "currency": "",
    "date": "2022-04-24",
    "who": "0a1b2c3d4e5f6071, approved by 8a9b0c1d2e3f4051",
}
_LEFT_OUT: Final[JsonDict] = {
    "estimate_id": "0d9c8b7a6f5e4d3c2b1a0f9e",
    "reason": "excluded_alone",
    "detail": "Got whether the line is a purchase, which no label says.",
}


class LabelOut(BaseModel):
    """A label: a category, or a footprint with the mass or the money that it is of."""

    model_config = ConfigDict(from_attributes=True, json_schema_extra={"example": _LABEL})

    estimate_id: str
    description: str
    supplier: str
    category_code: str = Field(description='NAICS 2017, "" for none')
    kg_co2e: float | None
    mass_kg: float | None
    amount: float | None = Field(description="without VAT, where no mass is known")
    currency: str
    date: dt.date | None
    who: str = Field(description="public ids of the keys of reviewer and approver")


class LeftOutOut(BaseModel):
    """A review, or a part of one, that is no label."""

    model_config = ConfigDict(from_attributes=True, json_schema_extra={"example": _LEFT_OUT})

    estimate_id: str
    reason: str = Field(description="typed code")
    detail: str = Field(description="what was got, what was expected, what to do")


class LabelsOut(BaseModel):
    """All labels, and all that is none."""

    model_config = ConfigDict(
        from_attributes=True, json_schema_extra={"example": {"labels": [_LABEL], "left_out": [_LEFT_OUT]}}
    )

    labels: list[LabelOut]
    left_out: list[LeftOutOut]
