"""Whatever is done to a package, it is refused by an error of ours, or it is what was signed."""

import sys
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

sys.path.insert(0, str(Path(__file__).parents[1]))
from package_damage import (
    LAYERS,
    is_key_refused,
    is_read_or_refused,
    is_refused,
    signed_nonsense,
    whole,
)

CHANCE = st.randoms(use_true_random=False)


def test_a_whole_package_is_not_refused():
    """Else the law below would hold of anything."""
    assert not is_refused(whole())


@pytest.mark.parametrize("layer", LAYERS)
@settings(deadline=None)
@given(CHANCE)
def test_what_was_changed_is_never_accepted(layer, chance):
    is_refused(LAYERS[layer](chance))


@settings(deadline=None)
@given(CHANCE)
def test_nonsense_signed_by_a_trusted_sender_never_crashes(chance):
    is_read_or_refused(signed_nonsense(chance))


@settings(deadline=None)
@given(CHANCE)
def test_a_changed_key_is_never_accepted(chance):
    is_key_refused(chance)


@settings(deadline=None)
@example(b"")
@example(b"age-encryption.org/v1\n")
@example(b"age-encryption.org/v1\n-> X25519 \n--- \n")
@given(st.binary(max_size=300).map(lambda rest: b"age-encryption.org/v1\n" + rest))
def test_any_bytes_are_refused(content):
    assert is_refused(content)
