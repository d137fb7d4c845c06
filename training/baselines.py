"""What a model must beat: a constant, and plain TF-IDF neighbours over the same reference texts."""

from typing import Self

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import sparse
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.feature_extraction.text import TfidfVectorizer

from models.reference_index import ReferenceIndex


class TfidfNeighbours(ClassifierMixin, BaseEstimator):  # type: ignore[misc]
    """Vote of the nearest entries by TF-IDF cosine, each vote weighing its cosine.

    Parameters
    ----------
    neighbours
        Entries that vote.

    Attributes
    ----------
    classes_ : numpy.ndarray of str, shape (C,)
        NAICS 2017 codes.
    """

    def __init__(self, neighbours: int = 8) -> None:
        self.neighbours = neighbours

    def fit(self, index: ReferenceIndex, y: object = None) -> Self:  # noqa: ARG002
        """Weigh the words of the entries."""
        self.vectorizer_ = TfidfVectorizer(sublinear_tf=True, stop_words="english", strip_accents="unicode")
        self._entries = self.vectorizer_.fit_transform(index.entries["text"])
        self.classes_, self._entry_class = np.unique(index.entries["naics_code"], return_inverse=True)
        return self

    def probability(self, texts: pd.Series) -> sparse.csr_matrix:
        """Category probabilities, (n, C); a text that shares no word with any entry has none."""
        cosine = sparse.csr_matrix(self.vectorizer_.transform(texts) @ self._entries.T)
        cosine = _largest(cosine, self.neighbours)
        one_hot = sparse.csr_matrix(
            (np.ones(len(self._entry_class)), (np.arange(len(self._entry_class)), self._entry_class))
        )
        votes = sparse.csr_matrix(cosine @ one_hot)
        total = np.asarray(votes.sum(axis=1)).ravel()
        return sparse.csr_matrix(sparse.diags(1 / np.where(total > 0, total, 1)) @ votes)


def constant_factor(true_factors: npt.NDArray[np.float64]) -> float:
    """Median of the true factors: the best constant there is, and one that has seen the answers."""
    return float(np.nanmedian(true_factors))


def _largest(matrix: sparse.csr_matrix, k: int) -> sparse.csr_matrix:
    """Keep the k largest values of each row."""
    rows, columns, values = [], [], []
    for row in range(matrix.shape[0]):
        part = slice(matrix.indptr[row], matrix.indptr[row + 1])
        order = np.argsort(-matrix.data[part], kind="stable")[:k]
        rows.append(np.full(len(order), row))
        columns.append(matrix.indices[part][order])
        values.append(matrix.data[part][order])
    if not rows:
        return matrix
    return sparse.csr_matrix(
        (np.concatenate(values), (np.concatenate(rows), np.concatenate(columns))), matrix.shape
    )
