"""Concentrations that no air has: stand-ins for no value, spikes, what a dead sensor repeats."""

import numpy as np
from numpy.typing import NDArray

MOST_PPM, LEAST_PPM = 1e6, -500.0
"""More is more than pure gas; less is no sensor's offset."""
FAR_BELOW = 50.0
"""A negative value so many deviations below the middle one is no noise and no drift."""
TO_SD = 1.4826
"""Of a normal law, its standard deviation over the median of deviations' sizes."""
STUCK_ROWS = 30
STUCK_S = 30.0
"""So many equal values over so long a time are no measurement of moving air."""
FOUND_AGAIN = 0.1
"""A value that comes elsewhere so many times as often as in a run is the sensor's floor or a step
of its scale."""
FINE = 0.2
"""Values that are as the one before, of all: on a fine scale, of noise of three steps, fewer."""


def impossible_values(
    concentration_ppm: NDArray[np.float64], sensor_index: NDArray[np.intp]
) -> NDArray[np.bool_]:
    """Return (row,), True for values of one gas that can't be a concentration; NaN is none.

    Parameters
    ----------
    concentration_ppm : (row,) [ppm]
    sensor_index : (row,)
    """
    wrong = (concentration_ppm > MOST_PPM) | (concentration_ppm < LEAST_PPM)
    for sensor in np.unique(sensor_index):
        own = np.flatnonzero((sensor_index == sensor) & np.isfinite(concentration_ppm) & ~wrong)
        values = concentration_ppm[own]
        steps = np.diff(np.unique(values))
        if not steps.size:
            continue
        middle = float(np.median(values))
        sd = max(TO_SD * float(np.median(np.abs(values - middle))), float(steps.min()))
        wrong[own] = values < min(0.0, middle - FAR_BELOW * sd)
    return wrong


def long_runs(
    time_unix_s: NDArray[np.float64], values: NDArray[np.float64]
) -> list[NDArray[np.intp]]:
    """Return runs of equal values, each (row,) int, of `STUCK_ROWS` and over `STUCK_S`.

    Of a sensor with fewer rows, all of them are many enough.

    Parameters
    ----------
    time_unix_s : (row,) [s], ascending
    values : (row,)
        All finite.
    """
    runs = np.split(np.arange(values.size), np.flatnonzero(np.diff(values) != 0) + 1)
    least = min(STUCK_ROWS, max(values.size, 3))
    return [
        run
        for run in runs
        if run.size >= least and time_unix_s[run[-1]] - time_unix_s[run[0]] >= STUCK_S
    ]


def frozen_values(
    time_unix_s: NDArray[np.float64],
    concentration_ppm: NDArray[np.float64],
    sensor_index: NDArray[np.intp],
) -> NDArray[np.bool_]:
    """Return (row,), True for values of one gas that a sensor repeats because it is dead.

    A run is frozen if values outside runs hardly repeat, and its own is neither the sensor's lowest
    or highest nor found again. A sensor that has a single value throughout is dead if another one
    hardly repeats any: else both may be coarse.

    Parameters
    ----------
    time_unix_s : (row,) [s], ascending for each sensor
    concentration_ppm : (row,) [ppm]
        NaN where there is no value.
    sensor_index : (row,)
    """
    frozen = np.zeros(concentration_ppm.size, bool)
    single: list[NDArray[np.intp]] = []
    is_fine = False
    for sensor in np.unique(sensor_index):
        own = np.flatnonzero((sensor_index == sensor) & np.isfinite(concentration_ppm))
        values = concentration_ppm[own]
        repeats = np.diff(values) == 0
        runs = long_runs(time_unix_s[own], values)
        if runs and runs[0].size == own.size:
            single.append(own)
            continue
        is_fine |= _seldom(repeats)
        outside = np.delete(repeats, [k for run in runs for k in run[:-1]])
        if _seldom(outside):
            for run in runs:
                frozen[own[run]] = _is_lone(values, run)
    for own in single:
        frozen[own] = is_fine
    return frozen


def _seldom(repeats: NDArray[np.bool_]) -> bool:
    """Whether few of many values are as the one before."""
    return repeats.size >= STUCK_ROWS and float(repeats.mean()) <= FINE


def _is_lone(values: NDArray[np.float64], run: NDArray[np.intp]) -> bool:
    """Whether the value of a run is no end of the sensor's scale, and hardly found elsewhere."""
    value = values[run[0]]
    elsewhere = int(np.count_nonzero(values == value)) - run.size
    is_end = value in (values.min(), values.max())
    return not is_end and elsewhere < FOUND_AGAIN * run.size
