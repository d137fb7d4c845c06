import hashlib

import numpy as np
import pandas as pd
import pytest

from training.dutch_foods import ENGLISH
from training.intensity_domains import DOMAINS, catalogue_domain, inventory_domain, material_domain
from training.intensity_families import equal_products, families
from training.intensity_sets import intensity_examples, product_name
from training.share_alike import ShareAlike


def encode(texts):
    """Unit vectors that only tell texts apart: enough to build the table."""
    seeds = [int.from_bytes(hashlib.sha256(text.encode()).digest()[:4], "big") for text in texts]
    vectors = np.array([np.random.default_rng(seed).normal(size=64) for seed in seeds], dtype=np.float32)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


@pytest.fixture(scope="module")
def examples():
    return intensity_examples(encode)[0]


@pytest.mark.data_package
def test_every_domain_and_confirmed_source_is_there(examples):
    assert set(examples["domain"]) == set(DOMAINS)
    assert set(examples["source"]) == {
        "ecobalyse_agribalyse",
        "agribalyse",
        "uslci",
        "owid_food",
        "rivm_food",
        "desnz_2025",
        "carbon_catalogue",
    }
    assert len(examples) > 5000


@pytest.mark.data_package
def test_sources_whose_terms_are_open_come_only_when_asked_for(examples):
    asked, vectors = intensity_examples(encode, unconfirmed=True)
    assert set(asked["source"]) - set(examples["source"]) == {"boverket", "br18"}
    assert len(vectors) == len(asked)


@pytest.fixture(scope="module")
def with_share_alike():
    return intensity_examples(encode, share_alike=tuple(ShareAlike))[0]


@pytest.mark.data_package
def test_share_alike_sets_join_under_their_own_licence_and_leave_the_others_as_they_are(
    examples, with_share_alike
):
    added = with_share_alike.iloc[len(examples) :]
    assert added.groupby("source")["licence"].unique().map(list).to_dict() == {
        "boavizta": ["ODbL-1.0"],
        "oefdb": ["CC-BY-SA-4.0"],
    }
    unchanged = with_share_alike.iloc[: len(examples)].drop(columns="group")
    pd.testing.assert_frame_equal(unchanged, examples.drop(columns="group"))


@pytest.mark.data_package
def test_devices_are_named_for_what_they_are_and_misread_sheets_are_left_out(with_share_alike):
    devices = with_share_alike[with_share_alike["source"] == "boavizta"]["text"]
    assert {"Dell Precision 5470, laptop computer", "HP ProLiant DL380 Gen10 server"} <= set(devices)
    assert {"Dell OptiPlex 3070 Micro Form Factor, desktop computer", "Dell U2419HX Monitor"} <= set(devices)
    assert "HP Pro x360 Fortis 11 inch G9 Notebook PC, laptop computer" in set(devices)
    assert not devices.str.contains("HP Fortis 11|Xbox One|M24fd|C1422H|C8618QT").any()


@pytest.mark.data_package
def test_a_maker_is_one_family_in_every_source(with_share_alike):
    products = with_share_alike.set_index("text")["group"]
    assert products["HP P22a G4, monitor"] == products["HP EliteBook Folio 9470m"]
    assert products["Dell U2419HX Monitor"] != products["HP P22a G4, monitor"]


@pytest.mark.data_package
def test_an_older_edition_of_a_material_is_of_one_family_with_the_newer(with_share_alike):
    pet = with_share_alike[with_share_alike["text"] == "PET plastic, recycled"]
    assert pet["source"].tolist() == ["desnz_2025", "oefdb"]
    assert len(set(pet["group"])) == 1
    assert pet["domain"].unique().tolist() == ["plastics"]
    materials = with_share_alike[with_share_alike["source"] == "oefdb"]["text"]
    assert "Tyres" in set(materials)
    assert not materials.str.contains("re-used|open-loop", case=False).any()


@pytest.mark.data_package
def test_credits_for_carbon_in_wood_are_left_out():
    asked, _ = intensity_examples(encode, unconfirmed=True)
    assert (asked["kg_co2e_per_kg"] > 0).all()
    assert not asked["text"].str.contains("CLT").any()


@pytest.mark.data_package
def test_downstream_shares_are_taken_off_where_a_company_gives_them(examples):
    catalogue = examples[examples["source"] == "carbon_catalogue"]
    printer = catalogue[catalogue["text"].str.contains("bizhub C458")].iloc[0]
    assert printer["boundary"] == "gate"
    assert printer["kg_co2e_per_kg"] == pytest.approx(1488.0 / 110.0 * (0.3065 + 0.0551), rel=1e-3)
    assert set(catalogue["boundary"]) == {"gate", "reported"}


@pytest.mark.data_package
def test_materials_are_per_kg_and_say_when_they_are_recycled(examples):
    materials = examples[examples["source"] == "desnz_2025"].set_index("text")["kg_co2e_per_kg"]
    assert materials["PET plastic"] == pytest.approx(3.86, abs=0.01)
    assert materials["PET plastic, recycled"] == pytest.approx(2.21, abs=0.01)
    assert not materials.index.str.contains("re-used").any()


@pytest.mark.data_package
def test_dutch_foods_have_english_names(examples):
    dutch = examples[examples["source"] == "rivm_food"]
    assert set(dutch["text"]) <= set(ENGLISH.values())
    assert dutch.set_index("text").loc["Kale", "kg_co2e_per_kg"] == pytest.approx(0.36, abs=0.01)


@pytest.mark.data_package
def test_figures_that_name_no_product_are_left_out(examples):
    assert not examples["text"].str.contains("products sold to|Products sold to").any()


@pytest.mark.data_package
def test_a_family_holds_all_rows_of_a_source_that_share_a_value(examples):
    same = examples[examples["source"] == "ecobalyse_agribalyse"].groupby("kg_co2e_per_kg")["group"].nunique()
    assert same.max() == 1
    companies = examples[examples["source"] == "carbon_catalogue"]
    levis = companies.loc[companies["text"].str.contains("Original Jeans"), "group"]
    assert len(levis) > 1
    assert len(set(levis)) == 1


def test_names_lose_what_a_database_adds():
    assert product_name("Polypropylene, resin, at plant, CTR") == "Polypropylene, resin"
    assert (
        product_name("Banana, mixed production, West Indies, at farm gate WI/U")
        == "Banana, mixed, West Indies"
    )


def test_products_of_one_maker_or_with_one_head_belong_together():
    examples = pd.DataFrame(
        {
            "text": ["Apples, raw", "Apple, dried", "Steel coil", "Printer", "Toner", "Chair"],
            "source": ["a", "b", "c", "d", "d", "d"],
            "kg_co2e_per_kg": [0.1, 0.9, 2.0, 5.0, 6.0, 3.0],
        }
    )
    maker = pd.Series(["", "", "", "acme", "acme", "other"])
    group = families(examples, maker, np.eye(6, dtype=np.float32))
    assert group[0] == group[1]
    assert group[3] == group[4]
    assert len(set(group)) == 4


def test_equal_values_of_one_source_and_nearly_equal_texts_belong_together():
    examples = pd.DataFrame(
        {
            "text": ["Thyme", "Sage", "Parsley", "Quartz", "Marble"],
            "source": ["a", "a", "b", "b", "c"],
            "kg_co2e_per_kg": [0.28, 0.28, 0.28, 1.0, 2.0],
        }
    )
    vectors = np.eye(5, dtype=np.float32)[[0, 1, 2, 3, 3]]
    group = families(examples, pd.Series([""] * 5), vectors)
    assert group[0] == group[1] != group[2]
    assert group[3] == group[4]


def test_equal_products_are_fewer_than_a_family():
    examples = pd.DataFrame(
        {
            "text": ["Apple, raw", "Apples, raw", "Raw apple", "Apple, dried", "Apple pie"],
            "source": ["a", "b", "c", "a", "a"],
            "kg_co2e_per_kg": [0.2, 0.3, 0.4, 0.9, 0.9],
        }
    )
    product = equal_products(examples)
    assert product[0] == product[1] == product[2] != product[3]
    assert product[3] == product[4]


def test_domains_by_rule():
    assert catalogue_domain("501® Original Jeans", "Home durables, textiles, & equipment") == "textiles"
    assert catalogue_domain("Folding boxboard", "Construction & commercial materials") == "paper"
    assert catalogue_domain("Office Chair", "Comm. equipm. & capital goods") == "equipment"
    assert catalogue_domain("Polyethylene pipe", "Comm. equipm. & capital goods") == "plastics"
    assert inventory_domain("Benzene, at plant", "Chemical Manufacturing/Petrochemical") == "chemicals"
    assert material_domain("Other", "Clothing") == "textiles"
