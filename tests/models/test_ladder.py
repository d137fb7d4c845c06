import numpy as np
import pandas as pd
import pytest
from sklearn.exceptions import NotFittedError

from models.estimates import Estimates
from models.ladder import Ladder
from models.mass_route import MASS_ROUTE_FIELDS


@pytest.fixture
def ladder():
    """A ladder on which products are within a factor of e of their sector."""
    made = Ladder()
    made.product_half_width_ = 1.0
    return made


def figures(kg, half_width, **more):
    return {
        "kg_co2e": kg,
        "kg_co2e_low": kg * np.exp(-half_width),
        "kg_co2e_high": kg * np.exp(half_width),
        "half_width": half_width,
        **more,
    }


def by_money(*rows):
    blank = {
        name: np.nan if column.nullable else "" for name, column in Estimates.to_schema().columns.items()
    }
    plain = {**blank, "status": "estimated", "method": "spend-based", "explanation": "Money."}
    return pd.DataFrame([{**plain, **row} for row in rows])


def by_mass(*rows, index):
    blank = {**dict.fromkeys(MASS_ROUTE_FIELDS, ""), "factor_value": 4.0}
    plain = {
        **blank,
        "method": "average-data",
        "explanation": "Mass.",
        "mass_kg": 5.0,
        "from_money": False,
        "near": True,
    }
    return pd.DataFrame([{**plain, **row} for row in rows], index=index)


def test_the_method_that_errs_clearly_less_is_chosen_and_the_other_stands_beside_it(ladder):
    money = by_money(figures(10.0, 1.0), figures(10.0, 1.0), figures(10.0, 1.0))
    out = ladder.choose(money, by_mass(figures(20.0, 0.8), figures(20.0, 1.2), index=[0, 1]))
    assert list(out["method"]) == ["average-data", "spend-based", "spend-based"]
    assert list(out["other_method"]) == ["spend-based", "average-data", ""]
    assert list(out["kg_co2e"]) == [20.0, 10.0, 10.0]
    assert out["other_kg_co2e"].iloc[:2].tolist() == [10.0, 20.0]
    assert out["explanation"].iloc[0].startswith("Mass. By money: 10 kg CO2e")
    assert out["explanation"].iloc[1].startswith("Money. By mass: 20 kg CO2e")
    assert (out["status"] == "estimated").all()
    assert list(out["mass_kg"].fillna(0)) == [5.0, 5.0, 0.0]


def test_a_mass_learned_from_the_money_is_shown_but_not_chosen(ladder):
    out = ladder.choose(
        by_money(figures(10.0, 1.0)), by_mass(figures(20.0, 0.5, from_money=True), index=[0])
    ).iloc[0]
    assert (out["method"], out["other_method"]) == ("spend-based", "average-data")


def test_a_mass_values_a_line_without_money(ladder):
    nothing = {"status": "unmatched", "reason": "amount_missing", "method": "", "half_width": np.nan}
    out = ladder.choose(
        by_money(nothing, nothing), by_mass(figures(20.0, 0.5), figures(20.0, 3.0), index=[0, 1])
    )
    assert list(out["status"]) == ["estimated", "review"]
    assert list(out["reason"]) == ["", "range_wide"]
    assert (out["method"] == "average-data").all()
    assert (out["other_method"] == "").all()


def test_goods_given_away_have_a_footprint_that_a_person_should_look_at(ladder):
    free = figures(0.0, 1.0, reason="zero_amount")
    out = ladder.choose(by_money(free), by_mass(figures(20.0, 0.5), index=[0])).iloc[0]
    assert (out["status"], out["reason"], out["kg_co2e"]) == ("review", "zero_amount", 20.0)


def test_figures_that_are_too_far_apart_are_for_review_and_the_money_stands(ladder):
    money = by_money(figures(1.0, 1.0), figures(1.0, 1.0))
    out = ladder.choose(money, by_mass(figures(1000.0, 0.5), figures(1000.0, 2.0), index=[0, 1]))
    assert list(out["method"]) == ["spend-based", "spend-based"]
    assert (out["status"] == "review").all()
    assert (out["reason"] == "methods_disagree").all()


def test_a_method_whose_range_says_nothing_is_not_shown(ladder):
    out = ladder.choose(by_money(figures(10.0, 1.0)), by_mass(figures(20.0, 3.0), index=[0])).iloc[0]
    assert (out["method"], out["other_method"]) == ("spend-based", "")
    assert np.isnan(out["other_kg_co2e"])


@pytest.mark.parametrize("seed", range(3))
def test_the_expected_error_covers_products_about_their_sector(seed):
    rng = np.random.default_rng(seed)
    half_width = rng.uniform(0.3, 0.9, 4000)
    error = rng.normal(0, np.hypot(half_width, 2.0) / 1.645)
    ladder = Ladder().calibrate(error[:2000], half_width[:2000], np.repeat("goods", 2000))
    expected = np.hypot(half_width[2000:], ladder.product_half_width_)
    assert 0.87 < np.mean(np.abs(error[2000:]) <= expected) < 0.93


def test_products_that_keep_to_their_sector_add_no_error():
    error, kind = np.full(10, 0.1), np.repeat("goods", 10)
    assert Ladder().calibrate(error, np.ones(10), kind).product_half_width_ == 0.0


def test_a_kind_of_goods_weighs_the_same_however_many_goods_it_has():
    error = np.concatenate([np.full(1000, 0.1), np.full(10, 3.0)])
    kind = np.repeat(["many", "few"], [1000, 10])
    assert Ladder().calibrate(error, np.zeros(1010), kind).product_half_width_ == pytest.approx(3.0)


def test_a_ladder_is_restored_and_an_uncalibrated_one_refuses(ladder):
    assert Ladder.from_state(ladder.state()).product_half_width_ == 1.0
    with pytest.raises(NotFittedError, match="calibrate"):
        Ladder().choose(by_money(), by_mass(index=[]))


def test_a_figure_that_disagrees_is_shown_however_wide_it_is(ladder):
    out = ladder.choose(by_money(figures(0.01, 1.0)), by_mass(figures(1e6, 3.0), index=[0])).iloc[0]
    assert (out["reason"], out["other_method"]) == ("methods_disagree", "average-data")
    assert "By mass: 1,000,000 kg" in out["explanation"]


def test_a_mass_learned_from_the_money_is_no_way_out_and_disagrees_with_nothing(ladder):
    nothing = {"status": "unmatched", "reason": "factor_missing", "method": "", "half_width": np.nan}
    mass = by_mass(*[figures(1e6, 0.5, from_money=True)] * 2, index=[0, 1])
    out = ladder.choose(by_money(nothing, figures(0.01, 0.5)), mass)
    assert list(out["reason"]) == ["factor_missing", ""]
    assert list(out["method"]) == ["", "spend-based"]


def test_goods_that_no_known_product_is_like_stay_with_the_money(ladder):
    out = ladder.choose(
        by_money(figures(10.0, 1.0)), by_mass(figures(20.0, 0.5, near=False), index=[0])
    ).iloc[0]
    assert (out["method"], out["other_method"]) == ("spend-based", "average-data")
