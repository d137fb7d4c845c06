import numpy as np
import pandas as pd
import pytest

from models.lexicon import Lexicon, stems

TEXTS = pd.Series(
    ["copier paper", "writing paper, 500 sheets", "Paper sheets", "nitrile gloves", "rubber glove", "sushi"]
)


@pytest.fixture
def lexicon():
    return Lexicon.of(TEXTS)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("GLASSES", ["glass"]),
        ("buses and trolleys", ["buse", "and", "trolley"]),
        ("batteries, 5x AA", ["battery", "aa"]),
        ("virus analysis", ["virus", "analysis"]),
        ("gas", ["gas"]),
        ("12.5 / 3", []),
        ("", []),
    ],
)
def test_words_are_brought_to_one_form_and_numbers_dropped(text, words):
    assert stems(text) == words


def test_a_word_that_connects_no_two_texts_is_left_out(lexicon):
    words = set(lexicon.state().tables["words"]["word"])
    assert words == {"paper", "sheet", "glove"}


def test_texts_have_length_one_or_no_word_at_all(lexicon):
    weights = lexicon.weigh(pd.Series(["papers", "paper sheet", "PAPER paper gloves", "sushi", ""]))
    np.testing.assert_allclose(np.linalg.norm(weights.toarray(), axis=1), [1, 1, 1, 0, 0], rtol=1e-6)
    assert lexicon.weigh(pd.Series([], dtype="str")).shape == (0, 3)


def test_a_rare_word_in_common_counts_more_than_a_frequent_one(lexicon):
    rare, frequent, both = lexicon.weigh(pd.Series(["glove", "paper", "paper glove"])).toarray()
    assert rare @ both > frequent @ both > 0


def test_what_a_text_weighs_does_not_depend_on_its_company(lexicon):
    together = lexicon.weigh(TEXTS)
    for row in range(len(TEXTS)):
        alone = lexicon.weigh(TEXTS[row : row + 1])
        np.testing.assert_array_equal(alone.toarray()[0], together[row].toarray()[0])


def test_a_lexicon_comes_back_from_its_state_and_weighs_the_same(lexicon):
    again = Lexicon.from_state(lexicon.state())
    np.testing.assert_array_equal(again.weigh(TEXTS).toarray(), lexicon.weigh(TEXTS).toarray())
    pd.testing.assert_frame_equal(again.state().tables["words"], lexicon.state().tables["words"])
