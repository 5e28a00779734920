"""Clean air of sensors that stand, which may be in gas for hours: over hours, or by all paths."""

import numpy as np
from numpy.typing import NDArray

from cathartes.locate.blocks import STANDS_M
from cathartes.scenes.logs.baseline import BaselineSettings, estimate_baseline

LEAST_SITE_SENSORS = 3
"""So many sensors that all stand still are a site, whose clean air is sought over hours."""
LEAST_PATH_M = 2.0
"""Ends of an open path are farther apart, and its instrument's places nearer."""
SITE_WINDOW_S = 1800.0
"""Half the window of a common background."""
WANDER_WINDOW_S, WANDER_ROWS = 1800.0, 20
"""A window in which drift shows that a baseline of hours does not follow."""
STILL_STEPS, LEAST_STILL = 8, 3
"""Differences that tell a noise together, and how many such a path has at least."""
STILL_SHARE = 0.64
"""Of white noise, what the tenth part from below of its r.m.s. differences is: by drawing."""
STAY_S = 4 * 3600.0
"""A sensor that stands still is in a plume for as long as the wind holds, which is hours."""


def is_site(place_m: NDArray[np.float64], sensor: NDArray[np.intp]) -> bool:
    """Return True for several sensors that all stand still.

    Parameters
    ----------
    place_m : (row, 3) [m]
    sensor : (row,) int
    """
    return np.unique(sensor).size >= LEAST_SITE_SENSORS and all_stand(place_m, sensor)


def all_stand(place_m: NDArray[np.float64], sensor: NDArray[np.intp]) -> bool:
    """Return True if no sensor moves.

    Parameters
    ----------
    place_m : (row, 3) [m]
    sensor : (row,) int
    """
    spans = (np.ptp(place_m[sensor == one, :2], axis=0).max() for one in np.unique(sensor))
    return all(float(span) < STANDS_M for span in spans)


def site_baseline(
    time_unix_s: NDArray[np.float64],
    near_m: NDArray[np.float64],
    far_m: NDArray[np.float64],
    sensor: NDArray[np.intp],
    reading_ppm: NDArray[np.float64],
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the baseline of a site, and its error, each (row,) [ppm].

    Parameters
    ----------
    time_unix_s : (row,) [s]
    near_m, far_m : (row, 3) [m]
        Ends of a path; the same for a point.
    sensor : (row,) int
    reading_ppm : (row,) [ppm]
        NaN where there is no value.
    """
    if is_one_instrument(near_m, far_m):
        return common_background(time_unix_s, reading_ppm)
    return own_baselines(time_unix_s, reading_ppm, sensor)


def is_one_instrument(near_m: NDArray[np.float64], far_m: NDArray[np.float64]) -> bool:
    """Return True for open paths that all begin at one place.

    Parameters
    ----------
    near_m, far_m : (row, 3) [m]
        Ends of a path; the same for a point.
    """
    paths = bool(np.linalg.norm(far_m - near_m, axis=1).min() > LEAST_PATH_M)
    return paths and float(np.ptp(near_m[:, :2], axis=0).max()) < LEAST_PATH_M


def own_baselines(
    time_unix_s: NDArray[np.float64], reading_ppm: NDArray[np.float64], sensor: NDArray[np.intp]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return each sensor's own baseline over hours, and its error, each (row,) [ppm].

    Sensors of one site differ by tenths of a ppm in clean air, and drift apart. A log of hours
    shows each of them in clean air now and then, since the wind turns. One that never came into it
    takes the mean of the others', with their scatter as its error.

    To all errors comes what half hours wander about the hours: the median of the sensors', since a
    plume lifts some of them, and drift is alike in sensors of a kind.

    Parameters
    ----------
    time_unix_s : (row,) [s]
    reading_ppm : (row,) [ppm]
    sensor : (row,) int
    """
    level, sd = np.full((2, reading_ppm.size), np.nan)
    settings = BaselineSettings(window_s=STAY_S, least_rows=60)
    short = BaselineSettings(window_s=WANDER_WINDOW_S, least_rows=WANDER_ROWS)
    lost = np.zeros(reading_ppm.size, bool)
    wander = []
    for one in np.unique(sensor):
        of = sensor == one
        own = estimate_baseline(time_unix_s[of], reading_ppm[of], settings)
        left = estimate_baseline(time_unix_s[of], reading_ppm[of], short).ppm - own.ppm
        wander.append(float(np.std(left)))
        level[of], sd[of] = own.ppm, np.hypot(own.sd_ppm, own.noise_sd_ppm)
        lost[of] = bool(own.why_not)
    if lost.any() and not lost.all():
        others = np.array([level[(sensor == k) & ~lost].mean() for k in np.unique(sensor[~lost])])
        level[lost] = others.mean()
        sd[lost] = np.hypot(others.std(), np.nanmean(sd[~lost]))
    known = np.array(wander)[np.isfinite(wander)]
    return level, np.hypot(sd, np.median(known) if known.size else 0.0)


def common_background(
    time_unix_s: NDArray[np.float64], reading_ppm: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the background of one instrument's paths, and its error, each (row,) [ppm].

    It has one zero, and paths from beside a source are all in its plume for most of the time. So
    the background is the hundredth part from below of all readings about the time, its error half
    of what lies between that and the tenth.

    Parameters
    ----------
    time_unix_s : (row,) [s]
    reading_ppm : (row,) [ppm]
        Of all paths; NaN where there is no value.
    """
    known = np.isfinite(reading_ppm)
    if not known.any():
        nothing = np.full(reading_ppm.size, np.nan)
        return nothing, nothing
    start, stop = float(time_unix_s[0]), float(time_unix_s[-1])
    n_knots = max(round((stop - start) / SITE_WINDOW_S), 1) + 1
    knots, levels = [], []
    for knot in np.linspace(start, stop, n_knots):
        near = known & (np.abs(time_unix_s - knot) <= SITE_WINDOW_S)
        if near.any():
            knots.append(knot)
            levels.append(np.quantile(reading_ppm[near], [0.01, 0.1]))
    low, high = (np.interp(time_unix_s, knots, level) for level in np.array(levels).T)
    return low, 0.5 * (high - low)


def instrument_noise_ppm(reading_ppm: NDArray[np.float64], sensor: NDArray[np.intp]) -> float:
    """Return the noise of one instrument's paths by the stillest of them, [ppm]; NaN if unknown.

    Of each path the r.m.s. of `STILL_STEPS` differences of successive readings, of which the tenth
    part from below had least gas. Gas that all paths are in makes it too great.

    Parameters
    ----------
    reading_ppm : (row,) [ppm]
        In the order of time; NaN where there is no value.
    sensor : (row,) int
        Which path.
    """
    found = []
    for one in np.unique(sensor):
        read = reading_ppm[(sensor == one) & np.isfinite(reading_ppm)]
        steps = np.diff(read)[: (read.size - 1) // STILL_STEPS * STILL_STEPS]
        if steps.size >= LEAST_STILL * STILL_STEPS:
            of_some = np.sqrt((steps.reshape(-1, STILL_STEPS) ** 2).mean(axis=1) / 2)
            found.append(float(np.quantile(of_some, 0.1)) / STILL_SHARE)
    return min(found, default=float("nan"))
