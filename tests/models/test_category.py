import numpy as np
import pandas as pd
import pytest
from scipy import sparse

from models.category import NearestNeighbourCategory, follow_codes, line_queries, query_text
from models.reference_index import ReferenceIndex

AXES = np.eye(4, 8, dtype=np.float32)


@pytest.fixture
def index() -> ReferenceIndex:
    entries = pd.DataFrame(
        {
            "naics_code": ["311111", "322222", "423333", "333333"],
            "text": ["dog food", "paper", "wholesale of paper", "pumps"],
            "source": "test",
            "source_code": "",
            "weight": 1.0,
            "view": "line",
        }
    )
    return ReferenceIndex.from_vectors(entries, AXES)


def test_probabilities_sum_to_one_and_the_nearest_wins(index):
    model = NearestNeighbourCategory().fit(index)
    probability = model.predict_proba(AXES)
    np.testing.assert_allclose(probability.sum(axis=1), 1)
    assert list(model.predict(AXES)) == ["311111", "322222", "423333", "333333"]


def test_between_a_maker_and_a_trader_of_the_same_goods_the_maker_wins(index):
    between = (AXES[1] + AXES[2])[None] / np.sqrt(2)
    assert NearestNeighbourCategory().fit(index).predict(between) == ["322222"]


def test_a_code_on_the_line_outweighs_its_text(index):
    model = NearestNeighbourCategory().fit(index)
    coded = sparse.csr_matrix(model.classes_ == "333333", dtype=float)
    probability = model.votes(AXES[:1], coded).probability.toarray()[0]
    np.testing.assert_allclose(probability.sum(), 1)
    assert dict(zip(model.classes_, probability, strict=True))["333333"] == pytest.approx(0.8, abs=0.01)


def test_a_line_without_a_code_is_not_touched_by_the_codes_of_others(index):
    model = NearestNeighbourCategory().fit(index)
    coded = sparse.csr_matrix(np.vstack([model.classes_ == "333333", np.zeros(4)]), dtype=float)
    with_codes = model.votes(AXES[:2], coded).probability.toarray()[1]
    np.testing.assert_allclose(with_codes, model.predict_proba(AXES[1:2])[0])


def test_entries_that_stand_for_a_part_of_a_line_alone_do_not_vote(index):
    supplier = index.entries.assign(view=["line", "line", "line", "supplier"])
    model = NearestNeighbourCategory().fit(ReferenceIndex(supplier, index.quantised, index.scale))
    assert list(model.classes_) == ["311111", "322222", "423333"]
    assert not (model.votes(AXES[3:]).neighbours.entry == 3).any()


def test_a_code_the_text_knows_nothing_of_is_followed_all_the_same():
    text, coded = sparse.csr_matrix([[1.0, 0.0, 0.0]]), sparse.csr_matrix([[0.0, 1.0, 1.0]])
    np.testing.assert_allclose(follow_codes(text, coded, 0.8).toarray(), [[0.2, 0.4, 0.4]])


def test_the_query_joins_goods_and_seller_and_survives_either_missing():
    assert query_text("(80200) Drug Costs", "VIAPATH LLP") == "Drug Costs, viapath llp"
    assert query_text("", "ACME") == "acme"
    assert query_text("Gloves", "") == "Gloves"
    lines = pd.DataFrame({"description": ["a", "b", "a"], "supplier": ["x", "", "x"]})
    assert list(line_queries(lines)) == ["a, x", "b", "a, x"]
