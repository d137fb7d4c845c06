"""Footprints of construction products, modules A1 to A3 (cradle to gate), per kg.

The owners' terms of reuse are not confirmed for either set: measure with them, but ship nothing made of them.
Wood takes up carbon while it grows and may be negative.
"""

import json
from typing import Final

import pandas as pd
import pandera.pandas as pa
from pandera.typing.pandas import DataFrame, Series

from data.location import locate
from data.tables import one_line, read_csv, rename_columns

BR18_FILE: Final = "labelled/br18_table7.csv"
BOVERKET_FILE: Final = "labelled/boverket_typical.json"

_NO_FIGURE: Final = "-"
_A1_TO_A3: Final = "Global Opvarmning, modul A1-A3"
BR18_MASS_IN_GRAMS: Final = ("#G0289", "#G0392", "#G0757", "#G0785", "#G1071")
"""A fan, three window fittings and sun-blind slats, whose "kg per unit" are 696 to 2,391: they are grams."""


class Br18(pa.DataFrameModel):
    """Generic data of the Danish building regulation, per declared unit and per kg."""

    br18_id: Series[str] = pa.Field(unique=True)
    name_da: Series[str] = pa.Field(str_length={"min_value": 1})
    name_de_or_en: Series[str] = pa.Field(description='"" for industry data')
    declared_unit: Series[str] = pa.Field(isin=("kg", "m", "m2", "m3", "piece"))
    mass_kg_per_declared_unit: Series[float] = pa.Field(gt=0)
    kg_co2e_per_declared_unit: Series[float]
    kg_co2e_per_kg: Series[float]

    class Config:
        """Exactly these columns, in this order."""

        strict = True
        ordered = True
        coerce = True


class Boverket(pa.DataFrameModel):
    """Typical values of the Swedish climate database."""

    name: Series[str] = pa.Field(str_length={"min_value": 1}, unique=True, description="English")
    description: Series[str]
    kg_co2e_per_kg: Series[float]

    class Config:
        """Exactly these columns, in this order."""

        strict = True
        ordered = True
        coerce = True


def br18() -> DataFrame[Br18]:
    """Return the building products of BR18 that have a figure for A1 to A3 (431 of 450).

    The source gives a mass for every declared unit, in grams for :data:`BR18_MASS_IN_GRAMS`.

    Notes
    -----
    Source: BR18 annex 2, table 7; conversion by ocni-dtu.
    """
    table = read_csv(BR18_FILE)
    table = table[table[_A1_TO_A3] != _NO_FIGURE].reset_index(drop=True)
    units = {"KG": "kg", "M": "m", "M2": "m2", "M3": "m3", "STK": "piece"}
    in_grams = table["Sorterings ID"].isin(BR18_MASS_IN_GRAMS)
    mass_kg = table["Masse faktor"].astype(float).mask(in_grams, lambda grams: grams / 1000.0)
    per_declaration = table[_A1_TO_A3].astype(float)
    per_unit = per_declaration / table["Deklareret faktor (FU)"].astype(float)
    table["declared_unit"] = table["Deklareret enhed (FU)"].map(units)
    table["kg_co2e_per_declared_unit"] = per_unit
    table["mass_kg_per_declared_unit"] = mass_kg
    table["kg_co2e_per_kg"] = per_unit / mass_kg
    frame = rename_columns(
        table,
        {
            "Sorterings ID": "br18_id",
            "Navn DK": "name_da",
            "Navn DE/ENG": "name_de_or_en",
            "declared_unit": "declared_unit",
            "mass_kg_per_declared_unit": "mass_kg_per_declared_unit",
            "kg_co2e_per_declared_unit": "kg_co2e_per_declared_unit",
            "kg_co2e_per_kg": "kg_co2e_per_kg",
        },
    )
    return Br18.validate(frame)


def boverket() -> DataFrame[Boverket]:
    """Return the typical values of Boverket's climate database that are given per kg (201 of 221).

    Fifteen of the others are energy (per MJ) and five photovoltaic cells (per m2); the source gives no mass.

    Notes
    -----
    Source: Boverket climate database 02.05.000, carried by BHoM LifeCycleAssessment_Toolkit.
    """
    records = json.loads(locate(BOVERKET_FILE).read_text(encoding="utf-8"))["Data"]
    frame = pd.DataFrame(
        [
            (
                record["Name"],
                record["Fragments"][0]["Description"],
                record["EnvironmentalMetrics"][0]["A1toA3"],
            )
            for record in records
            if record["QuantityType"] == "Mass"
        ],
        columns=["name", "description", "kg_co2e_per_kg"],
    )
    for column in ("name", "description"):
        frame[column] = one_line(frame[column])
    return Boverket.validate(frame)
