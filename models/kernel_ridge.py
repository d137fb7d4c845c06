"""Kernel ridge regression: how likely each category is, learned from labelled lines by their likeness."""

from dataclasses import dataclass
from typing import Final, Self

import numpy as np
import numpy.typing as npt
from scipy import linalg, sparse
from scipy.special import softmax
from sklearn.base import BaseEstimator
from sklearn.utils.validation import check_is_fitted

from models.inner_products import inner_products
from models.lexicon import Lexicon
from models.reference_index import ReferenceIndex
from models.state import State

_WIDTH: Final = 0.2
_TEXT, _WORDS, _VOTES = 0.5, 0.2, 0.3
_PROTOTYPE_SOURCES: Final = ("naics_2017_index", "naics_2017_titles", "purchase_wordings")
_TEMPERATURE: Final = 0.1

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Points:
    """What n texts are compared by.

    Attributes
    ----------
    vectors
        (n, d) of length 1, or 0 where there is none.
    words
        (n, v) weights of words, rows of length 1 or 0.
    votes
        (n, C) square roots of the probabilities that the classifications alone give each category.
    """

    vectors: Floats
    words: sparse.csr_matrix
    votes: sparse.csr_matrix

    def __len__(self) -> int:
        return len(self.vectors)

    def take(self, rows: npt.NDArray[np.int64]) -> "Points":
        """Keep some of them."""
        return Points(self.vectors[rows], self.words[rows], self.votes[rows])

    def followed_by(self, others: "Points") -> "Points":
        """Put others after them."""
        return Points(
            np.concatenate([self.vectors, others.vectors]),
            sparse.csr_matrix(sparse.vstack([self.words, others.words])),
            sparse.csr_matrix(sparse.vstack([self.votes, others.votes])),
        )

    @classmethod
    def of_entries(
        cls, index: ReferenceIndex, lexicon: Lexicon, entry: npt.NDArray[np.int64], votes: sparse.csr_matrix
    ) -> Self:
        """Take the texts of some entries of an index, with what the classifications say of them."""
        return cls(index.vectors[entry], lexicon.weigh(index.entries["text"].iloc[entry]), votes)

    @classmethod
    def of_categories(
        cls,
        index: ReferenceIndex,
        lexicon: Lexicon,
        codes: npt.NDArray[np.str_],
        voted: npt.NDArray[np.str_],
    ) -> Self:
        """Make a prototype of each category: the mean of its NAICS index entries and title, and its own vote.

        Parameters
        ----------
        index, lexicon
            Supply the entries' vectors and words.
        codes
            (K,) categories, sorted, all of them among ``voted``.
        voted
            (C,) categories that the classifications vote on, sorted.
        """
        entries = index.entries
        chosen = entries["source"].isin(_PROTOTYPE_SOURCES) & entries["naics_code"].isin(codes)
        rows = np.flatnonzero((chosen & (entries["view"] == "line")).to_numpy())
        column = np.searchsorted(codes, entries["naics_code"].to_numpy(dtype=str)[rows])
        ones = np.ones(len(rows))
        member = sparse.csr_matrix((ones, (column, np.arange(len(rows)))), (len(codes), len(rows)))
        words = sparse.csr_matrix(member @ lexicon.weigh(entries["text"].iloc[rows]))
        length = np.sqrt(np.asarray(words.multiply(words).sum(axis=1)).ravel())
        own = (np.ones(len(codes)), (np.arange(len(codes)), np.searchsorted(voted, codes)))
        return cls(
            _of_length_one(np.asarray(member @ index.vectors[rows])),
            sparse.csr_matrix(sparse.diags(1 / np.maximum(length, 1e-9)) @ words, dtype=np.float32),
            sparse.csr_matrix(own, (len(codes), len(voted)), dtype=np.float32),
        )


class KernelRidge(BaseEstimator):  # type: ignore[misc]
    r"""Regress the shares of K categories on labelled lines and on a prototype of each category.

    Two texts are alike by :math:`0.5 \exp((\cos - 1) / 0.2)` of their vectors, 0.2 times the cosine of their
    words, and 0.3 times the Bhattacharyya coefficient of what the classifications say of both.

    Parameters
    ----------
    penalty, prototype_penalty
        Added to the likeness of a labelled line, or of a prototype, with itself: how far its label is
        doubted.

    Attributes
    ----------
    codes_ : numpy.ndarray of str, shape (K,)
        NAICS 2017 codes, sorted.
    held_out_ : numpy.ndarray of float32, shape (m, K)
        Scores of the labelled lines by a regression without the lines of their own group; after
        :meth:`fit` only.

    Notes
    -----
    Scores without a group follow from the regression on everything in closed form: Cawley and Talbot, *Fast
    exact leave-one-out cross-validation of sparse least-squares support vector machines*, 2004, by blocks.
    Bhattacharyya kernel: Jebara, Kondor and Howard, *Probability product kernels*, 2004. Weights are kept in
    half precision.
    """

    def __init__(self, penalty: float = 0.2, prototype_penalty: float = 0.1) -> None:
        self.penalty = penalty
        self.prototype_penalty = prototype_penalty

    def fit(
        self,
        lines: Points,
        prototypes: Points,
        codes: npt.NDArray[np.str_],
        target: Floats,
        group: npt.NDArray[np.int64],
        entry: npt.NDArray[np.int64],
    ) -> Self:
        """Regress.

        Parameters
        ----------
        lines
            m labelled lines.
        prototypes
            Of the K categories.
        codes
            (K,) their codes, sorted.
        target
            (m, K) share of each category in a line's label.
        group
            (m,) lines of one group are not independent.
        entry
            (m,) the lines' entries in the reference index, to find their texts again.
        """
        self.codes_, self._entry, self._points = codes, entry, lines.followed_by(prototypes)
        doubt = np.repeat([self.penalty, self.prototype_penalty], [len(lines), len(prototypes)])
        likeness = kernel(self._points, self._points)
        likeness[np.diag_indices(len(likeness))] += doubt.astype(np.float32)
        wanted = np.concatenate([target, np.eye(len(codes))]).astype(np.float32)
        inverse = _inverse(likeness)
        weight = inverse @ wanted
        self.held_out_ = np.zeros(target.shape, dtype=np.float32)
        for own in _members(group):
            self.held_out_[own] = wanted[own] - np.linalg.solve(inverse[np.ix_(own, own)], weight[own])
        self._keep(weight.T.astype(np.float16))
        return self

    def score(self, points: Points, threads: int = 1) -> Floats:
        """Scores of the categories, (n, K), near 0 to 1; the same whatever texts come together."""
        check_is_fitted(self, "codes_")
        return inner_products(kernel(points, self._points, threads), self._weight, threads)

    def share(self, score: Floats) -> Floats:
        """Scores as shares that sum to 1, (n, K); not calibrated."""
        return np.asarray(softmax(score / np.float32(_TEMPERATURE), axis=1))

    def state(self) -> State:
        """Give what the regression is made of, the texts aside."""
        check_is_fitted(self, "codes_")
        lines = len(self._points) - len(self.codes_)
        votes = self._points.votes[:lines]
        return State(
            metadata={"parameters": self.get_params(), "codes": self.codes_.tolist()},
            arrays={
                "entry": self._entry.astype(np.int32),
                "weight": self._half,
                "votes": votes.data.astype(np.float16),
                "votes_column": votes.indices.astype(np.int16),
                "votes_start": votes.indptr.astype(np.int32),
            },
        )

    @classmethod
    def from_state(
        cls,
        state: State,
        index: ReferenceIndex,
        lexicon: Lexicon,
        voted: npt.NDArray[np.str_],
    ) -> Self:
        """Make a regression of its state and of the texts it was fitted on.

        Parameters
        ----------
        state
            Of the regression.
        index, lexicon
            Hold the texts.
        voted
            (C,) categories that the classifications vote on, sorted.
        """
        ridge = cls(**state.metadata["parameters"])
        arrays = state.arrays
        entry = ridge._entry = arrays["entry"].astype(np.int64)
        columns = (arrays["votes"].astype(np.float32), arrays["votes_column"], arrays["votes_start"])
        votes = sparse.csr_matrix(columns, (len(entry), len(voted)))
        ridge.codes_ = np.array(state.metadata["codes"], dtype=str)
        lines = Points.of_entries(index, lexicon, entry, votes)
        ridge._points = lines.followed_by(Points.of_categories(index, lexicon, ridge.codes_, voted))
        ridge._keep(arrays["weight"])
        return ridge

    def _keep(self, half: npt.NDArray[np.float16]) -> None:
        self._half, self._weight = half, half.astype(np.float32)


def kernel(left: Points, right: Points, threads: int = 1) -> Floats:
    """Likeness of n and m texts, (n, m), 1 for equal ones."""
    text = np.exp((inner_products(left.vectors, right.vectors, threads) - np.float32(1)) / np.float32(_WIDTH))
    words = (left.words @ right.words.T).toarray()
    votes = (left.votes @ right.votes.T).toarray()
    return np.asarray(_TEXT * text + _WORDS * words + _VOTES * votes, dtype=np.float32)


def _inverse(matrix: Floats) -> Floats:
    """Inverse of a symmetric positive definite matrix, which is written over."""
    factor, failed = linalg.lapack.spotrf(matrix, lower=1, overwrite_a=1)
    if failed or not np.isfinite(factor.diagonal()).all():
        raise linalg.LinAlgError("Likeness is not positive definite, expected so: raise the penalties.")
    lower, _ = linalg.lapack.spotri(factor, lower=1, overwrite_c=1)
    lower = np.tril(lower)
    return np.asarray(lower + np.tril(lower, -1).T)


def _members(group: npt.NDArray[np.int64]) -> list[npt.NDArray[np.int64]]:
    """Rows of each group."""
    order = np.argsort(group, kind="stable")
    ends = np.flatnonzero(np.diff(group[order])) + 1
    return [rows for rows in np.split(order, ends) if len(rows)]


def _of_length_one(vectors: npt.NDArray[np.float64]) -> Floats:
    length = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(vectors / np.maximum(length, 1e-9), dtype=np.float32)
