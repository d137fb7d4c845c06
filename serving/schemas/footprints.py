"""What becomes of footprints that are handed in."""

from typing import Final, Literal

from pydantic import BaseModel, ConfigDict, Field
from pydantic.config import JsonDict

_EXAMPLE: Final[JsonDict] = {
    "footprint": "3893bb5d-da16-4dc1-9185-11d97476c254",
    "goods": ["gtin:04712345060507"],
    "outcome": "declared",
    "detail": "2.9 kg CO2e per litre, valid from 2022-01-01 to 2026-12-31.",
}


class FootprintTaken(BaseModel):
    """What became of a footprint."""

    model_config = ConfigDict(json_schema_extra={"example": _EXAMPLE})

    footprint: str = Field(description="its identifier, else its place in the document")
    goods: list[str] = Field(description="what it is about; empty where it was refused")
    outcome: Literal["declared", "unchanged", "older", "refused"]
    detail: str


class FootprintsTaken(BaseModel):
    """What became of footprints, in their order."""

    model_config = ConfigDict(json_schema_extra={"example": {"items": [_EXAMPLE]}})

    items: list[FootprintTaken]
