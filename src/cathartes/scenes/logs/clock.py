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

    A file that runs from the newest row to the oldest is only turned round. Times that fit neither
    the rows before nor those after, while these fit each other, are left out. If the clock was set,
    back or by more than a year ahead, nothing says by which of the two the wind or another log was
    timed: the longest run between such steps is kept. A table that was sorted by something else
    than time steps back all the time; its rows are all kept.

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
                f"{iso_text(time[~fits][0])}, fit neither the rows before nor those after and are "
                "left out.",
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
    """Return (row,), True where a clock was wrong for a while, and right again afterwards.

    It steps back, and had jumped ahead by as much before, or does so afterwards: half of it is
    enough. Of the rows before and after the step the fewer are wrong, and less than half of all.
    """
    wrong = np.zeros(time.size, bool)
    step = np.diff(time)
    ahead = step - np.median(step) if step.size else step
    jumped = np.flatnonzero(ahead > 0.5 * JITTER_S)
    for at in np.flatnonzero(step < -JITTER_S):
        jumps = jumped[ahead[jumped] > 0.5 * (time[at] - time[at + 1])]
        after, before = jumps[jumps > at], jumps[jumps < at]
        early = after[time[after + 1] >= time[at]][:1]
        late = before[time[before] <= time[at + 1]][-1:]
        runs = [np.arange(at + 1, end + 1) for end in early]
        runs += [np.arange(start + 1, at + 1) for start in late]
        run = min(runs, key=len, default=np.empty(0, np.intp))
        if 2 * run.size < time.size:
            wrong[run] = True
    return wrong
