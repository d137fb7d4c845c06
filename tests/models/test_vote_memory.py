"""The memory of votes: each question is asked once, and answered as it would be without a memory."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from models.category import CategoryVotes
from models.questions import VIEWS, Questions
from models.ranked_category import as_matrix
from models.reference_index import Neighbours
from models.vote_memory import VoteMemory

CLASSES = 7


def questions(*numbers):
    """Questions that differ in their vectors."""
    vectors = np.array([[number, 1.0] for number in numbers], dtype=np.float32).reshape(-1, 2)
    text = pd.Series([f"goods {number}" for number in numbers], dtype="str")
    return Questions(text, dict.fromkeys(VIEWS, vectors), np.zeros(len(numbers), dtype=bool))


@pytest.fixture
def asked():
    return []


@pytest.fixture
def ask(asked):
    def answer(some):
        numbers = some.vectors["line"][:, 0].astype(np.int64)
        asked.append(numbers.tolist())
        column = np.stack([numbers % CLASSES, (numbers + 3) % CLASSES], axis=1)
        probability = np.stack([1 / (numbers + 1.0), 1 - 1 / (numbers + 1.0)], axis=1)
        near = Neighbours(column.astype(np.int32), probability.astype(np.float32))
        return CategoryVotes(as_matrix(column, probability, CLASSES), near)

    return answer


def assert_same(got, expected):
    np.testing.assert_array_equal(got.probability.toarray(), expected.probability.toarray())
    np.testing.assert_array_equal(got.neighbours.entry, expected.neighbours.entry)
    np.testing.assert_array_equal(got.neighbours.similarity, expected.neighbours.similarity)


def test_a_question_is_asked_once_and_answered_alike_ever_after(ask, asked):
    memory = VoteMemory()

    assert_same(memory.votes(questions(4, 9, 4), CLASSES, ask), ask(questions(4, 9, 4)))
    assert_same(memory.votes(questions(9, 5, 4), CLASSES, ask), ask(questions(9, 5, 4)))

    assert asked[0::2] == [[4, 9], [5]]


def test_questions_that_differ_in_anything_are_two(ask, asked):
    memory = VoteMemory()
    one = questions(4)
    others = [
        replace(one, text=pd.Series(["other goods"])),
        replace(one, has_supplier=np.array([True])),
        replace(one, vectors=one.vectors | {"supplier": np.array([[4.0, 2.0]], dtype=np.float32)}),
    ]
    for question in (one, *others, one):
        memory.votes(question, CLASSES, ask)

    assert asked == [[4]] * 4


def test_the_questions_that_were_asked_last_are_kept_and_more_at_once_are_answered(ask, asked):
    memory = VoteMemory(most=2)

    assert_same(memory.votes(questions(1, 2, 3), CLASSES, ask), ask(questions(1, 2, 3)))
    memory.votes(questions(3, 2), CLASSES, ask)
    memory.votes(questions(1), CLASSES, ask)

    assert asked[0] == [1, 2, 3]
    assert asked[2:] == [[1]]


def test_no_question_has_no_answer(ask):
    votes = VoteMemory().votes(questions(), CLASSES, ask)

    assert votes.probability.shape == (0, CLASSES)
