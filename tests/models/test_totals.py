import numpy as np
import pandas as pd
import pytest

from models.intervals import Z_90
from models.totals import COMMON_GSD, total


def estimates(kg, sigma, category, *, may_be_none=False):
    """Lines whose figure is the median of a log-normal of standard deviation sigma."""
    kg, reach = np.asarray(kg, dtype=float), np.exp(Z_90 * np.asarray(sigma, dtype=float))
    ends = np.stack([kg / reach, kg * reach])
    frame = pd.DataFrame(
        {
            "kg_co2e": kg,
            "kg_co2e_low": ends.min(axis=0),
            "kg_co2e_high": ends.max(axis=0),
            "category_code": category,
        }
    )
    doubtful = np.broadcast_to(may_be_none, kg.shape)
    frame.loc[doubtful, "kg_co2e_low"] = frame.loc[doubtful, "kg_co2e_low"].clip(upper=0)
    frame.loc[doubtful, "kg_co2e_high"] = frame.loc[doubtful, "kg_co2e_high"].clip(lower=0)
    return frame


def true_totals(lines, sigma, *, draws=20_000, seed=0):
    """What the total may truly be when lines of a category err together, all with the common error."""
    rng = np.random.default_rng(seed)
    code, categories = pd.factorize(lines["category_code"])
    own = rng.normal(size=(draws, len(categories)))[:, code] * sigma
    common = rng.normal(size=(draws, 1)) * np.log(COMMON_GSD)
    return (lines["kg_co2e"].to_numpy() * np.exp(own + common)).sum(axis=1)


@pytest.mark.parametrize("categories", [1, 3, 20, 200])
@pytest.mark.parametrize("sigma", [0.3, 0.6, 0.9])
def test_nine_in_ten_true_totals_lie_in_the_range(categories, sigma):
    rng = np.random.default_rng(categories)
    code = rng.integers(0, categories, 600)
    lines = estimates(rng.lognormal(3, 1.5, 600), np.full(600, sigma), code.astype(str))
    truth = true_totals(lines, sigma)
    found = total(lines)
    covered = ((truth >= found.kg_co2e_low) & (truth <= found.kg_co2e_high)).mean()
    assert 0.88 < covered < 0.97
    assert found.kg_co2e_low < found.kg_co2e < found.kg_co2e_high


@pytest.mark.parametrize("credited", [0.1, 0.5, 0.9, 1.0])
def test_nine_in_ten_true_totals_lie_in_the_range_when_much_was_credited(credited):
    rng = np.random.default_rng(7)
    kg = rng.lognormal(3, 1, 60)
    credit_notes = estimates(-credited * kg, np.full(60, 0.5), np.arange(100, 160).astype(str))
    lines = pd.concat(
        [estimates(kg, np.full(60, 0.5), np.arange(60).astype(str)), credit_notes], ignore_index=True
    )
    truth = true_totals(lines, 0.5)
    found = total(lines)
    covered = ((truth >= found.kg_co2e_low) & (truth <= found.kg_co2e_high)).mean()
    assert covered > 0.88
    assert found.kg_co2e_low < found.kg_co2e < found.kg_co2e_high


def test_credits_of_the_same_goods_cancel_their_purchases():
    lines = estimates([100, -100, 40], [0.8, 0.8, 0.3], ["a", "a", "b"])
    assert total(lines) == total(estimates([40], [0.3], ["b"]))


def test_a_ledger_of_credits_mirrors_one_of_purchases():
    kg, sigma, code = [10.0, 500.0, 3.0], [0.4, 0.6, 0.9], ["a", "b", "c"]
    bought, credited = total(estimates(kg, sigma, code)), total(estimates([-k for k in kg], sigma, code))
    assert credited.kg_co2e == -bought.kg_co2e
    assert credited.kg_co2e_low == pytest.approx(-bought.kg_co2e_high)
    assert credited.kg_co2e_high == pytest.approx(-bought.kg_co2e_low)


def test_categories_that_err_independently_have_a_narrower_total_than_one_category():
    kg, sigma = np.full(50, 10.0), np.full(50, 0.7)
    apart = total(estimates(kg, sigma, np.arange(50).astype(str)))
    together = total(estimates(kg, sigma, "a"))
    assert apart.kg_co2e == together.kg_co2e
    assert apart.kg_co2e_high < together.kg_co2e_high
    assert apart.kg_co2e_low > together.kg_co2e_low


@pytest.mark.parametrize("lines", [estimates([], [], []), estimates([0.0, 0.0], [0.5, 0.5], ["a", "b"])])
def test_nothing_bought_is_zero_with_no_range(lines):
    found = total(lines)
    assert (found.kg_co2e, found.kg_co2e_low, found.kg_co2e_high) == (0, 0, 0)


def test_lines_without_a_figure_change_nothing():
    lines = estimates([10, 20], [0.5, 0.5], ["a", "b"])
    unmatched = lines.assign(kg_co2e=np.nan, kg_co2e_low=np.nan, kg_co2e_high=np.nan)
    assert total(pd.concat([lines, unmatched])) == total(lines)


def test_lines_that_may_be_no_purchase_lower_the_lower_end_only():
    sure = total(estimates([100, 50], [0.4, 0.4], ["a", "b"]))
    unsure = total(estimates([100, 50], [0.4, 0.4], ["a", "b"], may_be_none=[False, True]))
    alone = total(estimates([100], [0.4], ["a"]))
    assert unsure.kg_co2e == sure.kg_co2e
    assert unsure.kg_co2e_low == alone.kg_co2e_low < sure.kg_co2e_low
    assert unsure.kg_co2e_high == sure.kg_co2e_high


def test_credits_that_may_be_none_raise_the_upper_end_only():
    sure = total(estimates([100, -50], [0.4, 0.4], ["a", "b"]))
    unsure = total(estimates([100, -50], [0.4, 0.4], ["a", "b"], may_be_none=[False, True]))
    alone = total(estimates([100], [0.4], ["a"]))
    assert unsure.kg_co2e_low == sure.kg_co2e_low
    assert unsure.kg_co2e_high == alone.kg_co2e_high > sure.kg_co2e_high


def test_a_ledger_of_doubtful_lines_alone_may_come_to_nothing():
    found = total(estimates([100, 50], [0.4, 0.4], ["a", "b"], may_be_none=True))
    assert found.kg_co2e_low == 0
    assert found.kg_co2e_high > found.kg_co2e == 150
