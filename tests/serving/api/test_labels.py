"""Corrections on their way into a training: corrected and approved over HTTP, exported, and read."""

from types import SimpleNamespace

import pytest

from training.user_labels import read_user_labels

CODES = ("337214", "339113")


@pytest.fixture
def people(service):
    """Two clients with keys: who reviews, and who approves."""
    return SimpleNamespace(anna=service.client(service.key("anna")), bert=service.client(service.key("bert")))


def correct(people, line, **correction):
    answer = people.anna.post("/estimates", json={"lines": [line | {"amount": 10.0, "currency": "USD"}]})
    name = answer.json()["estimates"][0]["estimate_id"]
    body = {"correction": correction} if correction else {}
    review = people.anna.post(f"/estimates/{name}/reviews", json=body)
    assert review.status_code == 201, review.text
    done = people.bert.post(f"/estimates/{name}/reviews/{review.json()['sequence']}/approval")
    assert done.status_code == 201, done.text
    return name


def test_what_was_corrected_and_approved_is_read_as_labels_row_by_row(people, tmp_path):
    correct(people, {"description": "Nitrile gloves"}, category_code="339113", category_scheme="NAICS 2017")
    correct(people, {"description": "Flour", "quantity": 20.0, "unit": "kg"}, kg_co2e=9.0)
    correct(people, {"description": "=1+1"}, kg_co2e=3.0, mass_kg=1.5, kg_co2e_low=2.0, kg_co2e_high=4.0)
    correct(people, {"description": "Oak desk"})
    deposit = correct(people, {"description": "Deposit"}, excluded=True)

    told = people.anna.get("/reviews/labels").json()
    file = people.anna.get("/reviews/labels.csv")
    path = tmp_path / "labels.csv"
    path.write_bytes(file.content)
    read = read_user_labels(path, CODES)

    assert file.headers["content-type"].startswith("text/csv")
    assert file.headers["labels-left-out"] == "1"
    assert [(one["estimate_id"], one["reason"]) for one in told["left_out"]] == [(deposit, "excluded_alone")]
    assert read.problems == []
    assert len(read.labels) == len(told["labels"]) == 4
    assert read.labels["description"].tolist() == ["Nitrile gloves", "Flour", "'=1+1", "Oak desk"]
    assert read.labels["category_code"].tolist() == ["339113", "", "", "337214"]
    assert read.labels["mass_kg"].tolist()[1:3] == [20.0, 1.5]


@pytest.mark.parametrize("path", ["/reviews/labels", "/reviews/labels.csv"])
def test_labels_take_the_right_to_review_and_are_those_of_the_tenant(service, people, path):
    correct(people, {"description": "Oak desk"})
    estimator = service.client(service.key("carl", "estimate"))
    other = service.client(service.key("dora", "review", tenant="other"))

    assert estimator.get(path).status_code == 403
    assert "Oak desk" in people.anna.get(path).text
    assert "Oak desk" not in other.get(path).text
