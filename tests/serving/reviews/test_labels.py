"""Approved reviews as labels: what can be one is, what cannot is named, and a training reads all of it."""

import csv
import io

import numpy as np
import pandas as pd
import pytest

from features.line_items import line_items
from features.money import MoneyOptions
from models.estimates import ESTIMATE_FIELDS, Estimates
from models.footprint import EstimateOptions
from serving.reviews.files import labels_csv, reviews_csv
from serving.reviews.labels import reviewed_labels
from serving.store import Actor
from serving.store.errors import ScopeError
from serving.store.estimates import record_estimates
from serving.store.periods import close_period
from serving.store.retention import retain
from serving.store.reviews import Correction, approve_review, each_review, review_estimate
from training.user_labels import read_user_labels

LOCAL, OPTIONS = Actor.local(), EstimateOptions()
CODES = ("327212", "331110", "339113")
GLASS = {"category_code": "327212", "category_scheme": "NAICS 2017"}
STEEL = {"category_code": "331110", "category_scheme": "NAICS 2017"}
LINE = {"description": "Beaker", "supplier": "Acme", "amount": 40.0, "currency": "GBP", "date": "2024-06-30"}


@pytest.fixture
def people(actor):
    return actor("anna", "review"), actor("bert", "review")


@pytest.fixture
def reviewed(store, people):
    """Records an estimate of a line and reviews it: ``reviewed({"kg_co2e": 3.0}, quantity=2.0)``."""
    made = iter(range(1000))

    def run(correction, approve=True, options=OPTIONS, code="339113", tenant="default", **line):
        name = f"e{next(made)}"
        lines = line_items(pd.DataFrame([LINE | line]))
        row = dict.fromkeys(ESTIMATE_FIELDS, "") | {"estimate_id": name, "status": "estimated"}
        row |= {column: np.nan for column, of in Estimates.to_schema().columns.items() if of.nullable}
        row |= dict.fromkeys(("alternatives", "conversions", "evidence"), "[]") | {"contributions": "{}"}
        row |= {"category_code": code, "category_scheme": "NAICS 2017" if code else ""}
        estimates = Estimates.validate(pd.DataFrame([row], columns=list(ESTIMATE_FIELDS)))
        local = Actor.local(tenant)
        anna, bert = (Actor(tenant, one.who, one.scopes) for one in people)
        with store.writing(local) as writing:
            record_estimates(writing, [{}], lines, estimates, options)
        said = Correction(**correction) if correction else None
        with store.writing(anna) as writing:
            review = review_estimate(writing, name, said, "Seen.")
        if approve:
            with store.writing(bert) as writing:
                approve_review(writing, name, review.sequence)
        return name

    return run


@pytest.fixture
def labels(store):
    def run(tenant="default"):
        with store.reading(Actor.local(tenant)) as reading:
            return reviewed_labels(reading)

    return run


def reasons(found):
    return {one.estimate_id: one.reason for one in found.left_out}


def test_a_corrected_category_is_a_label_with_its_words_its_day_and_who_said_so(reviewed, labels):
    reviewed(GLASS, description="  Glass\nbeaker ")

    [label] = labels().labels

    assert (label.description, label.supplier, label.category_code) == ("Glass beaker", "Acme", "327212")
    assert (str(label.date), label.who) == ("2024-06-30", "anna, approved by bert")
    assert label.kg_co2e is None


@pytest.mark.parametrize(
    ("correction", "line", "expected"),
    [
        ({"kg_co2e": 6.0, "mass_kg": 2.0}, {}, (6.0, 2.0, None, "")),
        ({"kg_co2e": 6.0}, {"quantity": 500.0, "unit": "g"}, (6.0, 0.5, None, "")),
        ({"kg_co2e": -6.0}, {"quantity": 3.0, "unit": "kg", "amount": -40.0}, (6.0, 3.0, None, "")),
        ({"kg_co2e": 6.0}, {"quantity": 2.0, "unit": "box"}, (6.0, None, 40.0, "GBP")),
        ({"kg_co2e": -6.0}, {"amount": -40.0}, (6.0, None, 40.0, "GBP")),
    ],
)
def test_a_corrected_footprint_is_a_label_with_the_mass_else_the_money_it_is_of(
    reviewed, labels, correction, line, expected
):
    reviewed(correction, **line)

    [label] = labels().labels

    assert (label.kg_co2e, label.mass_kg, label.amount, label.currency) == expected
    assert label.category_code == ""


def test_an_accepted_estimate_confirms_its_category(reviewed, labels):
    reviewed(None)

    [label] = labels().labels

    assert (label.category_code, label.kg_co2e) == ("339113", None)


@pytest.mark.parametrize(
    ("correction", "line", "reason"),
    [
        ({"excluded": True}, {}, "excluded_alone"),
        ({"factor_id": "epa-v1.3/339113"}, {}, "factor_id_alone"),
        ({"mass_kg": 2.0}, {}, "mass_kg_alone"),
        ({"category_code": "33141420", "category_scheme": "CPV"}, {}, "category_not_naics"),
        (None, {"code": ""}, "category_not_naics"),
        (GLASS, {"approve": False}, "not_approved"),
        (GLASS, {"description": " "}, "no_words"),
        ({"kg_co2e": 0.0, "mass_kg": 1.0}, {}, "footprint_of_nothing"),
        ({"kg_co2e": -6.0}, {}, "footprint_of_nothing"),
        (
            {"kg_co2e": 6.0},
            {"amount": None, "currency": "", "quantity": 1.0, "unit": "box"},
            "footprint_of_nothing",
        ),
        ({"kg_co2e": 6.0}, {"options": EstimateOptions(money=MoneyOptions(True))}, "footprint_of_nothing"),
    ],
)
def test_what_is_no_label_is_named_with_its_reason(reviewed, labels, correction, line, reason):
    name = reviewed(correction, **line)

    found = labels()

    assert found.labels == []
    assert reasons(found) == {name: reason}


def test_the_part_of_a_correction_that_is_no_label_is_named_beside_the_one_that_is(reviewed, labels):
    name = reviewed(GLASS | {"mass_kg": 2.0})

    found = labels()

    assert [label.category_code for label in found.labels] == ["327212"]
    assert reasons(found) == {name: "mass_kg_alone"}


def test_categories_that_contradict_each_other_are_all_left_out_and_shown(reviewed, labels):
    names = [reviewed(said, description=words) for said, words in ((GLASS, "Beaker"), (STEEL, "BEAKER"))]
    reviewed(STEEL, description="Girder")

    found = labels()

    assert [label.description for label in found.labels] == ["Girder"]
    assert reasons(found) == dict.fromkeys(names, "contradicting")
    assert "the categories 327212, 331110" in found.left_out[0].detail
    assert names[1] in found.left_out[0].detail


def test_footprints_that_contradict_each_other_are_all_left_out_and_shown(reviewed, labels):
    names = [reviewed({"kg_co2e": kg, "mass_kg": 2.0}) for kg in (2.0, 4.0)]
    reviewed({"kg_co2e": 2.0, "mass_kg": 2.0}, supplier="Other")
    reviewed({"kg_co2e": 4.0, "mass_kg": 4.0}, supplier="Other")

    found = labels()

    assert [(label.kg_co2e, label.mass_kg) for label in found.labels] == [(4.0, 4.0)]
    left = reasons(found)
    assert [left.pop(name) for name in names] == ["contradicting"] * 2
    assert list(left.values()) == ["repeated"]
    assert "from 1 to 2 kg CO2e per kg" in next(
        one.detail for one in found.left_out if one.estimate_id == names[0]
    )


def test_a_category_outlives_the_payload_of_its_estimate(store, reviewed, labels):
    reviewed(GLASS)
    with store.writing(LOCAL) as writing:
        close_period(writing, "FY", pd.Timestamp("2024-01-01").date(), pd.Timestamp("2024-12-31").date())
        retain(writing, pd.Timestamp("2025-01-01").date())

    assert [label.category_code for label in labels().labels] == ["327212"]


def test_a_tenant_gets_labels_of_its_own_reviews_alone(reviewed, labels):
    reviewed(GLASS)
    reviewed(STEEL, tenant="other")

    assert [label.category_code for label in labels("other").labels] == ["331110"]


def test_labels_take_the_right_to_review(store, actor):
    with store.reading(actor("carl", "estimate")) as reading, pytest.raises(ScopeError, match="'review'"):
        reviewed_labels(reading)


def test_a_training_reads_every_label_and_a_spreadsheet_runs_none(reviewed, labels, tmp_path):
    reviewed(GLASS, description='=HYPERLINK("http://example.org")', supplier='@acme, "Ltd"')
    reviewed(STEEL | {"kg_co2e": 6.123456789012345, "mass_kg": 2.0}, description="Girder\rlong")
    reviewed({"kg_co2e": 6.0}, description="Käse")
    path = tmp_path / "labels.csv"
    path.write_text(text := labels_csv(labels().labels), "utf-8", newline="")

    read = read_user_labels(path, CODES)

    assert read.problems == []
    assert read.labels["description"].tolist() == [
        '\'=HYPERLINK("http://example.org")',
        "Girder long",
        "Käse",
    ]
    assert read.labels["category_code"].tolist() == ["327212", "331110", ""]
    assert read.labels["kg_co2e"].tolist()[1:] == [6.123456789012345, 6.0]
    assert not any(cell.startswith(("=", "@")) for row in csv.reader(io.StringIO(text)) for cell in row)


def test_a_file_of_reviews_says_who_said_what_and_why(store, reviewed):
    reviewed({"kg_co2e": 6.0, "kg_co2e_low": 5.0, "kg_co2e_high": 9.0}, approve=False)
    reviewed(GLASS)

    with store.reading(LOCAL) as reading:
        rows = list(csv.DictReader(io.StringIO(reviews_csv(each_review(reading)))))

    assert [(row["status"], row["reviewed_by"], row["approved_by"]) for row in rows] == [
        ("approved", "anna", "bert"),
        ("reviewed", "anna", ""),
    ]
    assert (rows[0]["category_code"], rows[0]["comment"]) == ("327212", "Seen.")
    assert (rows[1]["kg_co2e"], rows[1]["kg_co2e_low"], rows[1]["kg_co2e_high"]) == ("6.0", "5.0", "9.0")
