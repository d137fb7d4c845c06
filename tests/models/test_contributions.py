import numpy as np
import pytest
from scipy import sparse

from models.category import follow_codes
from models.contributions import CLUES, category_contributions, clue_of


@pytest.fixture(scope="module")
def asked(category, world):
    questions = world.questions.take(np.arange(250, 300))
    return questions, category.votes(questions).probability


def test_the_clues_add_up_to_the_log_odds_of_the_best_category_over_the_next(category, asked):
    questions, probability = asked
    found = category_contributions(category, questions, probability, probability)
    assert np.allclose(found[list(CLUES)].sum(axis=1), found["log_odds"])
    ordered = np.sort(probability.toarray(), axis=1)
    assert np.allclose(found["log_odds"], np.log(ordered[:, -1] / ordered[:, -2]))
    assert (found["category"] == category.classes_[probability.toarray().argmax(axis=1)]).all()
    assert np.allclose(found["codes"], 0)


def test_lines_that_name_no_supplier_owe_little_to_one(category, asked):
    questions, probability = asked
    found = category_contributions(category, questions, probability, probability)
    said = found["text"].abs().mean()
    assert said > found.loc[~questions.has_supplier, "supplier"].abs().mean()


def test_what_a_code_changed_is_told_apart(category, asked):
    questions, by_text = asked
    last = by_text.shape[1] - 1
    coded = sparse.csr_matrix(
        (np.ones(by_text.shape[0]), (np.arange(by_text.shape[0]), np.full(by_text.shape[0], last))),
        by_text.shape,
    )
    probability = follow_codes(by_text, coded, 0.8)
    found = category_contributions(category, questions, probability, by_text)
    assert (found["category"] == category.classes_[last]).all()
    assert (found["codes"] > 0).all()
    assert np.allclose(found[list(CLUES)].sum(axis=1), found["log_odds"])


def test_a_candidate_alone_has_nothing_to_be_held_against(category, asked):
    questions, _ = asked
    one = questions.take(np.array([0]))
    sure = sparse.csr_matrix(([1.0], ([0], [2])), (1, len(category.classes_)))
    found = category_contributions(category, one, sure, sure).iloc[0]
    assert found["over"] == ""
    assert np.isnan(found["log_odds"])


def test_every_feature_belongs_to_a_clue(category):
    clues = {clue_of(name) for name in category.finder.feature_names_}
    assert clues == set(CLUES) - {"codes"}
