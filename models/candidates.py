"""Candidate categories of a line and what speaks for each: similarities, shares of votes, shared words."""

import os
from dataclasses import dataclass
from functools import partial, reduce
from typing import Final, Self

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import sparse
from sklearn.base import BaseEstimator

from models.candidate_features import CandidateFeatures, families, normalised
from models.inner_products import Floats, shared_out
from models.kernel_ridge import KernelRidge, Points
from models.lexicon import Lexicon
from models.questions import VIEWS, Hidden, Questions, ViewCosines
from models.reference_index import Neighbours, ReferenceIndex
from models.reference_sources import CLASSIFICATIONS, LABELLED_SOURCES, voted_categories

_BLOCK: Final = 128
_MOST_THREADS: Final = 4
"""A block takes up to 400 MB while it is worked on."""
_TRADE_SECTORS: Final = ("42", "44", "45")
_NEIGHBOURS_KEPT: Final = 20
_LABELLED_SHARE: Final = 0.5
_LIMIT: Final = 8.0
"""Entries whose vote falls below exp(-8) of the best one's have none."""
_LEAST_VOTE: Final = 0.005
"""Smaller shares of the classifications' votes are no part of what lines are compared by."""

_VIEW_SOURCES: Final = {
    "description": ("naics_2017_index", "naics_2017_titles", "public_lines", "purchase_wordings"),
    "supplier": ("naics_2017_index", "naics_2017_titles", "public_lines", "known_suppliers"),
}


@dataclass(frozen=True)
class Candidates:
    """The k most promising categories of n lines.

    Attributes
    ----------
    column
        (n, k) positions in the classes, the most promising first.
    features
        (n, k, f), by name in :attr:`CandidateFinder.feature_names_`; NaN where the line does not say.
    neighbours
        The nearest entries.
    """

    column: npt.NDArray[np.int64]
    features: Floats
    neighbours: Neighbours

    def followed_by(self, other: "Candidates") -> "Candidates":
        """Put those of further lines after these."""
        return Candidates(
            np.concatenate([self.column, other.column]),
            np.concatenate([self.features, other.features]),
            Neighbours(
                np.concatenate([self.neighbours.entry, other.neighbours.entry]),
                np.concatenate([self.neighbours.similarity, other.neighbours.similarity]),
            ),
        )


@dataclass(frozen=True)
class _Source:
    """Entries of one source and view, side by side and sorted by class."""

    rows: slice
    starts: npt.NDArray[np.int64]
    classes: npt.NDArray[np.int64]
    weight: Floats


class CandidateFinder(BaseEstimator):  # type: ignore[misc]
    """Find candidates in a reference index and describe them.

    Parameters
    ----------
    candidates
        Categories kept for each line.
    temperature
        Difference in similarity at which a vote falls to 1/e.
    word_weight
        Similarity of two texts is their cosine plus this times the cosine of their words.
    trade_prior
        Prior weight of wholesale and retail (NAICS 42, 44, 45): buyers name goods, and the goods' factor is
        that of their manufacture.

    Attributes
    ----------
    classes_ : numpy.ndarray of str, shape (C,)
        Six-digit NAICS 2017 codes, sorted.
    feature_names_ : list of str, length f
    """

    def __init__(
        self,
        candidates: int = 40,
        temperature: float = 0.05,
        word_weight: float = 0.15,
        trade_prior: float = 0.3,
    ) -> None:
        self.candidates = candidates
        self.temperature = temperature
        self.word_weight = word_weight
        self.trade_prior = trade_prior

    def fit(
        self,
        index: ReferenceIndex,
        lexicon: Lexicon,
        ridge: KernelRidge | None = None,
        threads: int | None = None,
    ) -> Self:
        """Sort the entries by view, source and class; nothing is learned.

        Parameters
        ----------
        index
            Texts to compare lines with.
        lexicon
            Weights of words.
        ridge
            Fitted regression that joins what speaks for a category; None does without.
        threads
            That find candidates; ``None`` takes every core. What is found does not depend on it.
        """
        self.index_, self.lexicon_, self.ridge_ = index, lexicon, ridge
        self._threads = min(threads or os.cpu_count() or 1, _MOST_THREADS)
        codes = index.entries["naics_code"].to_numpy(dtype=str)
        self.classes_, entry_class = np.unique(codes, return_inverse=True)
        self._order = self._side_by_side(entry_class)
        self._entry_class = entry_class[self._order]
        self._vectors = index.vectors[self._order]
        ordered = index.entries.iloc[self._order].reset_index(drop=True)
        self._weight = ordered["weight"].to_numpy(dtype=np.float32)
        group, keys = pd.factorize(pd.MultiIndex.from_frame(ordered[["view", "source"]]))
        self._sources = {
            (str(view), str(source)): self._source(np.flatnonzero(group == number))
            for number, (view, source) in enumerate(keys)
        }
        self._classifications = [name for name in CLASSIFICATIONS if ("line", name) in self._sources]
        self._labelled = [name for name in LABELLED_SOURCES if ("line", name) in self._sources]
        self._line = slice(0, int((ordered["view"] == "line").sum()))
        self._words = lexicon.weigh(ordered["text"][self._line]).T
        sector = np.array([code[:2] for code in self.classes_])
        self._is_trade = np.isin(sector, _TRADE_SECTORS)
        self._prior = np.where(self._is_trade, self.trade_prior, 1.0).astype(np.float32)
        self._sector = sector.astype(np.float32)
        self._families = families(self.classes_)
        self._voted = np.searchsorted(self.classes_, voted_categories(index.entries))
        if ridge is not None:
            self._learned = np.searchsorted(self.classes_, ridge.codes_)
        self.feature_names_ = list(self._describe(_one_question(index.vectors.shape[1]), None)[2])
        return self

    def find(self, questions: Questions, hidden: Hidden | None = None) -> Candidates:
        """Find the candidates of n lines.

        Parameters
        ----------
        questions
            The lines.
        hidden
            Entries that a line must not see; by default it sees all.
        """
        starts = range(0, max(len(questions), 1), _BLOCK)
        threads = self._threads if len(starts) == 1 else 1
        parts = shared_out(partial(self._block, questions, hidden, threads), starts, self._threads)
        return reduce(Candidates.followed_by, parts)

    def points(self, questions: Questions) -> Points:
        """Describe n lines as the kernel ridge regression compares them; their labels have no part in it."""
        parts = []
        for start in range(0, max(len(questions), 1), _BLOCK):
            block = questions.take(slice(start, start + _BLOCK))
            words = self.lexicon_.weigh(block.text)
            similarity = ViewCosines(block, self._vectors, None, self._threads).of("line", self._line)
            similarity = similarity + self.word_weight * (words @ self._words).toarray()
            shares = {source: self._share(similarity, source) for source in self._classifications}
            parts.append(self._points(block, words, self._classified(similarity, shares)))
        return reduce(Points.followed_by, parts)

    def _block(self, questions: Questions, hidden: Hidden | None, threads: int, start: int) -> Candidates:
        rows = slice(start, start + _BLOCK)
        own, score = None, None
        if hidden is not None:
            own = hidden.question[rows, None] == hidden.entry[self._order][None, :]
            score = None if hidden.score is None else hidden.score[rows]
        column, near, columns = self._describe(questions.take(rows), own, score, threads)
        features = [
            np.broadcast_to(np.asarray(value, dtype=np.float32), column.shape) for value in columns.values()
        ]
        return Candidates(column, np.stack(features, axis=2), near)

    def _describe(
        self,
        questions: Questions,
        own: npt.NDArray[np.bool_] | None,
        score: Floats | None = None,
        threads: int = 1,
    ) -> tuple[npt.NDArray[np.int64], Neighbours, dict[str, npt.NDArray[np.float32]]]:
        """Candidates, neighbours and features of one block."""
        cosines = ViewCosines(questions, self._vectors, own, threads)
        cosine = cosines.of("line", self._line)
        weighed = self.lexicon_.weigh(questions.text)
        words = (weighed @ self._words).toarray()
        if own is not None:
            words[own[:, self._line]] = 0.0
        similarity = cosine + self.word_weight * words
        shares = {
            source: self._share(similarity, source) for source in (*self._classifications, *self._labelled)
        }
        classified = self._classified(similarity, shares)
        promise = overall = self._overall(classified, shares)
        if self.ridge_ is not None:
            if score is None:
                score = self.ridge_.score(self._points(questions, weighed, classified), threads)
            learned = self._of_ridge(self.ridge_.share(score), 0.0)
            promise = overall + learned
        column = np.argsort(-promise, axis=1, kind="stable")[:, : self.candidates]
        features = CandidateFeatures(column, self._families)
        self._add_sources(features, cosine, words, shares)
        for source in self._labelled:
            features.add(f"{source}.count", self._count(source, own))
        self._add_views(features, questions, cosines)
        self._add_overall(features, overall, questions)
        if score is not None:
            features.add_similarity("learned.score", self._of_ridge(score, np.nan))
            features.add_shares("learned", learned)
        return column, self._nearest(cosine), features.columns

    def _add_sources(
        self, features: CandidateFeatures, cosine: Floats, words: Floats, shares: dict[str, Floats]
    ) -> None:
        for source, votes in shares.items():
            entries = self._sources["line", source]
            features.add_similarity(
                f"{source}.similarity", self._class_best(cosine[:, entries.rows], entries)
            )
            features.add_similarity(f"{source}.words", self._class_best(words[:, entries.rows], entries))
            features.add_shares(source, normalised(votes))
        for source in self._labelled:
            features.add(f"{source}.votes", np.log(shares[source].sum(axis=1, keepdims=True) + 1e-9))

    def _add_views(self, features: CandidateFeatures, questions: Questions, cosines: ViewCosines) -> None:
        for view, sources in _VIEW_SOURCES.items():
            for source in sources:
                of_view = source in LABELLED_SOURCES
                entries = self._sources.get((view if of_view else "line", source))
                if entries is None:
                    continue
                best = self._class_best(cosines.of(view, entries.rows), entries)
                if view == "supplier" or of_view:
                    best = np.where(questions.has_supplier[:, None], best, np.float32(np.nan))
                features.add_similarity(f"{view}.{source}", best)

    def _add_overall(self, features: CandidateFeatures, overall: Floats, questions: Questions) -> None:
        share = normalised(overall)
        features.add("overall.share", share)
        features.columns["overall.rank"] = np.arange(features.column.shape[1], dtype=np.float32)[None, :]
        features.add_shares("overall", share)  # the order of the features is that of rankers saved before
        inside = features.columns["overall.share"] / np.maximum(features.columns["overall.share_4"], 1e-9)
        features.columns["overall.share_within_4"] = inside.astype(np.float32)
        features.add("overall.doubt", -(share * np.log(share + 1e-12)).sum(axis=1, keepdims=True))
        features.add("category.is_trade", self._is_trade[None, :].astype(np.float32))
        features.add("category.sector", self._sector[None, :])
        features.add("line.has_supplier", questions.has_supplier[:, None].astype(np.float32))
        length = np.array([len(text) for text in questions.text], dtype=np.float32)
        features.add("line.length", length[:, None])

    def _points(self, questions: Questions, words: sparse.csr_matrix, classified: Floats) -> Points:
        share = normalised(classified)[:, self._voted]
        root = np.sqrt(np.where(share >= _LEAST_VOTE, share, 0.0)).astype(np.float16)
        return Points(questions.vectors["line"], words, sparse.csr_matrix(root.astype(np.float32)))

    def _of_ridge(self, values: Floats, otherwise: float) -> Floats:
        """Bring values of the regression's categories, (b, K), into the order of the classes, (b, C)."""
        out = np.full((len(values), len(self.classes_)), otherwise, dtype=np.float32)
        out[:, self._learned] = values
        return out

    def _classified(self, similarity: Floats, shares: dict[str, Floats]) -> Floats:
        """Votes of all classifications by class, (b, C)."""
        best = {source: self._best(similarity, source) for source in self._classifications}
        highest = np.maximum.reduce(list(best.values()))
        votes = [shares[source] * np.exp((best[source] - highest) / self.temperature) for source in best]
        return np.asarray(np.sum(votes, axis=0), dtype=np.float32)

    def _overall(self, classified: Floats, shares: dict[str, Floats]) -> Floats:
        """Promise of each category, (b, C): votes of all classifications, and of each labelled set."""
        overall = normalised(classified * self._prior)
        for source in self._labelled:
            overall = overall + _LABELLED_SHARE * normalised(shares[source])
        return np.asarray(overall, dtype=np.float32)

    def _best(self, similarity: Floats, source: str) -> Floats:
        rows = self._sources["line", source].rows
        return np.asarray(similarity[:, rows].max(axis=1, keepdims=True, initial=-np.inf))

    def _share(self, similarity: Floats, source: str) -> Floats:
        """Votes of a source's entries by class, (b, C); the vote of its nearest entry is its weight."""
        entries = self._sources["line", source]
        out = np.zeros((len(similarity), len(self.classes_)), dtype=np.float32)
        logit = (similarity[:, entries.rows] - self._best(similarity, source)) / self.temperature
        vote = np.where(logit > -_LIMIT, np.exp(logit), 0.0) * entries.weight
        out[:, entries.classes] = np.add.reduceat(vote, entries.starts, axis=1)
        return out

    def _class_best(self, values: Floats, entries: _Source) -> Floats:
        """Largest of the entries' values of each class, (b, C), at least 0; 0 where a class has none."""
        out = np.zeros((len(values), len(self.classes_)), dtype=np.float32)
        out[:, entries.classes] = np.maximum.reduceat(values, entries.starts, axis=1).clip(min=0.0)
        return out

    def _nearest(self, cosine: Floats) -> Neighbours:
        kept = min(_NEIGHBOURS_KEPT, cosine.shape[1])
        near = np.argpartition(-cosine, kept - 1, axis=1)[:, :kept]
        order = np.argsort(-np.take_along_axis(cosine, near, axis=1), axis=1, kind="stable")
        near = np.take_along_axis(near, order, axis=1)
        return Neighbours(self._order[near].astype(np.int32), np.take_along_axis(cosine, near, axis=1))

    def _side_by_side(self, entry_class: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        """Order of the entries: by view, source and class, (m,)."""
        entries = self.index_.entries
        view = entries["view"].map({name: number for number, name in enumerate(VIEWS)})
        source = np.unique(entries["source"], return_inverse=True)[1]
        return np.lexsort((entry_class, source, view.to_numpy()))

    def _source(self, rows: npt.NDArray[np.int64]) -> _Source:
        mine = slice(int(rows[0]), int(rows[-1]) + 1)
        classes, starts = np.unique(self._entry_class[mine], return_index=True)
        return _Source(mine, starts, classes, self._weight[mine])

    def _count(self, source: str, own: npt.NDArray[np.bool_] | None) -> Floats:
        """Weight of a source's entries by class, log(1 + weight), (1, C); (b, C) where some are hidden."""
        entries = self._sources["line", source]
        weight = entries.weight[None, :]
        if own is not None:
            weight = np.where(own[:, entries.rows], np.float32(0.0), weight)
        out = np.zeros((len(weight), len(self.classes_)), dtype=np.float32)
        out[:, entries.classes] = np.add.reduceat(weight, entries.starts, axis=1)
        return np.log1p(out)


def _one_question(dimension: int) -> Questions:
    vector = np.zeros((1, dimension), dtype=np.float32)
    return Questions(pd.Series([""]), dict.fromkeys(VIEWS, vector), np.array([False]))
