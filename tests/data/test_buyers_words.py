import re

import pytest

from data.buyers_words import known_suppliers, purchase_wordings
from data.taxonomies import naics_titles

GOODS = ("11", "21", "31", "32", "33")


@pytest.fixture(scope="module")
def codes():
    return set(naics_titles()["naics_code"])


def normalised(text):
    return re.sub(r"[^0-9a-z]", "", text.lower())


@pytest.mark.data_package
def test_wordings_and_suppliers_stand_under_categories_of_naics_2017(codes):
    assert set(purchase_wordings()["naics_code"]) <= codes
    assert set(known_suppliers()["naics_code"]) <= codes


@pytest.mark.data_package
def test_every_category_that_makes_goods_is_worded_in_several_ways():
    count = purchase_wordings()["naics_code"].value_counts()
    made = [code for code in naics_titles()["naics_code"] if len(code) == 6 and code.startswith(GOODS)]
    assert count.reindex(made).min() >= 5


def test_no_wording_and_no_supplier_stands_twice():
    wordings, suppliers = purchase_wordings(), known_suppliers()
    assert not wordings["text"].map(normalised).duplicated().any()
    assert not suppliers.duplicated(["supplier", "naics_code"]).any()


def test_the_likelier_categories_of_a_supplier_come_first():
    suppliers = known_suppliers()
    first = suppliers.groupby("supplier", sort=False)["rank"].first()
    assert (first == 1).all()
    assert (suppliers.groupby("supplier")["rank"].diff().dropna() == 1).all()
