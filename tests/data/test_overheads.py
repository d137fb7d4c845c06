import re

import pytest

from data.factors import epa_factors
from data.overheads import overhead_lines
from data.taxonomies import naics_titles

ELECTRICITY = "221122"


@pytest.fixture(scope="module")
def lines():
    return overhead_lines()


def codes_of(lines):
    return {code for codes in lines["accepted"] for code in codes}


@pytest.mark.data_package
def test_every_accepted_category_has_a_factor_and_a_title(lines):
    assert codes_of(lines) - {ELECTRICITY} <= set(epa_factors()["naics_code"])
    assert codes_of(lines) <= set(naics_titles()["naics_code"])


def test_no_overhead_stands_twice_and_no_category_twice_on_one(lines):
    written = lines["description"].map(lambda text: re.sub(r"[^0-9a-z]", "", text.lower()))
    assert not written.duplicated().any()
    assert all(len(set(codes)) == len(codes) for codes in lines["accepted"])


def test_every_overhead_says_what_where_and_which_categories_are_right(lines):
    assert (lines["description"].str.strip() == lines["description"]).all()
    assert (lines["description"] != "").all()
    assert set(lines["country"]) == {"GB", "US"}
    assert all(re.fullmatch(r"\d{6}", code) for code in codes_of(lines))


def test_most_overheads_are_bare_and_some_name_a_supplier_or_are_goods(lines):
    goods = lines["accepted"].map(lambda codes: codes[0].startswith("3"))
    assert 0 < (lines["supplier"] != "").mean() < 0.2
    assert 0.05 < goods.mean() < 0.3
