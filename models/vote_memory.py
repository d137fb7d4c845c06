"""The memory of a category model: what was asked before is answered at once, to the same bits."""

import threading
from collections.abc import Callable
from hashlib import blake2b
from itertools import pairwise
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt
from cachetools import LRUCache
from scipy import sparse

from models.category import CategoryVotes
from models.questions import Questions
from models.reference_index import Neighbours

QUESTIONS_KEPT: Final = 50_000
"""A kilobyte each."""


class _Answer(NamedTuple):
    column: npt.NDArray[np.int32]
    probability: npt.NDArray[np.float64]
    entry: npt.NDArray[np.int32]
    similarity: npt.NDArray[np.float32]


class VoteMemory:
    """Keep the answers to the questions that were asked last: ledgers name the same goods month after month.

    An answer does not depend on the company its question came in, so that it may be given again.

    Parameters
    ----------
    most
        Questions whose answers are kept.
    """

    def __init__(self, most: int = QUESTIONS_KEPT) -> None:
        self._answers: LRUCache[bytes, _Answer] = LRUCache(most)
        self._lock = threading.Lock()

    def votes(
        self, questions: Questions, classes: int, ask: Callable[[Questions], CategoryVotes]
    ) -> CategoryVotes:
        """Answer questions, asking only those that are new, each once.

        Parameters
        ----------
        questions
            n lines.
        classes
            Number of categories.
        ask
            Answers questions.
        """
        keys = _keys(questions)
        if not keys:
            return ask(questions)
        with self._lock:
            found = {key: answer for key in set(keys) if (answer := self._answers.get(key)) is not None}
        new = {key: row for row, key in reversed(list(enumerate(keys))) if key not in found}
        if new:
            rows = np.array(sorted(new.values()), dtype=np.int64)
            answered = _answers(ask(questions.take(rows)))
            found |= {keys[row]: answer for row, answer in zip(rows.tolist(), answered, strict=True)}
        with self._lock:
            self._answers.update(found)
        return _together([found[key] for key in keys], classes)


def _keys(questions: Questions) -> list[bytes]:
    rows = [np.ascontiguousarray(vectors) for vectors in questions.vectors.values()]
    keys = []
    for number, (text, named) in enumerate(zip(questions.text, questions.has_supplier, strict=True)):
        digest = blake2b(f"{named}{text}".encode("utf-8", "surrogatepass"), digest_size=16)
        for vectors in rows:
            digest.update(vectors[number])
        keys.append(digest.digest())
    return keys


def _answers(votes: CategoryVotes) -> list[_Answer]:
    matrix, near = votes.probability, votes.neighbours
    answers = []
    for row, (start, end) in enumerate(pairwise(matrix.indptr)):
        columns = slice(start, end)
        # copies: a row of a block would keep the whole block
        parts = matrix.indices[columns], matrix.data[columns], near.entry[row], near.similarity[row]
        answers.append(_Answer(*(part.copy() for part in parts)))
    return answers


def _together(answers: list[_Answer], classes: int) -> CategoryVotes:
    start = np.cumsum([0, *(len(answer.column) for answer in answers)])
    column = np.concatenate([answer.column for answer in answers])
    probability = np.concatenate([answer.probability for answer in answers])
    return CategoryVotes(
        sparse.csr_matrix((probability, column, start), (len(answers), classes)),
        Neighbours(
            np.stack([answer.entry for answer in answers]),
            np.stack([answer.similarity for answer in answers]),
        ),
    )
