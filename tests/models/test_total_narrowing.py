import numpy as np
import pandas as pd
import pytest

from models.total_narrowing import narrowing
from models.totals import total


def ledger(lines, seed, *, credited=0.2, doubtful=0.3):
    """Lines of few categories, some credits, some that may be no purchase, some without a figure."""
    rng = np.random.default_rng(seed)
    kg = rng.lognormal(3, 1.5, lines) * np.where(rng.random(lines) < credited, -1, 1)
    reach = np.exp(rng.uniform(0.1, 1.5, lines))
    ends = np.sort(np.stack([kg / reach, kg * reach]), axis=0)
    none = rng.random(lines) < doubtful
    frame = pd.DataFrame(
        {
            "kg_co2e": kg,
            "kg_co2e_low": np.where(none, np.minimum(ends[0], 0), ends[0]),
            "kg_co2e_high": np.where(none, np.maximum(ends[1], 0), ends[1]),
            "category_code": rng.integers(0, 6, lines).astype(str),
        }
    )
    frame.loc[rng.random(lines) < 0.1, ["kg_co2e", "kg_co2e_low", "kg_co2e_high"]] = np.nan
    return frame


def width(frame):
    found = total(frame)
    return found.kg_co2e_high - found.kg_co2e_low


@pytest.mark.parametrize("seed", range(5))
def test_it_is_the_difference_of_the_two_totals(seed):
    frame = ledger(80, seed)
    group = np.random.default_rng(seed).integers(-1, 12, 80)

    found = narrowing(frame, group, 12)

    for number, narrower in enumerate(found):
        known = frame.copy()
        mine = group == number
        known.loc[mine, "kg_co2e_low"] = known.loc[mine, "kg_co2e_high"] = known.loc[mine, "kg_co2e"]
        assert narrower == pytest.approx(width(frame) - width(known), rel=1e-9, abs=1e-9)


def test_of_like_lines_the_less_certain_one_is_worth_more():
    frame = pd.DataFrame(
        {
            "kg_co2e": [100.0, 100.0, 100.0],
            "kg_co2e_low": [50.0, 90.0, 0.0],
            "kg_co2e_high": [200.0, 111.0, 200.0],
            "category_code": ["a", "b", "c"],
        }
    )

    vague, sure, doubtful = narrowing(frame, np.arange(3), 3)

    assert doubtful > vague > sure > 0


def test_lines_without_a_figure_narrow_nothing():
    frame = ledger(20, 1).assign(kg_co2e=np.nan)

    assert narrowing(frame, np.arange(20), 20).tolist() == [0.0] * 20
