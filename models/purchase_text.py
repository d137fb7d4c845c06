"""Linear scores of a line's text: its vector, and hashed parts of the words of description and supplier."""

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import sparse
from sklearn.feature_extraction.text import HashingVectorizer

from features.screening.wording import cleaned

_COLUMNS: Final = ("description", "supplier")
_PARTS: Final = (3, 5)
"""Letters of a word part, from and to."""
_BLOCK: Final = 4096


def text_features(lines: pd.DataFrame, vectors: npt.NDArray[np.float32], hash_bits: int) -> sparse.csr_matrix:
    """Features of n lines, (n, d + 2 * 2 ** hash_bits): vector, description, supplier.

    Parameters
    ----------
    lines
        Frame with ``description`` and ``supplier``.
    vectors
        (n, d).
    hash_bits
        Word parts of a column are hashed into ``2 ** hash_bits`` numbers.
    """
    hashed = []
    for column in _COLUMNS:
        codes, parts = _word_parts(lines[column], hash_bits)
        hashed.append(parts[codes])
    return sparse.hstack([sparse.csr_matrix(vectors), *hashed], format="csr")


@dataclass(frozen=True)
class TextScores:
    """K linear scores of :func:`text_features`, without making the features of every line.

    Attributes
    ----------
    classes
        What each score stands for, K names.
    weights
        (K, d + 2 * 2 ** hash_bits) float32.
    intercepts
        (K,).
    hash_bits
        As for :func:`text_features`.
    """

    classes: tuple[str, ...]
    weights: npt.NDArray[np.float32]
    intercepts: npt.NDArray[np.float64]
    hash_bits: int

    def of(self, lines: pd.DataFrame, vectors: npt.NDArray[np.float32]) -> npt.NDArray[np.float64]:
        """Scores, (n, K). A line scores the same whatever lines come with it.

        Parameters
        ----------
        lines
            Frame with ``description`` and ``supplier``, n rows; every distinct text is read once.
        vectors
            (n, d).
        """
        dimension = self.weights.shape[1] - 2 * 2**self.hash_bits
        scores = np.tile(self.intercepts.astype(np.float64), (len(lines), 1))
        for start in range(0, len(lines), _BLOCK):
            block = vectors[start : start + _BLOCK].astype(np.float64)
            for number, weights in enumerate(self.weights[:, :dimension].astype(np.float64)):
                scores[start : start + _BLOCK, number] += (block * weights).sum(axis=1)
        for number, column in enumerate(_COLUMNS if len(lines) else ()):
            codes, parts = _word_parts(lines[column], self.hash_bits)
            start = dimension + number * 2**self.hash_bits
            weights = self.weights[:, start : start + 2**self.hash_bits].astype(np.float64)
            scores += np.asarray(parts @ weights.T)[codes]
        return scores


def _word_parts(texts: "pd.Series[str]", hash_bits: int) -> tuple[npt.NDArray[np.int64], sparse.csr_matrix]:
    """Find the distinct texts, and hash the word parts of each into a row of length 1."""
    codes, distinct = pd.factorize(texts)
    hashing = HashingVectorizer(
        analyzer="char_wb",
        ngram_range=_PARTS,
        n_features=2**hash_bits,
        alternate_sign=False,
        binary=True,
        norm="l2",
    )
    return np.asarray(codes, dtype=np.int64), hashing.transform([cleaned(text) for text in distinct])
