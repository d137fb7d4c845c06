import re
import tomllib
from importlib.resources import files

import numpy as np
import pandas as pd
import pytest

from models.reference_sources import LABELLED_SOURCES
from training.labelled_sets import LabelledSet
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
        ("Peppers (e.g., bell, hot, red) farming", ["Peppers", "bell peppers", "hot peppers", "red peppers"]),
        ("Meters (e.g., gas, water) manufacturing", ["Meters", "gas meters", "water meters"]),
        (
            "Units (e.g., travel trailer, windows) made of tin, manufacturing",
            ["Units made of tin", "travel trailer units", "windows"],
        ),
        ("Wheat", []),
    ],
)
def test_goods_are_named_as_a_buyer_names_them(entry, names):
    assert goods_names(entry) == names


@pytest.fixture
def purchases():
    return LabelledSet(
        name="public",
        title="Purchases",
        text=pd.Series(["Gloves, acme", "Power", "grid"]),
        description=pd.Series(["Gloves", "Power", ""]),
        supplier=pd.Series(["acme", "", "grid"]),
        accepted=[("339113", "315990", "326299"), ("221122",), ("221122",)],
        group=np.array(["acme", "power", "grid"]),
        record=np.array(["guys:4", "guys:5", "guys:6"]),
        weight=np.ones(3),
        trust=np.ones(3),
    )


def test_a_labelled_purchase_stands_for_every_accepted_category_the_first_weighing_most(purchases):
    entries = labelled_entries(purchases)
    gloves = entries[(entries["source_code"] == "guys:4") & (entries["view"] == "line")]
    assert gloves["naics_code"].tolist() == ["339113", "315990", "326299"]
    assert gloves["weight"].tolist() == [1, 0.5, 0.25]
    assert set(gloves["text"]) == {"Gloves, acme"}
    assert set(entries["source"]) == {"public_lines"}


def test_a_purchase_that_names_its_supplier_stands_for_its_parts_too(purchases):
    entries = labelled_entries(purchases)
    found = {
        (record, view): set(rows["text"]) for (record, view), rows in entries.groupby(["source_code", "view"])
    }
    assert found == {
        ("guys:4", "line"): {"Gloves, acme"},
        ("guys:4", "description"): {"Gloves"},
        ("guys:4", "supplier"): {"acme"},
        ("guys:5", "line"): {"Power"},
        ("guys:6", "line"): {"grid"},
        ("guys:6", "description"): {""},
        ("guys:6", "supplier"): {"grid"},
    }


@pytest.mark.data_package
def test_electricity_however_it_is_made_stands_under_its_distribution(everything):
    """Buyers pay whoever distributes it; the texts of generation and transmission lead there."""
    codes = set(everything["naics_code"])
    assert not {"221121"} & codes
    assert not any(code.startswith("22111") for code in codes)
    power = everything[everything["naics_code"] == "221122"]
    texts = " | ".join(power["text"].str.lower())
    for words in ("solar", "wind", "nuclear", "hydroelectric", "transmission", "distribution"):
        assert words in texts
    assert {"221114", "221115", "221121", "221122"} <= set(power["source_code"])


@pytest.mark.data_package
def test_parts_of_a_line_are_entries_of_labelled_lines_alone(everything):
    parts = everything[everything["view"] != "line"]
    assert set(parts["source"]) == {"public_lines"}
    assert set(parts["view"]) == {"description", "supplier"}
    lines = everything[(everything["view"] == "line") & everything["source_code"].isin(parts["source_code"])]
    assert set(parts["source_code"]) <= set(lines["source_code"])


@pytest.mark.data_package
def test_only_the_labelled_lines_that_were_given_are_entries(purchases):
    few = reference_entries([purchases])
    assert set(few.loc[few["source"] == "public_lines", "source_code"]) == set(purchases.record)
    assert not {"austin", "grocery"} & set(few["source"])
    assert (few["text"] != "").all()


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


@pytest.mark.data_package
def test_no_labelled_line_is_among_the_wordings_of_purchases(everything):
    """They were written without one, so that what is learned from them may be measured on labelled lines."""
    text = everything["text"].str.lower().str.replace("[^0-9a-z]", "", regex=True)
    labelled = set(text[everything["source"].isin(LABELLED_SOURCES)])
    assert not set(text[everything["source"] == "purchase_wordings"]) & labelled
