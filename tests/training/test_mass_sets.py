import pytest

from training.mass_sets import commodities, health_packs, mass_examples, medicines, produce, products

pytestmark = pytest.mark.data_package


@pytest.fixture(scope="module")
def examples():
    return mass_examples()


def test_every_kind_is_there_and_no_group_belongs_to_two(examples):
    assert set(examples["kind"]) == {"health packs", "products", "commodities", "produce", "medicines"}
    assert (examples.groupby("group")["kind"].nunique() == 1).all()
    assert (examples["kg_per_article"].notna() | examples["kg_per_usd"].notna()).all()


def test_terms_that_are_not_confirmed_can_be_left_out(examples):
    confirmed = mass_examples(confirmed_terms_only=True)
    assert set(examples["kind"]) - set(confirmed["kind"]) == {"medicines"}


def test_a_bottle_of_tablets_weighs_what_bottles_of_tablets_weigh():
    packs = health_packs().set_index("text")
    one = packs.loc["Lamivudine/Zidovudine 150/300mg, tablets, 60 Tabs"]
    assert 0.07 < one["kg_per_article"] < 0.12
    assert one["pieces_per_article"] == 60
    assert one["kg_per_usd"] == pytest.approx(one["kg_per_article"] / one["usd_per_article"])
    assert not packs.index.str.contains("[DON]", regex=False).any()


def test_declared_units_are_no_products():
    kg = products()["kg_per_article"]
    assert not kg.isin([1.0, 1000.0]).any()


def test_commodities_have_their_price_per_kilogram():
    usd_per_kg = 1 / commodities().set_index("text")["kg_per_usd"]
    assert 8 < usd_per_kg["Copper"] < 11
    assert 0.6 < usd_per_kg["Crude oil, Brent"] < 0.8
    assert 50_000 < usd_per_kg["Gold"] < 65_000
    assert usd_per_kg["Urea"] < 1
    assert "Natural gas index" not in usd_per_kg


def test_fruit_is_priced_by_the_pound_and_juice_by_the_pint():
    usd_per_kg = 1 / produce().set_index("text")["kg_per_usd"]
    assert usd_per_kg["Apples, fresh"] == pytest.approx(1.8541 / 0.45359237, rel=1e-4)
    assert usd_per_kg["Apples, ready-to-drink, juice"] == pytest.approx(0.8699 / (0.473176 * 1.045), rel=1e-3)


def test_medicines_that_are_poured_or_spread_have_a_mass_per_dollar():
    table = medicines().set_index("text")
    assert (table["kg_per_usd"] > 0).all()
    assert "Paracetamol 500mg tablets" not in table.index
    assert len(table) > 700
