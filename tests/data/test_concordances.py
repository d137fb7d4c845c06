import pytest

from data.concordances import (
    cn_to_naics_2017,
    cpv_to_nace_division,
    hs_to_naics_2017,
    nace_to_naics_2017,
    naics_2022_to_2017,
    naics_to_bea,
    naics_to_defra,
    naics_to_nace,
)
from data.factors import defra_multipliers, epa_factors
from data.prices import sector_price_index
from data.taxonomies import cn, cpv, hs, nace, naics_index, schedule_b

pytestmark = pytest.mark.data_package


@pytest.fixture(scope="module")
def with_factor() -> frozenset[str]:
    return frozenset(epa_factors()["naics_code"])


def test_every_naics_code_with_a_factor_has_a_nace_class_two_thirds_of_them_just_one(with_factor):
    pairs = naics_to_nace()
    pairs = pairs[pairs["naics_code"].isin(with_factor)]
    assert pairs["naics_code"].nunique() == 1016
    assert (pairs.groupby("naics_code").size() == 1).mean() == pytest.approx(0.66, abs=0.005)
    divisions = pairs.assign(division=pairs["nace_code"].str[:2]).groupby("naics_code")["division"].nunique()
    assert (divisions == 1).mean() == pytest.approx(0.84, abs=0.005)


def test_a_naics_code_that_the_table_links_to_a_group_gets_the_classes_of_the_group():
    pairs = naics_to_nace()
    combination = set(pairs.loc[pairs["naics_code"] == "111336", "nace_code"])
    assert {"01.21", "01.24", "01.25"} <= combination
    assert combination <= set(nace()["nace_code"])


def test_nace_to_naics_holds_the_same_pairs_the_other_way_round():
    backward = nace_to_naics_2017()
    assert set(backward.loc[backward["nace_code"] == "26.20", "naics_code"]) >= {"334111", "334112"}
    assert len(backward) == len(naics_to_nace())
    assert backward["nace_code"].is_monotonic_increasing


def test_every_naics_code_with_a_factor_has_a_defra_group(with_factor):
    pairs = naics_to_defra()
    assert with_factor <= set(pairs["naics_code"])
    assert set(pairs["sic_group"]) <= set(defra_multipliers()["sic_group"])


@pytest.mark.parametrize(
    ("naics_code", "sic_groups"),
    [
        ("334111", {"26"}),
        ("311111", {"10.9"}),  # pet food: prepared animal feeds
        ("325510", {"20.3"}),  # paint
        ("325120", {"20A"}),  # industrial gases
        ("327211", {"23OTHER"}),  # flat glass
        ("238160", {"42.99"}),  # roofing: division 43
        ("531110", {"68.12"}),  # lessors of dwellings, never the imputed rents
    ],
)
def test_the_longest_prefix_decides_the_defra_group(naics_code, sic_groups):
    pairs = naics_to_defra()
    assert set(pairs.loc[pairs["naics_code"] == naics_code, "sic_group"]) == sic_groups


def test_every_naics_code_has_a_bea_industry_and_construction_has_several():
    pairs = naics_to_bea()
    assert pairs["naics_code"].nunique() == 1057
    assert set(pairs.loc[pairs["naics_code"] == "334111", "bea_code"]) == {"334111"}
    assert (pairs["naics_code"] == "236220").sum() > 1


def test_every_reference_of_an_epa_factor_has_a_price_index():
    references = epa_factors()["useeio_code"].str.split(",").explode()
    assert set(references) <= set(sector_price_index()["bea_code"])


def test_every_code_of_the_2022_index_has_a_code_of_2017():
    pairs = naics_2022_to_2017()
    assert set(naics_index(2022)["naics_code"]) <= set(pairs["naics_2022_code"])
    assert set(pairs.loc[pairs["naics_2022_code"] == "513210", "naics_code"]) == {"511210"}


def test_98_of_100_schedule_b_codes_reach_a_factor(with_factor):
    assert schedule_b()["naics_code"].isin(with_factor).mean() == pytest.approx(0.977, abs=0.0005)


def test_5505_of_5613_hs_subheadings_reach_a_factor_and_schedule_b_comes_first(with_factor):
    pairs = hs_to_naics_2017()
    subheadings = hs().loc[lambda frame: frame["hs_code"].str.len() == 6, "hs_code"]
    reached = set(pairs.loc[pairs["naics_code"].isin(with_factor), "hs_code"])
    assert (len(subheadings), len(reached)) == (5613, 5505)
    seats = pairs[pairs["hs_code"] == "940171"]
    assert set(seats["through"]) == {"schedule_b_2019"}
    assert (pairs.groupby("hs_code")["through"].nunique() == 1).all()


def test_996_of_1000_cn_codes_have_a_cpa_code_and_all_of_these_but_electricity_reach_a_factor(with_factor):
    pairs = cn_to_naics_2017()
    codes = cn().loc[lambda frame: frame["cn_code"].str.len() == 8, "cn_code"]
    assert codes.isin(pairs["cn_code"]).mean() == pytest.approx(0.996, abs=0.0005)
    reached = set(pairs.loc[pairs["naics_code"].isin(with_factor), "cn_code"])
    assert set(pairs["cn_code"]) - reached == {"27160000"}


def test_one_cn_code_in_four_leads_to_a_single_naics_code():
    pairs = cn_to_naics_2017()
    assert (pairs.groupby("cn_code")["naics_code"].nunique() == 1).mean() == pytest.approx(0.24, abs=0.005)


@pytest.mark.parametrize(
    ("cn_code", "nace_codes"),
    [("01012100", {"01.43"}), ("94036010", {"31.09"}), ("94017100", {"31.01", "31.02", "31.03", "31.09"})],
)
def test_a_cn_code_keeps_the_nace_classes_that_it_went_through(cn_code, nace_codes):
    pairs = cn_to_naics_2017()
    assert set(pairs.loc[pairs["cn_code"] == cn_code, "nace_code"]) == nace_codes


def test_cpv_codes_of_goods_reach_a_nace_division_by_climbing():
    pairs = cpv_to_nace_division()
    vocabulary = cpv()
    goods = vocabulary[vocabulary["digits"].str[:2].astype(int).between(3, 44)]
    assert goods["cpv_code"].isin(pairs["cpv_code"]).mean() == pytest.approx(0.9998, abs=0.0001)
    assert set(vocabulary["cpv_code"]) - set(pairs["cpv_code"]) == {"37000000-8", "98000000-3", "98200000-5"}


@pytest.mark.parametrize(
    ("cpv_code", "division"),
    [
        ("03000000-1", "01"),
        ("30213100-6", "26"),
        ("33141420-0", "32"),
        ("15000000-8", "10"),
        ("45000000-7", "41"),
    ],
)
def test_a_cpv_code_leads_to_the_division_that_makes_its_goods(cpv_code, division):
    pairs = cpv_to_nace_division()
    assert division in set(pairs.loc[pairs["cpv_code"] == cpv_code, "nace_division"])


def test_every_nace_division_that_cpv_leads_to_exists():
    assert set(cpv_to_nace_division()["nace_division"]) <= set(nace()["nace_code"])
