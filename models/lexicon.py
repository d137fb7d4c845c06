"""Words of a text and their weights: what two texts literally share, beside what their vectors say."""

import re
from collections.abc import Iterable
from typing import Final, Self

import numpy as np
import pandas as pd
from scipy import sparse
from sklearn.feature_extraction.text import TfidfVectorizer

from models.state import State

_WORD: Final = re.compile(r"[a-z]{2,}")
_SHORTEST_PLURAL: Final = 4


def stems(text: str) -> list[str]:
    """Split a text into lower-case words, plurals brought to the singular; numbers and sizes are dropped.

    Examples
    --------
    >>> stems("GLOVES, 5 boxes of batteries; glass")
    ['glove', 'box', 'of', 'battery', 'glass']
    """
    return [_singular(word) for word in _WORD.findall(text.lower())]


def _singular(word: str) -> str:
    if len(word) < _SHORTEST_PLURAL or not word.endswith("s") or word.endswith(("ss", "us", "is")):
        return word
    if word.endswith("ies"):
        return f"{word[:-3]}y"
    if word.endswith(("ches", "shes", "sses", "xes")):
        return word[:-2]
    return word[:-1]


class Lexicon:
    """TF-IDF weights of words, learned from reference texts.

    Parameters
    ----------
    words
        (v,) words, sorted.
    weight
        (v,) inverse document frequencies.
    """

    def __init__(self, words: Iterable[str], weight: np.ndarray) -> None:
        vocabulary = {str(word): column for column, word in enumerate(words)}
        self._vectorizer = TfidfVectorizer(
            analyzer=stems, sublinear_tf=True, vocabulary=vocabulary, dtype=np.float32
        )
        self._vectorizer.idf_ = np.asarray(weight, dtype=np.float32)

    @classmethod
    def of(cls, texts: pd.Series) -> Self:
        """Learn from texts; a word that occurs once connects nothing and is left out."""
        fitted = TfidfVectorizer(analyzer=stems, sublinear_tf=True, min_df=2).fit(texts)
        return cls(fitted.get_feature_names_out(), fitted.idf_)

    def weigh(self, texts: pd.Series) -> sparse.csr_matrix:
        """Weights of the words of n texts, (n, v), rows of length 1 or 0."""
        if texts.empty:
            return sparse.csr_matrix((0, len(self._vectorizer.vocabulary)), dtype=np.float32)
        return sparse.csr_matrix(self._vectorizer.transform(texts))

    def state(self) -> State:
        """Give what the lexicon is made of."""
        return State(
            tables={
                "words": pd.DataFrame(
                    {"word": list(self._vectorizer.vocabulary), "weight": self._vectorizer.idf_}
                )
            }
        )

    @classmethod
    def from_state(cls, state: State) -> Self:
        """Make a lexicon of its state."""
        words = state.tables["words"]
        return cls(words["word"], words["weight"].to_numpy())
