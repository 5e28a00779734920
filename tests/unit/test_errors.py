"""The error tree: every class documented, every exit code its own."""

import re
from collections.abc import Iterator

import pytest

from cathartes import errors
from cathartes.errors import CathartesError, HeaderError, InputError, SettingsError


def walk(root: type[CathartesError]) -> Iterator[type[CathartesError]]:
    """Yield a class and all below it."""
    yield root
    for child in root.__subclasses__():
        yield from walk(child)


TREE = [c for c in walk(CathartesError) if c.__module__ == errors.__name__]
OTHER_CODES = {
    errors.EXIT_INCONCLUSIVE,
    errors.EXIT_UNEXPECTED,
    errors.EXIT_SYSTEM,
    errors.EXIT_INTERRUPTED,
}


def test_exit_codes_are_unique() -> None:
    codes = [c.exit_code for c in TREE]
    assert len(codes) == len(set(codes))
    assert not OTHER_CODES & set(codes)


@pytest.mark.parametrize("error", TREE)
def test_the_drawn_tree_shows_the_class_and_its_code(error: type[CathartesError]) -> None:
    drawn = re.search(rf"{error.__name__} +(\d+) ", errors.__doc__ or "")
    assert drawn, f"{error.__name__} is missing in the tree drawn in errors.py"
    assert int(drawn[1]) == error.exit_code


@pytest.mark.parametrize("error", TREE)
def test_an_exit_code_fits_a_shell_and_says_failure(error: type[CathartesError]) -> None:
    assert 1 <= error.exit_code < 126  # the shell keeps 126 and above for itself
    assert "exit_code" in vars(error), "each class states its own code"


def test_usage_errors_and_settings_share_a_code() -> None:
    """A wrong word on the command line (Typer: 2) or in a settings file: one thing to a user."""
    assert SettingsError.exit_code == 2


def test_catching_the_parent_catches_the_child() -> None:
    with pytest.raises(InputError, match="no wavelengths"):
        raise HeaderError("no wavelengths")
