"""The parts of a range: doubt about the category is part of the whole; a known mass has its own range."""

import numpy as np
import pandas as pd
import pytest

from features.line_items import line_items
from models.footprint import EstimateOptions
from models.persistence import load_model
from models.range_parts import range_parts


@pytest.fixture(scope="module")
def answered():
    lines = line_items(
        pd.DataFrame(
            {
                "description": ["White rice", "Legal advice", "White rice", "VAT return"],
                "amount": [900.0, 5000.0, 10.0, 70.0],
                "currency": "GBP",
                "country": "GB",
                "supplier": ["Grain Ltd", "Law LLP", "Grain Ltd", "HMRC"],
            }
        )
    )
    model = load_model()
    return range_parts(model, lines, EstimateOptions()), model.predict(lines)


def test_doubt_about_the_category_is_part_of_the_range_by_money(answered):
    parts, estimates = answered
    by_money = (estimates["method"] == "spend-based").to_numpy()
    whole = np.log(estimates["kg_co2e_high"] / estimates["kg_co2e"]).to_numpy()[by_money]

    assert by_money.sum() == 3
    assert (parts["category"].to_numpy()[by_money] > 0).all()
    assert (parts["category"].to_numpy()[by_money] < whole + 0.01).all()


def test_only_goods_have_a_range_by_mass(answered):
    parts, _ = answered

    assert parts["by_mass"].notna().tolist() == [True, False, True, False]


def test_the_same_goods_have_the_same_parts_and_what_is_excluded_has_none(answered):
    parts, estimates = answered

    assert parts.iloc[0].tolist() == parts.iloc[2].tolist()
    assert estimates["status"].iloc[3] == "excluded"
    assert parts.iloc[3].isna().all()
