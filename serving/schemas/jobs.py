"""Bulk jobs, asked and answered."""

import datetime as dt
from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints
from pydantic.config import JsonDict

from serving.schemas.fields import OptionalName

ResultFormat = Literal["csv", "xlsx", "parquet", "jsonl"]
Pair = Annotated[str, StringConstraints(max_length=1_000)]

_PROGRESS: Final[JsonDict] = {
    "lines": 24_000,
    "estimated": 22_870,
    "review": 730,
    "excluded": 380,
    "unmatched": 20,
    "errors": 18,
    "batches": 12,
}
_JOB: Final[JsonDict] = {
    "id": "5f0c3a9be2d14f7785a1c0de",
    "status": "estimating",
    "name": "year.csv",
    "sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    "options": {"country": "GB", "mapping": {"description": "Item Text"}},
    "result": "csv",
    "detail": "",
    "who": "0a1b2c3d4e5f6071",
    "created_at": "2025-02-28T09:00:00Z",
    "finished_at": None,
    "lines": 60_000,
    "batches": 30,
    "progress": _PROGRESS,
    "model_version": "ee5e3ef0c903ba6b",
    "webhook": "https://erp.example.org/hooks/footprints",
    "webhook_status": "",
}
_OPEN_LINE: Final[JsonDict] = {
    "row": 1_017,
    "line_id": "PO-1017-3",
    "status": "unmatched",
    "reason": "amount_unreadable",
    "description": "Examination gloves",
    "explanation": 'Got "six pounds" in column "Amount", expected a number such as 1234.50: correct it.',
    "estimate_id": "f3ac790c2170958d1e169105",
}


class JobIn(BaseModel):
    """What is said about the ledger that is handed in; everything is found out where nothing is said."""

    model_config = ConfigDict(extra="forbid")

    name: OptionalName = Field(default="", description="of the file", examples=["year.csv"])
    result: ResultFormat | None = Field(
        default=None, description="format of the result; else that of `name`", examples=["csv"]
    )
    webhook: str = Field(
        default="",
        max_length=2_000,
        description="HTTPS address that is told when the job ends",
        examples=[""],
    )
    country: OptionalName | None = Field(
        default=None, description="of the buyer, GB or United Kingdom", examples=["GB"]
    )
    currency: OptionalName | None = Field(
        default=None, description="of amounts that name none", examples=["GBP"]
    )
    date: OptionalName | None = Field(
        default=None, description="of lines without one", examples=["2024-03-31"]
    )
    mapping: list[Pair] = Field(
        default_factory=list,
        alias="map",
        max_length=50,
        description="column of a field, `description=Item Text`; several times, once a field",
        examples=[["description=Item Text"]],
    )
    factor_set: OptionalName | None = Field(
        default=None, description="for every line; else by country", examples=["defra-2023"]
    )
    vat: Literal["included", "excluded"] | None = Field(
        default=None, description="whether amounts include VAT; else by header", examples=["excluded"]
    )
    vat_rate: float | None = Field(
        default=None,
        ge=0,
        le=1,
        allow_inf_nan=False,
        description="to take off; else the country's standard rate",
        examples=[0.2],
    )
    sheet: OptionalName | None = Field(
        default=None, description="of a workbook; else the one most like a ledger", examples=["Lines"]
    )
    explain: bool = Field(
        default=False, description="also say what decided about each category: slower", examples=[False]
    )


class ProgressOut(BaseModel):
    """Lines that are recorded, all and by the status of their estimate."""

    model_config = ConfigDict(from_attributes=True, json_schema_extra={"example": _PROGRESS})

    lines: int
    estimated: int
    review: int
    excluded: int
    unmatched: int
    errors: int = Field(description="lines that could not be read")
    batches: int


class JobOut(BaseModel):
    """A job as it is now."""

    model_config = ConfigDict(from_attributes=True, json_schema_extra={"example": _JOB})

    id: str
    status: Literal["waiting", "estimating", "finished", "failed", "cancelled"]
    name: str
    sha256: str = Field(description="of the ledger")
    options: dict[str, Any]
    result: ResultFormat = Field(description="format of the result")
    detail: str = Field(description="why it failed")
    who: str = Field(description="public id of the key that handed it in, or local")
    created_at: dt.datetime
    finished_at: dt.datetime | None = Field(description="when it ended, whatever its end")
    lines: int | None = Field(description="of the ledger; null until it is read")
    batches: int | None
    progress: ProgressOut
    model_version: str = Field(description='"" until the first lines are estimated')
    webhook: str
    webhook_status: str = Field(description="what became of the announcement of its end")


class ReasonOut(BaseModel):
    """How many lines have a status for a reason."""

    model_config = ConfigDict(from_attributes=True)

    status: str
    reason: str = Field(description="typed code")
    lines: int


class JobDetail(JobOut):
    """A job as it is now, with the reasons for which lines were not simply estimated."""

    model_config = ConfigDict(
        from_attributes=True,
        json_schema_extra={
            "example": _JOB
            | {"reasons": [{"status": "unmatched", "reason": "amount_unreadable", "lines": 18}]}
        },
    )

    reasons: list[ReasonOut] = Field(description="the most frequent first")


class JobPage(BaseModel):
    """Some jobs, the latest first."""

    model_config = ConfigDict(json_schema_extra={"example": {"items": [_JOB], "cursor": ""}})

    items: list[JobOut]
    cursor: str = Field(description='of the next page; "" at the end')


class OpenLineOut(BaseModel):
    """A line without a figure, or for review."""

    model_config = ConfigDict(json_schema_extra={"example": _OPEN_LINE})

    row: int = Field(description="of the ledger below its header, from 1")
    line_id: str
    status: Literal["unmatched", "review"]
    reason: str = Field(description="typed code")
    description: str
    explanation: str = Field(
        description='what was got, what was expected, what to do; "" once retention has reduced it'
    )
    estimate_id: str


class OpenLinePage(BaseModel):
    """Some lines, in the order of the ledger."""

    model_config = ConfigDict(json_schema_extra={"example": {"items": [_OPEN_LINE], "cursor": ""}})

    items: list[OpenLineOut]
    cursor: str = Field(description='of the next page; "" at the end')
