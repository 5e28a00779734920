"""Checks that go on where a row was changed to what can't be."""

from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

from shapely.errors import ShapelyError

from cathartes.errors import CathartesError

_T = TypeVar("_T")
_OF_A_ROW = (
    CathartesError, ValueError, TypeError, LookupError, AttributeError, ArithmeticError,
    ShapelyError,
)  # fmt: skip
"""What a changed row makes of our readers."""


def why_unreadable(read: Callable[[], _T]) -> tuple[_T | None, str]:
    """Return what `read` returns with "", or None with why a row of it can't be read.

    The database's own trouble is raised.
    """
    try:
        return read(), ""
    except _OF_A_ROW as error:
        return None, str(error).rstrip(".") or type(error).__name__


def told_to_the_end(what: str, faults: Iterable[str]) -> Iterator[str]:
    """Yield faults; and, where a row can't be read, that they were not looked for to the end."""
    rest = iter(faults)
    while True:
        fault, why = why_unreadable(lambda: next(rest, None))
        if why:
            yield f"{what} can't be checked to the end: {why}."
        if fault is None:
            return
        yield fault
