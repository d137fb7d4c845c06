import pandas as pd
import pytest

from data.prices import (
    annual_exchange_rates,
    commodity_prices,
    cpi_index,
    exchange_rates,
    inflation,
    margins_ratio,
    produce_prices,
    sector_price_index,
    tariff_prices,
)

pytestmark = pytest.mark.data_package


@pytest.mark.parametrize(("currency", "units_per_usd"), [("EUR", 0.9463), ("GBP", 0.8117)])
def test_rates_are_currency_per_dollar_also_where_the_market_quotes_the_other_way_round(
    currency, units_per_usd
):
    rates = exchange_rates().set_index(["currency", "date"])["units_per_usd"]
    assert rates[currency, pd.Timestamp("2022-06-01")] == units_per_usd


def test_the_euro_begins_in_1999_and_what_it_replaced_ends_in_2001_at_its_fixed_share():
    rates = exchange_rates()
    assert rates.loc[rates["currency"] == "EUR", "date"].min() == pd.Timestamp("1999-01-01")
    german = rates[rates["currency"] == "DEM"].set_index("date")["units_per_usd"]
    euro = rates[rates["currency"] == "EUR"].set_index("date")["units_per_usd"]
    assert german.index.max() == pd.Timestamp("2001-12-01")
    at = pd.Timestamp("2001-12-01")
    assert german[at] / euro[at] == pytest.approx(1.95583, rel=1e-3)


def test_no_series_jumps_as_one_with_a_redenomination_in_it_would():
    rates = exchange_rates()
    change = rates["units_per_usd"] / rates.groupby("currency")["units_per_usd"].shift()
    assert change.max() < 2
    assert change.min() > 0.5


def test_a_year_is_the_mean_of_its_months():
    months = exchange_rates()
    means = months.groupby([months["currency"], months["date"].dt.year])["units_per_usd"].mean()
    years = annual_exchange_rates().query("year == 2022").set_index("currency")["units_per_usd"]
    assert years["JPY"] == 131.4589
    for currency, rate in years.items():
        assert means[currency, 2022] == pytest.approx(rate, rel=0.005)


def test_inflation_is_a_rate_in_percent_keyed_by_both_country_codes_and_groups_of_countries_are_left_out():
    rates = inflation()
    british = rates[(rates["country"] == "GB") & (rates["year"] == 2022)].iloc[0]
    assert british["country_alpha3"] == "GBR"
    assert british["inflation_percent"] == pytest.approx(7.92, abs=0.005)
    assert not {"EMU", "WLD", "OED"} & set(rates["country_alpha3"])
    pairs = rates[["country", "country_alpha3"]].drop_duplicates()
    assert pairs["country"].is_unique
    assert pairs["country_alpha3"].is_unique


def test_consumer_prices_are_the_chained_rates():
    index = cpi_index()
    american = index[index["country"] == "US"].set_index("year")["index_2017_100"]
    assert american[2017] == 100
    assert american[2018] == pytest.approx(102.4426, abs=1e-4)
    assert american.index.min() == 1959
    rates = inflation()
    rates = rates[rates["country"] == "US"].set_index("year")["inflation_percent"]
    assert american[2024] / american[2000] == pytest.approx((1 + rates.loc[2001:2024] / 100).prod())


def test_a_chain_does_not_bridge_a_year_without_a_rate():
    years = set(cpi_index().query("country == 'DJ'")["year"])
    published = set(inflation().query("country == 'DJ'")["year"])
    gap = max(year for year in range(min(published), 2017) if year not in published)
    assert min(years) == gap


def test_sector_prices_are_100_in_2017_and_as_published_in_2022():
    index = sector_price_index()
    assert (index.query("year == 2017")["index_2017_100"] == 100).all()
    assert index["bea_code"].nunique() == 402
    computers = index[(index["bea_code"] == "334111") & (index["year"] == 2022)]
    assert computers["index_2017_100"].item() == 107.393


def test_the_producer_gets_half_to_all_of_what_a_buyer_pays():
    shares = margins_ratio().set_index("bea_code")["producer_share_of_purchaser_price"]
    inverse = 1 / shares
    assert inverse.max() < 2.2
    assert inverse.median() == pytest.approx(1.2, abs=0.05)
    assert shares["541100"] == 1  # nobody trades or carries legal services
    assert not shares.index.str.startswith(("42", "44", "45", "48", "4B")).any()


def test_commodities_cost_what_they_cost_in_2022():
    usd = commodity_prices().set_index("commodity")
    assert 8_000 < usd.loc["Copper", "usd_per_unit"] < 11_000
    assert usd.loc["Copper", "unit"] == "($/mt)"
    assert 80 < usd.loc["Crude oil, Brent", "usd_per_unit"] < 110
    assert "Natural gas index" not in usd.index


def test_produce_has_a_price_by_pound_or_pint():
    prices = produce_prices().set_index(["name", "form"])
    assert prices.loc[("Apples", "Fresh"), "usd_per_unit"] == pytest.approx(1.8541)
    assert (prices.loc[("Apples", "Fresh"), "kind"], prices.loc[("Apples", "Fresh"), "unit"]) == (
        "Fruit",
        "per pound",
    )


def test_medicines_have_a_price_by_pack_and_shifted_records_are_left_out():
    prices = tariff_prices()
    assert len(prices) > 3_500
    assert prices["gbp"].between(0.01, 100_000).all()
