import json

import numpy as np
import pandas as pd
import pytest

from data.errors import BundleError, UnknownFactorSetError
from features.price_tables import FactorPrices, PriceTables
from models.factor_regions import choose_factor_set, geographical_score
from models.factor_screening import group_means
from models.factor_sets import FactorSet, FactorSets
from models.pedigree import combined_gsd, pedigree_gsd

MEDICINES, SHOPS, LORRIES, COURTS = "325412", "445110", "484110", "922110"
YEARS = np.array([2021, 2022, 2023])


def factors(values, years, technological_score=3):
    rows = [
        {
            "naics_code": code,
            "year": year,
            "factor_id": f"set/{code}/{year}",
            "kg_co2e_per_unit": value,
            "unit": "kg CO2e per unit",
            "source": "a table, line 1",
            "usable": not np.isnan(value),
            "screening_reason": "" if not np.isnan(value) else "no factor",
            "technological_score": technological_score,
        }
        for code, value in values.items()
        for year in years
    ]
    return pd.DataFrame(rows)


def factor_set(set_id, prices, region, values, years):
    return FactorSet(
        id=set_id, title=set_id, prices=prices, ghg_set="AR5", region=region, licence="none",
        attribution="us", reliability=2, completeness=2, factors=factors(values, years),
    )  # fmt: skip


@pytest.fixture
def us():
    prices = FactorPrices("USD", 2022, 2022, "purchaser")
    return factor_set("us", prices, "US", {MEDICINES: 0.2, COURTS: float("nan")}, [2022])


@pytest.fixture
def gb():
    prices = FactorPrices("GBP", 2021, 2022, "basic")
    return factor_set("gb", prices, "GB", {MEDICINES: 0.5, SHOPS: 0.3, LORRIES: 0.8}, [2021, 2022])


@pytest.fixture
def tables():
    return PriceTables(
        exchange_rates=pd.DataFrame(
            {"currency": ["GBP"], "year": [2022], "units_per_usd": [0.8], "months": [12]}
        ),
        consumer_prices=pd.DataFrame(
            {
                "country": ["US"] * 3 + ["GB"] * 3,
                "year": YEARS.tolist() * 2,
                "index_2017_100": [100.0, 110.0, 121.0, 100.0, 120.0, 150.0],
            }
        ),
        sector_prices=pd.DataFrame({"bea_code": ["325412"], "year": [2022], "index_2017_100": [100.0]}),
        producer_shares=pd.DataFrame({"bea_code": ["325412"], "producer_share": [0.7]}),
        sectors=pd.DataFrame({"naics_code": [MEDICINES], "bea_code": ["325412"]}),
    )


def test_money_of_another_year_is_deflated_before_a_fixed_year_factor_is_applied(us, tables):
    valued = us.spend_factors(YEARS, tables)
    row = us.rows([MEDICINES])[0]
    assert valued.kg_co2e_per_spend[row].tolist() == pytest.approx([0.2 * 1.1, 0.2, 0.2 / 1.1])


def test_a_set_of_several_years_takes_the_spend_year_and_deflates_beyond_its_last(gb, tables):
    valued = gb.spend_factors(YEARS, tables)
    assert valued.deflator[0].tolist() == pytest.approx([1.0, 1.0, 120 / 150])


def test_at_basic_prices_the_margins_are_valued_with_trade_and_transport(gb, tables):
    valued = gb.spend_factors(np.array([2022]), tables)
    margins = 0.8 * 0.3 + 0.2 * 0.8
    assert valued.kg_co2e_per_spend[gb.rows([MEDICINES])[0], 0] == pytest.approx(0.7 * 0.5 + 0.3 * margins)
    assert valued.basic_price_rate[gb.rows([LORRIES])[0], 0] == 1.0


def test_what_is_reported_beside_the_figure_multiplies_up_to_it(gb, us, tables):
    for each in (gb, us):
        valued = each.spend_factors(YEARS, tables)
        np.testing.assert_allclose(
            valued.factor * valued.deflator * valued.basic_price_rate, valued.kg_co2e_per_spend
        )


def test_a_category_without_a_factor_stays_without_one(us, tables):
    assert np.isnan(us.spend_factors(YEARS, tables).kg_co2e_per_spend[us.rows([COURTS])[0]]).all()
    assert us.rows(["000000"]).tolist() == [-1]


def test_the_record_of_a_factor_is_json_and_an_unknown_one_names_what_is_there(us):
    assert json.loads(json.dumps(us.record(MEDICINES, 2022)))["kg_co2e_per_unit"] == 0.2
    with pytest.raises(UnknownFactorSetError, match="2022 to 2022"):
        us.record(MEDICINES, 2020)


def test_the_range_widens_with_distance_in_time_and_space(us):
    home, similar, far = (us.gsd(country)[0] for country in ("US", "CA", "GB"))
    assert home < similar < far
    assert us.gsd("US", 2023)[0] == home
    assert home < us.gsd("US", 2027)[0] < us.gsd("US", 2010)[0]


def test_the_pedigree_says_why_the_range_is_wider(us):
    assert us.pedigree("US", 2022)[0].tolist() == [2, 2, 1, 1, 3]
    assert us.pedigree("GB", 2015)[0].tolist() == [2, 2, 3, 5, 3]


def test_independent_spreads_combine_as_logarithms_do():
    assert combined_gsd(2.0, 2.0) == pytest.approx(2.0 ** np.sqrt(2))
    assert combined_gsd(1.0, 1.7) == pytest.approx(1.7)


@pytest.mark.parametrize(
    ("country", "set_id", "words"),
    [
        ("US", "epa-v1.3", "The buyer is in US"),
        ("JE", "defra-2023", "The buyer is in JE"),
        ("DE", "defra-2023", "No set describes DE"),
        ("BR", "epa-v1.3", "No set describes BR"),
        ("JP", "epa-v1.3", "No set describes JP"),
        ("", "epa-v1.3", "names no country"),
    ],
)
def test_the_set_follows_the_buyers_country_and_says_when_it_is_only_the_closest(country, set_id, words):
    chosen, reason = choose_factor_set(country)
    assert chosen == set_id
    assert words in reason


def test_a_country_far_from_both_sets_is_far_from_each():
    assert geographical_score("JP", "US") == geographical_score("JP", "GB") == 5


def test_a_gap_is_filled_from_the_narrowest_group_that_has_a_factor():
    known = pd.Series(
        {"331313": 1.0, "331314": np.nan, "331318": 3.0, "331410": 9.0, "922110": np.nan}, dtype=float
    )
    filled = group_means(known)
    assert filled.to_dict("index") == {"331314": {"value": 2.0, "group": "33131", "members": 2}}


def test_the_sets_come_back_from_parquet_as_they_were(us, gb, tables, tmp_path):
    frames = {}
    for name, frame in FactorSets([us, gb]).to_frames().items():
        frame.to_parquet(tmp_path / f"{name}.parquet")
        frames[name] = pd.read_parquet(tmp_path / f"{name}.parquet")
    restored = FactorSets.from_frames(frames)
    assert list(restored) == ["us", "gb"]
    assert restored["gb"].prices == gb.prices
    pd.testing.assert_frame_equal(restored["gb"].factors, gb.factors)
    np.testing.assert_array_equal(
        restored["gb"].spend_factors(YEARS, tables).kg_co2e_per_spend,
        gb.spend_factors(YEARS, tables).kg_co2e_per_spend,
    )


def test_a_set_that_is_not_there_is_refused_with_those_that_are(us):
    with pytest.raises(UnknownFactorSetError, match=r"'exiobase'.*expected one of us"):
        FactorSets([us])["exiobase"]


def test_a_bundle_without_factors_is_refused(us):
    frames = FactorSets([us]).to_frames()
    del frames["factors"]
    with pytest.raises(BundleError, match="factors"):
        FactorSets.from_frames(frames)


def test_the_best_pedigree_adds_nothing():
    assert pedigree_gsd(np.ones((1, 5), dtype=np.int64)).tolist() == [1.0]
