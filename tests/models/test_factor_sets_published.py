"""What the published tables say once they are keyed and screened; the figures of decisions 0003 and 0004."""

import json

import numpy as np
import pandas as pd
import pytest

from data.concordances import naics_to_defra
from data.factors import epa_factors, epa_factors_by_gas
from features.price_basis import producer_shares
from features.price_tables import PriceTables
from models.factor_regions import FOREIGN_GSD
from models.factor_sets import BASE_GSD
from models.factor_tables import load_factor_sets
from models.pedigree import INDICATORS, UNCERTAINTY_FACTORS

pytestmark = pytest.mark.data_package

AR5 = {
    "Carbon dioxide": 1, "HFCs and PFCs, unspecified": 1, "Methane": 28, "Nitrous oxide": 265,
    "HFC-23": 12400, "HFC-32": 677, "HFC-125": 3170, "HFC-134a": 1300, "HFC-143a": 4800,
    "HFC-236fa": 8060, "Carbon tetrafluoride": 6630, "Hexafluoroethane": 11100,
    "Perfluoropropane": 8900, "Perfluorobutane": 9200, "Perfluorocyclobutane": 9540,
    "Perfluorohexane": 7910, "Sulfur hexafluoride": 23500, "Nitrogen trifluoride": 16100,
}  # fmt: skip

GUYS_GOODS = {
    "Medical Surgical Supplies": ["339112", "339113"],
    "Dressings": ["339113"],
    "Drug Costs": ["325412"],
    "Lab Equipment": ["334516"],
    "X Ray Equipment": ["334517"],
    "Office Equipment": ["333318", "339940", "322230"],
    "Provisions & Kitchens": ["311999", "311612", "311812"],
    "Uniforms & Clothing": ["315220"],
    "Furniture & Fittings": ["337127", "337214"],
    "IT Costs": ["334111"],
    "Inventories - Finished goods": ["339112", "325412"],
    "Building & Engineering": ["332999", "335999"],
}


@pytest.fixture(scope="module")
def sets(data_dir):
    assert data_dir.is_dir()
    return load_factor_sets()


@pytest.fixture(scope="module")
def tables(data_dir):
    assert data_dir.is_dir()
    return PriceTables.from_data()


@pytest.fixture(scope="module")
def per_pound_2020(sets, tables):
    """Both sets per pound paid in 2020, by category."""
    rates = tables.exchange_rates.set_index(["currency", "year"])["units_per_usd"]
    year = np.array([2020])
    epa, defra = (sets[name].spend_factors(year, tables) for name in ("epa-v1.3", "defra-2023"))
    return pd.DataFrame(
        {
            "epa": epa.kg_co2e_per_spend[:, 0] / rates["GBP", 2020],
            "defra": defra.kg_co2e_per_spend[:, 0],
        },
        index=list(sets["epa-v1.3"].naics_codes),
    ).dropna()


def robust_sd(values):
    return 1.4826 * np.median(np.abs(values - np.median(values)))


def is_goods(codes):
    return codes.str[:1].isin(["1", "2", "3"]) & ~codes.str.startswith(("22", "23"))


def test_every_category_has_a_row_and_all_but_government_a_factor(sets):
    for each in sets.values():
        assert len(each.naics_codes) == 1057
    unusable = sets["epa-v1.3"].factors.query("not usable")["naics_code"]
    assert set(unusable.str[:2]) == {"92", "81"}
    assert len(unusable) == 30
    assert sets["defra-2023"].factors["usable"].all()


def test_no_factor_is_outside_what_any_sector_emits(sets):
    for each in sets.values():
        assert each.factors["kg_co2e_per_unit"].dropna().between(0.01, 4.0).all()


def test_wholesale_takes_its_sections_median_and_says_why(sets):
    row = sets["defra-2023"].record("423450", 2023)
    assert row["kg_co2e_per_unit"] == pytest.approx((0.267447 + 0.271905) / 2)
    assert "46 is not used" in row["screening_reason"]
    assert row["technological_score"] == 5


def test_a_published_factor_is_handed_on_with_its_cell(sets):
    row = sets["epa-v1.3"].record("327310", 2022)
    assert row["kg_co2e_per_unit"] == 3.924
    assert "line 287, column Supply Chain Emission Factors with Margins" in row["source"]
    assert row["screening_reason"] == ""


def test_electricity_stands_on_the_grid_and_not_on_gas_and_water(sets):
    row = sets["epa-v1.3"].record("221122", 2022)
    assert row["kg_co2e_per_unit"] == pytest.approx(3.0, abs=0.05)
    assert "electricity is not among the EPA factors" in row["screening_reason"]


def test_the_gases_of_the_us_set_add_up_with_ar5():
    by_gas = epa_factors_by_gas()
    total = (by_gas["amount_per_usd"] * by_gas["gas"].map(AR5)).groupby(by_gas["naics_code"]).sum()
    published = epa_factors("v1.3").set_index("naics_code")["kg_co2e_per_usd"]
    assert ((total - published).abs() < 0.0011).mean() > 0.98


def test_the_pedigree_factors_are_those_of_openlca(data_dir):
    system = json.loads((data_dir / "standards" / "openlca_dq_system.json").read_text("utf-8"))
    held = np.zeros((len(INDICATORS), 5))
    for indicator in system["indicators"]:
        for score in indicator["scores"]:
            held[indicator["position"] - 1, score["position"] - 1] = score["uncertainty"]
    np.testing.assert_array_equal(held, UNCERTAINTY_FACTORS)


def test_the_us_set_is_a_third_lower_than_the_british_one(per_pound_2020):
    ratio = per_pound_2020["epa"] / per_pound_2020["defra"]
    goods = is_goods(ratio.index)
    assert ratio[goods].median() == pytest.approx(0.63, abs=0.02)
    assert ratio[~goods].median() == pytest.approx(0.77, abs=0.02)


def test_the_spread_of_a_factor_is_what_the_sets_disagree_by(per_pound_2020):
    log_ratio = np.log(per_pound_2020["epa"] / per_pound_2020["defra"])
    goods = robust_sd(log_ratio[is_goods(log_ratio.index)])
    of_one_set = goods / np.sqrt(2)
    groups = naics_to_defra()
    single = groups[~groups["naics_code"].duplicated(keep=False)].set_index("naics_code")["sic_group"]
    sectors = epa_factors("v1.3").drop_duplicates("useeio_code").set_index("naics_code")["kg_co2e_per_usd"]
    log_sector = np.log(sectors[sectors.index.isin(single.index)])
    by_group = log_sector.groupby(single.reindex(log_sector.index))
    size = by_group.transform("size")
    inside = ((log_sector - by_group.transform("mean")) * np.sqrt(size / (size - 1)))[size > 1]
    assert np.exp(np.hypot(of_one_set, robust_sd(inside))) == pytest.approx(BASE_GSD, abs=0.05)


def test_what_a_border_adds_is_the_disagreement_less_that_of_two_releases(sets, tables, per_pound_2020):
    abroad = robust_sd(np.log(per_pound_2020["epa"] / per_pound_2020["defra"]))
    new, old = (
        sets[name].spend_factors(np.array([2022]), tables).kg_co2e_per_spend[:, 0]
        for name in ("epa-v1.3", "epa-v1.2")
    )
    releases = np.log(new / old)
    at_home = robust_sd(releases[~np.isnan(releases)])
    assert np.exp(np.sqrt(abroad**2 - at_home**2)) == pytest.approx(FOREIGN_GSD, abs=0.05)


def test_margins_take_a_tenth_off_a_hospitals_goods(sets, tables, data_dir):
    payments = pd.concat(
        pd.read_csv(data_dir / "ledgers" / f"guys_2020_{month}.csv", encoding="utf-8-sig").set_axis(
            ["family", "entity", "date", "account", "area", "supplier", "number", "amount"], axis=1
        )
        for month in ("04", "05")
    )
    defra = sets["defra-2023"]
    rate = defra.spend_factors(np.array([2020]), tables).basic_price_rate[:, 0]
    producer = producer_shares(tables, defra.naics_codes)
    with_margins, producer_only = [], []
    for words, codes in GUYS_GOODS.items():
        mine = payments["account"].str.contains(words, regex=False) & (payments["amount"] > 0)
        rows = defra.rows(codes)
        with_margins += [rate[rows].mean()] * int(mine.sum())
        producer_only += [producer[rows].mean()] * int(mine.sum())
    assert len(with_margins) > 20_000
    assert np.median(producer_only) == pytest.approx(0.69, abs=0.01)
    assert np.median(with_margins) == pytest.approx(0.90, abs=0.01)
