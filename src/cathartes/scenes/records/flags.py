"""What was wrong with a record and was lived with: flags that the reviewer sees."""

from dataclasses import dataclass
from enum import StrEnum


class FlagKind(StrEnum):
    """The kinds of trouble, in the words of summaries and tables."""

    CLOCK_SET = "clock set"
    CLOCK_GAP = "gap in time"
    NOT_IN_ORDER = "not in order"
    DUPLICATE_TIME = "duplicate times"
    NO_PLACE = "no position"
    NO_TIME = "no time"
    NO_VALUE = "no value"
    IMPOSSIBLE_VALUE = "impossible value"
    IMPOSSIBLE_SPEED = "impossible speed"
    STUCK = "stuck at a value"
    AT_CEILING = "at its ceiling"
    HEIGHT_REFERENCE = "height reference"
    BELOW_GROUND = "below ground"
    STAGNANT_WIND = "stagnant wind"
    WIND_GAP = "no wind"
    WIND_RADIANS = "wind in radians?"
    UNREAD_COLUMN = "column not read"
    ASSUMED = "assumed"
    BASELINE = "baseline"
    TRUNCATED = "truncated"


@dataclass(frozen=True, slots=True)
class Flag:
    """One thing that is not as it should be, in a sentence a person can act on.

    Attributes
    ----------
    kind
        For machines.
    message
        For people: what was found, how many rows, what was done about it.
    rows
        (start, stop) ranges of the rows meant, in the value that carries the flag; empty where the
        rows are no longer there or none is meant.
    """

    kind: FlagKind
    message: str
    rows: tuple[tuple[int, int], ...] = ()


def row_ranges(marked: list[bool]) -> tuple[tuple[int, int], ...]:
    """Return the (start, stop) ranges of consecutive True entries.

    Examples
    --------
    >>> row_ranges([True, True, False, True])
    ((0, 2), (3, 4))
    """
    ranges: list[tuple[int, int]] = []
    start = None
    for row, mark in enumerate([*marked, False]):
        if mark and start is None:
            start = row
        elif not mark and start is not None:
            ranges.append((start, row))
            start = None
    return tuple(ranges)
