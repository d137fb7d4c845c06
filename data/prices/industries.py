"""Prices of US industries: their index over the years, and what part of a price the producer receives."""

from typing import Final

import pandas as pd
import pandera.pandas as pa
from pandera.typing.pandas import DataFrame, Series

from data.location import locate
from data.tables import read_csv, rename_columns

PRICE_INDEX_FILE: Final = "prices/bea_detail_price_index_1997_2023.csv"
MARGINS_FILE: Final = "prices/useeio_margins_2017.parquet"

_FINAL_DEMAND: Final = "F"
_TRADE_AND_TRANSPORT: Final = ("42", "44", "45", "48", "4B")


class SectorPriceIndex(pa.DataFrameModel):
    """Chain-type price index of an industry's output."""

    bea_code: Series[str] = pa.Field(str_matches=r"^[0-9A-Z]{5,6}$", description="BEA 2017 detail industry")
    year: Series[int] = pa.Field(ge=1997, le=2023)
    index_2017_100: Series[float] = pa.Field(gt=0)

    class Config:
        """Exactly these columns, in this order; one row per industry and year."""

        strict = True
        ordered = True
        coerce = True
        unique = ("bea_code", "year")


class MarginsRatio(pa.DataFrameModel):
    """Share of what industries pay for a commodity that reaches its producer."""

    bea_code: Series[str] = pa.Field(
        str_matches=r"^[0-9A-Z]{6}$", unique=True, description="BEA 2017 detail commodity"
    )
    producer_share_of_purchaser_price: Series[float] = pa.Field(gt=0, le=1)

    class Config:
        """Exactly these columns, in this order."""

        strict = True
        ordered = True
        coerce = True


def sector_price_index() -> DataFrame[SectorPriceIndex]:
    """Return the price index of 402 US industries from 1997 to 2023, 2017 = 100.

    Notes
    -----
    Source: US Bureau of Economic Analysis, by way of US EPA useeior.
    """
    frame = read_csv(PRICE_INDEX_FILE).melt("bea_detail_code", var_name="year", value_name="index_2017_100")
    frame = rename_columns(
        frame, {"bea_detail_code": "bea_code", "year": "year", "index_2017_100": "index_2017_100"}
    )
    return SectorPriceIndex.validate(frame.sort_values(["bea_code", "year"], ignore_index=True))


def margins_ratio() -> DataFrame[MarginsRatio]:
    """Return the producer's share of the purchaser price for 351 US commodities, 2017.

    The rest are the margins of wholesale, retail and transport. Values are summed over the industries that
    buy the commodity. Final demand is left out, because imports count as negative in it and would turn the
    ratio over; so are the commodities of trade and transport, which are the margins themselves.

    Notes
    -----
    Source: US Bureau of Economic Analysis, detail margins of 2017 before redefinitions, by way of useeior.
    """
    margins = pd.read_parquet(locate(MARGINS_FILE))
    bought = margins[
        ~margins["IndustryCode"].str.startswith(_FINAL_DEMAND)
        & ~margins["CommodityCode"].str.startswith(_TRADE_AND_TRANSPORT)
    ]
    value = bought.groupby("CommodityCode")[["ProducersValue", "PurchasersValue"]].sum()
    share = value["ProducersValue"] / value["PurchasersValue"]
    frame = share.rename("producer_share_of_purchaser_price").rename_axis("bea_code").reset_index()
    return MarginsRatio.validate(frame)
