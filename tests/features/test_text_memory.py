"""A remembering encoder gives the same vectors, and encodes each text once."""

import numpy as np

from features.text import TextEncoder
from features.text_memory import RememberingEncoder


class Counting(TextEncoder):
    """Says which texts it was asked for, and encodes each by its length."""

    def __init__(self):
        super().__init__()
        self.asked = []
        self.dimension_, self.weights_sha256_ = 2, "none"

    def transform(self, texts, progress=None):
        self.asked += list(texts)
        if progress:
            progress(len(texts))
        return np.array([[len(text), 1.0] for text in texts], dtype=np.float32).reshape(-1, 2)


def test_a_text_is_encoded_once_however_often_it_is_asked_for():
    counting = Counting()
    encoder = RememberingEncoder(counting)
    done = []

    first = encoder.transform(["desk", "chair"], done.append)
    again = encoder.transform(["chair", "desk", "lamp"], done.append)

    assert counting.asked == ["desk", "chair", "lamp"]
    assert first.tolist() == [[4.0, 1.0], [5.0, 1.0]]
    assert again.tolist() == [[5.0, 1.0], [4.0, 1.0], [4.0, 1.0]]
    assert sum(done) == 5


def test_no_text_has_no_vectors_of_the_right_length():
    assert RememberingEncoder(Counting()).transform([]).shape == (0, 2)


def test_the_texts_that_were_asked_for_last_are_kept_and_more_at_once_are_encoded():
    counting = Counting()
    encoder = RememberingEncoder(counting, most=2)

    assert encoder.transform(["a", "bb", "ccc"]).tolist() == [[1.0, 1.0], [2.0, 1.0], [3.0, 1.0]]
    encoder.transform(["ccc", "bb"])
    encoder.transform(["a"])

    assert counting.asked == ["a", "bb", "ccc", "a"]
