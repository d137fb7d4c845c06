import copy
import json
import re

import numpy as np
import pandas as pd
import pytest

from data.errors import UnknownFactorSetError
from features.line_items import line_items
from features.money import MoneyOptions
from models.estimates import ESTIMATE_FIELDS, Estimates
from models.footprint import EstimateOptions

GOODS = [
    "nitrile examination gloves", "office chairs", "diesel", "laptop computers", "printer paper A4", "cement",
    "taxi fares", "legal advice", "beef mince", "window cleaning", "surgical masks", "steel tube", "catering",
    "books", "software licences", "paracetamol tablets", "electric motor", "road repairs", "uniforms", "milk",
]  # fmt: skip


def many(n, *, seed=0, texts=20):
    rng = np.random.default_rng(seed)
    return pd.DataFrame(
        {
            "line_id": [f"line-{i}" for i in range(n)],
            "description": [f"{GOODS[i % len(GOODS)]} {i % texts}" for i in range(n)],
            "amount": rng.lognormal(5, 2, n).round(2),
            "currency": rng.choice(["GBP", "USD", "EUR"], n),
            "date": pd.Timestamp("2021-06-01"),
            "country": rng.choice(["GB", "US", "FR", ""], n),
        }
    )


def stated(explanation):
    """Factor per unit of converted money, and the figure, as a reader finds them in the sentence."""
    found = re.search(r"times ([\d.e+-]+) kg CO2e per ([A-Z]{3}).* = (-?[\d.,e+-]+) kg CO2e", explanation)
    return float(found[1]), found[2], float(found[3].replace(",", ""))


def test_every_line_gets_one_row_in_its_order(model):
    lines = line_items(many(60).assign(amount=lambda f: f["amount"].where(f.index % 7 > 0)))
    found = model.predict(lines)
    Estimates.validate(found)
    assert list(found["line_id"]) == list(lines["line_id"])
    assert list(found.columns) == list(ESTIMATE_FIELDS)
    assert (found["model_version"] == model.version).all()


def test_no_lines_give_no_estimates(model):
    found = model.predict(line_items(pd.DataFrame(columns=["description"])))
    assert found.empty
    assert list(found.columns) == list(ESTIMATE_FIELDS)


def test_a_ledger_without_any_purchase_has_reasons_and_no_figures(estimate):
    found = estimate({"description": "Salaries"}, {"description": "VAT payment to HMRC", "supplier": "HMRC"})
    assert set(found["status"]) == {"excluded"}
    assert found["kg_co2e"].isna().all()
    assert (found["reason"] != "").all()
    assert (found["explanation"] != "").all()


def test_progress_counts_every_line_once(model):
    done = []
    model.predict(line_items(many(30)), progress=done.append)
    assert sum(done) == 30


def test_a_credit_is_the_mirror_image_of_the_purchase(estimate):
    bought, credited = (
        row
        for _, row in estimate(
            {"description": "office chairs"}, {"description": "office chairs", "amount": -100.0}
        ).iterrows()
    )
    assert credited["kg_co2e"] == -bought["kg_co2e"] < 0
    assert credited["kg_co2e_low"] == -bought["kg_co2e_high"]
    assert credited["kg_co2e_low"] < credited["kg_co2e"] < credited["kg_co2e_high"] < 0


def test_figures_lie_inside_their_ranges(model):
    found = model.predict(line_items(many(60).assign(amount=lambda f: f["amount"] * (-1) ** f.index)))
    found = found[found["kg_co2e"].notna()]
    assert (found["kg_co2e_low"] <= found["kg_co2e"]).all()
    assert (found["kg_co2e"] <= found["kg_co2e_high"]).all()


def test_a_line_of_no_value_has_no_footprint_and_says_the_factor_it_would_have_had(estimate):
    zero, plain = (
        row
        for _, row in estimate(
            {"description": "office chairs", "amount": 0.0}, {"description": "office chairs"}
        ).iterrows()
    )
    assert (zero["kg_co2e"], zero["kg_co2e_low"], zero["kg_co2e_high"]) == (0, 0, 0)
    assert (zero["status"], zero["reason"]) == ("estimated", "zero_amount")
    assert stated(zero["explanation"])[0] == stated(plain["explanation"])[0] > 0


@pytest.mark.parametrize(
    ("line", "reason", "words"),
    [
        ({"amount": None}, "amount_missing", "expected an amount"),
        ({"currency": "XTS"}, "unknown_currency", "XTS"),
        (
            {"issue": "amount_unreadable", "issue_detail": "Got 12,3x, expected a number."},
            "amount_unreadable",
            "12,3x",
        ),
    ],
)
def test_a_line_that_cannot_be_valued_says_why_and_has_no_figure(estimate, line, reason, words):
    bad, good = (
        row
        for _, row in estimate(
            {"description": "office chairs", **line}, {"description": "office chairs"}
        ).iterrows()
    )
    assert (bad["status"], bad["reason"], bad["method"]) == ("unmatched", reason, "")
    assert words in bad["explanation"]
    assert np.isnan([bad["kg_co2e"], bad["kg_co2e_low"], bad["kg_co2e_high"]]).all()
    assert good["status"] == "estimated"


def test_the_range_of_a_line_that_may_be_no_purchase_reaches_zero(estimate):
    found = estimate(
        {"description": "In Year Credits", "supplier": "Drayton Manor", "amount": 250.0},
        {"description": "In Year Credits", "supplier": "Drayton Manor", "amount": -250.0},
    )
    assert (found["status"] == "review").all()
    assert found["reason"].str.startswith("may_be_").all()
    assert found["kg_co2e_low"].iloc[0] == 0 < found["kg_co2e"].iloc[0]
    assert found["kg_co2e_high"].iloc[1] == 0 > found["kg_co2e"].iloc[1]
    assert found["explanation"].str.contains("may be no purchase").all()


def test_a_vague_line_is_put_up_for_review_and_a_plain_one_is_not(estimate):
    vague, plain = (
        row
        for _, row in estimate(
            {"description": "Miscellaneous expenses"}, {"description": "office chairs"}
        ).iterrows()
    )
    assert (plain["status"], plain["reason"]) == ("estimated", "")
    assert (vague["status"], vague["reason"]) == ("review", "category_uncertain")
    assert vague["kg_co2e_high"] / vague["kg_co2e_low"] > plain["kg_co2e_high"] / plain["kg_co2e_low"]


@pytest.mark.parametrize(
    ("line", "options"),
    [
        ({}, {}),
        ({"currency": "USD", "country": "US"}, {}),
        ({"currency": "EUR", "country": "FR", "amount": 1234.56}, {}),
        ({"amount": -55.5, "date": pd.Timestamp("2023-02-01")}, {"factor_set": "epa-v1.2"}),
        ({"date": None}, {"money": MoneyOptions(amounts_include_vat=True)}),
        ({"currency": "USD", "country": "US", "date": pd.Timestamp("2022-03-01")}, {}),
    ],
)
def test_a_reader_can_work_out_the_figure_from_the_conversions_and_the_sentence(estimate, line, options):
    found = estimate({"description": "printer paper A4", **line}, options=EstimateOptions(**options)).iloc[0]
    money = {"amount": 100.0, **line}["amount"]
    for step in json.loads(found["conversions"]):
        assert step["from_value"] == pytest.approx(money, rel=1e-6)
        money *= step["rate"]
        assert step["to_value"] == pytest.approx(money, rel=1e-6)
    factor, currency, kg = stated(found["explanation"])
    assert factor * money == pytest.approx(found["kg_co2e"], rel=6e-3)
    assert kg == pytest.approx(found["kg_co2e"], rel=6e-3)
    assert found["factor_unit"].startswith(f"kg CO2e per {currency}")


def test_the_mixed_factor_lies_among_those_of_the_alternatives_when_they_are_nearly_all(estimate):
    found = estimate({"description": "printer paper A4", "country": "US", "currency": "USD"}).iloc[0]
    alternatives = json.loads(found["alternatives"])
    factors = [a["factor"] for a in alternatives]
    assert min(factors) <= stated(found["explanation"])[0] <= max(factors)
    assert found["factor_value"] in factors


def test_the_records_of_an_estimate_hold_what_they_promise(estimate):
    found = estimate({"description": "nitrile gloves", "currency": "EUR", "country": "DE"}).iloc[0]
    alternatives = json.loads(found["alternatives"])
    assert {frozenset(a) for a in alternatives} == {
        frozenset(("code", "title", "probability", "factor", "unit"))
    }
    shares = [a["probability"] for a in alternatives]
    assert shares == sorted(shares, reverse=True)
    assert sum(shares) <= 1.001
    assert alternatives[0]["code"] == found["category_code"]
    assert alternatives[0]["probability"] == found["category_probability"]
    evidence = json.loads(found["evidence"])
    assert {frozenset(e) for e in evidence} == {
        frozenset(("text", "code", "source", "source_code", "similarity"))
    }
    assert [e["similarity"] for e in evidence] == sorted((e["similarity"] for e in evidence), reverse=True)
    assert json.loads(found["conversions"])[0]["step"] == "currency"
    assert re.fullmatch(r"\([1-5](;[1-5]){4}\)", found["data_quality"])


@pytest.mark.parametrize(
    ("country", "factor_set", "words"),
    [
        ("GB", "Defra", "The buyer is in GB"),
        ("US", "EPA", "The buyer is in US"),
        ("FR", "Defra", "No set describes FR; the UK set is the closest"),
        ("JP", "EPA", "No set describes JP; the US set is the closest"),
        ("", "EPA", "The line names no country"),
    ],
)
def test_the_factors_follow_the_buyers_country_and_the_sentence_says_why(
    estimate, country, factor_set, words
):
    found = estimate({"description": "office chairs", "country": country}).iloc[0]
    assert factor_set in found["factor_source"]
    assert words in found["explanation"]


def test_a_foreign_factor_set_has_a_wider_range(estimate):
    home, foreign = (
        row
        for _, row in estimate(
            {"description": "office chairs"}, {"description": "office chairs", "country": "FR"}
        ).iterrows()
    )
    assert foreign["kg_co2e_high"] / foreign["kg_co2e"] > home["kg_co2e_high"] / home["kg_co2e"]


def test_a_factor_set_that_was_asked_for_values_every_line(model):
    lines = line_items(many(20))
    found = model.predict(lines, EstimateOptions(factor_set="epa-v1.2"))
    valued = found[found["kg_co2e"].notna()]
    assert len(valued) > 15
    assert valued["explanation"].str.contains("The set was asked for").all()
    assert valued["factor_source"].str.contains(r"v1\.2").all()
    with pytest.raises(UnknownFactorSetError, match="epa-v9"):
        model.predict(lines, EstimateOptions(factor_set="epa-v9"))


def test_a_code_on_the_line_decides_where_the_text_says_little(estimate, model):
    pharmaceuticals = {"category_code": "21.20", "category_scheme": "SIC 2007"}
    coded = estimate({"description": "sundries", **pharmaceuticals}).iloc[0]
    plain = estimate({"description": "sundries"}).iloc[0]
    led_to = model.codes.matrix(["SIC 2007"], ["21.20"], model.category.classes_).indices
    codes = {str(code) for code in model.category.classes_[led_to]}
    assert {"325411", "325412", "325413", "325414"} <= codes

    def share(estimated):
        alternatives = json.loads(estimated["alternatives"])
        return sum(one["probability"] for one in alternatives if one["code"] in codes)

    assert coded["category_code"].startswith("3254")
    assert plain["category_code"] not in codes
    assert share(coded) > 0.7
    assert share(plain) < 0.2


def test_an_estimate_does_not_depend_on_the_lines_beside_it(model):
    lines = line_items(many(120, texts=97))
    together = model.predict(lines).set_index("line_id")
    shuffled = model.predict(line_items(lines.sample(frac=1, random_state=1))).set_index("line_id")
    alone = pd.concat([model.predict(line_items(lines.iloc[[i]])) for i in range(0, 120, 13)]).set_index(
        "line_id"
    )
    pd.testing.assert_frame_equal(together, shuffled.loc[together.index])
    pd.testing.assert_frame_equal(together.loc[alone.index], alone)


def test_an_estimate_is_named_by_what_went_into_it(model):
    lines = line_items(many(3))
    ids = model.predict(lines)["estimate_id"]
    assert ids.is_unique
    assert list(model.predict(lines)["estimate_id"]) == list(ids)
    renamed = model.predict(lines.assign(line_id=["a", "b", "c"]))["estimate_id"]
    other_options = model.predict(lines, EstimateOptions(factor_set="epa-v1.2"))["estimate_id"]
    assert len({*ids, *renamed, *other_options}) == 9


def test_what_the_learned_model_excludes_is_not_valued(model):
    strict = copy.copy(model)
    strict.purchases = copy.copy(model.purchases)
    strict.purchases.exclude_above_ = 0.0
    lines = line_items(many(20))
    found = strict.predict(lines)
    screened = strict.screen(lines)[0]
    excluded = (screened["decision"] == "excluded").to_numpy()
    assert excluded.sum() > 10
    assert (found.loc[excluded, "status"] == "excluded").all()
    assert found.loc[excluded, "kg_co2e"].isna().all()
    assert found.loc[~excluded, "kg_co2e"].notna().all()
