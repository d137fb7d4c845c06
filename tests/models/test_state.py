import numpy as np
import pandas as pd
import pytest

from models.state import State


@pytest.fixture
def part():
    return State(
        metadata={"floor": 0.1, "seeds": [1, 2]},
        arrays={"weights": np.arange(3.0)},
        tables={"words": pd.DataFrame({"word": ["a"]})},
        boosters={"seed_1": "tree"},
    )


def test_parts_put_together_come_apart_as_they_were(part):
    whole = State.of_parts({"mass": part, "mass_of_pieces": State(arrays={"weights": np.zeros(1)})})
    again = whole.part("mass")
    assert again.metadata == part.metadata
    assert again.boosters == part.boosters
    assert list(again.arrays) == ["weights"]
    np.testing.assert_array_equal(again.arrays["weights"], part.arrays["weights"])
    pd.testing.assert_frame_equal(again.tables["words"], part.tables["words"])


def test_parts_of_parts_come_apart_too(part):
    whole = State.of_parts({"category": State.of_parts({"ranker": part, "finder": State()})})
    assert set(whole.boosters) == {"category.ranker.seed_1"}
    assert whole.part("category").part("ranker").boosters == part.boosters
    assert whole.part("category").part("finder") == State()


def test_a_part_that_is_not_there_is_refused(part):
    with pytest.raises(KeyError, match="price"):
        State.of_parts({"mass": part}).part("price")
