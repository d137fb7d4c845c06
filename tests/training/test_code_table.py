import tomllib
from importlib.resources import files

import pytest

from data.concordances import cpv_to_nace_division, nace_to_naics_2017
from data.taxonomies import naics_titles, psc
from models.buyer_codes import BuyerCodes
from training.code_table import code_table

pytestmark = pytest.mark.data_package


@pytest.fixture(scope="module")
def codes():
    return BuyerCodes(code_table())


@pytest.fixture(scope="module")
def of_division():
    """Categories of each NACE division."""
    nace = nace_to_naics_2017()
    return nace.groupby(nace["nace_code"].str[:2])["naics_code"].agg(set).to_dict()


@pytest.mark.parametrize(
    ("cpv", "divisions"),
    [
        ("30192000-1", ["26", "28"]),  # office supplies, from the vocabulary's office machinery
        ("33600000-6", ["21"]),  # pharmaceutical products
        ("15810000-9", ["10"]),  # bread
        ("09132000-3", ["19"]),  # petrol
        ("85110000-3", ["86"]),  # hospital services
        ("80000000-4", ["85"]),  # education
    ],
)
def test_a_cpv_code_leads_to_categories_of_its_divisions(codes, of_division, cpv, divisions):
    found = set(codes.categories("CPV", cpv))
    assert all(found & of_division[division] for division in divisions)


def test_cpv_codes_lead_to_every_category_of_their_divisions(codes, of_division):
    links = cpv_to_nace_division()
    divisions_of = links.groupby("cpv_code")["nace_division"].agg(set)
    for code, divisions in divisions_of.iloc[::200].items():
        wanted = set().union(*(of_division.get(division, set()) for division in divisions))
        assert wanted <= set(codes.categories("CPV 2008", code)), code


def test_a_branch_of_one_division_leads_nowhere_else(codes, of_division):
    links = cpv_to_nace_division()
    links["branch"] = links["cpv_code"].str[:2]
    alone = links.groupby("branch")["nace_division"].agg(set)
    alone = alone[alone.map(len) == 1]
    assert len(alone) >= 5
    for branch, (division,) in alone.items():
        assert set(codes.categories("CPV", f"{branch}000000")) == of_division.get(division, set())


@pytest.mark.parametrize(
    ("scheme", "code", "category"),
    [
        ("NAICS", "337214", "337214"),
        ("SIC 2007", "86.10", "622110"),
        ("HS", "9403.10", "337214"),
        ("EMDN", "T0101", "339113"),
        ("NAICS 2022", "513210", "511210"),
    ],
)
def test_codes_of_every_scheme_lead_to_their_goods(codes, scheme, code, category):
    assert category in codes.categories(scheme, code)


def test_no_code_leads_out_of_the_classification(codes):
    assert set(codes.table["naics_code"]) <= set(naics_titles()["naics_code"])
    assert set(codes.table["scheme"]) == {"NAICS", "NACE", "HS", "CN", "CPV", "EMDN", "PSC", "UNSPSC"}
    assert not codes.table.duplicated().any()


@pytest.mark.parametrize(
    ("scheme", "code", "head", "far"),
    [
        ("PSC", "6515", "339112", "541"),  # medical and surgical instruments
        ("PSC", "R499", "541611", "33"),  # other professional services
        ("UNSPSC", "42132203", "339113", "54"),  # medical gloves
        ("UNSPSC", "44121706", "339940", "62"),  # pencils
    ],
)
def test_codes_without_an_official_bridge_lead_to_what_they_mean(codes, scheme, code, head, far):
    found = codes.categories(scheme, code)
    assert head in found
    assert not any(category.startswith(far) for category in found)


@pytest.mark.parametrize("name", ["psc_to_naics.toml", "unspsc_to_naics.toml"])
def test_every_prefix_of_a_bridge_of_our_own_is_one_of_naics(name):
    known = naics_titles()["naics_code"]
    bridge = tomllib.loads(files("data").joinpath(name).read_text("utf-8"))
    prefixes = {prefix for found in bridge.values() for prefix in found}
    assert not {prefix for prefix in prefixes if not known.str.startswith(prefix).any()}


def test_every_active_group_of_the_us_codes_is_bridged():
    bridge = tomllib.loads(files("data").joinpath("psc_to_naics.toml").read_text("utf-8"))
    heads = psc()["psc_code"].map(lambda code: code[:2] if code[0].isdigit() else code[0])
    assert set(heads) <= set(bridge)
