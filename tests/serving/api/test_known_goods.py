"""What people know about goods changes new estimates of them, says who knew it, and can be applied again."""

from types import SimpleNamespace

import pandas as pd
import pytest

from serving.overrides import apply_overrides, recorded_overrides
from serving.overrides.amounts import units_in
from serving.store import Actor
from serving.store.estimate_search import EstimateFilter, search_estimates
from serving.store.estimates import restored_estimates, restored_lines

GTIN = "4006381333931"
GLOVES = {"description": "Nitrile gloves", "supplier": "Acme Ltd", "amount": 100.0, "currency": "USD"}
BOXES = GLOVES | {"gtin": GTIN, "quantity": 10.0, "unit": "piece"}


@pytest.fixture
def people(service):
    """Two clients with keys: who reviews, and who approves."""
    return SimpleNamespace(anna=service.client(service.key("anna")), bert=service.client(service.key("bert")))


def estimate(people, line):
    answer = people.anna.post("/estimates", json={"lines": [line]})
    assert answer.status_code == 200, answer.text
    return answer.json()["estimates"][0]


def correct(people, line, comment="", **correction):
    name = estimate(people, line)["estimate_id"]
    body = {"correction": correction, "comment": comment}
    review = people.anna.post(f"/estimates/{name}/reviews", json=body)
    assert review.status_code == 201, review.text
    done = people.bert.post(f"/estimates/{name}/reviews/{review.json()['sequence']}/approval")
    assert done.status_code == 201, done.text


def declare(people, **changed):
    figure = {"gtin": GTIN, "kg_co2e_per_unit": 2.5, "unit": "piece", "source": "EPD 7"} | changed
    answer = people.anna.put("/supplier-figures", json=figure)
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_a_line_that_is_no_purchase_is_excluded_the_next_time(people):
    correct(people, GLOVES, "A deposit.", excluded=True)

    found = estimate(people, GLOVES | {"amount": 7.0})

    assert (found["status"], found["reason"], found["kg_co2e"]) == ("excluded", "excluded_by_review", None)
    assert "A deposit." in found["explanation"]


def test_a_corrected_footprint_is_for_its_amount(people):
    correct(people, GLOVES, kg_co2e=30.0)

    by_money = estimate(people, GLOVES | {"amount": -50.0})
    elsewhere = estimate(people, GLOVES | {"currency": "EUR"})

    assert (by_money["kg_co2e"], by_money["reason"]) == (-15.0, "corrected")
    assert by_money["kg_co2e_low"] < -15.0 < by_money["kg_co2e_high"] < 0
    assert by_money["conversions"][0]["rate"] == -0.5
    assert (elsewhere["status"], elsewhere["reason"]) == ("review", "correction_not_applied")
    assert elsewhere["kg_co2e"] > 0
    assert not elsewhere["corrections"][0]["applied"]


def test_a_corrected_footprint_follows_the_quantity_where_both_lines_state_one(people):
    correct(people, GLOVES | {"quantity": 2.0, "unit": "kg"}, kg_co2e=30.0)

    assert estimate(people, GLOVES | {"quantity": 500.0, "unit": "g"})["kg_co2e"] == 7.5


def test_a_named_factor_is_used_and_cited(people):
    correct(people, GLOVES, factor_id="epa-v1.2/337214")

    found = estimate(people, GLOVES)

    assert (found["factor_id"], found["reason"]) == ("epa-v1.2/337214", "corrected")
    assert found["kg_co2e_low"] < found["kg_co2e"] < found["kg_co2e_high"]


@pytest.mark.parametrize("correction", [{"factor_id": "none/1"}, {"mass_kg": 3.0}])
def test_what_cannot_be_valued_is_for_review_and_says_why(people, correction):
    plain = estimate(people, GLOVES)
    correct(people, GLOVES, **correction)

    found = estimate(people, GLOVES)

    assert (found["status"], found["reason"]) == ("review", "correction_not_applied")
    assert found["kg_co2e"] == plain["kg_co2e"]
    assert found["corrections"][0]["note"]


def test_corrections_that_contradict_each_other_are_shown_and_not_averaged(people):
    plain = estimate(people, GLOVES)
    correct(people, GLOVES | {"line_id": "a"}, kg_co2e=10.0)
    correct(people, GLOVES | {"line_id": "b"}, kg_co2e=20.0)

    found = estimate(people, GLOVES)

    assert (found["status"], found["reason"]) == ("review", "corrections_conflict")
    assert found["kg_co2e"] == plain["kg_co2e"]
    assert [mark["correction"]["kg_co2e"] for mark in found["corrections"]] == [20.0, 10.0]
    assert not any(mark["applied"] for mark in found["corrections"])


def test_a_line_that_is_there_twice_is_not_mended_by_a_correction(people):
    correct(people, GLOVES, kg_co2e=10.0)

    lines = [GLOVES | {"line_id": "A"}] * 2
    first, second = people.anna.post("/estimates", json={"lines": lines}).json()["estimates"]

    assert (first["kg_co2e"], second["reason"], second["corrections"]) == (10.0, "line_id_repeated", [])


def test_a_suppliers_figure_wins_where_it_covers_the_line(people):
    plain = estimate(people, BOXES)
    declare(people)

    found = estimate(people, BOXES | {"quantity": 4.0})

    assert (found["kg_co2e"], found["method"], found["status"]) == (10.0, "supplier-specific", "estimated")
    assert (found["other_method"], found["other_kg_co2e"]) == ("spend-based", plain["kg_co2e"])
    assert found["factor_source"].startswith("EPD 7 (declared by the supplier, recorded by ")
    assert found["supplier_figure"]["applied"]
    assert found["conversions"][0]["to_value"] * found["factor_value"] == found["kg_co2e"]


def test_a_credit_takes_the_suppliers_figure_off(people):
    declare(people)

    assert estimate(people, BOXES | {"amount": -10.0})["kg_co2e"] == -25.0


def test_a_figure_of_a_suppliers_article_is_found_by_the_description(people):
    declare(people, gtin="", supplier="ACME", article="nitrile  GLOVES", unit="kg")

    found = estimate(people, GLOVES | {"quantity": 2.0, "unit": "t"})

    assert (found["kg_co2e"], found["method"]) == (5000.0, "supplier-specific")


@pytest.mark.parametrize(
    ("line", "figure", "words"),
    [
        ({"unit": "box"}, {}, "does not convert exactly"),
        ({"quantity": None}, {}, "no quantity"),
        ({"date": "2023-12-31"}, {"valid_from": "2024-01-01"}, "valid from 2024-01-01"),
        ({"date": "2025-01-01"}, {"valid_to": "2024-12-31"}, "valid to 2024-12-31"),
    ],
)
def test_a_figure_that_does_not_cover_the_line_is_ignored_with_a_note(people, line, figure, words):
    declare(people, **figure)

    found = estimate(people, BOXES | line)

    assert found["method"] == "spend-based"
    assert not found["supplier_figure"]["applied"]
    assert words in found["supplier_figure"]["note"]
    assert words in found["explanation"]


def test_the_later_one_of_a_figure_and_a_corrected_footprint_counts(people):
    declare(people)
    correct(people, BOXES, kg_co2e=99.0)
    corrected = estimate(people, BOXES)
    declare(people, kg_co2e_per_unit=3.0)

    declared = estimate(people, BOXES)

    assert (corrected["kg_co2e"], corrected["reason"]) == (99.0, "corrected")
    assert (declared["kg_co2e"], declared["method"]) == (30.0, "supplier-specific")


def test_an_estimate_that_something_is_known_about_has_an_id_of_its_own(people):
    plain = estimate(people, GLOVES)
    correct(people, GLOVES, kg_co2e=10.0)

    corrected, again = estimate(people, GLOVES), estimate(people, GLOVES)

    assert corrected["estimate_id"] == again["estimate_id"] != plain["estimate_id"]
    assert people.anna.get(f"/estimates/{plain['estimate_id']}").json()["recorded"]["estimate"] == plain


def test_what_was_known_can_be_read_from_the_record_and_applied_again(people, service):
    correct(people, GLOVES, "Not plastic.", category_code="339113", category_scheme="NAICS 2017")
    declare(people)
    for line in (GLOVES, BOXES):
        estimate(people, line)

    with service.store.reading(Actor.local()) as reading:
        contents = [record.content for record in search_estimates(reading, EstimateFilter(), 2).items]
    for content in contents:
        lines, recorded = restored_lines([content]), restored_estimates([content])
        known = recorded_overrides(recorded.iloc[0])
        assert known
        fresh = service.model.predict(lines, content.options)
        again = apply_overrides(service.model, lines, fresh, [known], content.options)
        pd.testing.assert_frame_equal(again, recorded)


@pytest.mark.parametrize(
    ("unit", "other", "country", "expected"),
    [
        ("lb", "kg", "", 0.45359237),
        ("ml", "litre", "", 0.001),
        ("Rolls", "rolls", "", 1.0),
        ("kg", "piece", "", None),
        ("pair", "piece", "", None),
        ("", "piece", "", 1.0),
        ("gallon", "litre", "US", 3.785411784),
        ("gallon", "litre", "GB", 4.54609),
        ("litre", "gallon", "GB", None),
        ("nonsense", "rubbish", "", None),
    ],
)
def test_only_exact_conversions_between_units_are_made(unit, other, country, expected):
    assert units_in(unit, other, country) == (expected and pytest.approx(expected))
