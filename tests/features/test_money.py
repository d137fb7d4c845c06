import datetime as dt

import numpy as np
import pandas as pd
import pytest

from data.errors import BundleError
from features.conversions import conversion_records, conversion_sentence
from features.line_items import line_items
from features.money import MoneyOptions, net_spend
from features.price_tables import FactorPrices, PriceTables
from features.vat import InvalidVatRateError, standard_vat_rates

USD_2022 = FactorPrices("USD", 2022, 2022, "purchaser")
GBP_YEARS = FactorPrices("GBP", 2015, 2023, "basic")


@pytest.fixture
def tables():
    """Round figures, so that every expected value can be worked out by hand."""
    years = [2020, 2021, 2022]
    return PriceTables(
        exchange_rates=pd.DataFrame(
            {
                "currency": ["GBP"] * 3 + ["EUR"] * 2,
                "year": [*years, 2020, 2022],
                "units_per_usd": [0.8, 0.75, 0.8, 0.9, 1.0],
                "months": [12, 12, 6, 12, 12],
            }
        ),
        consumer_prices=pd.DataFrame(
            {
                "country": ["US"] * 3 + ["GB"] * 3,
                "year": years * 2,
                "index_2017_100": [100.0, 105.0, 110.0, 100.0, 104.0, 120.0],
            }
        ),
        sector_prices=pd.DataFrame(
            {"bea_code": ["325412"] * 2, "year": [2020, 2022], "index_2017_100": [100.0, 125.0]}
        ),
        producer_shares=pd.DataFrame({"bea_code": ["325412"], "producer_share": [0.7]}),
        sectors=pd.DataFrame({"naics_code": ["325412"], "bea_code": ["325412"]}),
    )


def lines(**fields):
    start = {"description": ["gauze"], "amount": [120.0], "currency": ["GBP"], "country": ["GB"]}
    start["date"] = [pd.Timestamp("2020-04-24")]
    return line_items(pd.DataFrame(start | fields))


def test_money_moves_to_the_factor_currency_at_the_average_of_the_spend_year(tables):
    spend = net_spend(lines(), tables, USD_2022).iloc[0]
    assert spend["spend"] == pytest.approx(150.0)
    assert spend["spend_year"] == 2020
    assert spend["exchange_note"] == "2020 average"


def test_two_currencies_that_are_not_the_dollar_cross_through_it(tables):
    spend = net_spend(lines(currency=["EUR"]), tables, GBP_YEARS).iloc[0]
    assert spend["spend"] == pytest.approx(120 * 0.8 / 0.9)


def test_a_credit_note_stays_negative(tables):
    assert net_spend(lines(amount=[-120.0]), tables, USD_2022)["spend"].iloc[0] == pytest.approx(-150.0)


def test_vat_is_left_alone_unless_the_ledger_is_said_to_include_it(tables):
    assert net_spend(lines(), tables, GBP_YEARS)["spend"].iloc[0] == 120.0
    gross = net_spend(lines(), tables, GBP_YEARS, MoneyOptions(amounts_include_vat=True)).iloc[0]
    assert gross["spend"] == pytest.approx(100.0)
    assert "standard VAT rate of GB assumed" in gross["vat_note"]


def test_a_given_vat_rate_wins_over_the_standard_one(tables):
    options = MoneyOptions(amounts_include_vat=True, vat_rate=0.05)
    spend = net_spend(lines(amount=[105.0]), tables, GBP_YEARS, options).iloc[0]
    assert spend["spend"] == pytest.approx(100.0)
    assert spend["vat_source"] == "given by the user"


def test_a_country_without_a_known_vat_rate_keeps_its_amount_and_says_so(tables):
    options = MoneyOptions(amounts_include_vat=True)
    spend = net_spend(lines(country=["US"]), tables, GBP_YEARS, options).iloc[0]
    assert spend["spend"] == 120.0
    assert spend["vat_note"].startswith("no VAT rate known for country US")


def test_the_standard_vat_rate_is_that_of_the_day():
    days = pd.Series(pd.to_datetime(["2020-06-30", "2020-07-01", "2020-12-31", "2021-01-01", "2010-01-01"]))
    rates = standard_vat_rates(pd.Series(["DE"] * 5), days)
    assert rates.tolist() == [0.19, 0.16, 0.16, 0.19, 0.19]


@pytest.mark.parametrize("rate", [20, -0.1, float("nan")])
def test_a_vat_rate_in_percent_is_refused_with_the_remedy(rate):
    with pytest.raises(InvalidVatRateError, match=r"write 20% as 0\.2"):
        MoneyOptions(vat_rate=rate)


def test_a_line_without_a_date_takes_the_given_one_else_the_year_of_the_factors(tables):
    undated = lines(date=[pd.NaT])
    assumed = net_spend(undated, tables, USD_2022).iloc[0]
    assert (assumed["spend_year"], assumed["year_note"][:8]) == (2022, "no date:")
    given = net_spend(undated, tables, USD_2022, MoneyOptions(default_date=dt.date(2021, 3, 1))).iloc[0]
    assert given["spend_year"] == 2021
    assert "2021-03-01" in given["year_note"]


def test_a_year_outside_the_rates_takes_the_nearest_and_says_so(tables):
    spend = net_spend(lines(date=[pd.Timestamp("2031-01-01")]), tables, USD_2022).iloc[0]
    assert spend["spend"] == pytest.approx(150.0)
    assert spend["exchange_note"] == "no rate for 2031: average of 2022, the nearest year"


def test_the_note_speaks_of_the_currency_whose_year_is_missing(tables):
    spend = net_spend(lines(date=[pd.Timestamp("2021-01-01")], currency=["EUR"]), tables, GBP_YEARS).iloc[0]
    assert "nearest year" in spend["exchange_note"]


def test_a_year_that_is_not_over_says_how_many_months_its_average_has(tables):
    spend = net_spend(lines(date=[pd.Timestamp("2022-02-01")]), tables, USD_2022).iloc[0]
    assert spend["exchange_note"] == "2022 average of 6 months"


def test_an_unknown_currency_spoils_its_own_line_only(tables):
    both = lines(
        description=["a", "b"], amount=[1.0, 80.0], currency=["PLN", "GBP"], country=["PL", "GB"],
        date=pd.to_datetime(["2020-01-01", "2020-01-01"]),
    )  # fmt: skip
    spend = net_spend(both, tables, USD_2022)
    assert spend["issue"].tolist() == ["unknown_currency", ""]
    assert "'PLN'" in spend["issue_detail"].iloc[0]
    assert spend["spend"].iloc[1] == pytest.approx(100.0)


def test_a_line_without_an_amount_has_no_spend_and_no_issue_of_currency(tables):
    spend = net_spend(lines(amount=[np.nan], currency=[""]), tables, USD_2022).iloc[0]
    assert np.isnan(spend["spend"])
    assert spend["issue"] == ""


def test_an_empty_ledger_gives_an_empty_frame(tables):
    assert net_spend(lines().iloc[:0], tables, USD_2022).empty


def records_of(frame, tables, prices, options=None, *, deflator=1.0, rate=1.0):
    spend = net_spend(frame, tables, prices, options)
    n = len(spend)
    return conversion_records(spend, ["325412"] * n, tables, prices, np.full(n, deflator), np.full(n, rate))


def test_the_record_replays_from_the_ledger_amount_to_the_factor_prices(tables):
    options = MoneyOptions(amounts_include_vat=True)
    steps = records_of(lines(), tables, USD_2022, options, deflator=1.25)[0]
    assert [step.step for step in steps] == ["vat", "currency", "deflation"]
    money = 120.0
    for step in steps:
        assert step.from_value == pytest.approx(money)
        money *= step.rate
        assert step.to_value == pytest.approx(money)
    assert money == pytest.approx(120 / 1.2 / 0.8 * 1.25)
    assert steps[-1].source == "BEA price index of 325412"


def test_the_record_reads_as_part_of_a_sentence(tables):
    steps = records_of(lines(amount=[412.0]), tables, USD_2022, deflator=1.25)[0]
    assert conversion_sentence(steps) == (
        "£412 ex VAT in 2020 = US$515 at 1.25 USD per GBP (2020 average) = US$644 in 2022 prices"
    )


def test_a_line_that_needs_no_conversion_has_no_record(tables):
    steps = records_of(lines(), tables, GBP_YEARS)[0]
    assert steps == []
    assert conversion_sentence(steps) == ""


def test_an_assumed_year_is_recorded_even_where_it_changes_nothing(tables):
    steps = records_of(lines(date=[pd.NaT]), tables, USD_2022)[0]
    assert "no date" in steps[-1].note


def test_margins_are_the_last_step_and_name_their_source(tables):
    steps = records_of(lines(), tables, GBP_YEARS, rate=0.9)[0]
    assert [step.step for step in steps] == ["price_basis"]
    assert steps[0].to_value == pytest.approx(108.0)
    assert "margins of 2017" in steps[0].source


def test_the_tables_come_back_from_their_frames_unchanged(tables, tmp_path):
    frames = {}
    for name, frame in tables.to_frames().items():
        frame.to_parquet(tmp_path / f"{name}.parquet")
        frames[name] = pd.read_parquet(tmp_path / f"{name}.parquet")
    restored = PriceTables.from_frames(frames)
    for name, frame in tables.to_frames().items():
        pd.testing.assert_frame_equal(restored.to_frames()[name], frame)


def test_a_bundle_without_a_price_table_is_refused_by_name(tables):
    frames = tables.to_frames()
    del frames["sector_prices"]
    with pytest.raises(BundleError, match="sector_prices"):
        PriceTables.from_frames(frames)
