"""Whatever is done to a package, it is refused by an error of ours, or it is what was signed."""

import sys
from itertools import product
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

sys.path.insert(0, str(Path(__file__).parents[1]))
from cathartes.errors import PackageError
from cathartes.sealing.pdf_actions import check_only_shows
from package_damage import (
    COURSES,
    LAYERS,
    PDF,
    RELEASE_IDS,
    acting_pdf,
    is_acting_pdf_refused,
    is_key_refused,
    is_read_or_refused,
    is_refused,
    is_seal_refused,
    is_sealed_refused,
    signed_nonsense,
)

CHANCE = st.randoms(use_true_random=False)


@pytest.mark.parametrize("course", COURSES.values(), ids=COURSES)
def test_a_whole_package_is_not_refused(course):
    """Else the laws below would hold of anything."""
    for release_id in RELEASE_IDS:
        assert not is_sealed_refused(course, course.whole(release_id))
        assert not is_refused(course, course.archive(release_id))


@pytest.mark.parametrize(("course", "layer"), list(product(COURSES, LAYERS)))
@settings(deadline=None)
@given(CHANCE)
def test_what_was_changed_is_never_accepted(course, layer, chance):
    is_refused(COURSES[course], LAYERS[layer](COURSES[course], chance))


@pytest.mark.parametrize("course", COURSES.values(), ids=COURSES)
@settings(deadline=None)
@given(CHANCE)
def test_a_changed_seal_is_never_accepted(course, chance):
    is_seal_refused(course, chance)


@pytest.mark.parametrize("course", COURSES.values(), ids=COURSES)
@settings(deadline=None)
@given(CHANCE)
def test_nonsense_signed_by_a_trusted_sender_never_crashes(course, chance):
    is_read_or_refused(course, signed_nonsense(course, chance))


@settings(deadline=None)
@given(CHANCE)
def test_a_changed_key_is_never_accepted(chance):
    is_key_refused(chance)


def test_the_pdf_without_a_script_is_taken():
    check_only_shows(PDF, "a.pdf")


@settings(deadline=None)
@given(CHANCE)
def test_a_pdf_with_a_script_is_never_taken(chance):
    assert is_acting_pdf_refused(chance)


@settings(deadline=None)
@given(CHANCE, st.binary(max_size=300))
def test_any_bytes_are_no_crash_in_a_pdf(chance, content):
    for one in (b"%PDF-" + content, acting_pdf(chance)[: chance.randrange(999)]):
        try:
            check_only_shows(one, "a.pdf")
        except PackageError:
            continue


@pytest.mark.parametrize("course", COURSES.values(), ids=COURSES)
@settings(deadline=None)
@example(b"")
@example(b"age-encryption.org/v1\n")
@example(b"age-encryption.org/v1\n-> X25519 \n--- \n")
@given(st.binary(max_size=300).map(lambda rest: b"age-encryption.org/v1\n" + rest))
def test_any_bytes_are_refused(course, content):
    assert is_sealed_refused(course, content)
    assert is_refused(course, content)
