import numpy as np
import pandas as pd
import pytest

from data.errors import UnknownCurrencyError
from features.deflation import deflation_source, deflators
from features.line_items import line_items
from features.money import net_spend
from features.price_basis import basic_price_rates, producer_shares
from features.price_tables import FactorPrices, PriceTables

MEDICINES, BUILDINGS, COURTS = "325412", "236220", "922110"


@pytest.fixture
def tables():
    return PriceTables(
        exchange_rates=pd.DataFrame(
            {"currency": ["GBP"], "year": [2020], "units_per_usd": [0.8], "months": [12]}
        ),
        consumer_prices=pd.DataFrame(
            {
                "country": ["US"] * 5 + ["GB"] * 5,
                "year": [2019, 2020, 2021, 2022, 2023] * 2,
                "index_2017_100": [90.0, 100.0, 105.0, 110.0, 121.0, 100.0, 100.0, 104.0, 120.0, 130.0],
            }
        ),
        sector_prices=pd.DataFrame(
            {
                "bea_code": ["325412"] * 3 + ["233210"] * 3 + ["233262"] * 3,
                "year": [2020, 2021, 2022] * 3,
                "index_2017_100": [100.0, 110.0, 125.0, 100.0, 100.0, 140.0, 100.0, 100.0, 160.0],
            }
        ),
        producer_shares=pd.DataFrame(
            {"bea_code": ["325412", "233210", "233262"], "producer_share": [0.7, 1.0, 0.9]}
        ),
        sectors=pd.DataFrame(
            {"naics_code": [MEDICINES, BUILDINGS, BUILDINGS], "bea_code": ["325412", "233210", "233262"]}
        ),
    )


def one(tables, code, spend_year, factor_year, currency="USD"):
    years = (np.array([spend_year]), np.array([factor_year]))
    return deflators(tables, [code], *years, currency)[0, 0]


def test_a_category_follows_the_price_index_of_its_industry(tables):
    assert one(tables, MEDICINES, 2020, 2022) == pytest.approx(1.25)


def test_a_category_of_several_industries_follows_their_mean(tables):
    assert one(tables, BUILDINGS, 2020, 2022) == pytest.approx(1.5)


def test_a_category_without_an_index_follows_consumer_prices(tables):
    assert one(tables, COURTS, 2020, 2022) == pytest.approx(1.1)


def test_pounds_follow_british_consumer_prices(tables):
    assert one(tables, MEDICINES, 2020, 2022, "GBP") == pytest.approx(1.2)


def test_beyond_its_last_year_an_industry_index_goes_on_with_consumer_prices(tables):
    assert one(tables, MEDICINES, 2023, 2022) == pytest.approx(110 / 121)
    assert one(tables, MEDICINES, 2019, 2022) == pytest.approx(1.25 * 100 / 90)


def test_beyond_the_consumer_prices_the_level_stays(tables):
    assert one(tables, MEDICINES, 2040, 2022) == one(tables, MEDICINES, 2023, 2022)
    assert one(tables, MEDICINES, 1990, 2022) == one(tables, MEDICINES, 2019, 2022)


def test_deflating_there_and_back_changes_nothing(tables):
    years = np.array([2019, 2020, 2021, 2022, 2023])
    codes = [MEDICINES, BUILDINGS, COURTS]
    there = deflators(tables, codes, years, np.full(5, 2022), "USD")
    back = deflators(tables, codes, np.full(5, 2022), years, "USD")
    np.testing.assert_allclose(there * back, 1.0)


def test_every_pair_of_years_is_answered_as_if_it_were_asked_alone(tables):
    years = np.array([2023, 2019, 2021])
    together = deflators(tables, [MEDICINES, COURTS], years, np.full(3, 2022), "USD")
    for row, code in enumerate([MEDICINES, COURTS]):
        for column, year in enumerate(years):
            assert together[row, column] == one(tables, code, year, 2022)


@pytest.mark.parametrize(
    ("code", "spend_year", "expected"),
    [
        (MEDICINES, 2020, "BEA price index of 325412"),
        (BUILDINGS, 2020, "BEA price index of 233210, 233262"),
        (MEDICINES, 2023, "BEA price index of 325412, after 2022 World Bank consumer prices of US"),
        (COURTS, 2025, "World Bank consumer prices of US, prices of 2023 for 2025"),
    ],
)
def test_the_source_names_the_index_and_the_years_it_lacks(tables, code, spend_year, expected):
    assert deflation_source(tables, code, spend_year, 2022, "USD") == expected


def test_a_currency_without_consumer_prices_is_refused(tables):
    with pytest.raises(UnknownCurrencyError, match="'EUR'"):
        one(tables, MEDICINES, 2020, 2022, "EUR")


def test_the_producer_share_is_the_mean_of_the_industries_and_one_without_margins(tables):
    assert producer_shares(tables, [MEDICINES, BUILDINGS, COURTS]).tolist() == [0.7, 0.95, 1.0]


def test_margins_as_clean_as_the_goods_leave_the_price_as_it_is():
    rates = basic_price_rates(np.array([0.6]), np.array([[0.4, 0.4]]), np.array([0.4, 0.2]))
    assert rates[0].tolist() == pytest.approx([1.0, 0.6 + 0.4 * 0.5])


@pytest.fixture(scope="module")
def published(data_dir):
    assert data_dir.is_dir()
    return PriceTables.from_data()


@pytest.mark.data_package
def test_a_pound_of_2020_was_worth_one_dollar_28(published):
    line = line_items(
        pd.DataFrame(
            {
                "description": ["x"],
                "amount": [1.0],
                "currency": ["GBP"],
                "date": [pd.Timestamp("2020-05-01")],
            }
        )
    )
    spend = net_spend(line, published, FactorPrices("USD", 2022, 2022, "purchaser"))
    assert spend["spend"].iloc[0] == pytest.approx(1.283, abs=0.002)


@pytest.mark.data_package
def test_consumer_prices_rose_as_published(published):
    # 2021 and 2022: 4.70% and 8.00% in the US, 2.52% and 7.92% in the UK (World Bank)
    assert one(published, "999999", 2020, 2022) == pytest.approx(1.047 * 1.080, rel=0.001)
    assert one(published, "999999", 2020, 2022, "GBP") == pytest.approx(1.0252 * 1.0792, rel=0.001)


@pytest.mark.data_package
def test_every_category_has_an_industry_but_for_a_few(published):
    codes = published.sectors["naics_code"]
    assert codes.nunique() >= 1016
    assert published.sectors["bea_code"].isin(published.sector_prices["bea_code"]).mean() > 0.97


@pytest.mark.data_package
def test_a_fifth_of_the_price_of_goods_is_margins(published):
    goods = sorted({code for code in published.sectors["naics_code"] if code[0] == "3"})
    assert np.median(producer_shares(published, goods)) == pytest.approx(0.8, abs=0.03)


@pytest.mark.data_package
def test_trade_and_transport_have_no_margins_of_their_own(published):
    assert producer_shares(published, ["445110", "484110", "423450"]).tolist() == [1.0, 1.0, 1.0]
