"""Prices of goods by mass, volume or pack: commodities, fruit and vegetables, medicines."""

import json
from typing import Final

import pandas as pd
import pandera.pandas as pa
from pandera.typing.pandas import DataFrame, Series

from data.location import locate
from data.tables import read_csv, read_sheet

COMMODITIES_FILE: Final = "prices/worldbank_pinksheet_2022_10.xlsx"
PRODUCE_FILES: Final = {
    "Fruit": "prices/usda_fruit_2022.csv",
    "Vegetable": "prices/usda_vegetables_2022.csv",
}
TARIFF_FILE: Final = "prices/nhs_drug_tariff_viiia_2023_03.json"

_COMMODITIES_HEADING_LINES: Final = 4
_MONTHS: Final = 12
_TARIFF_SHIFTED_PENCE: Final = 1e8


class CommodityPrices(pa.DataFrameModel):
    """Mean price of a commodity over the last twelve months of the table."""

    commodity: Series[str] = pa.Field(unique=True, str_length={"min_value": 1})
    unit: Series[str] = pa.Field(description="as published: ($/mt), ($/bbl), ...")
    usd_per_unit: Series[float] = pa.Field(gt=0)

    class Config:
        """Exactly these columns, in this order."""

        strict = True
        ordered = True
        coerce = True


class ProducePrices(pa.DataFrameModel):
    """Mean retail price of a fruit or vegetable in the United States in 2022."""

    kind: Series[str] = pa.Field(isin=tuple(PRODUCE_FILES))
    name: Series[str] = pa.Field(str_length={"min_value": 1})
    form: Series[str] = pa.Field(description="Fresh, Canned, Frozen, Dried, Juice")
    plant: Series[str] = pa.Field(description="all forms of a plant share one")
    unit: Series[str] = pa.Field(isin=("per pound", "per pint"))
    usd_per_unit: Series[float] = pa.Field(gt=0)

    class Config:
        """Exactly these columns, in this order."""

        strict = True
        ordered = True
        coerce = True


class TariffPrices(pa.DataFrameModel):
    """What the health service of England pays for a pack of a medicine, March 2023."""

    medicine: Series[str] = pa.Field(str_length={"min_value": 1})
    pack_size: Series[float] = pa.Field(gt=0)
    pack_unit: Series[str] = pa.Field(description="tablet, ml, gram, ...")
    gbp: Series[float] = pa.Field(gt=0, description="per pack")

    class Config:
        """Exactly these columns, in this order."""

        strict = True
        ordered = True
        coerce = True


def commodity_prices() -> DataFrame[CommodityPrices]:
    """Return the prices of commodities, mean of November 2021 to October 2022; indices are no price.

    Notes
    -----
    Source: World Bank, Commodity Markets, "Pink Sheet".
    """
    table = read_sheet(COMMODITIES_FILE, "Monthly Prices", skip_lines=_COMMODITIES_HEADING_LINES)
    units = table.iloc[0]
    prices = table.iloc[-_MONTHS:].apply(pd.to_numeric, errors="coerce").mean()
    known = [name for name in table.columns if units[name].startswith("($/") and prices[name] > 0]
    frame = pd.DataFrame(
        {
            "commodity": [name.strip(" *") for name in known],
            "unit": [units[name] for name in known],
            "usd_per_unit": [prices[name] for name in known],
        }
    )
    return CommodityPrices.validate(frame)


def produce_prices() -> DataFrame[ProducePrices]:
    """Return the retail prices of fruit and vegetables.

    Notes
    -----
    Source: US Department of Agriculture, Economic Research Service, *Fruit and Vegetable Prices*, 2022.
    """
    parts = []
    for kind, file in PRODUCE_FILES.items():
        table = read_csv(file)
        parts.append(
            pd.DataFrame(
                {
                    "kind": kind,
                    "name": table[kind],
                    "form": table["Form"],
                    "plant": table[f"{kind} Category"].str.lower(),
                    "unit": table["RetailPriceUnit"],
                    "usd_per_unit": table["RetailPrice"],
                }
            )
        )
    return ProducePrices.validate(pd.concat(parts, ignore_index=True))


def tariff_prices() -> DataFrame[TariffPrices]:
    """Return the prices of medicines, without records whose columns are shifted or that have no price.

    Notes
    -----
    Source: NHS Business Services Authority, Drug Tariff part VIIIA, read second hand: see the terms in the
    catalogue.
    """
    with locate(TARIFF_FILE).open(encoding="utf-8") as file:
        table = pd.DataFrame(json.load(file)["drugs"])
    pence = pd.to_numeric(table["BasicPrice"], errors="coerce")
    table = table[(pence > 0) & (pence < _TARIFF_SHIFTED_PENCE)]
    frame = pd.DataFrame(
        {
            "medicine": table["Medicine"],
            "pack_size": table["Packsize"],
            "pack_unit": table[""],
            "gbp": pence[table.index] / 100,
        }
    )
    return TariffPrices.validate(frame.reset_index(drop=True))
