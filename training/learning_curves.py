"""Learning curves of the category: what more trees and what more labelled groups are worth."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import lightgbm
import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.base import clone

from models.ranker import CategoryRanker
from models.reference_index import ReferenceIndex
from training.category import LabelledLines
from training.split_candidates import SplitCandidates, labelled_points, split_candidates

SHARES: Final = (0.1, 0.3, 1.0)
"""Of the groups that are not held out; each share holds the smaller ones."""

_HELD_OUT_FOLD: Final = 0
_STEPS: Final = 10


@dataclass(frozen=True)
class LearningCurves:
    """Share of lines never seen whose most probable category is right, on one fold by group.

    Attributes
    ----------
    by_rounds
        ``rounds`` (trees of each LightGBM ranker), ``set``, ``top1``, ``reciprocal_rank``.
    by_groups
        ``share`` of the groups learned from, ``groups``, ``lines``, ``set``, ``top1``, ``top5``,
        ``reciprocal_rank``; the labelled lines of the other groups are in no index either.
    """

    by_rounds: pd.DataFrame
    by_groups: pd.DataFrame


def learning_curves(
    index: ReferenceIndex,
    lines: LabelledLines,
    ranker: CategoryRanker,
    shares: Sequence[float] = SHARES,
    say: Callable[[str], None] = lambda _: None,
) -> LearningCurves:
    """Learn from ever more groups, and ask about the lines of one fold.

    Parameters
    ----------
    index
        Entries of classifications and of the labelled lines.
    lines
        Labelled lines.
    ranker
        With the parameters to use; it is not fitted itself.
    shares
        Of the groups learned from, ascending; the curve of rounds is that of the last.
    say
        Told what is being done.
    """
    points = labelled_points(index, lines)
    asked = lines.fold == _HELD_OUT_FOLD
    parts = []
    for share in shares:
        say(f"learning curve, {share:.0%} of the groups")
        learned = _some_groups(lines, ~asked, share)
        split = split_candidates(points, learned, asked)
        fitted = split.fit(clone(ranker))
        standing = split.standing(fitted.score(split.asked))
        size = {"share": share, "groups": len(np.unique(lines.group[learned])), "lines": int(learned.sum())}
        parts.append(_by_set(standing).assign(**size))
    columns = ["share", "groups", "lines", "set", "top1", "top5", "reciprocal_rank"]
    by_groups = pd.concat(parts, ignore_index=True)[columns]
    by_rounds = pd.concat(_rounds(fitted, split), ignore_index=True)
    return LearningCurves(by_rounds[["rounds", "set", "top1", "reciprocal_rank"]], by_groups)


def _some_groups(lines: LabelledLines, among: npt.NDArray[np.bool_], share: float) -> npt.NDArray[np.bool_]:
    """Choose a share of the groups of each set, at least one; a greater share holds a smaller one."""
    chosen = np.zeros(len(among), dtype=bool)
    rng = np.random.default_rng(lines.seed)
    for number in range(len(lines.sets)):
        mine = among & (lines.set_number == number)
        groups = rng.permutation(np.unique(lines.group[mine]))
        kept = groups[: max(1, round(share * len(groups)))]
        chosen |= mine & np.isin(lines.group, kept)
    return chosen


def _rounds(fitted: CategoryRanker, split: SplitCandidates) -> Iterator[pd.DataFrame]:
    """Score the lines never seen with the first trees of each LightGBM ranker, then with more of them."""
    boosters = [lightgbm.Booster(model_str=text) for text in fitted.state().boosters.values()]
    n, k, f = split.asked.features.shape
    rows = split.asked.features.reshape(n * k, f)
    steps = np.linspace(fitted.rounds / _STEPS, fitted.rounds, _STEPS)
    for rounds in np.unique(np.ceil(steps)).astype(int).tolist():
        scores = [booster.predict(rows, num_iteration=rounds, num_threads=1) for booster in boosters]
        standing = split.standing(np.mean(scores, axis=0).reshape(n, k))
        yield _by_set(standing).assign(rounds=rounds)


def _by_set(standing: pd.DataFrame) -> pd.DataFrame:
    return standing.groupby("set", sort=False).mean().drop(columns="group").reset_index()
