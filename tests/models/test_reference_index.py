import numpy as np
import pandas as pd
import pytest
from pandera.errors import SchemaError

from models.reference_index import ReferenceIndex


def unit_rows(rng: np.random.Generator, n: int, d: int = 64) -> np.ndarray:
    vectors = rng.normal(size=(n, d)).astype(np.float32)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def index_of(vectors: np.ndarray, weight: float = 1.0) -> ReferenceIndex:
    entries = pd.DataFrame(
        {
            "naics_code": [f"{100000 + i}" for i in range(len(vectors))],
            "text": "goods",
            "source": "test",
            "source_code": [str(i) for i in range(len(vectors))],
            "weight": weight,
            "view": "line",
        }
    )
    return ReferenceIndex.from_vectors(entries, vectors)


@pytest.fixture
def vectors() -> np.ndarray:
    return unit_rows(np.random.default_rng(0), 700)


def test_search_agrees_with_brute_force_on_full_precision(vectors):
    queries = unit_rows(np.random.default_rng(1), 300)
    found = index_of(vectors).search(queries, 5)
    truth = queries @ vectors.T
    np.testing.assert_allclose(found.similarity, np.sort(truth, axis=1)[:, ::-1][:, :5], atol=0.01)
    assert (np.diff(found.similarity, axis=1) <= 0).all()


def test_a_bonus_moves_an_entry_up_without_changing_its_similarity(vectors):
    index = index_of(vectors)
    bonus = np.zeros(len(index), dtype=np.float32)
    bonus[17] = 3.0
    found = index.search(vectors[:4], 2, bonus)
    assert (found.entry[:, 0] == 17).all()
    np.testing.assert_allclose(found.similarity[:, 0], vectors[:4] @ vectors[17], atol=0.01)


def test_dropped_entries_are_never_found(vectors):
    index = index_of(vectors).without(np.arange(len(vectors)) < 350)
    assert len(index) == 350
    found = index.search(vectors[:10], 3)
    assert not set(index.entries["source_code"].iloc[found.entry.ravel()]) & {str(i) for i in range(350)}


def test_asking_for_more_neighbours_than_there_are_gives_all(vectors):
    assert index_of(vectors[:3]).search(vectors[:2], 60).entry.shape == (2, 3)


def test_an_entry_that_stands_for_no_known_part_of_a_line_is_refused(vectors):
    index = index_of(vectors[:3])
    with pytest.raises(SchemaError, match="view"):
        ReferenceIndex(index.entries.assign(view="invoice"), index.quantised, index.scale)
