"""Reviews, comments and reporting periods, asked and answered."""

import datetime as dt
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from serving.schemas.examples import COMMENT_EXAMPLE, CORRECTION_EXAMPLE, REVIEW_EXAMPLE
from serving.schemas.fields import Flag, Name, Words, require_ends
from serving.schemas.lines import Number


class CorrectionIn(BaseModel):
    """What is right instead; what is left out stays as it was estimated."""

    model_config = ConfigDict(
        extra="forbid", from_attributes=True, json_schema_extra={"example": CORRECTION_EXAMPLE}
    )

    category_code: Name | None = Field(default=None, description="of the goods, with its scheme")
    category_scheme: Name | None = None
    factor_id: Name | None = Field(default=None, description="as `GET /factors` has it")
    mass_kg: Number | None = Field(default=None, description="of all goods of the line")
    kg_co2e: Number | None = Field(default=None, description="of the line")
    kg_co2e_low: Number | None = Field(
        default=None,
        description="lower end of its central 90% range, with `kg_co2e_high`; left out, the range is that of "
        "a qualified estimate",
    )
    kg_co2e_high: Number | None = Field(default=None, description="upper end")
    excluded: Flag | None = Field(default=None, description="whether the line is no purchase")

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if not any(value is not None for _, value in self):
            raise PydanticCustomError("correction", "Input should say what is right instead, or be left out")
        if (self.category_code is None) != (self.category_scheme is None):
            raise PydanticCustomError("correction", "Input should have category_code and category_scheme")
        require_ends(self.kg_co2e, self.kg_co2e_low, self.kg_co2e_high)
        return self


class ReviewIn(BaseModel):
    """A review: without a correction it accepts the estimate."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "example": {
                "correction": CORRECTION_EXAMPLE,
                "comment": "Medical gloves, see the data sheet.",
                "reference": "https://example.org/datasheet.pdf",
            }
        },
    )

    correction: CorrectionIn | None = None
    comment: Words = Field(default="", description="why")
    reference: Words = Field(default="", description="a document that bears it out: an address or a name")


class ApprovalIn(BaseModel):
    """An approval."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"example": {"comment": "Agreed."}})

    comment: Words = Field(default="", description="added to that of the reviewer")


class CommentIn(BaseModel):
    """A remark, or a document attached."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"example": {"comment": "Asked the supplier for the mass."}}
    )

    comment: Words = ""
    reference: Words = ""

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if not (self.comment or self.reference):
            raise PydanticCustomError("comment", "Input should have a comment or a reference")
        return self


class ReviewOut(BaseModel):
    """A review as it is, or was at one step."""

    model_config = ConfigDict(from_attributes=True, json_schema_extra={"example": REVIEW_EXAMPLE})

    sequence: int = Field(description="an approval names it")
    estimate_id: str
    status: Literal["reviewed", "approved"]
    correction: CorrectionIn | None = Field(description="null where the estimate was accepted")
    comment: str
    reference: str
    reviewed_by: str = Field(description="public id of a key, or local")
    approved_by: str
    at: dt.datetime
    line_date: dt.date | None


class ReviewPage(BaseModel):
    """Some reviews."""

    model_config = ConfigDict(json_schema_extra={"example": {"items": [REVIEW_EXAMPLE], "cursor": ""}})

    items: list[ReviewOut]
    cursor: str = Field(description='of the next page; "" at the end')


class CommentOut(BaseModel):
    """A remark on an estimate."""

    model_config = ConfigDict(from_attributes=True, json_schema_extra={"example": COMMENT_EXAMPLE})

    sequence: int
    at: dt.datetime
    who: str
    comment: str
    reference: str
