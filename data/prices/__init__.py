"""What moves money between currencies, years and price bases: rates, price indices, trade margins."""

from data.prices.consumers import cpi_index, inflation
from data.prices.currencies import annual_exchange_rates, exchange_rates
from data.prices.industries import margins_ratio, sector_price_index

__all__ = [
    "annual_exchange_rates",
    "cpi_index",
    "exchange_rates",
    "inflation",
    "margins_ratio",
    "sector_price_index",
]
