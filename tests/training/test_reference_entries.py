import re
import tomllib
from importlib.resources import files

import pandas as pd
import pytest

from training.reference_entries import (
    NOT_BOUGHT,
    WEIGHTS,
    goods_names,
    labelled_entries,
    reference_entries,
)


@pytest.fixture(scope="module")
def everything():
    return reference_entries()


@pytest.mark.parametrize(
    ("entry", "names"),
    [
        ("Knapsacks (e.g., backpacks, book bags) manufacturing", ["Knapsacks", "backpacks", "book bags"]),
        ("Pianos manufacturing", ["Pianos"]),
        ("Cabbage farming, field, bedding plant and seed production", ["Cabbage"]),
        ("Peppers (e.g., bell, hot, red) farming", ["Peppers"]),
        ("Wheat", []),
    ],
)
def test_goods_are_named_as_a_buyer_names_them(entry, names):
    assert goods_names(entry) == names


def test_a_labelled_purchase_stands_for_every_accepted_category_the_first_weighing_most():
    lines = pd.DataFrame(
        {
            "description": ["Gloves", "Salaries", "Power"],
            "supplier": ["ACME", "", "Grid"],
            "status": ["purchase", "excluded", "purchase"],
            "source": "guys",
            "row": [4, 5, 6],
            "accept": [("339113", "315990", "326299"), (), ()],
        }
    )
    entries = labelled_entries(lines)
    assert entries["naics_code"].tolist() == ["339113", "315990", "326299"]
    assert entries["weight"].tolist() == [1, 0.5, 0.25]
    assert set(entries["text"]) == {"Gloves, acme"}
    assert set(entries["source_code"]) == {"guys:4"}


@pytest.mark.data_package
def test_entries_come_from_every_source_and_none_is_public_administration(everything):
    assert set(everything["source"]) == set(WEIGHTS)
    assert not everything["naics_code"].str.startswith(NOT_BOUGHT).any()
    assert everything["naics_code"].nunique() > 1000


@pytest.mark.data_package
def test_of_two_names_for_the_same_goods_the_reference_texts_use_the_one_that_is_kept(everything):
    words = tomllib.loads(files("features").joinpath("regional_words.toml").read_text("utf-8"))["words"]
    texts = " ".join(everything["text"].str.lower())
    seen = {word: len(re.findall(rf"\b{word}\b", texts)) for pair in words.items() for word in pair}
    assert all(seen[kept] > seen[other] for other, kept in words.items() if other != "aubergines"), seen
