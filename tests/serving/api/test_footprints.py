"""Footprints handed in over HTTP win over estimates where they cover the line."""

import json
from pathlib import Path

import pytest

PACT_3 = json.loads((Path(__file__).parents[1] / "exchange" / "pact_3.json").read_text("utf-8"))
GTIN = "4006381333931"
LINE = {"description": "Ethanol", "gtin": GTIN, "quantity": 500.0, "unit": "g", "date": "2025-06-01"}


@pytest.fixture
def client(service):
    client = service.client(service.key("anna"))
    answer = client.post("/footprints", json=[PACT_3])
    assert answer.status_code == 200, answer.text
    assert answer.json()["items"][0]["outcome"] == "declared"
    return client


def estimate(client, **changed):
    answer = client.post("/estimates", json={"lines": [LINE | changed]})
    assert answer.status_code == 200, answer.text
    return answer.json()["estimates"][0]


def test_a_line_in_another_unit_of_the_same_measure_takes_the_declared_figure(client):
    found = estimate(client)

    assert (found["method"], found["kg_co2e"]) == ("supplier-specific", 1.25)
    assert found["kg_co2e_low"] < 1.25 < found["kg_co2e_high"]
    assert "(2;5;1;2;2)" in found["data_quality"]
    assert "without uptake of biogenic CO2, 56.12% primary data" in found["factor_source"]


def test_a_line_after_its_validity_does_not_and_says_so(client):
    found = estimate(client, date="2027-06-01", amount=10.0, currency="USD")

    assert found["method"] == "spend-based"
    assert "It is valid to 2026-12-31, and the line is dated 2027-06-01." in found["explanation"]


def test_a_line_in_pieces_does_not_take_a_figure_for_kilograms(client):
    found = estimate(client, unit="piece", amount=10.0, currency="USD")

    assert found["method"] == "spend-based"
    assert "'piece' does not convert exactly into 'kg'" in found["explanation"]


def test_a_key_that_may_not_review_declares_nothing(service):
    client = service.client(service.key("reader", "estimate"))

    assert client.post("/footprints", json=PACT_3).status_code == 403
