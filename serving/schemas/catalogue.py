"""Items of the product catalogue, given and shown."""

import datetime as dt
from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict, Field
from pydantic.config import JsonDict

from serving.schemas.fields import OptionalName

MAX_ITEMS: Final = 1_000
_HEAVIEST_KG: Final = 1e9
_GIVEN: Final[JsonDict] = {
    "gtin": "4006381333931",
    "description": "Nitrile examination gloves, box of 200",
    "material": "nitrile rubber",
    "mass_kg": 0.82,
    "category_code": "339113",
    "category_scheme": "NAICS 2017",
    "supplier": "Example Medical Ltd",
}
_EXAMPLE: Final[JsonDict] = {
    **_GIVEN,
    "article": "",
    "version": 1,
    "sequence": 12,
    "at": "2025-03-02T08:00:00Z",
    "who": "0a1b2c3d4e5f6071",
}


class CatalogueItemIn(BaseModel):
    """What the buyer knows about a GTIN, or about an article number of their own."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"example": _GIVEN})

    gtin: OptionalName = ""
    article: OptionalName = Field(
        default="", description="the buyer's number, as descriptions of lines name it"
    )
    description: OptionalName = ""
    material: OptionalName = ""
    mass_kg: Annotated[float, Field(strict=True, allow_inf_nan=False, gt=0, le=_HEAVIEST_KG)] | None = Field(
        default=None, description="of one piece, net"
    )
    category_code: OptionalName = ""
    category_scheme: OptionalName = ""
    supplier: OptionalName = ""


class CatalogueIn(BaseModel):
    """Items to put into the catalogue."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"example": {"items": [_GIVEN]}})

    items: list[CatalogueItemIn] = Field(min_length=1, max_length=MAX_ITEMS)


class CataloguePut(BaseModel):
    """What became of them."""

    model_config = ConfigDict(json_schema_extra={"example": {"items": 1, "changed": 1}})

    items: int
    changed: int = Field(description="of them new, or with something new to say")


class CatalogueItemOut(BaseModel):
    """An item as it is now."""

    model_config = ConfigDict(json_schema_extra={"example": _EXAMPLE})

    gtin: str
    article: str
    description: str
    material: str
    mass_kg: float | None
    category_code: str
    category_scheme: str
    supplier: str
    version: int
    sequence: int
    at: dt.datetime
    who: str


class CataloguePage(BaseModel):
    """Some items, the latest first."""

    model_config = ConfigDict(json_schema_extra={"example": {"items": [_EXAMPLE], "cursor": ""}})

    items: list[CatalogueItemOut]
    cursor: str = Field(description='of the next page; "" at the end')
