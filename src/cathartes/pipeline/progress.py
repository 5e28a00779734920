"""How long work says how far it is, without knowing who watches."""

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from typing import Protocol

Advance = Callable[[int], None]
"""Called with the number of units of work done since the last call."""


class Progress(Protocol):
    """Whoever watches long work: a bar in a terminal, a log, nobody."""

    def stage(self, name: str, total: int) -> AbstractContextManager[Advance]:
        """Open a stage of so many units of work; leaving the context closes it.

        Parameters
        ----------
        name
            What is being done, as a reader would say it: "background", "filters".
        total
            Units of work in the stage, at least 0; the function handed out is called with the
            units done, which add up to it.
        """


class SilentProgress:
    """Nobody watches: the default of every Python call."""

    def stage(self, name: str, total: int) -> AbstractContextManager[Advance]:  # noqa: ARG002
        """Return a context that takes the advances and does nothing with them."""
        return nullcontext(_ignore)


def _ignore(units: int) -> None:
    """Take an advance, and do nothing with it."""
