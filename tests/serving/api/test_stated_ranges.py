"""Figures that people state have a range: the one they state, else that of their data quality."""

import json
import math
from datetime import UTC, date, datetime
from types import SimpleNamespace

import pandas as pd
import pytest

from features.line_items import line_items
from models.footprint import EstimateOptions
from serving.overrides import LineOverrides, apply_overrides, recorded_overrides
from serving.overrides.ranges import declared_range
from serving.store import Actor
from serving.store.corrections import RememberedCorrection
from serving.store.estimate_search import EstimateFilter, search_estimates
from serving.store.estimates import restored_estimates, restored_lines
from serving.store.reviews import Correction
from serving.store.supplier_figures import FigureVersion, GoodsOfSupplier, SupplierFigure

GTIN = "4006381333931"
BOXES = {
    "description": "Nitrile gloves",
    "supplier": "Acme Ltd",
    "amount": 100.0,
    "currency": "USD",
    "gtin": GTIN,
    "quantity": 10.0,
    "unit": "piece",
}
FIGURE = {"gtin": GTIN, "kg_co2e_per_unit": 2.5, "unit": "piece", "source": "EPD 7"}
AT = datetime(2025, 1, 2, tzinfo=UTC)


@pytest.fixture
def people(service):
    """Two clients with keys: who reviews, and who approves."""
    return SimpleNamespace(anna=service.client(service.key("anna")), bert=service.client(service.key("bert")))


def estimate(people, line):
    answer = people.anna.post("/estimates", json={"lines": [line]})
    assert answer.status_code == 200, answer.text
    return answer.json()["estimates"][0]


def declare(people, **changed):
    answer = people.anna.put("/supplier-figures", json=FIGURE | changed)
    assert answer.status_code == 200, answer.text
    return answer.json()


def correct(people, **correction):
    name = estimate(people, BOXES)["estimate_id"]
    review = people.anna.post(f"/estimates/{name}/reviews", json={"correction": correction})
    assert review.status_code == 201, review.text
    done = people.bert.post(f"/estimates/{name}/reviews/{review.json()['sequence']}/approval")
    assert done.status_code == 201, done.text


def ends(found):
    return found["kg_co2e_low"], found["kg_co2e"], found["kg_co2e_high"]


def test_a_declared_range_is_that_of_the_amount(people):
    declare(people, kg_co2e_per_unit_low=2.0, kg_co2e_per_unit_high=4.0)

    bought, credited = estimate(people, BOXES), estimate(people, BOXES | {"amount": -50.0, "quantity": 5.0})

    assert ends(bought) == (20.0, 25.0, 40.0)
    assert ends(credited) == (-20.0, -12.5, -10.0)
    assert bought["data_quality"] == ""
    assert "The range is stated with it." in bought["explanation"]


def test_a_figure_without_a_range_has_that_of_a_declaration_nobody_verified(people):
    declare(people)

    low, kg, high = ends(found := estimate(people, BOXES))

    assert found["data_quality"] == "(3;5;5;5;2)"
    assert high / kg == pytest.approx(kg / low, rel=1e-4)
    assert high / kg == pytest.approx(1.56, abs=0.01)
    assert "data quality (3;5;5;5;2)" in found["explanation"]


def test_a_declaration_that_says_since_when_it_holds_is_surer_the_less_old_it_is(people):
    widths = []
    for day in ("2015-01-01", "2023-01-01"):
        declare(people, valid_from=day)
        low, _, high = ends(estimate(people, BOXES | {"date": "2024-06-30"}))
        widths.append(high / low)

    assert widths[1] < widths[0]


def test_declared_scores_decide_about_the_range(people):
    said = declare(people, data_quality=[1, 1, 1, 1, 1])
    low, kg, high = ends(best := estimate(people, BOXES))

    assert said["data_quality"] == [1, 1, 1, 1, 1]
    assert best["data_quality"] == "(1;1;1;1;1)"
    assert (low, kg, high) == (20.0, 25.0, 31.25)


def test_a_reviewers_range_is_that_of_the_amount(people):
    correct(people, kg_co2e=30.0, kg_co2e_low=24.0, kg_co2e_high=45.0)

    assert ends(estimate(people, BOXES | {"quantity": 20.0})) == (48.0, 60.0, 90.0)


def test_a_reviewers_figure_without_a_range_has_that_of_a_qualified_estimate(people):
    correct(people, kg_co2e=30.0)

    low, kg, high = ends(found := estimate(people, BOXES))

    assert (kg, found["data_quality"]) == (30.0, "(4;5;5;5;3)")
    assert high / kg == pytest.approx(kg / low, rel=1e-4)
    assert high / kg == pytest.approx(1.62, abs=0.01)


@pytest.mark.parametrize("kg", [0.0, -3.0])
def test_no_figure_is_without_a_range(people, kg):
    declare(people, kg_co2e_per_unit=kg)

    low, found, high = ends(estimate(people, BOXES))

    assert low <= found == 10 * kg <= high


@pytest.mark.parametrize(
    "wrong",
    [
        {"kg_co2e_per_unit_low": 2.0},
        {"kg_co2e_per_unit_low": 2.6, "kg_co2e_per_unit_high": 3.0},
        {"kg_co2e_per_unit_low": 2.0, "kg_co2e_per_unit_high": 2.4},
        {"kg_co2e_per_unit_low": 2.0, "kg_co2e_per_unit_high": 3.0, "data_quality": [1, 1, 1, 1, 1]},
        {"data_quality": [1, 1, 1, 1]},
        {"data_quality": [1, 1, 1, 1, 6]},
    ],
)
def test_a_range_that_is_none_is_refused(people, wrong):
    assert people.anna.put("/supplier-figures", json=FIGURE | wrong).status_code == 422


@pytest.mark.parametrize(
    "wrong",
    [
        {"kg_co2e_low": 1.0, "kg_co2e_high": 2.0},
        {"kg_co2e": 3.0, "kg_co2e_low": 1.0},
        {"kg_co2e": 3.0, "kg_co2e_low": 4.0, "kg_co2e_high": 5.0},
    ],
)
def test_a_corrections_range_that_is_none_is_refused(people, wrong):
    name = estimate(people, BOXES)["estimate_id"]

    assert people.anna.post(f"/estimates/{name}/reviews", json={"correction": wrong}).status_code == 422


def test_a_range_can_be_read_from_the_record_and_comes_out_again(people, service):
    declare(people, data_quality=[2, 3, 1, 1, 1])
    estimate(people, BOXES)
    declare(people, kg_co2e_per_unit_low=2.0, kg_co2e_per_unit_high=4.0)
    estimate(people, BOXES)
    correct(people, kg_co2e=30.0, kg_co2e_low=24.0, kg_co2e_high=45.0)
    estimate(people, BOXES)

    with service.store.reading(Actor.local()) as reading:
        contents = [record.content for record in search_estimates(reading, EstimateFilter(), 4).items]
    for content in contents:
        lines, recorded = restored_lines([content]), restored_estimates([content])
        fresh = service.model.predict(lines, content.options)
        known = recorded_overrides(recorded.iloc[0])
        again = apply_overrides(service.model, lines, fresh, [known], content.options)
        pd.testing.assert_frame_equal(again, recorded)


def test_what_was_recorded_before_there_were_ranges_comes_out_as_it_was(small_model):
    """The ids and texts are those of the version before; an id holds the digest of all that was known."""
    line = BOXES | {"amount": 50.0, "quantity": 4.0, "line_id": "1"}
    lines = line_items(pd.DataFrame([line, line | {"line_id": "2", "gtin": ""}]))
    told = ("description", "supplier", "gtin", "amount", "currency", "quantity", "unit")
    about = {name: line[name] for name in told} | {"quantity": 8.0}
    correction = RememberedCorrection(
        Correction(kg_co2e=30.0), about, "description and supplier", "e1", "anna", "bert", AT, "Checked.", ""
    )
    figure = SupplierFigure(
        kg_co2e_per_unit=2.5, unit="piece", source="EPD 7", valid_from=date(2024, 1, 1), valid_to=None
    )
    version = FigureVersion(GoodsOfSupplier(gtin=GTIN), figure, 1, 7, AT, "anna")
    without = frozenset({"correction", "supplier figure"})
    known = [LineOverrides((), version, "", without), LineOverrides((correction,), None, "", without)]
    options = EstimateOptions()
    plain = small_model.predict(lines, options)

    before = apply_overrides(small_model, lines, plain, known, options)
    read_back = [recorded_overrides(row) for row in before.to_dict("records")]
    again = apply_overrides(small_model, lines, plain, read_back, options)

    assert before["estimate_id"].tolist() == ["fe23728a5f7b4b6a05c6a609", "8e85a772d04da6439018d670"]
    assert before["kg_co2e"].tolist() == [10.0, 15.0]
    assert before[["kg_co2e_low", "kg_co2e_high"]].isna().all(axis=None)
    declared, corrected = before["explanation"]
    assert declared == (
        "4.00000 piece times 2.50000 kg CO2e, as the supplier declares (EPD 7, version 1) = 10.0000 kg CO2e. "
        "The declaration states no range."
    )
    assert corrected == (
        "Corrected by anna, approved by bert on 2025-01-02 for the same description and supplier: Checked.. "
        "15.0000 kg CO2e, in proportion to the quantity of the corrected line."
    )
    assert list(json.loads(before["evidence"].iloc[0])[0]["figure"]) == [
        "kg_co2e_per_unit",
        "unit",
        "source",
        "valid_from",
        "valid_to",
    ]
    pd.testing.assert_frame_equal(again, before)


def test_the_range_of_a_figure_does_not_depend_on_the_day_it_is_computed():
    figure = SupplierFigure(kg_co2e_per_unit=1.0, unit="kg", source="EPD 7", valid_from=date(2020, 1, 1))
    version = FigureVersion(GoodsOfSupplier(gtin=GTIN), figure, 1, 7, AT, "anna")

    undated, dated = (
        declared_range(version, 1.0, 1.0, None),
        declared_range(version, 1.0, 1.0, date(2025, 5, 1)),
    )

    assert undated == dated
    assert undated.by == "(3;5;2;5;2)"
    assert math.isclose(undated.low * undated.high, 1.0, rel_tol=1e-5)


def test_the_answer_says_by_what_a_figure_has_its_range(people):
    correct(people, kg_co2e=30.0, kg_co2e_low=24.0, kg_co2e_high=45.0)
    corrected = estimate(people, BOXES)
    declare(people)
    declared = estimate(people, BOXES)

    assert corrected["corrections"][0]["range"] == "stated"
    assert declared["supplier_figure"]["range"] == "(3;5;5;5;2)"
    assert declared["corrections"][0]["applied"]
