"""Fitting the category model, and its answers on labelled lines whose groups it has not seen."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final, Self

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import sparse

from features.text import TextEncoder
from models.candidates import CandidateFinder, Candidates
from models.kernel_ridge import KernelRidge, Points
from models.lexicon import Lexicon
from models.questions import VIEWS, Hidden, Questions
from models.ranked_category import RankedCategory, as_matrix
from models.ranker import CategoryRanker
from models.reference_index import ReferenceIndex
from models.reference_sources import voted_categories
from training.labelled_sets import LabelledSet

FOLDS: Final = 5
WEIGHTS: Final = {"austin": 3.0, "public": 1.5, "wordings": 0.5}
"""Weight of a line of each set in the ranking, 1 where none is named: the largest set is not to rule it."""

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class LabelledLines:
    """Labelled sets put one after the other, with their questions: n lines.

    Attributes
    ----------
    sets
        As they are.
    questions
        Of all lines.
    seed
        Of the folds.
    """

    sets: Sequence[LabelledSet]
    questions: Questions
    seed: int = 0

    @cached_property
    def set_number(self) -> Ints:
        """Position of each line's set, (n,)."""
        return np.repeat(np.arange(len(self.sets)), [len(labelled.text) for labelled in self.sets])

    @cached_property
    def group(self) -> Ints:
        """Number of each line's group, (n,)."""
        keys = [f"{labelled.name}:{group}" for labelled in self.sets for group in labelled.group]
        return np.asarray(np.unique(keys, return_inverse=True)[1])

    @cached_property
    def fold(self) -> Ints:
        """Fold of each line, (n,): a group is never split, and every set is spread over all folds."""
        out = np.zeros(len(self.group), dtype=np.int64)
        rng = np.random.default_rng(self.seed)
        for number in range(len(self.sets)):
            mine = self.set_number == number
            groups = rng.permutation(np.unique(self.group[mine]))
            fold = dict(zip(groups.tolist(), (np.arange(len(groups)) % FOLDS).tolist(), strict=True))
            out[mine] = [fold[group] for group in self.group[mine].tolist()]
        return out

    @cached_property
    def weight(self) -> npt.NDArray[np.float64]:
        """Weight of each line in fitting, (n,)."""
        return np.concatenate([WEIGHTS.get(one.name, 1.0) * one.trust for one in self.sets])

    def accepted(self, rows: Ints, column: Ints, classes: npt.NDArray[np.str_]) -> Bools:
        """Tell which candidates of some lines are acceptable, (rows, k)."""
        codes = [set(codes) for labelled in self.sets for codes in labelled.accepted]
        return np.array(
            [[classes[c] in codes[row] for c in found] for row, found in zip(rows, column, strict=True)]
        ).reshape(column.shape)

    def relevance(self, rows: Ints, column: Ints, classes: npt.NDArray[np.str_]) -> npt.NDArray[np.float64]:
        """Say how acceptable each candidate of some lines is, (rows, k): 1, else its share of votes."""
        shares: list[dict[str, float]] = []
        for labelled in self.sets:
            votes = labelled.votes or [{} for _ in labelled.accepted]
            shares += [
                share | dict.fromkeys(codes, 1.0)
                for share, codes in zip(votes, labelled.accepted, strict=True)
            ]
        return np.array(
            [
                [shares[row].get(classes[c], 0.0) for c in found]
                for row, found in zip(rows, column, strict=True)
            ]
        ).reshape(column.shape)

    def target(self, rows: Ints, codes: npt.NDArray[np.str_]) -> npt.NDArray[np.float32]:
        """Share of each of K categories in the labels of some lines, (rows, K)."""
        shares = [share for labelled in self.sets for share in labelled.shares]
        position = {str(code): place for place, code in enumerate(codes)}
        out = np.zeros((len(rows), len(codes)), dtype=np.float32)
        for number, row in enumerate(rows):
            for code, share in shares[row].items():
                if code in position:
                    out[number, position[code]] = share
        return out

    def entry(self, index: ReferenceIndex) -> Ints:
        """Entry of an index that holds each line as a whole, (n,); -1 where none does."""
        whole = np.flatnonzero((index.entries["view"] == "line").to_numpy())
        places = pd.Series(whole, index=index.entries["source_code"].iloc[whole])
        places = places[~places.index.duplicated()]
        records = np.concatenate([labelled.record for labelled in self.sets])
        return np.asarray(places.reindex(records).fillna(-1).to_numpy(dtype=np.int64))

    def of_entries(self, values: Ints, index: ReferenceIndex) -> Ints:
        """Value of the line that each entry stems from, (m,); -1 for entries of classifications."""
        records = np.concatenate([labelled.record for labelled in self.sets])
        known = pd.Series(values, index=records)
        known = known[~known.index.duplicated()]
        return np.asarray(index.entries["source_code"].map(known).fillna(-1).to_numpy(dtype=np.int64))


@dataclass(frozen=True)
class FittedCategory:
    """The category model, fitted on every line, and what models without a line's group say of the line.

    Attributes
    ----------
    model
        Fitted on everything, calibrated on the answers below.
    held_out
        (n, C) probabilities, each line's from a model that has seen nothing of its fold, calibrated on the
        other folds.
    """

    model: RankedCategory
    held_out: sparse.csr_matrix


def labelled_lines(sets: Sequence[LabelledSet], encoder: TextEncoder, seed: int = 0) -> LabelledLines:
    """Encode the lines of labelled sets."""
    text = pd.concat([labelled.text for labelled in sets], ignore_index=True)
    description = pd.concat([labelled.description for labelled in sets], ignore_index=True)
    supplier = pd.concat([labelled.supplier for labelled in sets], ignore_index=True)
    vectors = encoder.transform(pd.concat([text, description, supplier], ignore_index=True))
    views = dict(zip(VIEWS, np.split(vectors, 3), strict=True))
    return LabelledLines(sets, Questions(text, views, (supplier != "").to_numpy()), seed)


def fit_category(
    index: ReferenceIndex,
    lines: LabelledLines,
    ranker: CategoryRanker | None = None,
    say: Callable[[str], None] = lambda _: None,
    wordings: LabelledLines | None = None,
) -> FittedCategory:
    """Fit the category model, and judge every labelled line by a model that has not seen its group.

    Entries of the index that stem from a line's own group are hidden from the line while rankers are fitted,
    as goods that come later will have no entry of their own either.

    Parameters
    ----------
    index
        Entries of classifications and of the labelled lines.
    lines
        What is learned from.
    ranker
        With the parameters to use.
    say
        Told what is being done.
    wordings
        Further lines that every ranker learns from: none is measured or calibrated with them.
    """
    parameters = (ranker or CategoryRanker()).get_params()
    lexicon = Lexicon.of(index.entries.loc[index.entries["view"] == "line", "text"])
    points = LabelledPoints.of(index, lexicon, lines)
    folds = []
    for fold in range(FOLDS):
        say(f"ranking candidates, fold {fold + 1} of {FOLDS}")
        folds.append(_fold(points, fold, parameters, wordings))
    say("ranking candidates, all lines")
    everything = np.arange(len(lines.group))
    ridge, score = points.regress(everything)
    finder = CandidateFinder().fit(index, lexicon, ridge)
    fitted = _fitted(finder, lines, everything, score, parameters, wordings)
    fitted.calibrate(*_scored(folds, lines))
    held_out = sparse.lil_matrix((len(lines.group), len(finder.classes_)))
    for number, fold_answer in enumerate(folds):
        others = [other for position, other in enumerate(folds) if position != number]
        fold_answer.ranker.calibrate(*_scored(others, lines))
        _write(held_out, fold_answer, lines, finder.classes_)
    return FittedCategory(RankedCategory(finder, fitted), sparse.csr_matrix(held_out))


@dataclass(frozen=True)
class LabelledPoints:
    """Labelled lines as the kernel ridge regression compares them.

    Attributes
    ----------
    index, lexicon
        Of all lines and classifications.
    lines
        n labelled lines.
    points
        Of the lines.
    entry
        (n,) of each line in the index, -1 where it has none.
    """

    index: ReferenceIndex
    lexicon: Lexicon
    lines: LabelledLines
    points: Points
    entry: Ints

    @classmethod
    def of(cls, index: ReferenceIndex, lexicon: Lexicon, lines: LabelledLines) -> Self:
        """Compare lines with the classifications; labels have no part in it."""
        points = CandidateFinder().fit(index, lexicon).points(lines.questions)
        return cls(index, lexicon, lines, points, lines.entry(index))

    def regress(self, rows: Ints) -> tuple[KernelRidge, npt.NDArray[np.float32]]:
        """Regress on some lines.

        Parameters
        ----------
        rows
            (r,) positions of the lines; all lines of a group or none.

        Returns
        -------
        ridge
            Fitted on those lines that have an entry and a category that classifications know, for each of
            the K categories that they know.
        score
            (r, K) of each line by a regression without its group.
        """
        voted = voted_categories(self.index.entries)
        target = self.lines.target(rows, voted)
        taught = np.flatnonzero(target.any(axis=1) & (self.entry[rows] >= 0))
        lines = rows[taught]
        ridge = KernelRidge().fit(
            Points.of_entries(self.index, self.lexicon, self.entry[lines], self.points.votes[lines]),
            Points.of_categories(self.index, self.lexicon, voted, voted),
            voted,
            target[taught],
            self.lines.group[lines],
            self.entry[lines],
        )
        score = np.zeros((len(rows), len(voted)), dtype=np.float32)
        score[taught] = ridge.held_out_
        others = np.setdiff1d(np.arange(len(rows)), taught)
        score[others] = ridge.score(self.points.take(rows[others]))
        return ridge, score


@dataclass(frozen=True)
class _Fold:
    """Answers of one fold's ranker on the lines it has not seen."""

    rows: Ints
    found: Candidates
    classes: npt.NDArray[np.str_]
    ranker: CategoryRanker
    score: npt.NDArray[np.float64]


def _fold(
    points: LabelledPoints, fold: int, parameters: dict[str, Any], wordings: LabelledLines | None
) -> _Fold:
    lines = points.lines
    kept = points.index.without(lines.of_entries(lines.fold, points.index) == fold)
    learned = np.flatnonzero(lines.fold != fold)
    ridge, score = points.regress(learned)
    finder = CandidateFinder().fit(kept, points.lexicon, ridge)
    ranker = _fitted(finder, lines, learned, score, parameters, wordings)
    rows = np.flatnonzero(lines.fold == fold)
    found = finder.find(lines.questions.take(rows))
    return _Fold(rows, found, finder.classes_, ranker, ranker.score(found))


def _fitted(
    finder: CandidateFinder,
    lines: LabelledLines,
    rows: Ints,
    score: npt.NDArray[np.float32],
    parameters: dict[str, Any],
    wordings: LabelledLines | None,
) -> CategoryRanker:
    found, relevance = _found(finder, lines, rows, score)
    weight = lines.weight[rows]
    if wordings is not None and len(wordings.group):
        further = np.arange(len(wordings.group))
        more, how_relevant = _found(finder, wordings, further, None)
        found = found.followed_by(more)
        relevance = np.concatenate([relevance, how_relevant])
        weight = np.concatenate([weight, wordings.weight])
    return CategoryRanker(**parameters).fit(found, relevance, weight, finder.feature_names_)


def _found(
    finder: CandidateFinder, lines: LabelledLines, rows: Ints, score: npt.NDArray[np.float32] | None
) -> tuple[Candidates, npt.NDArray[np.float64]]:
    """Candidates of some lines, found without the entries of their own groups, and how relevant they are."""
    hidden = Hidden(lines.group[rows], lines.of_entries(lines.group, finder.index_), score)
    found = finder.find(lines.questions.take(rows), hidden)
    return found, lines.relevance(rows, found.column, finder.classes_)


def _scored(
    folds: Sequence[_Fold], lines: LabelledLines
) -> tuple[npt.NDArray[np.float64], Bools, Bools, npt.NDArray[np.float64]]:
    """Scores, hits, suppliers and weights of the lines of some folds, each set weighing the same."""
    rows = np.concatenate([fold.rows for fold in folds])
    accepted = [lines.accepted(fold.rows, fold.found.column, fold.classes) for fold in folds]
    size = np.bincount(lines.set_number[rows], minlength=len(lines.sets))
    weight = 1.0 / size[lines.set_number[rows]]
    return (
        np.concatenate([fold.score for fold in folds]),
        np.concatenate(accepted),
        lines.questions.has_supplier[rows],
        weight,
    )


def _write(out: sparse.lil_matrix, fold: _Fold, lines: LabelledLines, classes: npt.NDArray[np.str_]) -> None:
    value = fold.ranker.probability(fold.score, lines.questions.has_supplier[fold.rows])
    part = as_matrix(fold.found.column, value, len(fold.classes)).tocoo()
    column = np.searchsorted(classes, fold.classes)
    out[fold.rows[part.row], column[part.col]] = part.data
