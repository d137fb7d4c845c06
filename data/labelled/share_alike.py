"""Footprints under share-alike terms: what is made from them is passed on under the same terms."""

from typing import Final

import pandas as pd
import pandera.pandas as pa
from pandera.typing.pandas import DataFrame, Series

from data.tables import one_line, read_csv, rename_columns

BOAVIZTA_FILE: Final = "share_alike/boavizta_data_us.csv"
OEFDB_FILE: Final = "share_alike/oefdb_2022_05_12.csv"

_SHARES: Final = ("gwp_manufacturing_ratio", "gwp_transport_ratio", "gwp_use_ratio", "gwp_eol_ratio")
_KG: Final = {"kg": 1.0, "tonne": 1000.0}
_BOUNDARIES: Final = {"cradle_to_gate": "gate", "cradle_to_shelf": "shop"}
_NOT_SUPPLIED: Final = ("", "not-supplied")


class Boavizta(pa.DataFrameModel):
    """IT equipment, per device and per kg."""

    manufacturer: Series[str] = pa.Field(
        str_length={"min_value": 1}, description="group by it: models come back"
    )
    name: Series[str] = pa.Field(str_length={"min_value": 1})
    kind: Series[str] = pa.Field(description="as published: many laptops are called Desktop")
    screen_inch: Series[float] = pa.Field(gt=0, nullable=True)
    weight_kg: Series[float] = pa.Field(gt=0)
    life_kg_co2e: Series[float] = pa.Field(gt=0, description="of a device, from cradle to grave")
    manufacturing_share: Series[float] = pa.Field(gt=0, le=1, description="of life_kg_co2e")
    told_share: Series[float] = pa.Field(description="making, transport, use and end of life together")
    cradle_to_gate_kg_co2e_per_kg: Series[float] = pa.Field(gt=0)

    class Config:
        """Exactly these columns, in this order, each device once."""

        strict = True
        ordered = True
        coerce = True
        unique = ("manufacturer", "name")


class Oefdb(pa.DataFrameModel):
    """Products by mass, from the cradle to the gate or to the shop."""

    name: Series[str] = pa.Field(str_length={"min_value": 1})
    production: Series[str] = pa.Field(description="of what the product is made")
    category: Series[str]
    region: Series[str]
    year: Series[int] = pa.Field(description="of the edition that the figure was taken from")
    boundary: Series[str] = pa.Field(isin=tuple(_BOUNDARIES.values()))
    kg_co2e_per_kg: Series[float] = pa.Field(gt=0)

    class Config:
        """Exactly these columns, in this order, each product once."""

        strict = True
        ordered = True
        coerce = True
        unique = ("name", "production", "category", "region")


def boavizta() -> DataFrame[Boavizta]:
    """Return the devices whose weight and share of manufacturing are told (621 of 1,226).

    One device is left out, whose manufacturing would be 7.76 times its whole life. The publisher advises
    against exact use and against comparing makers.

    Notes
    -----
    Source: Boavizta, environmental-footprint-data, ODbL 1.0; product sheets of the makers.
    """
    table = read_csv(BOAVIZTA_FILE)
    for column in (*_SHARES, "gwp_total", "weight", "screen_size"):
        table[column] = pd.to_numeric(table[column].replace("", None))
    table = table[table["weight"].notna() & (table["gwp_manufacturing_ratio"] <= 1)].reset_index(drop=True)
    table["told_share"] = table[list(_SHARES)].fillna(0.0).sum(axis=1)
    table["screen_size"] = table["screen_size"].where(table["screen_size"] > 0)
    at_gate = table["gwp_total"] * table["gwp_manufacturing_ratio"]
    table["cradle_to_gate_kg_co2e_per_kg"] = at_gate / table["weight"]
    frame = rename_columns(
        table,
        {
            "manufacturer": "manufacturer",
            "name": "name",
            "subcategory": "kind",
            "screen_size": "screen_inch",
            "weight": "weight_kg",
            "gwp_total": "life_kg_co2e",
            "gwp_manufacturing_ratio": "manufacturing_share",
            "told_share": "told_share",
            "cradle_to_gate_kg_co2e_per_kg": "cradle_to_gate_kg_co2e_per_kg",
        },
    )
    frame["name"] = one_line(frame["name"])
    return Boavizta.validate(frame)


def oefdb() -> DataFrame[Oefdb]:
    """Return the products given by mass whose figure ends at the gate or in the shop (87 of 6,181 rows).

    A row counts only if it says so itself, in ``lca_activity``. So fuels (well to tank, combustion), waste,
    refrigerants that leak, freight, and products "sold (downstream)" stay out, and everything per money,
    energy or distance. Figures are of GWP AR5 where supplied, else of AR4.

    Notes
    -----
    Source: Open Emission Factors DB by Climatiq, CC BY-SA 4.0. All 87 rows are the UK Government's conversion
    factors of 2021 for material use, of which :func:`data.factors.desnz_material_factors` is a newer edition.
    """
    table = read_csv(OEFDB_FILE)
    physical = table["activity_unit"].isin(_KG) & table["lca_activity"].isin(_BOUNDARIES)
    table = table[physical & (table["data_quality"] == "")].reset_index(drop=True)
    figure = table["kgCO2e-AR5"].where(~table["kgCO2e-AR5"].isin(_NOT_SUPPLIED), table["kgCO2e-AR4"])
    table["kg_co2e_per_kg"] = figure.astype(float) / table["activity_unit"].map(_KG)
    table["boundary"] = table["lca_activity"].map(_BOUNDARIES)
    named = table["name"].str.extract(r"^(?P<name>.*?)(?: \((?P<production>[^()]*)\))?$")
    table["name"] = named["name"]
    table["production"] = named["production"].fillna("Primary material production")  # of glass, by its id
    frame = rename_columns(
        table,
        {
            "name": "name",
            "production": "production",
            "category": "category",
            "region": "region",
            "year_released": "year",
            "boundary": "boundary",
            "kg_co2e_per_kg": "kg_co2e_per_kg",
        },
    )
    return Oefdb.validate(frame)
