"""Category of a line: a softened vote of the nearest reference entries."""

from dataclasses import dataclass
from typing import Final, Self

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import sparse
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils.validation import check_is_fitted

from features.text import clean_text
from models.reference_index import Neighbours, ReferenceIndex

CATEGORY_SCHEME: Final = "NAICS 2017"
_TRADE_SECTORS: Final = ("42", "44", "45")
_EVEN_SHARE: Final = 0.1


@dataclass(frozen=True)
class CategoryVotes:
    """What the reference index says about n queries.

    Attributes
    ----------
    probability
        (n, C) sparse, rows sum to 1, columns in the order of ``NearestNeighbourCategory.classes_``.
    neighbours
        The entries that voted.
    """

    probability: sparse.csr_matrix
    neighbours: Neighbours


def query_text(description: str, supplier: str) -> str:
    """Join what the line says and who sold it: on a public ledger the account alone says little.

    Examples
    --------
    >>> query_text("(81200) Medical Surgical Supplies", "TERUMO BCT EUROPE NV")
    'Medical Surgical Supplies, terumo bct europe nv'
    """
    text = clean_text(description)
    seller = clean_text(supplier).lower()
    return f"{text}, {seller}" if text and seller else text or seller


class NearestNeighbourCategory(ClassifierMixin, BaseEstimator):  # type: ignore[misc]
    """Probability of each category from the nearest entries of a reference index.

    A neighbour with cosine s and prior weight w votes for its category with ``w * exp(s / temperature)``;
    votes for wholesale and retail categories are scaled by ``trade_prior``, because buyers name goods, and
    the goods' factor is that of their manufacture.

    Parameters
    ----------
    neighbours
        Entries that may vote.
    temperature
        Cosine difference at which a vote falls to 1/e.
    trade_prior
        Prior weight of NAICS 42, 44 and 45 against all others.
    code_trust
        Probability that a code which the buyer put on the line is right.

    Attributes
    ----------
    classes_ : numpy.ndarray of str, shape (C,)
        Six-digit NAICS 2017 codes, sorted.
    """

    def __init__(
        self,
        neighbours: int = 60,
        temperature: float = 0.05,
        trade_prior: float = 0.3,
        code_trust: float = 0.8,
    ) -> None:
        self.neighbours = neighbours
        self.temperature = temperature
        self.trade_prior = trade_prior
        self.code_trust = code_trust

    def fit(self, index: ReferenceIndex, y: object = None) -> Self:  # noqa: ARG002
        """Remember the entries that whole lines are compared with; nothing is learned from labels."""
        index = index.without((index.entries["view"] != "line").to_numpy())
        codes = index.entries["naics_code"].to_numpy(dtype=str)
        self.classes_, self._entry_class = np.unique(codes, return_inverse=True)
        self.index_ = index
        weight = index.entries["weight"].to_numpy(dtype=np.float64)
        self._bonus = (self.temperature * np.log(weight)).astype(np.float32)
        sector = np.array([code[:2] for code in self.classes_])
        self._prior = np.where(np.isin(sector, _TRADE_SECTORS), self.trade_prior, 1.0)
        return self

    def votes(
        self, vectors: npt.NDArray[np.float32], coded: sparse.csr_matrix | None = None
    ) -> CategoryVotes:
        """Vote.

        Parameters
        ----------
        vectors
            (n, d) unit-norm vectors of the queries.
        coded
            (n, C) how much of each category is under the code on the line; an empty row where there is none.
        """
        check_is_fitted(self, "classes_")
        found = self.index_.search(vectors, self.neighbours, self._bonus)
        logit = (found.similarity - 1.0 + self._bonus[found.entry]) / self.temperature
        vote = np.exp(logit.astype(np.float64))
        n, k = found.entry.shape
        column = self._entry_class[found.entry.ravel()]
        row = np.repeat(np.arange(n), k)
        votes = sparse.csr_matrix(
            (vote.ravel() * self._prior[column], (row, column)), (n, len(self.classes_))
        )
        probability = _row_normalised(votes)
        if coded is not None and coded.nnz:
            probability = follow_codes(probability, coded, self.code_trust)
        return CategoryVotes(probability, found)

    def predict_proba(self, vectors: npt.NDArray[np.float32]) -> npt.NDArray[np.float64]:
        """Probabilities, (n, C), dense."""
        return np.asarray(self.votes(vectors).probability.todense())

    def predict(self, vectors: npt.NDArray[np.float32]) -> npt.NDArray[np.str_]:
        """Most probable category of each query, (n,)."""
        best = np.asarray(self.votes(vectors).probability.argmax(axis=1)).ravel()
        return np.asarray(self.classes_[best])


def follow_codes(text: sparse.csr_matrix, coded: sparse.csr_matrix, trust: float) -> sparse.csr_matrix:
    """Mix the text's probabilities with those of the coded categories, shared out as the text would.

    A little is shared by how much of each category lies under the code, so that a code still counts where the
    text does not agree with it.

    Parameters
    ----------
    text
        (n, C) probabilities.
    coded
        (n, C) how much of each category lies under the code on the line; an empty row where there is none.
    trust
        Probability that a code is right.
    """
    within = _row_normalised(text.multiply(coded > 0) + _EVEN_SHARE * _row_normalised(coded))
    has_code = (np.diff(coded.indptr) > 0).astype(float) * trust
    return sparse.csr_matrix(sparse.diags(1.0 - has_code) @ text + sparse.diags(has_code) @ within)


def _row_normalised(matrix: sparse.csr_matrix) -> sparse.csr_matrix:
    total = np.asarray(matrix.sum(axis=1)).ravel()
    out = sparse.csr_matrix(sparse.diags(1.0 / np.where(total > 0, total, 1.0)) @ matrix)
    out.sum_duplicates()
    return out


def line_queries(lines: pd.DataFrame) -> pd.Series:
    """Query text of each line item, (n,)."""
    pairs = lines[["description", "supplier"]].drop_duplicates()
    text = [query_text(d, s) for d, s in zip(pairs["description"], pairs["supplier"], strict=True)]
    keyed = pd.Series(text, index=pd.MultiIndex.from_frame(pairs), dtype="str")
    return keyed.reindex(pd.MultiIndex.from_frame(lines[["description", "supplier"]])).reset_index(drop=True)
