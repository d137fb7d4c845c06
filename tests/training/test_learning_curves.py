import numpy as np
import pytest
from sklearn.base import clone

from models.candidates import CandidateFinder
from training.learning_curves import learning_curves
from training.split_candidates import labelled_points, split_candidates


@pytest.fixture(scope="module")
def curves(ledger_index, lines, small_ranker):
    return learning_curves(ledger_index, lines, small_ranker, shares=(0.2, 1.0))


@pytest.fixture(scope="module")
def split(ledger_index, lines):
    return split_candidates(labelled_points(ledger_index, lines), lines.fold != 0, lines.fold == 0)


def test_a_greater_share_holds_more_groups_and_lines_of_every_set(curves, lines):
    table = curves.by_groups
    assert set(table["set"]) == {"public", "austin"}
    small, whole = (table[table["share"] == share].iloc[0] for share in (0.2, 1.0))
    assert small["groups"] < whole["groups"] == len(np.unique(lines.group[lines.fold != 0]))
    assert small["lines"] < whole["lines"] == (lines.fold != 0).sum()
    assert table[["top1", "top5", "reciprocal_rank"]].stack().between(0, 1).all()


def test_more_labelled_groups_help_on_goods_that_were_labelled(curves):
    public = curves.by_groups[curves.by_groups["set"] == "public"].set_index("share")
    assert public.loc[1.0, "reciprocal_rank"] >= public.loc[0.2, "reciprocal_rank"]


def test_the_curve_of_rounds_ends_with_all_trees_and_agrees_with_the_ranker(curves):
    rounds = curves.by_rounds["rounds"].unique()
    assert rounds.tolist() == list(range(3, 31, 3))
    last = curves.by_rounds[curves.by_rounds["rounds"] == 30].set_index("set")["top1"]
    whole = curves.by_groups[curves.by_groups["share"] == 1.0].set_index("set")["top1"]
    assert last.to_dict() == whole.to_dict()


def test_a_split_knows_no_entry_of_the_asked_groups(split, ledger_index, lines):
    kept = ledger_index.without(lines.of_entries(lines.fold, ledger_index) == 0)
    points = labelled_points(ledger_index, lines)
    ridge, _ = points.regress(np.flatnonzero(lines.fold != 0))
    finder = CandidateFinder().fit(kept, points.lexicon, ridge)
    found = finder.find(lines.questions.take(np.flatnonzero(lines.fold == 0)))
    np.testing.assert_array_equal(split.asked.features, found.features)
    assert not set(split.asked_group) & set(lines.group[lines.fold != 0])


def test_a_line_stands_where_its_first_acceptable_candidate_is(split, small_ranker):
    fitted = split.fit(clone(small_ranker))
    standing = split.standing(fitted.score(split.asked))
    assert len(standing) == len(split.asked_set)
    assert (standing["top1"] <= standing["top5"]).all()
    assert (standing.loc[standing["top1"] == 1, "reciprocal_rank"] == 1).all()
    perfect = split.standing(split.asked_accepted.astype(float))
    assert (perfect["reciprocal_rank"] == split.asked_accepted.any(axis=1)).all()
