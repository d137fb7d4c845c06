import json

import numpy as np
import pandas as pd
from scipy import sparse

from models.explanation import (
    alternatives_json,
    candidates_text,
    estimate_sentence,
    evidence_json,
    top_candidates,
)
from models.reference_index import Neighbours, ReferenceIndex


def test_candidates_come_best_first_and_ties_in_the_order_of_the_classes():
    found = top_candidates(sparse.csr_matrix([[0.2, 0.4, 0.0, 0.4], [0.0, 0.0, 1.0, 0.0]]), 3)
    assert found.column.tolist() == [[1, 3, 0], [2, -1, -1]]
    np.testing.assert_allclose(found.probability, [[0.4, 0.4, 0.2], [1, 0, 0]])


def test_a_candidate_without_a_factor_says_null_and_padding_is_left_out():
    text = alternatives_json(
        [1, 0, -1], [0.7, 0.3, 0.0], ["111", "222"], ["A", "B"], np.array([0.5, np.nan]), "kg"
    )
    assert json.loads(text) == [
        {"code": "222", "title": "B", "probability": 0.7, "factor": None, "unit": "kg"},
        {"code": "111", "title": "A", "probability": 0.3, "factor": 0.5, "unit": "kg"},
    ]


def test_evidence_is_the_nearest_texts_each_once_even_where_a_weightier_entry_voted_first():
    entries = pd.DataFrame(
        {
            "naics_code": ["111111", "222222", "333333", "444444"],
            "text": ["far", "near", "near", "x" * 500],
            "source": ["a", "b", "c", "d"],
            "source_code": ["1", "2", "3", "4"],
            "weight": 1.0,
            "view": "line",
        }
    )
    index = ReferenceIndex.from_vectors(entries, np.eye(4, dtype=np.float32))
    found = Neighbours(
        np.array([[0, 1, 2, 3]], dtype=np.int32), np.array([[0.5, 0.9, 0.8, 0.7]], dtype=np.float32)
    )
    evidence = json.loads(evidence_json(found, 0, index))
    assert [(e["code"], e["source"], e["similarity"]) for e in evidence] == [
        ("222222", "b", 0.9),
        ("444444", "d", 0.7),
        ("111111", "a", 0.5),
    ]
    assert len(evidence[1]["text"]) < 200


def test_the_sentence_names_the_leading_candidates_and_the_money_that_no_step_changed():
    said = candidates_text([1, 0, 2], [0.614, 0.221, 0.1], ["Rubber goods", "Gloves", "Toys"])
    assert said == "61% Gloves, 22% Rubber goods"
    sentence = estimate_sentence("USD 1,250.00", [], 0.2, "USD", said, (250.0, 100.0, 600.0), "Factors: X.")
    assert sentence == (
        "USD 1,250.00, times 0.2 kg CO2e per USD (the factor of the probable categories: 61% Gloves, "
        "22% Rubber goods) = 250 kg CO2e, 90% range 100 to 600. Factors: X."
    )
