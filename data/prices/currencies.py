"""Exchange rates of the US dollar, by ISO 4217 code."""

from typing import Final

import pandas as pd
import pandera.pandas as pa
from pandera.typing.pandas import DataFrame, Series

from data.tables import read_csv, rename_columns

MONTHLY_FILE: Final = "prices/fx_monthly.csv"
ANNUAL_FILE: Final = "prices/fx_annual.csv"

CURRENCY_OF: Final = {
    "Australia": "AUD",
    "Austria": "ATS",
    "Belgium": "BEF",
    "Brazil": "BRL",
    "Canada": "CAD",
    "China": "CNY",
    "Denmark": "DKK",
    "Euro": "EUR",
    "Finland": "FIM",
    "France": "FRF",
    "Germany": "DEM",
    "Greece": "GRD",
    "Hong Kong": "HKD",
    "India": "INR",
    "Ireland": "IEP",
    "Italy": "ITL",
    "Japan": "JPY",
    "Malaysia": "MYR",
    "Mexico": "MXN",
    "Netherlands": "NLG",
    "New Zealand": "NZD",
    "Norway": "NOK",
    "Portugal": "PTE",
    "Singapore": "SGD",
    "South Africa": "ZAR",
    "South Korea": "KRW",
    "Spain": "ESP",
    "Sri Lanka": "LKR",
    "Sweden": "SEK",
    "Switzerland": "CHF",
    "Taiwan": "TWD",
    "Thailand": "THB",
    "United Kingdom": "GBP",
}
"""The publisher's row names. Venezuela is left out: three redenominations run through one series unmarked."""


class ExchangeRates(pa.DataFrameModel):
    """Mean rate of a month; the US dollar itself has no rows."""

    currency: Series[str] = pa.Field(isin=tuple(CURRENCY_OF.values()), description="ISO 4217")
    date: Series[pd.Timestamp] = pa.Field(description="first day of the month")
    units_per_usd: Series[float] = pa.Field(gt=0)

    class Config:
        """Exactly these columns, in this order; one row per currency and month."""

        strict = True
        ordered = True
        coerce = True
        unique = ("currency", "date")


class AnnualExchangeRates(pa.DataFrameModel):
    """Mean rate of a calendar year; the US dollar itself has no rows."""

    currency: Series[str] = pa.Field(isin=tuple(CURRENCY_OF.values()), description="ISO 4217")
    year: Series[int]
    units_per_usd: Series[float] = pa.Field(gt=0)

    class Config:
        """Exactly these columns, in this order; one row per currency and year."""

        strict = True
        ordered = True
        coerce = True
        unique = ("currency", "year")


def exchange_rates() -> DataFrame[ExchangeRates]:
    """Return monthly mean rates, currency units per US dollar, for 33 currencies.

    The first go back to 1971, the euro starts in 1999; the currencies it replaced run on to 2001 at
    their fixed shares of it.

    Notes
    -----
    Source: US Federal Reserve, H.10, packaged by datasets/exchange-rates.
    """
    frame = _rates(MONTHLY_FILE)
    frame["date"] = pd.to_datetime(frame["date"], format="%Y-%m-%d").astype("datetime64[ns]")
    return ExchangeRates.validate(frame)


def annual_exchange_rates() -> DataFrame[AnnualExchangeRates]:
    """Return annual mean rates of complete years, currency units per US dollar, for 20 living currencies.

    Notes
    -----
    Source: US Federal Reserve, H.10, packaged by datasets/exchange-rates.
    """
    frame = _rates(ANNUAL_FILE)
    frame.insert(1, "year", frame.pop("date").str[:4])
    return AnnualExchangeRates.validate(frame)


def _rates(name: str) -> pd.DataFrame:
    frame = rename_columns(
        read_csv(name), {"Country": "currency", "Date": "date", "Exchange rate": "units_per_usd"}
    )
    frame["currency"] = frame["currency"].map(CURRENCY_OF)
    return frame.dropna(subset="currency").sort_values(["currency", "date"], ignore_index=True)
