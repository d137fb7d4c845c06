"""Footprints of foods per kg, each set with its own boundary: gate, shop or consumer."""

from typing import Final

import pandera.pandas as pa
from pandera.typing.pandas import DataFrame, Series

from data.tables import one_line, read_csv, read_sheet, rename_columns

AGRIBALYSE_GATE_FILE: Final = "labelled/agribalyse_gate.csv"
AGRIBALYSE_STAGES_FILE: Final = "labelled/agribalyse_3_1_by_stage.csv"
OWID_FILE: Final = "labelled/owid_food.csv"
RIVM_FILE: Final = "labelled/rivm_food_2021.xlsx"


class AgribalyseGate(pa.DataFrameModel):
    """Foods and ingredients at the gate of farm or plant."""

    name: Series[str] = pa.Field(str_length={"min_value": 1}, unique=True, description="English")
    category: Series[str] = pa.Field(
        isin=("ingredient", "material", "processing", "transformation"),
        description="the last two: no product",
    )
    kg_co2e_per_kg: Series[float] = pa.Field(gt=0)

    class Config:
        """Exactly these columns, in this order."""

        strict = True
        ordered = True
        coerce = True


class AgribalyseStages(pa.DataFrameModel):
    """Foods as eaten in France, kg CO2e per kg of food at the consumer, stage by stage."""

    agribalyse_code: Series[str] = pa.Field(unique=True)
    name_fr: Series[str] = pa.Field(str_length={"min_value": 1})
    name_en: Series[str] = pa.Field(str_length={"min_value": 1}, description="name of the life-cycle model")
    food_group_fr: Series[str]
    food_subgroup_fr: Series[str]
    agriculture_kg_co2e_per_kg: Series[float]
    processing_kg_co2e_per_kg: Series[float]
    packaging_kg_co2e_per_kg: Series[float]
    transport_kg_co2e_per_kg: Series[float]
    retail_kg_co2e_per_kg: Series[float]
    consumption_kg_co2e_per_kg: Series[float]

    class Config:
        """Exactly these columns, in this order."""

        strict = True
        ordered = True
        coerce = True


class OwidFood(pa.DataFrameModel):
    """Generic foods of the world, kg CO2e per kg up to the shop, stage by stage."""

    name: Series[str] = pa.Field(str_length={"min_value": 1}, unique=True)
    land_use_change_kg_co2e_per_kg: Series[float]
    feed_kg_co2e_per_kg: Series[float]
    farm_kg_co2e_per_kg: Series[float]
    processing_kg_co2e_per_kg: Series[float]
    transport_kg_co2e_per_kg: Series[float]
    packaging_kg_co2e_per_kg: Series[float]
    retail_kg_co2e_per_kg: Series[float]
    total_kg_co2e_per_kg: Series[float] = pa.Field(gt=0)

    class Config:
        """Exactly these columns, in this order."""

        strict = True
        ordered = True
        coerce = True


class RivmFood(pa.DataFrameModel):
    """Dutch foods, kg CO2e per kg up to and with distribution."""

    name_nl: Series[str] = pa.Field(str_length={"min_value": 1})
    food_group_nl: Series[str]
    kg_co2e_per_kg: Series[float] = pa.Field(gt=0)
    nevo_code: Series[str] = pa.Field(description="Dutch food composition database")

    class Config:
        """Exactly these columns, in this order."""

        strict = True
        ordered = True
        coerce = True


def agribalyse_gate() -> DataFrame[AgribalyseGate]:
    """Return foods and ingredients at farm or plant gate. Many share one value: group equal values.

    Notes
    -----
    Source: AGRIBALYSE, ADEME, as listed by Ecobalyse; Licence Ouverte 2.0.
    """
    return AgribalyseGate.validate(
        rename_columns(read_csv(AGRIBALYSE_GATE_FILE), {c: c for c in ("name", "category", "kg_co2e_per_kg")})
    )


def agribalyse_stages() -> DataFrame[AgribalyseStages]:
    """Return foods from farm to fork. Foods modelled by a proxy share one value: group equal values.

    Notes
    -----
    Source: AGRIBALYSE 3.1, ADEME and INRAE; Licence Ouverte 2.0.
    """
    stages = {
        "Agriculture": "agriculture_kg_co2e_per_kg",
        "Transformation": "processing_kg_co2e_per_kg",
        "Emballage": "packaging_kg_co2e_per_kg",
        "Transport": "transport_kg_co2e_per_kg",
        "Supermarché et distribution": "retail_kg_co2e_per_kg",
        "Consommation": "consumption_kg_co2e_per_kg",
    }
    frame = rename_columns(
        read_csv(AGRIBALYSE_STAGES_FILE),
        {
            "Code AGB": "agribalyse_code",
            "Nom du Produit en Français": "name_fr",
            "LCI Name": "name_en",
            "Groupe d'aliment": "food_group_fr",
            "Sous-groupe d'aliment": "food_subgroup_fr",
            **{f"Changement climatique - {stage}": column for stage, column in stages.items()},
        },
    )
    for column in ("name_fr", "name_en"):
        frame[column] = one_line(frame[column])
    return AgribalyseStages.validate(frame)


def owid_food() -> DataFrame[OwidFood]:
    """Return 43 generic foods from cradle to shop; land use change is negative where land was given back.

    Notes
    -----
    Source: Our World in Data (CC BY 4.0), from Poore and Nemecek 2018.
    """
    return OwidFood.validate(
        rename_columns(
            read_csv(OWID_FILE),
            {
                "Food product": "name",
                "Land use change": "land_use_change_kg_co2e_per_kg",
                "Animal Feed": "feed_kg_co2e_per_kg",
                "Farm": "farm_kg_co2e_per_kg",
                "Processing": "processing_kg_co2e_per_kg",
                "Transport": "transport_kg_co2e_per_kg",
                "Packging": "packaging_kg_co2e_per_kg",
                "Retail": "retail_kg_co2e_per_kg",
                "Total_emissions": "total_kg_co2e_per_kg",
            },
        )
    )


def rivm_food() -> DataFrame[RivmFood]:
    """Return Dutch foods from cradle to distribution; lamb, which the publisher withdrew, is not among them.

    Notes
    -----
    Source: RIVM, Database milieubelasting voedingsmiddelen, 2021 (CC BY 4.0).
    """
    frame = rename_columns(
        read_sheet(RIVM_FILE, "tot-en-met-distributie", skip_lines=2),
        {
            "Naam": "name_nl",
            "Productgroep": "food_group_nl",
            "kg CO2 eq": "kg_co2e_per_kg",
            "NEVO code": "nevo_code",
        },
    )
    frame["name_nl"] = one_line(frame["name_nl"])
    return RivmFood.validate(frame[frame["kg_co2e_per_kg"] != ""].reset_index(drop=True))
