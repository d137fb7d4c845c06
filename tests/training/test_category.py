from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from models.lexicon import Lexicon
from models.questions import VIEWS, Questions
from models.ranked_category import ask
from models.ranker import CategoryRanker
from models.reference_index import ReferenceIndex
from training.category import (
    FOLDS,
    WEIGHTS,
    FittedCategory,
    LabelledLines,
    LabelledPoints,
    fit_category,
    labelled_lines,
)
from training.evaluation import expected_calibration_error, hits
from training.labelled_sets import LabelledSet


def of_groups(name: str, group: np.ndarray) -> LabelledSet:
    """A set of which nothing matters but the groups."""
    n = len(group)
    text = pd.Series(["goods"] * n)
    record = np.array([f"{name}:{number}" for number in range(n)])
    return LabelledSet(
        name=name, title=name, text=text, description=text, supplier=text, accepted=[("339113",)] * n,
        group=group.astype(str), record=record, weight=np.ones(n), trust=np.full(n, 0.5),
    )  # fmt: skip


@pytest.fixture
def grouped() -> LabelledLines:
    """Two sets with groups of very different sizes; both have groups of the same name."""
    rng = np.random.default_rng(0)
    sets = [of_groups("austin", rng.zipf(1.5, 400) % 40), of_groups("grocery", rng.integers(0, 11, 60))]
    nothing = np.zeros((460, 2), dtype=np.float32)
    return LabelledLines(
        sets, Questions(pd.Series([""] * 460), dict.fromkeys(VIEWS, nothing), np.zeros(460, bool))
    )


@pytest.mark.parametrize("seed", range(3))
def test_no_group_is_split_and_every_set_is_spread_over_all_folds(grouped, seed):
    lines = replace(grouped, seed=seed)
    assert (pd.Series(lines.fold).groupby(lines.group).agg(lambda fold: len(set(fold))) == 1).all()
    for number in range(2):
        assert set(lines.fold[lines.set_number == number]) == set(range(FOLDS))
        per_fold = pd.Series(lines.group).groupby([lines.set_number, lines.fold]).nunique().loc[number]
        assert per_fold.max() - per_fold.min() <= 1


def test_groups_of_the_same_name_in_two_sets_are_two_groups(grouped):
    assert not set(grouped.group[grouped.set_number == 0]) & set(grouped.group[grouped.set_number == 1])


def test_the_same_seed_gives_the_same_folds_and_another_seed_others(grouped):
    np.testing.assert_array_equal(replace(grouped).fold, grouped.fold)
    assert (replace(grouped, seed=1).fold != grouped.fold).any()


def test_a_line_weighs_as_its_set_and_its_label_are_trusted(grouped):
    assert set(grouped.weight[grouped.set_number == 0]) == {0.5 * WEIGHTS["austin"]}
    assert set(grouped.weight[grouped.set_number == 1]) == {0.5}


def test_every_view_of_a_line_counts_as_an_entry_of_its_group(lines, ledger_index):
    entries = ledger_index.entries
    group = lines.of_entries(lines.group, ledger_index)
    assert (group[entries["source"] == "naics_2017_index"] == -1).all()
    assert (group[entries["source"] != "naics_2017_index"] >= 0).all()
    suppliers = entries[entries["view"] == "supplier"]["text"]
    numbers = pd.Series(group[suppliers.index]).groupby(suppliers.to_numpy())
    assert (numbers.agg(lambda number: len(set(number))) == 1).all()
    assert entries[group == group[suppliers.index[0]]]["view"].value_counts().tolist() == [4, 4, 4]


def test_lines_are_asked_about_while_learning_as_they_are_while_serving(fitted, lines, ledger, encoder):
    asked = ask(ledger.description, ledger.supplier, encoder)
    learned = lines.questions.take(np.arange(len(asked)))
    assert asked.text.tolist() == learned.text.tolist()
    finder = fitted.model.finder
    np.testing.assert_array_equal(finder.find(asked).features, finder.find(learned).features)


def test_every_line_is_answered_by_a_model_that_has_not_seen_it_and_answered_well(fitted, lines):
    np.testing.assert_allclose(fitted.held_out.sum(axis=1), 1)
    for number, labelled in enumerate(lines.sets):
        mine = fitted.held_out[np.flatnonzero(lines.set_number == number)]
        first, among_five = hits(mine, fitted.model.classes_, labelled)
        assert first.mean() > 0.85
        assert among_five.all()
        stated = mine.max(axis=1).toarray().ravel()
        assert expected_calibration_error(stated, first) < 0.15


def test_what_is_accepted_is_relevant_and_the_rest_as_far_as_it_is_voted_for(lines):
    classes = np.array(["322121", "339113"])
    rows, column = np.array([0, 80]), np.array([[0, 1], [1, 0]])
    assert lines.relevance(rows, column, classes).tolist() == [[0, 1], [1, 0]]
    votes = [{"322121": 0.4, "339113": 0.6}] * 80
    voted = replace(lines, sets=[replace(lines.sets[0], votes=votes), lines.sets[1]])
    assert voted.relevance(rows, column, classes).tolist() == [[0.4, 1], [1, 0]]
    np.testing.assert_allclose(voted.target(rows, classes), [[0.4, 0.6], [0, 1]])


def test_the_entry_of_a_line_is_the_one_that_holds_it_whole(lines, ledger_index):
    entry = lines.entry(ledger_index)
    assert ledger_index.entries["text"].iloc[entry].tolist() == lines.questions.text.tolist()
    other = ReferenceIndex(ledger_index.entries[:10], ledger_index.quantised[:10], ledger_index.scale[:10])
    assert (lines.entry(other) == -1).all()


def test_lines_that_the_index_does_not_hold_are_scored_though_not_learned_from(lines, ledger_index):
    lexicon = Lexicon.of(ledger_index.entries["text"])
    missing = (ledger_index.entries["source"] == "austin").to_numpy()
    points = LabelledPoints.of(ledger_index.without(missing), lexicon, lines)
    ridge, score = points.regress(np.arange(100))
    assert len(ridge.held_out_) == 80
    best = ridge.codes_[score[80:].argmax(axis=1)]
    assert np.mean([code == codes[0] for code, codes in zip(best, lines.sets[1].accepted, strict=True)]) > 0.9


def log_odds(fitted: FittedCategory, rows: np.ndarray) -> np.ndarray:
    """Logarithms of the held-out probabilities of some lines about their mean, over their length.

    Those of the best category, which has a lead, are left out.
    """
    logarithm = np.log(fitted.held_out[rows].toarray())
    others = np.argsort(
        logarithm.argmax(axis=1)[:, None] == np.arange(logarithm.shape[1]), axis=1, kind="stable"
    )
    logarithm = np.take_along_axis(logarithm, others[:, :-1], axis=1)
    logarithm -= logarithm.mean(axis=1, keepdims=True)
    return logarithm / np.maximum(np.linalg.norm(logarithm, axis=1, keepdims=True), 1e-6)


def relabelled(
    lines: LabelledLines, index: ReferenceIndex, chosen: np.ndarray
) -> tuple[LabelledLines, ReferenceIndex]:
    """Call the goods of the chosen lines motor fuel, in the sets and in the index."""
    sets = []
    for number, labelled in enumerate(lines.sets):
        changed = chosen[lines.set_number == number]
        accepted = [("324110",) if c else codes for c, codes in zip(changed, labelled.accepted, strict=True)]
        sets.append(replace(labelled, accepted=accepted))
    code = index.entries["naics_code"].where(lines.of_entries(chosen.astype(np.int64), index) != 1, "324110")
    entries = index.entries.assign(naics_code=code)
    return replace(lines, sets=sets), ReferenceIndex(entries, index.quantised, index.scale)


def test_labels_of_a_fold_have_no_influence_on_its_answers(fitted, lines, ledger_index, small_ranker):
    """Beyond the calibration, which is one number for all lines that are described alike."""
    chosen = lines.fold == 2
    changed = fit_category(*relabelled(lines, ledger_index, chosen)[::-1], small_ranker)
    same, others = np.flatnonzero(chosen), np.flatnonzero(~chosen)
    np.testing.assert_allclose(log_odds(changed, same), log_odds(fitted, same), atol=1e-6)
    assert not np.allclose(log_odds(changed, others), log_odds(fitted, others), atol=0.05)


def test_the_same_lines_give_the_same_model(fitted, lines, ledger_index, small_ranker):
    again = fit_category(ledger_index, lines, small_ranker)
    assert again.model.state().boosters == fitted.model.state().boosters
    assert again.model.ranker.calibration_ == fitted.model.ranker.calibration_
    assert (again.held_out != fitted.held_out).nnz == 0


def test_the_model_knows_goods_it_was_shown_and_says_what_is_being_done(lines, ledger_index, encoder):
    said: list[str] = []
    fitted = fit_category(ledger_index, lines, CategoryRanker(rounds=30, seeds=(1, 2)), said.append)
    assert len(said) == FOLDS + 1
    assert fitted.model.ranker.get_params()["rounds"] == 30
    questions = ask(pd.Series(["latex gloves", "unleaded"]), pd.Series(["", "delta fuels"]), encoder)
    best = fitted.model.votes(questions).probability.toarray().argmax(axis=1)
    assert fitted.model.classes_[best].tolist() == ["339113", "324110"]


def test_wordings_teach_the_ranking_and_are_neither_measured_nor_calibrated_with(
    fitted, lines, ledger_index, small_ranker, encoder, council
):
    wordings = labelled_lines([replace(council, name="wordings")], encoder)
    taught = fit_category(ledger_index, lines, small_ranker, wordings=wordings)
    untaught = fit_category(ledger_index, lines, small_ranker, wordings=wordings_of_nothing(wordings))

    assert taught.model.state().boosters != fitted.model.state().boosters
    assert taught.held_out.shape == fitted.held_out.shape
    assert untaught.model.state().boosters == fitted.model.state().boosters


def wordings_of_nothing(wordings: LabelledLines) -> LabelledLines:
    nothing = np.zeros(0, dtype=np.int64)
    return LabelledLines([one.take(nothing) for one in wordings.sets], wordings.questions.take(nothing))
