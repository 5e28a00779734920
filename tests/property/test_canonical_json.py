"""Canonical JSON is the package's, byte for byte: the hashes of years hang on it."""

import enum
import math

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from cathartes.casework.canonical_json import dumps

TEXTS = st.text(max_size=8) | st.text(
    st.sampled_from(
        '\0\x01\b\t\n\v\f\r\x1f !"/\\a\x7f\x80é\u2028\ud7ff\ue000\uffff\U00010000\U0010ffff'
    )
)
NUMBERS = (
    st.integers(-(2**53) + 1, 2**53 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.sampled_from([0.0, -0.0, 1.0, 1e21, 1e-7, 5e-324, 333333333.33333329, 1e23, 4.5, 2e-3])
)
VALUES = st.recursive(
    st.none() | st.booleans() | NUMBERS | TEXTS,
    lambda inner: st.lists(inner) | st.tuples(inner, inner) | st.dictionaries(TEXTS, inner),
    max_leaves=8,
)
BROKEN = st.text(st.characters(categories=["Cs", "Ll"]), min_size=1, max_size=4)


class Kind(enum.StrEnum):
    """A text with a name."""

    ONE = "öne"


@given(VALUES)
def test_bytes_are_the_packages(value):
    assert dumps(value) == rfc8785.dumps(value)


@given(
    st.recursive(
        BROKEN | st.integers() | st.floats() | st.just(b"x") | st.sampled_from([set(), object]),
        lambda inner: st.lists(inner) | st.dictionaries(BROKEN | st.integers(), inner),
    )
)
def test_what_the_package_refuses_is_refused(value):
    try:
        wanted = rfc8785.dumps(value)
    except (rfc8785.CanonicalizationError, UnicodeEncodeError):
        with pytest.raises(rfc8785.CanonicalizationError):
            dumps(value)
    else:
        assert dumps(value) == wanted


def test_keys_stand_in_the_order_of_utf_16():
    """Code points would put the other one first: RFC 8785, 3.2.3."""
    assert dumps({"\ufb33": 1, "\U0001f600": 2}) == '{"\U0001f600":2,"\ufb33":1}'.encode()


@pytest.mark.parametrize("value", [Kind.ONE, {Kind.ONE: [Kind.ONE]}, True, 2**53 - 1, (), {}, [[]]])
def test_single_values_are_the_packages(value):
    assert dumps(value) == rfc8785.dumps(value)


@pytest.mark.parametrize("value", [math.nan, math.inf, 2**53, -(2**53), {1: 2}, b"", "\ud800"])
def test_what_json_cannot_hold_is_refused(value):
    with pytest.raises(rfc8785.CanonicalizationError):
        dumps(value)
