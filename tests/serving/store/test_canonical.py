"""The canonical form: one text a value, and the value back from it."""

import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from serving.store.canonical import canonical_json, parse_canonical
from serving.store.errors import CanonicalFormError


def lone_halves_apart(text):
    """Two halves of a pair side by side are the one character that JSON takes them for."""
    return text == text.encode("utf-16", "surrogatepass").decode("utf-16", "surrogatepass")


texts = st.text(st.characters()).filter(lone_halves_apart)
scalars = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | texts
values = st.recursive(scalars, lambda inner: st.lists(inner) | st.dictionaries(texts, inner), max_leaves=20)


def same(one, other):
    """Equal, and of equal types down to the sign of zero: 1, 1.0 and True are three values."""
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(same(one[key], other[key]) for key in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(same, one, other))
    return type(one) is type(other) and repr(one) == repr(other)


@given(values)
def test_a_value_comes_back_as_what_it_was(value):
    assert same(parse_canonical(canonical_json(value)), value)


@given(values)
def test_the_form_of_what_comes_back_is_the_same_and_plain_ascii_without_controls(value):
    text = canonical_json(value)

    assert canonical_json(parse_canonical(text)) == text
    assert text.isascii()
    assert text.isprintable()


@given(st.dictionaries(texts, scalars, min_size=2))
def test_the_order_in_which_keys_were_set_does_not_matter(value):
    assert canonical_json(dict(reversed(value.items()))) == canonical_json(value)


@given(values, values)
def test_different_values_have_different_forms(one, other):
    assert (canonical_json(one) == canonical_json(other)) == same(one, other)


def test_the_form_is_the_documented_one():
    value = {"b": [1, 1.0, 1e22, 0.1 + 0.2, -0.0], "a": "é\n\u2028😀\ud800", "": None, "B": True}

    assert canonical_json(value) == (
        r'{"":null,"B":true,"a":"\u00e9\n\u2028\ud83d\ude00\ud800","b":[1,1.0,1e+22,0.30000000000000004,-0.0]}'
    )
    assert json.loads(canonical_json(value)) == value


@pytest.mark.parametrize(
    "value",
    [math.nan, [math.inf], {"kg": -math.inf}, {1: "one"}, [{"a": {None: 1}}], {"a": {1, 2}}, b"bytes"],
)
def test_what_has_no_form_is_refused(value):
    with pytest.raises(CanonicalFormError, match=r"Got .*expected"):
        canonical_json(value)


def test_what_holds_itself_or_is_endlessly_deep_is_refused():
    itself = []
    itself.append(itself)

    with pytest.raises(CanonicalFormError, match="deep"):
        canonical_json(itself)
