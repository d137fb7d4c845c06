"""Categories, factors and the model, as they are answered."""

from typing import Any, Final

from pydantic import BaseModel, ConfigDict, Field
from pydantic.config import JsonDict

_CATEGORY: Final[JsonDict] = {
    "code": "339113",
    "scheme": "NAICS 2017",
    "title": "Surgical Appliance and Supplies Manufacturing",
}
_FACTOR: Final[JsonDict] = {
    "factor_id": "epa-v1.3/339113",
    "factor_set": "epa-v1.3",
    "category_code": "339113",
    "category_title": "Surgical Appliance and Supplies Manufacturing",
    "year": 2022,
    "kg_co2e_per_unit": 0.135,
    "unit": "kg CO2e per USD 2022, purchaser price",
    "usable": True,
    "screening_reason": "",
    "source": "factors/epa_supply_chain_v1_3_co2e_usd2022.csv, line 611",
    "licence": "US Government work, public domain",
    "attribution": "US Environmental Protection Agency, Supply Chain Greenhouse Gas Emission Factors",
}
_SET: Final[JsonDict] = {
    "id": "epa-v1.3",
    "title": "US EPA Supply Chain Greenhouse Gas Emission Factors v1.3",
    "currency": "USD",
    "first_year": 2022,
    "last_year": 2022,
    "price_basis": "purchaser",
    "ghg_set": "IPCC AR5, 100 years",
    "region": "US",
    "licence": "US Government work, public domain",
    "attribution": "US Environmental Protection Agency, Supply Chain Greenhouse Gas Emission Factors",
}
_DATA: Final[JsonDict] = {
    "file": "factors/epa_supply_chain_v1_3_co2e_usd2022.csv",
    "source": "Supply Chain Greenhouse Gas Emission Factors v1.3.0 by NAICS-6, CO2e",
    "licence": "US-Government-Work",
    "attribution": "US Environmental Protection Agency, Supply Chain Greenhouse Gas Emission Factors",
    "sha256": "6025a14c4fe16675735efba1683030e4d36011e3973f3c4261f8231aa69c002f",
}
_PROMOTION: Final[JsonDict] = {
    "number": 1,
    "at": "2025-01-15T12:00:00Z",
    "action": "promotion",
    "by": "anna",
    "reason": "Better on groceries.",
    "to_model": {"number": "3", "bundle_version": "ee5e3ef0c903ba6b", "run_id": "0f"},
}


class CategoryOut(BaseModel):
    """A category of goods or services."""

    model_config = ConfigDict(json_schema_extra={"example": _CATEGORY})

    code: str
    scheme: str
    title: str


class CategoryPage(BaseModel):
    """Some categories."""

    model_config = ConfigDict(json_schema_extra={"example": {"items": [_CATEGORY], "cursor": ""}})

    items: list[CategoryOut]
    cursor: str = Field(description='of the next page; "" at the end')


class FactorOut(BaseModel):
    """An emission factor with the cell it comes from and its licence."""

    model_config = ConfigDict(json_schema_extra={"example": _FACTOR})

    factor_id: str
    factor_set: str
    category_code: str
    category_title: str
    year: int = Field(description="of the prices")
    kg_co2e_per_unit: float | None = Field(description="null where the set has no usable factor")
    unit: str
    usable: bool
    screening_reason: str = Field(description='why it is not the published one; "" where it is')
    source: str = Field(description="file, line and column of the published figure")
    licence: str
    attribution: str


class CategoryDetail(CategoryOut):
    """A category with its factor in each set, of the latest year of prices."""

    model_config = ConfigDict(json_schema_extra={"example": {**_CATEGORY, "factors": [_FACTOR]}})

    factors: list[FactorOut]


class FactorPage(BaseModel):
    """Some factors, each of the latest year of prices of its set."""

    model_config = ConfigDict(json_schema_extra={"example": {"items": [_FACTOR], "cursor": ""}})

    items: list[FactorOut]
    cursor: str = Field(description='of the next page; "" at the end')


class FactorSeries(BaseModel):
    """A category's factors of one set, one for each year of prices."""

    model_config = ConfigDict(json_schema_extra={"example": {"items": [_FACTOR]}})

    items: list[FactorOut]


class FactorSetOut(BaseModel):
    """A versioned set of factors."""

    model_config = ConfigDict(json_schema_extra={"example": _SET})

    id: str
    title: str
    currency: str
    first_year: int
    last_year: int
    price_basis: str
    ghg_set: str
    region: str
    licence: str
    attribution: str


class DataVersion(BaseModel):
    """A file that the model was made from."""

    model_config = ConfigDict(json_schema_extra={"example": _DATA})

    file: str
    source: str
    licence: str
    attribution: str
    sha256: str


class ModelOut(BaseModel):
    """The model that answers."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "model_version": "ee5e3ef0c903ba6b",
                "card": {"categories": 1019},
                "data": [_DATA],
                "factor_sets": [_SET],
            }
        }
    )

    model_version: str
    card: dict[str, Any] = Field(description="what it was made of and how well it does")
    data: list[DataVersion]
    factor_sets: list[FactorSetOut]


class PromotionList(BaseModel):
    """The promotion log: which model became champion, when, by whom and why."""

    model_config = ConfigDict(
        json_schema_extra={"example": {"intact": True, "fault": "", "items": [_PROMOTION]}}
    )

    intact: bool = Field(description="whether every entry fits its digest and the one before")
    fault: str = Field(description='what does not; "" where all does')
    items: list[dict[str, Any]] = Field(description="the oldest first")
