"""Corrections of category, factor and mass with the shipped bundle: valued as the model values such lines."""

from datetime import UTC, datetime

import numpy as np
import pandas as pd
import pytest

from features.line_items import line_items
from models.footprint import EstimateOptions
from models.persistence import load_model
from serving.overrides import LineOverrides, apply_overrides
from serving.store.corrections import RememberedCorrection
from serving.store.reviews import Correction

OPTIONS = EstimateOptions()
MEDICAL = {"category_code": "339113", "category_scheme": "NAICS 2017"}


@pytest.fixture(scope="module")
def model():
    return load_model(threads=1)


@pytest.fixture(scope="module")
def corrected(model):
    """Estimates a line as it is, and with a correction of the same goods."""

    def run(line, correction, of=None):
        lines = line_items(pd.DataFrame([{"currency": "GBP", "country": "GB"} | line]))
        told = {"description": "", "supplier": "", "gtin": "", "unit": "", "currency": "GBP"}
        about = told | {"amount": None, "quantity": None} | (of or line)
        known = RememberedCorrection(
            Correction(**correction), about, "gtin", "e1", "anna", "bert", datetime.now(UTC), "Checked.", ""
        )
        plain = model.predict(lines, OPTIONS)
        after = apply_overrides(model, lines, plain, [LineOverrides((known,))], OPTIONS)
        return plain.iloc[0], after.iloc[0]

    return run


def test_a_corrected_category_is_certain_and_narrows_the_range(corrected):
    plain, after = corrected({"description": "Nitrile gloves", "amount": 412.0}, MEDICAL)

    assert plain["category_code"] != "339113"
    assert (after["category_code"], after["category_probability"], after["reason"]) == (
        "339113",
        1.0,
        "corrected",
    )
    assert after["kg_co2e_high"] / after["kg_co2e_low"] < plain["kg_co2e_high"] / plain["kg_co2e_low"]
    assert after["factor_id"].startswith("defra-2023/")


def test_a_code_of_another_scheme_is_followed_like_a_buyers_code(corrected):
    line = {"description": "Sundry supplies", "amount": 412.0}

    _, after = corrected(line, {"category_code": "33141420", "category_scheme": "CPV"})

    assert after["status"] in {"estimated", "review"}
    assert after["kg_co2e"] > 0


def test_a_corrected_mass_is_valued_by_mass_in_proportion_and_with_the_sign_of_the_money(corrected):
    line = {"description": "Wheat flour", "amount": 40.0}
    sold = line | {"unit": "", "supplier": "", "gtin": "", "quantity": None, "currency": "GBP"}

    _, once = corrected(line, {"mass_kg": 25.0}, sold)
    _, credit = corrected(line | {"amount": -80.0}, {"mass_kg": 25.0}, sold)

    assert (once["method"], once["mass_kg"], credit["mass_kg"]) == ("average-data", 25.0, -50.0)
    assert credit["kg_co2e"] == pytest.approx(-2 * once["kg_co2e"], rel=1e-5)
    assert once["kg_co2e_low"] < once["kg_co2e"] < once["kg_co2e_high"]


def test_a_category_of_goods_with_a_mass_leaves_the_method_as_it_is(corrected):
    line = {"description": "Wheat flour", "quantity": 25.0, "unit": "kg", "currency": ""}

    plain, after = corrected(line, {"category_code": "311211", "category_scheme": "NAICS 2017"})

    assert plain["method"] == after["method"] == "average-data"
    assert (after["category_code"], after["category_probability"]) == ("311211", 1.0)


def test_a_purchase_that_was_taken_for_none_is_valued_once_its_category_is_known(corrected):
    line = {"description": "Salaries and wages net pay", "amount": 100.0}

    plain, named = corrected(line, {"excluded": False, **MEDICAL})
    _, unnamed = corrected(line, {"excluded": False})

    assert plain["status"] == "excluded"
    assert (named["status"], named["reason"]) == ("estimated", "corrected")
    assert named["kg_co2e"] > 0
    assert (unnamed["status"], unnamed["reason"]) == ("review", "correction_not_applied")
    assert np.isnan(unnamed["kg_co2e"])
