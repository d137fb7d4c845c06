"""Footprints of manufactured products and of basic materials, per kg."""

from typing import Final

import pandas as pd
import pandera.pandas as pa
from pandera.typing.pandas import DataFrame, Series

from data.tables import one_line, read_csv, rename_columns

CARBON_CATALOGUE_FILE: Final = "labelled/carbon_catalogue_train.csv"
USLCI_FILE: Final = "labelled/uslci_gwp.csv"

_FRACTIONS: Final = ("upstream_fraction", "operations_fraction", "downstream_fraction")


class CarbonCatalogue(pa.DataFrameModel):
    """Product footprints as companies reported them, per functional unit."""

    pcf_id: Series[str] = pa.Field(unique=True)
    year: Series[int]
    company: Series[str] = pa.Field(
        str_length={"min_value": 1}, description="group by it: products come back"
    )
    product_name: Series[str] = pa.Field(
        str_length={"min_value": 1}, description="may hold the functional unit"
    )
    product_detail: Series[str]
    country: Series[str] = pa.Field(description="of the company, by name")
    industry_group: Series[str] = pa.Field(description="GICS")
    sector: Series[str]
    weight_kg: Series[float] = pa.Field(gt=0, description="of a functional unit")
    weight_source: Series[str] = pa.Field(isin=("company", "estimated"))
    pcf_kg_co2e: Series[float] = pa.Field(gt=0, description="of a functional unit, boundary as reported")
    protocol: Series[str]
    upstream_fraction: Series[float] = pa.Field(nullable=True, description="share of pcf_kg_co2e")
    operations_fraction: Series[float] = pa.Field(nullable=True, description="share of pcf_kg_co2e")
    downstream_fraction: Series[float] = pa.Field(nullable=True, description="share of pcf_kg_co2e")
    cradle_to_gate_kg_co2e_per_kg: Series[float] = pa.Field(
        nullable=True, description="upstream and operations; NaN where no shares were reported"
    )

    class Config:
        """Exactly these columns, in this order."""

        strict = True
        ordered = True
        coerce = True


class UsLifeCycleInventory(pa.DataFrameModel):
    """Processes of USLCI solved to global warming potential, cradle to gate."""

    process: Series[str] = pa.Field(str_length={"min_value": 1}, unique=True)
    category: Series[str] = pa.Field(description="path of industry titles, akin to NAICS")
    kg_co2e_per_kg: Series[float] = pa.Field(gt=0, description="AR5, 100 years, biogenic CO2 counted as 0")
    unlinked_input_count: Series[int] = pa.Field(ge=0, description="inputs without a provider, cut off")
    description: Series[str]

    class Config:
        """Exactly these columns, in this order."""

        strict = True
        ordered = True
        coerce = True


def carbon_catalogue() -> DataFrame[CarbonCatalogue]:
    """Return product footprints that companies reported to CDP, the hold-out removed.

    Boundaries differ (some footprints reach the grave): compare products by
    ``cradle_to_gate_kg_co2e_per_kg``. More than half of the weights are estimates.

    Notes
    -----
    Source: The Carbon Catalogue, Scientific Data (2022), doi 10.1038/s41597-022-01178-9.
    """
    table = read_csv(CARBON_CATALOGUE_FILE)
    for column in _FRACTIONS:
        table[column] = pd.to_numeric(table[column].replace("", None))
    gate = table["upstream_fraction"] + table["operations_fraction"]
    table["cradle_to_gate_kg_co2e_per_kg"] = (
        gate * table["pcf_kg_co2e"].astype(float) / table["weight_kg"].astype(float)
    )
    table = table.rename(columns={"gics_industry_group": "industry_group"})
    frame = rename_columns(table, {column: column for column in CarbonCatalogue.to_schema().columns})
    for column in ("product_name", "product_detail"):
        frame[column] = one_line(frame[column])
    return CarbonCatalogue.validate(frame)


def uslci() -> DataFrame[UsLifeCycleInventory]:
    """Return chemicals, resins, metals, wood and crops of the US Life Cycle Inventory, kg CO2e per kg.

    The figures were solved from unit processes and are not published results: look at outliers before use.

    Notes
    -----
    Source: US Life Cycle Inventory Database (NREL), export of fiscal year 2017.
    """
    frame = rename_columns(
        read_csv(USLCI_FILE),
        {
            "process": "process",
            "category": "category",
            "gwp100": "kg_co2e_per_kg",
            "n_unlinked": "unlinked_input_count",
            "desc": "description",
        },
    )
    for column in ("process", "description"):
        frame[column] = one_line(frame[column])
    return UsLifeCycleInventory.validate(frame)
