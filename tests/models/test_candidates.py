from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from models.candidates import CandidateFinder
from models.lexicon import Lexicon
from models.questions import VIEWS, Hidden, Questions
from models.reference_index import ReferenceIndex

NOBODY = np.arange(300) + 1000


@pytest.fixture(scope="module")
def finder(world):
    return world.finder


@pytest.fixture(scope="module")
def found(finder, world):
    return finder.find(world.questions)


@pytest.fixture(scope="module")
def crowded():
    """Six hundred categories in few groups, at random places, and lines anywhere."""
    rng = np.random.default_rng(5)
    codes = [f"{311000 + 7 * number}" for number in range(600)]
    words = ["gloves", "paper", "fuel", "chairs", "tablets", "cement", "wire", "pumps"]

    def texts(n):
        return pd.Series([" ".join(rng.choice(words, 2)) for _ in range(n)], dtype="str")

    def unit_rows(n):
        vectors = rng.normal(size=(n, 24)).astype(np.float32)
        return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)

    entries = pd.DataFrame(
        {
            "naics_code": codes * 4,
            "text": texts(2400),
            "source": np.repeat(["naics_2017_index", "austin", "public_lines", "public_lines"], 600),
            "source_code": [str(number) for number in range(2400)],
            "weight": rng.choice([0.1, 1.0], 2400),
            "view": np.repeat(["line", "line", "line", "supplier"], 600),
        }
    )
    index = ReferenceIndex.from_vectors(entries, unit_rows(2400))
    questions = Questions(texts(300), {view: unit_rows(300) for view in VIEWS}, rng.random(300) < 0.5)
    return CandidateFinder().fit(index, Lexicon.of(entries["text"])), questions


def feature(finder, found, name):
    return found.features[:, :, finder.feature_names_.index(name)]


def of_class(found, values, position):
    """Value of the candidate that is a certain class, (n,)."""
    return values[found.column == position].reshape(len(found.column), -1)[:, 0]


def test_goods_near_a_category_have_it_among_the_first(finder, found, world):
    assert (found.column[:, 0] == world.truth).mean() > 0.95
    assert found.features.shape == (300, 5, len(finder.feature_names_))
    assert len(set(finder.feature_names_)) == len(finder.feature_names_)


def test_no_more_candidates_are_kept_than_were_asked_for(world):
    finder = CandidateFinder(candidates=2).fit(world.index, Lexicon.of(world.index.entries["text"]))
    assert finder.find(world.questions).column.shape == (300, 2)


@pytest.mark.parametrize("rows", [slice(0, 1), slice(255, 258), slice(10, 43), slice(299, 300)])
def test_candidates_of_a_line_do_not_depend_on_its_company(crowded, rows):
    finder, questions = crowded
    together, alone = finder.find(questions), finder.find(questions.take(rows))
    np.testing.assert_array_equal(alone.column, together.column[rows])
    np.testing.assert_array_equal(alone.features, together.features[rows])
    np.testing.assert_array_equal(alone.neighbours.entry, together.neighbours.entry[rows])
    np.testing.assert_array_equal(alone.neighbours.similarity, together.neighbours.similarity[rows])


def test_a_ledger_without_a_question_has_no_candidates(finder, world):
    assert finder.find(world.questions.take(slice(0, 0))).features.shape[0] == 0


def test_between_a_maker_and_a_trader_of_the_same_goods_the_maker_comes_first(finder, world):
    maker, trader = (list(finder.classes_).index(code) for code in ("322121", "424120"))
    vectors = world.index.vectors
    of = {
        code: vectors[(world.index.entries["naics_code"] == code).to_numpy()] for code in ("322121", "424120")
    }
    between = of["322121"].mean(axis=0) + of["424120"].mean(axis=0)
    between = (between / np.linalg.norm(between))[None].astype(np.float32)
    questions = Questions(pd.Series(["sheets"]), dict.fromkeys(VIEWS, between), np.array([False]))
    found = finder.find(questions)
    order = found.column[0].tolist()
    assert order.index(maker) < order.index(trader)
    trade = feature(finder, found, "category.is_trade")
    assert (trade == (found.column == trader)).all()


def test_a_line_that_names_no_supplier_says_nothing_of_suppliers(finder, found, world):
    similarity = feature(finder, found, "supplier.public_lines")
    np.testing.assert_array_equal(np.isnan(similarity).all(axis=1), ~world.questions.has_supplier)
    other = dict(world.questions.vectors)
    other["supplier"] = np.where(world.questions.has_supplier[:, None], other["supplier"], -other["supplier"])
    again = finder.find(replace(world.questions, vectors=other))
    np.testing.assert_array_equal(again.features, found.features)


def test_neighbours_are_the_nearest_entries_of_whole_lines_the_nearest_first(found, world):
    entries = world.index.entries
    cosine = world.questions.vectors["line"] @ world.index.vectors.T
    cosine = np.where(entries["view"] == "line", cosine, -1)
    np.testing.assert_allclose(
        found.neighbours.similarity, np.sort(cosine, axis=1)[:, ::-1][:, :20], atol=1e-5
    )
    np.testing.assert_allclose(
        np.take_along_axis(cosine, found.neighbours.entry, axis=1), found.neighbours.similarity, atol=1e-5
    )


def test_neither_words_nor_place_nor_weight_of_a_hidden_entry_have_influence_in_any_view(finder, world):
    index = world.index
    own = index.entries["source_code"].isin([f"{code}:0" for code in finder.classes_]).to_numpy()
    hidden = Hidden(np.zeros(300, dtype=np.int64), np.where(own, 0, -1))
    other = index.entries.assign(
        text=index.entries["text"].where(~own, "insulin chairs"),
        weight=index.entries["weight"].where(~own, 9.0),
    )
    vectors = np.where(own[:, None], -index.vectors[::-1], index.vectors)
    moved = CandidateFinder().fit(ReferenceIndex.from_vectors(other, vectors), finder.lexicon_)
    found, again = finder.find(world.questions, hidden), moved.find(world.questions, hidden)
    np.testing.assert_array_equal(again.column, found.column)
    np.testing.assert_array_equal(again.features, found.features)


def test_hiding_entries_is_as_if_they_had_never_been_there(finder, world):
    """Not even that a category has an entry may show: it would give the right category away."""
    own = (world.index.entries["source_code"] == "325412:1").to_numpy()
    hidden = Hidden(np.zeros(300, dtype=np.int64), np.where(own, 0, -1))
    without = CandidateFinder().fit(world.index.without(own), finder.lexicon_)
    found, again = finder.find(world.questions, hidden), without.find(world.questions)
    seen = finder.find(world.questions)
    np.testing.assert_array_equal(again.column, found.column)
    np.testing.assert_array_equal(again.features, found.features)
    assert not np.array_equal(again.features, seen.features)


def test_lines_of_different_groups_are_hidden_from_their_own_entries_alone(finder, found, world):
    own = (world.index.entries["source_code"] == "325412:1").to_numpy()
    question = np.where(np.arange(300) % 2 == 0, 0, 1)
    mixed = finder.find(world.questions, Hidden(question, np.where(own, 0, -1)))
    np.testing.assert_array_equal(mixed.features[question == 1], found.features[question == 1])
    assert not np.array_equal(mixed.features[question == 0], found.features[question == 0])


def test_entries_of_other_groups_stay_in_sight(finder, found, world):
    seen = finder.find(world.questions, Hidden(NOBODY, np.zeros(len(world.index), dtype=np.int64)))
    np.testing.assert_array_equal(seen.features, found.features)


def test_words_in_common_break_a_tie_of_vectors(finder, world):
    rng = np.random.default_rng(1)
    nowhere = rng.normal(size=(1, world.index.vectors.shape[1])).astype(np.float32)
    nowhere[:, :5] = 0
    nowhere /= np.linalg.norm(nowhere)
    for text, code in (("IBUPROFEN TABLET 200MG", "325412"), ("chair, office", "337214")):
        questions = Questions(pd.Series([text]), dict.fromkeys(VIEWS, nowhere), np.array([False]))
        words = finder.find(questions)
        best = feature(finder, words, "naics_2017_index.words").argmax(axis=1)
        assert finder.classes_[words.column[0, best[0]]] == code


def test_shares_of_the_votes_add_up_over_categories_and_their_groups(finder, found):
    for source in ("naics_2017_index", "public_lines"):
        np.testing.assert_allclose(feature(finder, found, f"{source}.share").sum(axis=1), 1, atol=1e-5)
    narrow, wide = (feature(finder, found, f"overall.share_{digits}") for digits in (4, 3))
    assert (wide >= narrow - 1e-6).all()
    chemistry = list(finder.classes_).index("325412")
    np.testing.assert_allclose(
        of_class(found, wide, chemistry), of_class(found, feature(finder, found, "overall.share"), chemistry)
    )
