"""Category of a line: candidates are found, ranked by what was learned, and made probabilities."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final, Self

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import sparse

from features.text import TextEncoder, clean_text
from models.candidates import CandidateFinder
from models.category import CategoryVotes, follow_codes, query_text
from models.kernel_ridge import KernelRidge
from models.lexicon import Lexicon
from models.questions import Questions
from models.ranker import CategoryRanker
from models.reference_index import Neighbours, ReferenceIndex
from models.reference_sources import voted_categories
from models.state import State
from models.vote_memory import VoteMemory

_BLOCK: Final = 4096


class RankedCategory:
    """Probability of each category of a line.

    Parameters
    ----------
    finder
        Fitted; finds and describes candidates.
    ranker
        Fitted and calibrated; orders them.
    code_trust
        Probability that a code which the buyer put on the line is right.

    Attributes
    ----------
    classes_ : numpy.ndarray of str, shape (C,)
        Six-digit NAICS 2017 codes, sorted.
    index_ : ReferenceIndex
        The texts that lines are compared with.
    """

    def __init__(self, finder: CandidateFinder, ranker: CategoryRanker, code_trust: float = 0.8) -> None:
        self.finder = finder
        self.ranker = ranker
        self.code_trust = code_trust
        self.classes_ = finder.classes_
        self.index_ = finder.index_
        self._memory = VoteMemory()

    def votes(self, questions: Questions, coded: sparse.csr_matrix | None = None) -> CategoryVotes:
        """Say how probable each category is.

        Parameters
        ----------
        questions
            n lines.
        coded
            (n, C) how much of each category is under the code on the line; an empty row where there is none.
        """
        votes = self._memory.votes(questions, len(self.classes_), self._asked)
        if coded is not None and coded.nnz:
            votes = replace(votes, probability=follow_codes(votes.probability, coded, self.code_trust))
        return votes

    def _asked(self, questions: Questions) -> CategoryVotes:
        parts = [
            self._votes(questions.take(slice(start, start + _BLOCK)))
            for start in range(0, max(len(questions), 1), _BLOCK)
        ]
        probability = sparse.csr_matrix(sparse.vstack([part.probability for part in parts]))
        return CategoryVotes(probability, _stacked(parts))

    def _votes(self, questions: Questions) -> CategoryVotes:
        found = self.finder.find(questions)
        value = self.ranker.probability(self.ranker.score(found), questions.has_supplier)
        return CategoryVotes(as_matrix(found.column, value, len(self.classes_)), found.neighbours)

    def state(self) -> State:
        """Give what the model is made of, the index aside."""
        parts = {
            "finder": State(metadata={**self.finder.get_params(), "code_trust": self.code_trust}),
            "lexicon": self.finder.lexicon_.state(),
            "ranker": self.ranker.state(),
        }
        if self.finder.ridge_ is not None:
            parts["ridge"] = self.finder.ridge_.state()
        return State.of_parts(parts)

    @classmethod
    def from_state(cls, state: State, index: ReferenceIndex, threads: int | None = None) -> Self:
        """Make a model of its state and the index it was fitted on; ``threads`` find candidates."""
        parameters = dict(state.part("finder").metadata)
        trust = parameters.pop("code_trust")
        lexicon = Lexicon.from_state(state.part("lexicon"))
        ridge = None
        if "ridge" in state.metadata:
            ridge = KernelRidge.from_state(
                state.part("ridge"), index, lexicon, voted_categories(index.entries)
            )
        finder = CandidateFinder(**parameters).fit(index, lexicon, ridge, threads)
        return cls(finder, CategoryRanker.from_state(state.part("ranker")), trust)


def as_matrix(
    column: npt.NDArray[np.int64], probability: npt.NDArray[np.float64], classes: int
) -> sparse.csr_matrix:
    """Candidates' probabilities (n, k) as a sparse (n, classes)."""
    n, k = column.shape
    out = sparse.csr_matrix((probability.ravel(), (np.repeat(np.arange(n), k), column.ravel())), (n, classes))
    out.sort_indices()
    return out


def ask(
    descriptions: pd.Series,
    suppliers: pd.Series,
    encoder: TextEncoder,
    progress: Callable[[int], None] | None = None,
) -> Questions:
    """Encode what n lines say: as a whole, their descriptions and their suppliers alone.

    Parameters
    ----------
    descriptions, suppliers
        (n,) as the ledger has them.
    encoder
        Fitted.
    progress
        Called with the number of lines encoded since the last call.
    """
    whole = _mapped(list(zip(descriptions, suppliers, strict=True)), lambda pair: query_text(*pair))
    described = _mapped(list(descriptions), clean_text)
    described = described.where(described != "", whole)
    supplied = _mapped(list(suppliers), lambda name: clean_text(name).lower())
    line = encoder.transform(whole, progress)
    alone = np.flatnonzero((described != whole).to_numpy())
    description = line.copy()
    description[alone] = encoder.transform(described.iloc[alone])
    named = (supplied != "").to_numpy()
    supplier = np.zeros_like(line)
    supplier[named] = encoder.transform(supplied[named])
    return Questions(whole, {"line": line, "description": description, "supplier": supplier}, named)


def _mapped(values: list[Any], change: Callable[[Any], str]) -> pd.Series:
    """Change each distinct value once."""
    known = {value: change(value) for value in set(values)}
    return pd.Series([known[value] for value in values], dtype="str")


def _stacked(parts: list[CategoryVotes]) -> Neighbours:
    return Neighbours(
        np.concatenate([part.neighbours.entry for part in parts]),
        np.concatenate([part.neighbours.similarity for part in parts]),
    )
