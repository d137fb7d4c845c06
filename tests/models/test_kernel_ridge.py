import json

import numpy as np
import pytest
from scipy import sparse
from sklearn.exceptions import NotFittedError

from models.kernel_ridge import KernelRidge, Points, kernel
from models.lexicon import Lexicon
from models.reference_sources import voted_categories
from models.state import State


@pytest.fixture(scope="module")
def lexicon(world):
    return Lexicon.of(world.index.entries["text"])


@pytest.fixture(scope="module")
def voted(world):
    return voted_categories(world.index.entries)


@pytest.fixture(scope="module")
def asked(world):
    """The lines of the world as points."""
    return world.finder.points(world.questions)


@pytest.fixture(scope="module")
def labelled(world, lexicon, voted):
    """Entries of labelled lines as points, their entries, targets and groups."""
    entries = world.index.entries
    rows = np.flatnonzero((entries["source"] == "public_lines") & (entries["view"] == "line"))
    codes = entries["naics_code"].to_numpy(dtype=str)[rows]
    target = (codes[:, None] == voted[None, :]).astype(np.float32)
    votes = sparse.csr_matrix(np.sqrt(0.8 * target + 0.04).astype(np.float16).astype(np.float32))
    points = Points.of_entries(world.index, lexicon, rows, votes)
    return points, rows, target, np.arange(len(rows)) // 2


@pytest.fixture(scope="module")
def prototypes(world, lexicon, voted):
    return Points.of_categories(world.index, lexicon, voted, voted)


@pytest.fixture(scope="module")
def ridge(labelled, prototypes, voted):
    points, rows, target, group = labelled
    return KernelRidge().fit(points, prototypes, voted, target, group, rows)


def test_lines_like_those_of_a_category_score_highest_for_it(ridge, asked, world):
    score = ridge.score(asked)
    assert (score.argmax(axis=1) == world.truth).mean() > 0.95
    np.testing.assert_allclose(ridge.share(score).sum(axis=1), 1, rtol=1e-5)
    np.testing.assert_array_equal(ridge.share(score).argmax(axis=1), score.argmax(axis=1))


def test_equal_texts_are_as_like_as_can_be(prototypes):
    likeness = kernel(prototypes, prototypes)
    np.testing.assert_allclose(np.diag(likeness), 1, atol=1e-5)
    np.testing.assert_allclose(likeness, likeness.T, atol=1e-6)
    assert likeness.max() <= 1 + 1e-5


def test_a_held_out_score_is_that_of_a_regression_without_the_group(ridge, labelled, prototypes, voted):
    points, rows, target, group = labelled
    for own in (0, 3):
        rest = np.flatnonzero(group != own)
        without = KernelRidge().fit(
            points.take(rest), prototypes, voted, target[rest], group[rest], rows[rest]
        )
        mine = np.flatnonzero(group == own)
        np.testing.assert_allclose(ridge.held_out_[mine], without.score(points.take(mine)), atol=0.01)


def test_a_line_scores_the_same_whatever_comes_with_it(ridge, asked):
    together = ridge.score(asked)
    for rows in (np.arange(1), np.arange(31, 34), np.array([299])):
        np.testing.assert_array_equal(ridge.score(asked.take(rows)), together[rows])


def test_labels_that_are_shared_out_are_learned_as_shares(labelled, prototypes, voted):
    points, rows, target, group = labelled
    halves = 0.5 * target + 0.5 * np.roll(target, 1, axis=1)
    score = KernelRidge(0.01, 1e6).fit(points, prototypes, voted, halves, group, rows).score(points)
    best = np.sort(score, axis=1)
    assert (best[:, -2] > best[:, -3] + 0.2).all()
    assert (best[:, -1] - best[:, -2] < 0.1).all()


def test_a_regression_comes_back_from_its_state_and_scores_the_same(ridge, world, lexicon, voted, asked):
    state = ridge.state()
    copied = State(metadata=json.loads(json.dumps(state.metadata)), arrays=dict(state.arrays))
    again = KernelRidge.from_state(copied, world.index, lexicon, voted)
    np.testing.assert_array_equal(again.score(asked), ridge.score(asked))
    for name, values in again.state().arrays.items():
        np.testing.assert_array_equal(values, state.arrays[name])


def test_without_any_labelled_line_the_prototypes_are_what_is_learned(
    labelled, prototypes, voted, asked, world
):
    points, rows, target, group = labelled
    nothing = np.zeros(0, dtype=np.int64)
    ridge = KernelRidge().fit(
        points.take(nothing), prototypes, voted, target[nothing], group[nothing], rows[nothing]
    )
    assert (ridge.score(asked).argmax(axis=1) == world.truth).mean() > 0.9


def test_an_unfitted_regression_says_so(prototypes):
    with pytest.raises(NotFittedError):
        KernelRidge().score(prototypes)
    with pytest.raises(NotFittedError):
        KernelRidge().state()
