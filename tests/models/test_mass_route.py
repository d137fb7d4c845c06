import json

import numpy as np
import pandas as pd
import pytest

from models.footprint import EstimateOptions

GOODS = {"currency": "GBP", "country": "GB", "amount": 100.0}


def line(description, quantity, unit, **more):
    return {**GOODS, "description": description, "quantity": quantity, "unit": unit, **more}


@pytest.fixture(scope="module")
def found(estimate):
    return estimate(
        line("Beef mince 5kg", 4, "EA", amount=120.0),
        line("Portland cement, bulk", 2.0, "TNE", amount=300.0),
        line("Carrots", 200, "kg", amount=None),
        line("Carrots", -200, "kg", amount=None),
        line("Cheddar cheese", 12, "kg", amount=-80.0),
        line("Consultancy", 5, "kg", amount=500.0),
        line("Legal advice", 3, "days", amount=500.0),
        line("Office chairs", None, "", amount=500.0),
    )


def test_goods_of_a_known_mass_are_valued_by_it(found):
    beef = found.iloc[0]
    assert (beef["method"], beef["mass_kg"]) == ("average-data", 20.0)
    assert 15 < beef["factor_value"] < 60  # kg CO2e per kg
    assert beef["other_method"] == "spend-based"
    assert beef["other_kg_co2e_low"] < beef["other_kg_co2e"] < beef["other_kg_co2e_high"]


def test_the_figure_by_mass_is_told_whichever_method_decides(found):
    cement = found.iloc[1]
    by_mass = {cement["method"]: cement["kg_co2e"], cement["other_method"]: cement["other_kg_co2e"]}
    assert cement["mass_kg"] == 2000.0
    assert 0.4 < by_mass["average-data"] / cement["mass_kg"] < 1.6  # kg CO2e per kg
    assert by_mass["spend-based"] > 0


def test_a_reader_can_work_out_a_figure_by_mass_from_its_records(found):
    for _, row in found[found["method"] == "average-data"].iterrows():
        steps = json.loads(row["conversions"])
        assert [step["step"] for step in steps] == ["mass"]
        assert steps[0]["from_value"] * steps[0]["rate"] == pytest.approx(steps[0]["to_value"], rel=1e-6)
        assert steps[0]["to_value"] == row["mass_kg"]
        assert row["mass_kg"] * row["factor_value"] == pytest.approx(row["kg_co2e"], rel=1e-4)
        logs = json.loads(row["contributions"])
        assert sum(logs.values()) == pytest.approx(np.log(abs(row["kg_co2e"])), abs=2e-3)
        evidence = json.loads(row["evidence"])
        assert {"text", "source", "licence", "boundary", "kg_co2e_per_kg", "similarity"} == set(evidence[0])
        assert evidence[0]["text"][:40] in row["factor_source"]
        assert evidence[0]["licence"] in row["factor_source"]
        assert "Cradle to gate" in row["explanation"]


def test_contributions_of_a_figure_by_money_add_up_too(found):
    chairs = found.iloc[7]
    assert chairs["method"] == "spend-based"
    logs = json.loads(chairs["contributions"])
    assert set(logs) == {"base", "text", "codes", "money"}
    assert sum(logs.values()) == pytest.approx(np.log(chairs["kg_co2e"]), abs=2e-3)


def test_an_amount_of_goods_is_enough_and_a_returned_one_is_negative(found):
    bought, returned = found.iloc[2], found.iloc[3]
    assert (bought["method"], bought["other_method"]) == ("average-data", "")
    assert 10 < bought["kg_co2e"] < 100
    assert returned["kg_co2e"] == -bought["kg_co2e"] < 0
    assert returned["kg_co2e_low"] == -bought["kg_co2e_high"]


def test_a_credit_stays_one_though_its_quantity_has_no_sign(found):
    assert found["kg_co2e"].iloc[4] < 0
    assert found["mass_kg"].iloc[4] == -12.0
    step = json.loads(found["conversions"].iloc[4])[0]
    assert (step["from_value"], step["to_value"], step["rate"]) == (-12.0, -12.0, 1.0)
    assert step["note"] == "with the sign of the money"


def test_a_kilogram_of_a_service_means_nothing(found):
    services = found.iloc[[5, 6]]
    assert (services["method"] == "spend-based").all()
    assert services["mass_kg"].isna().all()


def test_a_mass_that_contradicts_the_money_is_put_up_for_review(estimate):
    found = estimate(line("Copper wire", 1000, "kg", amount=0.5)).iloc[0]
    assert (found["status"], found["reason"]) == ("review", "methods_disagree")
    assert {found["method"], found["other_method"]} == {"average-data", "spend-based"}


def test_figures_by_mass_do_not_depend_on_the_lines_beside_them(estimate):
    lines = [
        line(text, quantity, "kg")
        for quantity, text in enumerate(["Rice", "Steel tube", "Butter", "PVC pipe", "Cotton towels"], 1)
    ]
    together = estimate(*lines)
    alone = [estimate(one).iloc[0] for one in lines]
    assert together["kg_co2e"].tolist() == [one["kg_co2e"] for one in alone]
    assert together["explanation"].tolist() == [one["explanation"] for one in alone]


def test_what_decided_about_the_category_is_told_on_demand_and_changes_nothing_else(estimate):
    lines = [
        line("Office chairs", None, ""),
        line("sundries", None, "", category_code="21.20", category_scheme="SIC"),
    ]
    plain, told = estimate(*lines), estimate(*lines, options=EstimateOptions(explain=True))
    same = [name for name in plain.columns if name != "contributions"]
    pd.testing.assert_frame_equal(plain[same], told[same])
    chairs, coded = (json.loads(text)["category"] for text in told["contributions"])
    assert chairs["category"] == told["category_code"].iloc[0]
    assert chairs["text"] + chairs["supplier"] + chairs["habit"] == pytest.approx(
        chairs["log_odds"], abs=1e-3
    )
    assert chairs["codes"] == 0
    assert coded["codes"] != 0
