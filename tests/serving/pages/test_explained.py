"""An estimate as a page explains it: every kind of answer, from the model's own records."""

import json
import math
from datetime import UTC, datetime

import pytest

from serving.pages.explained import Explained
from serving.report.page import page_environment
from serving.request_lines import read_lines

GLOVES = {"description": "gloves", "amount": 100.0, "currency": "GBP", "country": "GB", "date": "2021-05-03"}
CORRECTION = {
    "kind": "correction",
    "text": "gloves",
    "source": "review of the estimate e1",
    "correction": {"kg_co2e": 12.0},
    "line": {"description": "<b>gloves</b>", "amount": 100.0, "currency": "GBP"},
    "matched_by": "gtin",
    "estimate_id": "e1",
    "reviewed_by": "anna",
    "approved_by": "bob",
    "at": datetime(2026, 3, 1, tzinfo=UTC).isoformat(),
    "comment": "data sheet",
    "reference": "",
    "applied": True,
    "note": "",
}


@pytest.fixture
def explain(small_model):
    """Explains a line as the small model estimates it, with some fields of the estimate replaced."""

    def explained(line=GLOVES, **changed):
        lines = read_lines([line]).items
        record = small_model.predict(lines).to_dict("records")[0] | changed
        return Explained.of(record, lines.to_dict("records")[0])

    return explained


def page(explained):
    return str(
        page_environment("serving.pages").get_template("estimate_parts.html").module.explanation(explained)
    )


def test_the_steps_and_the_factor_lead_from_the_amount_to_the_figure(explain):
    explained = explain()

    activity = 100.0
    for step in explained.steps:
        assert step.before == pytest.approx(activity)
        assert step.before * step.rate == pytest.approx(step.after)
        activity = step.after
    assert [step.name for step in explained.steps] == ["Currency", "Prices of the factor's year"]
    arithmetic = explained.arithmetic
    assert arithmetic.activity * arithmetic.kg_co2e_per_unit == pytest.approx(explained.figure.kg)
    assert math.prod(one.times for one in explained.makes_up) == pytest.approx(explained.figure.kg, rel=1e-3)


def test_both_methods_stand_on_one_scale_and_the_chosen_one_first(explain):
    explained = explain(
        other_method="average-data", other_kg_co2e=50.0, other_kg_co2e_low=1.0, other_kg_co2e_high=1e4
    )

    chosen, other = explained.spans
    assert (other.low, other.high) == (0.0, pytest.approx(100.0))
    assert 0 < chosen.low < chosen.middle < chosen.high < 100
    text = page(explained)
    assert text.index("Spend-based") < text.index("Average-data")


def test_a_credit_is_not_drawn_on_a_scale_of_logarithms(explain):
    explained = explain(GLOVES | {"amount": -100.0})

    assert explained.figure.kg < 0
    assert explained.spans == []
    assert "\N{MINUS SIGN}" in page(explained)


def test_evidence_names_its_source_and_its_licence(explain):
    entries = [
        {
            "text": "nitrile gloves",
            "code": "339113",
            "source": "emdn",
            "source_code": "T01",
            "similarity": 0.9,
        },
        {"text": "a wording", "code": "339113", "source": "purchase_wordings", "similarity": 0.5},
        {"text": "Portland cement", "source": "uslci", "licence": "MIT", "kg_co2e_per_kg": 1.38},
        {"text": "a line of one's own", "source": "our_labels", "code": "326199", "similarity": 0.4},
    ]

    text_entry, wording, product, own = explain(evidence=json.dumps(entries)).evidence

    assert (text_entry.source, text_entry.licence) == (
        "European Medical Device Nomenclature",
        "LicenseRef-EC-free",
    )
    assert wording.source.startswith("Purchases in buyers' words")
    assert (product.licence, product.kg_per_kg, product.category) == ("MIT", 1.38, "")
    assert own.source == "Our labels"


def test_what_people_said_names_who_and_leads_to_the_corrected_line(explain):
    text = page(explain(evidence=json.dumps([CORRECTION])))

    assert "anna, approved by bob" in text
    assert 'href="/lines/e1"' in text
    assert "&lt;b&gt;gloves" in text


def test_a_corrected_footprint_has_no_factor(explain):
    step = {
        "step": "correction",
        "from_value": 12.0,
        "from_unit": "kg CO2e",
        "to_value": 24.0,
        "to_unit": "kg CO2e",
        "rate": 2.0,
        "source": "",
        "note": "",
    }
    explained = explain(
        kg_co2e=24.0,
        conversions=json.dumps([step]),
        factor_id="",
        factor_source="correction of the estimate e1",
    )

    assert explained.arithmetic is None
    assert "correction of the estimate e1" in page(explained)


def test_data_quality_is_said_in_words(explain):
    assert "the average of a larger area with it" in page(explain(data_quality="(2;2;1;2;4)"))


def test_what_decided_is_told_as_odds_over_the_next_category(explain):
    decided = {
        "category": "326199",
        "over": "339113",
        "log_odds": 1.1,
        "text": math.log(6),
        "supplier": math.log(0.5),
    }
    explained = explain(contributions=json.dumps({"base": 1.0, "category": decided}))

    assert [(one.name, round(one.times, 3)) for one in explained.decided] == [
        ("The words", 6),
        ("The supplier", 0.5),
    ]
    assert explained.decided_over == "339113"


@pytest.mark.parametrize(
    ("status", "reason", "said"),
    [
        ("excluded", "payroll", "Pay of the buyer&#39;s own staff"),
        ("unmatched", "amount_missing", "Give the net amount with its currency"),
        ("review", "category_uncertain", "Say in plain words what was bought"),
        ("review", "a_reason_to_come", "A reason to come"),
    ],
)
def test_a_line_without_a_sure_figure_says_why_and_what_would_help(explain, status, reason, said):
    assert said in page(explain(status=status, reason=reason))


def test_a_line_without_any_figure_is_explained_all_the_same(explain):
    text = page(explain({"description": "gloves"}))

    assert "No figure" in text
    assert "What it may be" in text
    assert "Step by step" not in text


@pytest.mark.parametrize(
    "hostile", ["<script>alert(1)</script>", "javascript:alert(1)", "\u202egnp.exe", "x" * 100_000]
)
def test_foreign_words_do_no_harm(explain, hostile):
    evidence = [
        {"text": hostile, "code": hostile, "source": hostile, "source_code": hostile, "similarity": 0.5}
    ]
    mark = CORRECTION | {"comment": hostile, "note": hostile}

    text = page(
        explain(
            explanation=hostile,
            evidence=json.dumps([*evidence, mark]),
            category_title=hostile,
            factor_source=hostile,
            factor_id=hostile,
        )
    )

    assert "<script" not in text
    assert 'href="javascript' not in text
    assert "\u202e" not in text
    assert len(text) < 150_000
