"""The tables that move money between currencies, years and price bases; they travel in the model bundle."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Final, Literal, Self

import numpy as np
import numpy.typing as npt
import pandas as pd
import pandera.pandas as pa
from pandera.typing.pandas import Series

from data import concordances, factors, prices
from data.errors import BundleError

COUNTRY_OF_CURRENCY: Final = {"USD": "US", "GBP": "GB"}
"""Currencies a factor set can be in, and the country whose consumer prices deflate them."""


class ExchangeRates(pa.DataFrameModel):
    """Average exchange rate of every currency and year."""

    currency: Series[str] = pa.Field(str_matches=r"^[A-Z]{3}$")
    year: Series[int]
    units_per_usd: Series[float] = pa.Field(gt=0)
    months: Series[int] = pa.Field(ge=1, le=12, description="months the average is made of")

    class Config:
        """Exactly these columns, one row per currency and year."""

        strict = True
        coerce = True
        unique = ("currency", "year")


class ConsumerPrices(pa.DataFrameModel):
    """Chained consumer price index of the countries whose currency a factor set uses."""

    country: Series[str] = pa.Field(isin=tuple(COUNTRY_OF_CURRENCY.values()))
    year: Series[int]
    index_2017_100: Series[float] = pa.Field(gt=0)

    class Config:
        """Exactly these columns, one row per country and year."""

        strict = True
        coerce = True
        unique = ("country", "year")


class SectorPrices(pa.DataFrameModel):
    """Price index of US industries."""

    bea_code: Series[str]
    year: Series[int]
    index_2017_100: Series[float] = pa.Field(gt=0)

    class Config:
        """Exactly these columns, one row per industry and year."""

        strict = True
        coerce = True
        unique = ("bea_code", "year")


class ProducerShares(pa.DataFrameModel):
    """Share of the purchaser price that the producer receives; trade and transport margins are the rest."""

    bea_code: Series[str] = pa.Field(unique=True)
    producer_share: Series[float] = pa.Field(gt=0, le=1)

    class Config:
        """Exactly these columns."""

        strict = True
        coerce = True


class SectorsOfCategory(pa.DataFrameModel):
    """US industries of a category; a category of several industries has several rows."""

    naics_code: Series[str] = pa.Field(str_matches=r"^\d{6}$")
    bea_code: Series[str]

    class Config:
        """Exactly these columns, no pair twice."""

        strict = True
        coerce = True
        unique = ("naics_code", "bea_code")


@dataclass(frozen=True)
class FactorPrices:
    """The prices that the factors of a set are stated in.

    Parameters
    ----------
    currency
        ISO 4217; one of :data:`COUNTRY_OF_CURRENCY`.
    first_year, last_year
        Years the set has factors for: the same year for a set of fixed prices.
    basis
        ``purchaser`` (what the buyer pays, without VAT) or ``basic`` (what the producer receives).
    """

    currency: str
    first_year: int
    last_year: int
    basis: Literal["purchaser", "basic"]

    def factor_years(self, spend_years: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        """Year whose factor is used for spend of each year: the spend year, or the nearest the set has."""
        return np.clip(spend_years, self.first_year, self.last_year)


@dataclass(frozen=True)
class PriceTables:
    """Every price table a prediction needs, as validated frames.

    Parameters
    ----------
    exchange_rates
        :class:`ExchangeRates`. US Federal Reserve, H.10.
    consumer_prices
        :class:`ConsumerPrices`. World Bank, FP.CPI.TOTL.ZG.
    sector_prices
        :class:`SectorPrices`. US Bureau of Economic Analysis, detail industries.
    producer_shares
        :class:`ProducerShares`. US Bureau of Economic Analysis, margins of 2017.
    sectors
        :class:`SectorsOfCategory`. The reference codes of the US EPA factors.
    """

    exchange_rates: pd.DataFrame
    consumer_prices: pd.DataFrame
    sector_prices: pd.DataFrame
    producer_shares: pd.DataFrame
    sectors: pd.DataFrame

    def __post_init__(self) -> None:
        for name, schema in _SCHEMAS.items():
            object.__setattr__(self, name, schema.validate(getattr(self, name)))

    @cached_property
    def category_prices(self) -> pd.DataFrame:
        """Price index of the categories that have one, the mean of their industries: category by year."""
        return self.sectors.merge(self.sector_prices, on="bea_code").pivot_table(
            index="naics_code", columns="year", values="index_2017_100", aggfunc="mean"
        )

    @classmethod
    def from_data(cls) -> Self:
        """Make the tables from the reference data.

        Raises
        ------
        MissingDataError, AlteredDataError
            If a reference file is not there or not the one of the catalogue.
        """
        consumers = prices.cpi_index()
        return cls(
            exchange_rates=_annual_rates(prices.exchange_rates(), prices.annual_exchange_rates()),
            consumer_prices=consumers.loc[
                consumers["country"].isin(COUNTRY_OF_CURRENCY.values()), ["country", "year", "index_2017_100"]
            ],
            sector_prices=prices.sector_price_index()[["bea_code", "year", "index_2017_100"]],
            producer_shares=prices.margins_ratio().rename(
                columns={"producer_share_of_purchaser_price": "producer_share"}
            )[["bea_code", "producer_share"]],
            sectors=_sectors(factors.epa_factors("v1.3"), concordances.naics_to_bea()),
        )

    @classmethod
    def from_frames(cls, frames: Mapping[str, pd.DataFrame]) -> Self:
        """Restore the tables of a model bundle.

        Raises
        ------
        BundleError
            If a table is missing.
        """
        missing = sorted(_SCHEMAS.keys() - frames.keys())
        if missing:
            raise BundleError(
                f"The bundle lacks the price tables {', '.join(missing)}; "
                f"expected {', '.join(_SCHEMAS)}: make the bundle again."
            )
        return cls(**{name: frames[name] for name in _SCHEMAS})

    def to_frames(self) -> dict[str, pd.DataFrame]:
        """Hand out the tables by name, to be saved in a model bundle."""
        return {name: getattr(self, name) for name in _SCHEMAS}


_SCHEMAS: Final[dict[str, type[pa.DataFrameModel]]] = {
    "exchange_rates": ExchangeRates,
    "consumer_prices": ConsumerPrices,
    "sector_prices": SectorPrices,
    "producer_shares": ProducerShares,
    "sectors": SectorsOfCategory,
}


def _annual_rates(monthly: pd.DataFrame, annual: pd.DataFrame) -> pd.DataFrame:
    """Take the published average of each year, else the mean of its months."""
    by_year = monthly.assign(year=monthly["date"].dt.year).groupby(["currency", "year"])["units_per_usd"]
    rates = by_year.agg(of_months="mean", months="size").reset_index()
    rates = rates.merge(annual, on=["currency", "year"], how="left")
    rates["units_per_usd"] = rates["units_per_usd"].fillna(rates["of_months"])
    return rates[["currency", "year", "units_per_usd", "months"]]


def _sectors(epa: pd.DataFrame, others: pd.DataFrame) -> pd.DataFrame:
    """Industries that the EPA factors refer to; those of the crosswalk for the codes without a factor."""
    referred = epa.assign(bea_code=epa["useeio_code"].str.split(",")).explode("bea_code")
    rest = others[~others["naics_code"].isin(epa["naics_code"])]
    return pd.concat([referred[["naics_code", "bea_code"]], rest], ignore_index=True).drop_duplicates()
