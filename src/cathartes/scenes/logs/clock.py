"""Clocks that jump: which rows of a sensor were timed by one and the same clock."""

import numpy as np
from numpy.typing import NDArray

from cathartes.scenes.records.flags import Flag, FlagKind
from cathartes.scenes.records.times import iso_text

SET_FORWARD_S = 365.0 * 86_400.0
"""A step ahead by more is a clock that was set, from 1970 or 1980; no log pauses so long."""
JITTER_S = 1.0
"""Steps back of no more are loggers writing rows in another order than they were measured."""
UNSORTED_SHARE = 0.05
UNSORTED_STEPS = 5
"""More steps back, in share of the rows and in number, are a table that was never in order of
time: no clock is set so often."""


def keep_one_clock(
    time_unix_s: NDArray[np.float64], rows: NDArray[np.intp], flags: list[Flag]
) -> NDArray[np.intp]:
    """Return the rows, of those of one sensor in the file's order, that one clock has timed.

    A file that runs from the newest row to the oldest is only turned round. A single time that
    fits neither neighbour, while these fit each other, is left out. If the clock was set, back or
    by more than a year ahead, nothing says by which of the two the wind or another log was timed:
    the longest run between such steps is kept. A table that was sorted by something else than time
    steps back all the time; its rows are all kept.

    Parameters
    ----------
    time_unix_s : (file row,) [s]
    rows : (row,), numbers of rows with a time
    flags
        Gets a flag if any row is left out, or the rows were in no order.

    Returns
    -------
    rows : (kept,)
    """
    time = time_unix_s[rows]
    if rows.size > 2 and (np.diff(time) <= 0).all():
        return rows
    n_back = int((np.diff(time) < -JITTER_S).sum())
    if n_back > max(UNSORTED_SHARE * rows.size, UNSORTED_STEPS):
        flags.append(
            Flag(
                FlagKind.NOT_IN_ORDER,
                f"{n_back} of {rows.size} rows are earlier than the row before: the table was not "
                "in order of time, and is put in it.",
            )
        )
        return rows
    fits = ~_glitches(time)
    if not fits.all():
        flags.append(
            Flag(
                FlagKind.CLOCK_SET,
                f"{int((~fits).sum())} of {rows.size} times, the first "
                f"{iso_text(time[~fits][0])}, fit neither row beside them and are left out.",
            )
        )
    rows, time = rows[fits], time[fits]
    step = np.diff(time)
    back = np.flatnonzero((step < -JITTER_S) | (step > SET_FORWARD_S))
    if back.size == 0:
        return rows
    bounds = np.concatenate([[0], back + 1, [rows.size]])
    longest = int(np.argmax(np.diff(bounds)))
    start, stop = int(bounds[longest]), int(bounds[longest + 1])
    first = int(back[0])
    times = "" if back.size == 1 else f" {back.size} times, first"
    flags.append(
        Flag(
            FlagKind.CLOCK_SET,
            f"the clock was set{times} from {iso_text(time[first])} to "
            f"{iso_text(time[first + 1])}; the longest run between, {stop - start} of {rows.size} "
            "rows, is kept and the others left out. Split the file there to use each part.",
        )
    )
    return rows[start:stop]


def _glitches(time: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Return (row,), True where a time lies outside its neighbours, which are in order."""
    wrong = np.zeros(time.size, bool)
    if time.size >= 3:
        before, at, after = time[:-2], time[1:-1], time[2:]
        outside = (at < before - JITTER_S) | (at > after + JITTER_S)
        wrong[1:-1] = outside & (before <= after)
    return wrong
