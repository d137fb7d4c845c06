"""Price levels over the years: how much a unit of money of one year is worth in the prices of another."""

from collections.abc import Sequence
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from data.errors import UnknownCurrencyError
from features.price_tables import COUNTRY_OF_CURRENCY, PriceTables

_SECTOR_INDEX_CURRENCY: Final = "USD"


def price_levels(
    tables: PriceTables, naics_codes: Sequence[str], years: npt.NDArray[np.int64], currency: str
) -> npt.NDArray[np.float64]:
    """Price index of every category in every year.

    In US dollars a category follows the producer price index of its industries (the mean of several); before
    the first and after the last year of that index, and for a category without one, consumer prices. In
    another currency consumer prices of its country. Beyond the consumer prices the level stays.

    Parameters
    ----------
    tables
        The price tables.
    naics_codes
        NAICS 2017, six digits.
    years
        Calendar years, in any order.
    currency
        Currency of the money, ISO 4217.

    Returns
    -------
    numpy.ndarray of float64, shape (len(naics_codes), len(years))
        Price levels, 2017 = 100.

    Raises
    ------
    UnknownCurrencyError
        If no price index is held for the currency.
    """
    country = _country(currency)
    span = np.arange(min(years.min(), _first(tables, country)), max(years.max(), _last(tables, country)) + 1)
    consumer = _consumer_levels(tables, country, span)
    levels = np.tile(consumer, (len(naics_codes), 1))
    if currency == _SECTOR_INDEX_CURRENCY:
        by_category = tables.category_prices.reindex(columns=span)
        rows = by_category.index.get_indexer(pd.Index(naics_codes))
        levels[rows >= 0] = _extended(by_category.to_numpy()[rows[rows >= 0]], consumer)
    return levels[:, years - span[0]]


def deflators(
    tables: PriceTables,
    naics_codes: Sequence[str],
    spend_years: npt.NDArray[np.int64],
    factor_years: npt.NDArray[np.int64],
    currency: str,
) -> npt.NDArray[np.float64]:
    """Value of one unit of money of a spend year in the prices of a factor year.

    Parameters
    ----------
    tables
        The price tables.
    naics_codes
        n categories, NAICS 2017, six digits.
    spend_years, factor_years
        m pairs of calendar years.
    currency
        Currency of the money, ISO 4217.

    Returns
    -------
    numpy.ndarray of float64, shape (n, m)
        Multiply money of the spend year by it. 1 where the two years are the same.

    Raises
    ------
    UnknownCurrencyError
        If no price index is held for the currency.
    """
    years = np.concatenate([spend_years, factor_years])
    levels = price_levels(tables, naics_codes, years, currency)
    return levels[:, len(spend_years) :] / levels[:, : len(spend_years)]


def deflation_source(
    tables: PriceTables, naics_code: str, spend_year: int, factor_year: int, currency: str
) -> str:
    """Name the index that :func:`deflators` uses, and the years it had to do without.

    Raises
    ------
    UnknownCurrencyError
        If no price index is held for the currency.
    """
    country = _country(currency)
    earliest, latest = sorted((spend_year, factor_year))
    industries = tables.sectors.loc[tables.sectors["naics_code"] == naics_code, "bea_code"]
    has_index = tables.sector_prices["bea_code"].isin(industries)
    consumer = f"World Bank consumer prices of {country}"
    if currency == _SECTOR_INDEX_CURRENCY and has_index.any():
        index_years = tables.sector_prices.loc[has_index, "year"]
        text = f"BEA price index of {', '.join(sorted(set(industries)))}"
        if latest > index_years.max():
            text += f", after {index_years.max()} {consumer}"
        if earliest < index_years.min():
            text += f", before {index_years.min()} {consumer}"
    else:
        text = consumer
    first, last = _first(tables, country), _last(tables, country)
    if latest > last:
        text += f", prices of {last} for {latest}"
    if earliest < first:
        text += f", prices of {first} for {earliest}"
    return text


def _country(currency: str) -> str:
    country = COUNTRY_OF_CURRENCY.get(currency)
    if country is None:
        raise UnknownCurrencyError(
            f"No price index is held for {currency!r}, expected one of {', '.join(COUNTRY_OF_CURRENCY)}: "
            "convert the money to the currency of a factor set before deflating it."
        )
    return country


def _consumer(tables: PriceTables, country: str) -> pd.Series:
    rows = tables.consumer_prices[tables.consumer_prices["country"] == country]
    return rows.set_index("year")["index_2017_100"].sort_index()


def _first(tables: PriceTables, country: str) -> int:
    return int(_consumer(tables, country).index[0])


def _last(tables: PriceTables, country: str) -> int:
    return int(_consumer(tables, country).index[-1])


def _consumer_levels(
    tables: PriceTables, country: str, span: npt.NDArray[np.int64]
) -> npt.NDArray[np.float64]:
    index = _consumer(tables, country)
    levels = np.interp(span, index.index.to_numpy(dtype=np.float64), index.to_numpy(dtype=np.float64))
    return np.asarray(levels, dtype=np.float64)


def _extended(levels: npt.NDArray[np.float64], consumer: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Continue an industry's levels with the change of consumer prices where they are NaN."""
    ratio = pd.DataFrame(levels / consumer).ffill(axis=1).bfill(axis=1)
    return np.asarray(ratio.to_numpy() * consumer, dtype=np.float64)
