import pandas as pd
import pytest

from data.concordances.industries import naics_2017_codes
from data.factors import epa_factors
from data.labelled import (
    agribalyse_gate,
    agribalyse_stages,
    austin_lines,
    boavizta,
    boverket,
    br18,
    carbon_catalogue,
    grocery_lines,
    oefdb,
    owid_food,
    public_lines,
    rivm_food,
    uslci,
)

pytestmark = pytest.mark.data_package


def test_austin_labels_carry_the_factor_and_industry_of_epa_v1_2_on_every_row():
    lines = austin_lines().merge(
        epa_factors("v1.2"), left_on="naics_2017", right_on="naics_code", suffixes=("", "_epa")
    )
    assert len(lines) == len(austin_lines()) == 1159
    assert (lines["kg_co2e_per_usd"] == lines["kg_co2e_per_usd_epa"]).all()
    assert (lines["bea_code"] == lines["useeio_code"]).all()


def test_commodity_codes_have_their_leading_zeros_back():
    lengths = austin_lines()["nigp_code"].str.len()
    assert lengths.isin([5, 7, 11]).mean() > 0.998


def test_grocery_texts_stand_on_one_line_and_votes_are_counted():
    lines = grocery_lines()
    first = lines.iloc[0]
    assert first["text"] == "Switched on Schoolhouse Health Quest Elective for Grades 4 5 6 7 SOS CDROM"
    assert first["votes"] == ("334112", "334613", "334613", "334613", "334613")
    assert (first["naics_2017"], first["vote_count"], first["vote_share"]) == ("334613", 5, 0.8)
    assert (lines["votes"].map(len) == lines["vote_count"]).all()
    assert not lines["text"].str.contains("\n").any()


def test_lifted_grocery_codes_are_codes_of_2017():
    codes = grocery_lines()["naics_2017"]
    assert set(codes) - {""} <= naics_2017_codes()
    assert (codes == "").sum() == 3


def test_public_lines_accept_codes_of_2017_best_first_and_only_where_something_was_bought():
    lines = public_lines()
    furniture = lines[(lines["source"] == "guys_2020_04.csv") & (lines["row"] == 1736)].iloc[0]
    assert furniture["accept"] == ("339113", "337127", "339112", "339920")
    assert furniture["date"] == pd.Timestamp("2020-04-09")
    bought = lines["status"] == "purchase"
    assert set(lines.loc[bought, "accept"].explode().dropna()) <= naics_2017_codes()
    assert (lines.loc[~bought, "accept"].map(len) == 0).all()
    assert ((lines["excluded_reason"] != "") == (lines["status"] == "excluded")).all()


def test_public_lines_are_records_of_the_ledgers_that_they_name(data_dir):
    lines = public_lines().query("source == 'guys_2020_05.csv'")
    ledger = pd.read_csv(data_dir / "ledgers/guys_2020_05.csv", dtype=str, encoding="utf-8-sig")
    records = ledger.iloc[lines["row"].to_numpy()]
    amounts = records["Amount in Sterling"].str.replace(",", "").astype(float).to_numpy()
    assert (amounts == lines["amount"].to_numpy()).all()


def test_company_footprints_are_cut_at_the_gate_where_shares_were_reported():
    products = carbon_catalogue().set_index("pcf_id")
    chair = products.loc["10222-1-2013"]
    assert chair["cradle_to_gate_kg_co2e_per_kg"] == pytest.approx((0.8063 + 0.1736) * 72.54 / 20.68)
    without_shares = products["upstream_fraction"].isna()
    assert without_shares.sum() == 317
    assert products.loc[without_shares, "cradle_to_gate_kg_co2e_per_kg"].isna().all()


def test_the_stages_of_a_food_are_published_per_kg_and_add_up():
    foods = agribalyse_stages().set_index("agribalyse_code")
    agar = foods.loc["11084"].filter(like="kg_co2e_per_kg").sum()
    assert agar == pytest.approx(6.7458, abs=1e-3)  # the publisher's total in the synthesis
    world = owid_food().drop(columns="name")
    stages = world.drop(columns="total_kg_co2e_per_kg").sum(axis=1)
    assert (stages - world["total_kg_co2e_per_kg"]).abs().max() == pytest.approx(0, abs=0.01)


@pytest.mark.parametrize(
    ("products", "name_column", "name", "kg_co2e_per_kg"),
    [
        (agribalyse_gate, "name", "Apricot, pitted, at processing", 0.2201),
        (rivm_food, "name_nl", "Bier (fles)", 0.4141),
        (uslci, "process", "Hardboard, at hardboard plant", 1.0125),
        (boverket, "name", "Particle board", 0.39),
        (br18, "name_da", "Stål, valsede profiler og plader", 1.125),
        (br18, "name_da", "Krydslamineret træ, CLT (Forbrænding EoL)", -664 / 470),
        (br18, "name_da", "Tagsten, beton", 255.909 / 1000),
        (br18, "name_de_or_en", "Aluminium-Rahmenprofil, pulverbeschichtet", 13.0541 / 1.02),
    ],
)
def test_a_product_carries_its_published_footprint_per_kg(products, name_column, name, kg_co2e_per_kg):
    frame = products().set_index(name_column)
    assert frame.loc[name, "kg_co2e_per_kg"] == pytest.approx(kg_co2e_per_kg, abs=1e-4)


@pytest.mark.parametrize(
    ("products", "size"),
    [
        (agribalyse_gate, 1505),
        (rivm_food, 225),
        (uslci, 206),
        (boverket, 201),
        (br18, 431),
        (boavizta, 621),
        (oefdb, 87),
    ],
)
def test_only_rows_that_have_a_figure_per_kg_are_kept(products, size):
    assert len(products()) == size


def test_fittings_whose_mass_is_given_in_grams_weigh_no_tonne():
    products = br18().set_index("br18_id")
    fitting = products.loc["#G0392"]
    assert fitting["mass_kg_per_declared_unit"] == pytest.approx(1.647)
    assert fitting["kg_co2e_per_kg"] == pytest.approx(12.3655 / 1.647)
    aluminium = products["name_da"].str.contains("alumin", case=False)
    assert products.loc[aluminium, "kg_co2e_per_kg"].min() > 1


def test_a_device_counts_up_to_the_gate_and_not_beyond():
    devices = boavizta().set_index("name")
    server = devices.loc["PowerEdge R740"]
    assert server["life_kg_co2e"] > 8000
    assert server["cradle_to_gate_kg_co2e_per_kg"] == pytest.approx(1313.28 / 26.3, rel=1e-4)
    assert "OptiPlex 7070 Ultra" not in devices.index


def test_only_figures_to_the_gate_are_taken_from_a_mixed_database():
    materials = oefdb()
    glass = materials[(materials["name"] == "Glass") & (materials["production"].str.startswith("Primary"))]
    assert glass["kg_co2e_per_kg"].tolist() == [pytest.approx(1.402766667)]
    assert set(materials["boundary"]) == {"gate"}
    assert not materials["name"].str.contains("sold|coal|diesel|freight|R134a", case=False).any()
