import json

import numpy as np
import pandas as pd
import pytest
from scipy import sparse

from features.text import TextEncoder
from models.questions import VIEWS
from models.ranked_category import RankedCategory, as_matrix, ask
from models.state import State


@pytest.fixture(scope="module")
def votes(category, world):
    return category.votes(world.questions)


def test_probabilities_sum_to_one_and_the_right_category_is_the_most_probable(category, votes, world):
    probability = votes.probability.toarray()
    assert probability.shape == (300, len(category.classes_))
    np.testing.assert_allclose(probability.sum(axis=1), 1)
    assert (probability[200:].argmax(axis=1) == world.truth[200:]).mean() > 0.95


@pytest.mark.parametrize("row", [0, 17, 256, 299])
def test_the_answer_to_a_line_does_not_depend_on_its_company(category, votes, world, row):
    alone = category.votes(world.questions.take(slice(row, row + 1)))
    np.testing.assert_array_equal(alone.probability.toarray()[0], votes.probability[row].toarray()[0])
    np.testing.assert_array_equal(alone.neighbours.entry[0], votes.neighbours.entry[row])


def test_a_ledger_without_a_question_is_answered_with_nothing(category, world):
    answer = category.votes(world.questions.take(slice(0, 0)))
    assert answer.probability.shape == (0, len(category.classes_))
    assert len(answer.neighbours.entry) == 0


def test_a_code_on_the_line_outweighs_its_text_and_leaves_other_lines_alone(category, votes, world):
    fuel, chairs = (list(category.classes_).index(code) for code in ("324110", "337214"))
    row = int(np.flatnonzero(world.truth == chairs)[0])
    coded = sparse.lil_matrix(votes.probability.shape)
    coded[row, fuel] = 1
    answer = category.votes(world.questions, sparse.csr_matrix(coded)).probability.toarray()
    assert answer[row, fuel] == pytest.approx(category.code_trust, abs=0.05)
    assert answer[row, chairs] == pytest.approx(1 - category.code_trust, abs=0.05)
    np.testing.assert_allclose(answer.sum(axis=1), 1)
    others = np.arange(300) != row
    np.testing.assert_allclose(answer[others], votes.probability.toarray()[others])


def test_of_several_categories_that_a_code_points_to_the_text_chooses(category, world):
    paper, fuel, chairs = (list(category.classes_).index(code) for code in ("322121", "324110", "337214"))
    row = int(np.flatnonzero(world.truth == chairs)[0])
    coded = np.zeros((1, len(category.classes_)))
    coded[0, [paper, chairs]] = 1
    answer = category.votes(world.questions.take(slice(row, row + 1)), sparse.csr_matrix(coded))
    probability = answer.probability.toarray()[0]
    assert probability.argmax() == chairs
    assert probability[fuel] < 0.1


def test_a_model_comes_back_from_its_state_and_answers_the_same(category, votes, world):
    state = category.state()
    copied = State(
        metadata=json.loads(json.dumps(state.metadata)),
        arrays=dict(state.arrays),
        tables={name: table.copy() for name, table in state.tables.items()},
        boosters=dict(state.boosters),
    )
    again = RankedCategory.from_state(copied, world.index).votes(world.questions)
    np.testing.assert_array_equal(again.probability.toarray(), votes.probability.toarray())
    np.testing.assert_array_equal(again.neighbours.entry, votes.neighbours.entry)
    assert RankedCategory.from_state(copied, world.index).state().boosters == state.boosters


def test_probabilities_of_candidates_stand_in_the_columns_of_their_classes():
    found = as_matrix(np.array([[2, 0], [1, 2]]), np.array([[0.7, 0.3], [0.6, 0.4]]), 4)
    np.testing.assert_array_equal(found.toarray(), [[0.3, 0, 0.7, 0], [0, 0.6, 0.4, 0]])


def asked(encoder: TextEncoder, *rows: tuple[str, str]):
    descriptions, suppliers = (pd.Series(texts, dtype="str") for texts in zip(*rows, strict=True))
    return ask(descriptions, suppliers, encoder)


def test_a_line_is_asked_about_as_a_whole_and_by_its_parts(encoder):
    questions = asked(
        encoder,
        ("(80200) Drug Costs", "VIAPATH LLP"),
        ("Gloves", ""),
        ("", "Acme Ltd"),
        ("Gloves", "ACME ltd"),
    )
    assert questions.text.tolist() == ["Drug Costs, viapath llp", "Gloves", "acme ltd", "Gloves, acme ltd"]
    assert questions.has_supplier.tolist() == [True, False, True, True]
    assert set(questions.vectors) == set(VIEWS)
    said = {
        "line": questions.text,
        "description": ["Drug Costs", "Gloves", "acme ltd", "Gloves"],
        "supplier": ["viapath llp", None, "acme ltd", "acme ltd"],
    }
    for view, texts in said.items():
        for row, text in enumerate(texts):
            expected = encoder.transform([text])[0] if text else np.zeros(encoder.dimension_)
            np.testing.assert_array_equal(questions.vectors[view][row], expected)


def test_no_line_is_no_question(encoder):
    nothing = pd.Series([], dtype="str")
    questions = ask(nothing, nothing, encoder)
    assert len(questions) == 0
    assert questions.vectors["supplier"].shape == (0, encoder.dimension_)


def test_every_line_is_counted_once_while_it_is_read(encoder):
    done = []
    texts = pd.Series(["Gloves", "Desk", "Gloves"])
    ask(texts, pd.Series(["Acme", "", "Acme"]), encoder, done.append)
    assert sum(done) == 3
