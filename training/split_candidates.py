"""Candidates of lines learned from and of lines never seen, found once and ranked as often as wanted."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from models.candidates import CandidateFinder, Candidates
from models.lexicon import Lexicon
from models.questions import Hidden
from models.ranker import CategoryRanker
from models.reference_index import ReferenceIndex
from training.category import LabelledLines, LabelledPoints

Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class SplitCandidates:
    """Candidates under a split of the labelled lines by group.

    Attributes
    ----------
    learned, asked
        Of the n lines learned from, their own groups hidden, and of the a lines never seen.
    relevance
        (n, k) from 0 to 1, how acceptable each candidate of the lines learned from is.
    asked_accepted
        (a, k) whether each candidate of the lines never seen is acceptable.
    weight
        (n,) of the lines learned from.
    asked_set, asked_group
        (a,) name of the set and key of the group of each line never seen.
    feature_names
        Of the candidates.
    """

    learned: Candidates
    asked: Candidates
    relevance: npt.NDArray[np.float64]
    asked_accepted: Bools
    weight: npt.NDArray[np.float64]
    asked_set: npt.NDArray[np.str_]
    asked_group: npt.NDArray[np.int64]
    feature_names: list[str]

    def fit(self, ranker: CategoryRanker) -> CategoryRanker:
        """Fit a ranker on the lines learned from."""
        return ranker.fit(self.learned, self.relevance, self.weight, self.feature_names)

    def standing(self, score: npt.NDArray[np.float64]) -> pd.DataFrame:
        """Say where the first acceptable candidate of each line never seen stands.

        Parameters
        ----------
        score
            (a, k) of the candidates.

        Returns
        -------
        pandas.DataFrame
            a rows: ``set``, ``group``, ``top1`` and ``top5`` (0 or 1), and ``reciprocal_rank``: one over the
            place of the first acceptable candidate, 0 where none is.
        """
        order = np.argsort(-score, axis=1, kind="stable")
        right = np.take_along_axis(self.asked_accepted, order, axis=1)
        place = np.where(right.any(axis=1), right.argmax(axis=1) + 1.0, np.inf)
        return pd.DataFrame(
            {
                "set": self.asked_set,
                "group": self.asked_group,
                "top1": (place <= 1).astype(float),
                "top5": (place <= 5).astype(float),  # noqa: PLR2004 - as its name says
                "reciprocal_rank": 1 / place,
            }
        )


def labelled_points(index: ReferenceIndex, lines: LabelledLines) -> LabelledPoints:
    """Compare labelled lines with the classifications, as :func:`training.category.fit_category` does."""
    lexicon = Lexicon.of(index.entries.loc[index.entries["view"] == "line", "text"])
    return LabelledPoints.of(index, lexicon, lines)


def split_candidates(points: LabelledPoints, learned: Bools, asked: Bools) -> SplitCandidates:
    """Find the candidates of a split.

    Parameters
    ----------
    points
        n labelled lines with the index; of its labelled entries only those learned from are looked at.
    learned, asked
        (n,) which lines are learned from, and which are asked about; all lines of a group or none, and no
        group is in both.
    """
    index, lines = points.index, points.lines
    kept = index.without(lines.of_entries(learned.astype(np.int64), index) == 0)
    rows, questions = np.flatnonzero(learned), np.flatnonzero(asked)
    ridge, score = points.regress(rows)
    finder = CandidateFinder().fit(kept, points.lexicon, ridge)
    hidden = Hidden(lines.group[rows], lines.of_entries(lines.group, kept), score)
    found = finder.find(lines.questions.take(rows), hidden)
    answered = finder.find(lines.questions.take(questions))
    names = np.array([labelled.name for labelled in lines.sets])
    return SplitCandidates(
        learned=found,
        asked=answered,
        relevance=lines.relevance(rows, found.column, finder.classes_),
        asked_accepted=lines.accepted(questions, answered.column, finder.classes_),
        weight=lines.weight[rows],
        asked_set=names[lines.set_number[questions]],
        asked_group=lines.group[questions],
        feature_names=finder.feature_names_,
    )
