"""What moves money between currencies, years and price bases, and what goods cost by mass or pack."""

from data.prices.consumers import cpi_index, inflation
from data.prices.currencies import annual_exchange_rates, exchange_rates
from data.prices.goods import commodity_prices, produce_prices, tariff_prices
from data.prices.industries import margins_ratio, sector_price_index

__all__ = [
    "annual_exchange_rates",
    "commodity_prices",
    "cpi_index",
    "exchange_rates",
    "inflation",
    "margins_ratio",
    "produce_prices",
    "sector_price_index",
    "tariff_prices",
]
