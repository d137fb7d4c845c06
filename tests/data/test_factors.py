import pytest

from data.factors import (
    DEFRA_ARTEFACTS,
    defra_multipliers,
    desnz_material_factors,
    epa_factors,
    epa_factors_by_gas,
    sic_prefixes,
)
from data.taxonomies import naics_titles

pytestmark = pytest.mark.data_package

AR5_KG_CO2E_PER_KG = {"Carbon dioxide": 1, "Methane": 28, "Nitrous oxide": 265}


def test_epa_v1_3_has_1016_codes_and_the_published_factors_with_the_line_they_stand_in():
    factors = epa_factors()
    assert len(factors) == 1016
    instruments = factors.set_index("naics_code").loc["339112"]
    assert instruments["title"] == "Surgical and Medical Instrument Manufacturing"
    assert instruments["kg_co2e_per_usd"] == 0.156
    assert instruments["kg_co2e_per_usd_without_margins"] == 0.119
    assert instruments["margins_kg_co2e_per_usd"] == 0.037
    assert (instruments["currency_year"], instruments["source_row"]) == (2022, 472)


def test_the_six_references_to_several_industries_are_kept_as_comma_lists():
    factors = epa_factors().drop_duplicates("useeio_code").set_index("naics_code")["useeio_code"]
    assert factors["236220"] == "230301,233210,233262,2332A0"
    assert factors.str.contains(",").sum() == 6
    assert len(factors) == 386


def test_a_release_is_asked_for_by_name_because_factors_move_between_releases():
    new, old = (epa_factors(release).set_index("naics_code") for release in ("v1.3", "v1.2"))
    assert old.loc["111110", "kg_co2e_per_usd"] == 1.326
    assert set(old["currency_year"]) == {2021}
    assert (new["kg_co2e_per_usd"] / old["kg_co2e_per_usd"]).median() == pytest.approx(0.82, abs=0.05)


def test_factors_by_gas_hold_one_mass_for_each_of_18_gases_and_most_of_the_total_after_weighing():
    gases = epa_factors_by_gas()
    assert len(gases) == 1016 * 18
    assert set(gases.loc[gases["unit"] == "kg CO2e", "gas"]) == {"HFCs and PFCs, unspecified"}
    soy = gases[gases["naics_code"] == "111110"].set_index("gas")["amount_per_usd"]
    assert soy["Carbon dioxide"] == 0.172
    weighed = sum(soy[gas] * weight for gas, weight in AR5_KG_CO2E_PER_KG.items())
    assert weighed == pytest.approx(0.532, rel=0.02)


def test_defra_has_112_groups_in_nine_years_and_the_published_multipliers():
    multipliers = defra_multipliers()
    assert multipliers["sic_group"].nunique() == 112
    assert set(multipliers["year"]) == set(range(2015, 2024))
    fish = multipliers[(multipliers["sic_group"] == "10.2 -3") & (multipliers["year"] == 2023)].iloc[0]
    assert (fish["kg_co2e_per_gbp"], fish["source_row"]) == (0.607087, 15)


def test_every_artefact_that_is_warned_of_is_a_group_far_from_any_other():
    latest = defra_multipliers().query("year == 2023").set_index("sic_group")["kg_co2e_per_gbp"]
    assert set(DEFRA_ARTEFACTS) <= set(latest.index)
    others = latest.drop(list(DEFRA_ARTEFACTS))
    artefacts = latest[list(DEFRA_ARTEFACTS)]
    assert ((artefacts > others.max()) | (artefacts < others.median() / 5)).all()


@pytest.mark.parametrize(
    ("group", "prefixes"),
    [
        ("1", "01"),
        ("10.1", "101"),
        ("10.2 -3", "102,103"),
        ("11.01-6", "1101,1102,1103,1104,1105,1106"),
        ("20A", "2011,2013,2015"),
        ("20B", "2014,2016,2017,2060"),
        ("20C", "2012,2020"),
        ("23OTHER", "231,232,233,234,237,238,239"),
        ("25OTHER", "251,252,253,255,256,257,258,259"),
        ("30OTHER", "302,304,309"),
        ("33OTHER", "3311,3312,3313,3314,3317,3319,3320"),
        ("42.99", "429,43"),
        ("68.12", "681,682"),
        ("68.2IMP", ""),
    ],
)
def test_irregular_group_codes_are_parsed(group, prefixes):
    groups = defra_multipliers().drop_duplicates("sic_group").set_index("sic_group")["sic_prefixes"]
    assert groups[group] == prefixes


def test_no_two_defra_groups_claim_the_same_prefix():
    prefixes = defra_multipliers().drop_duplicates("sic_group")["sic_prefixes"].str.split(",").explode()
    assert not prefixes[prefixes != ""].duplicated().any()


def test_members_may_stand_in_the_title():
    assert sic_prefixes("99OTHER", "Sundry, not elsewhere - 99.11-13/20") == ("9911", "9912", "9913", "9920")


def test_material_use_has_70_values_per_tonne_and_the_row_of_the_worksheet():
    materials = desnz_material_factors()
    assert len(materials) == 70
    paper = materials[
        (materials["material"] == "Paper and board: paper")
        & (materials["production"] == "Primary material production")
    ].iloc[0]
    assert (paper["kg_co2e_per_tonne"], paper["source_row"]) == (1345.0779, 4112)


def test_41_naics_codes_have_no_epa_factor():
    titles = naics_titles()
    six_digits = set(titles.loc[titles["naics_code"].str.fullmatch(r"\d{6}"), "naics_code"])
    assert len(six_digits - set(epa_factors()["naics_code"])) == 41
