r"""How late and how slow a sensor is: its dead time and its time constant.

A sensor of dead time :math:`L` and time constant :math:`\tau` reads

.. math:: \tau\,\dot y(t) + y(t) = x(t - L),

so it shows a plume :math:`L + \tau` late in the mean (the first moment of its response). A carrier
at speed :math:`v` sees the plume displaced forward by :math:`v (L + \tau)`; two passes in opposite
directions put it at two places that far apart on either side:

.. math:: L + \tau = \frac{s_1 + s_2}{v_1 + v_2}

with each pass's distance s along its own direction. A plume that wanders between the passes adds
an error of either sign, which the scatter over pairs shows; one that drifts steadily favours pairs
of one order and harms those of the other, so all neighbouring pairs are used.

After a plume's end the signal decays as :math:`e^{-t/\tau}`, and it can't fall faster anywhere,
while it rises as fast as the plume's edge. Falls from 80 to 20 % of a peak take
:math:`\tau \ln 4`; only where the quickest falls are slower than the quickest rises is it the
sensor that is seen and not the plume. Own derivation: docs/explanation/gas-logs.md.
"""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from cathartes.scenes.logs.estimate import Estimate, unknown

LN4 = float(np.log(4.0))


@dataclass(frozen=True, slots=True)
class ResponseSettings:
    """What counts as a pass and as a peak.

    Attributes
    ----------
    turn_deg
        Rows belong to one pass while the course stays this near to its mean.
    slowest_m_s
        A carrier slower than this hovers.
    shortest_m
        Of a pass.
    aside_m
        Two passes are of one line if they lie no farther apart, sideways.
    apart_s
        And no farther apart in time: the wind is the same.
    snr
        A peak is so many times the noise.
    least_pairs, least_peaks
        Fewer than these say nothing of their own scatter.
    asymmetry
        Quickest falls are so many times as long as quickest rises before they are the sensor's.
    """

    turn_deg: float = 25.0
    slowest_m_s: float = 1.5
    shortest_m: float = 30.0
    aside_m: float = 15.0
    apart_s: float = 300.0
    snr: float = 8.0
    least_pairs: int = 4
    least_peaks: int = 6
    asymmetry: float = 1.4


@dataclass(frozen=True, slots=True)
class Pass:
    """A straight part of a flight, rows start to stop.

    Attributes
    ----------
    start, stop
        Rows.
    direction : (2,)
        Unit vector east, north.
    speed_m_s
        Mean over ground.
    """

    start: int
    stop: int
    direction: NDArray[np.float64]
    speed_m_s: float


def find_passes(
    time_unix_s: NDArray[np.float64],
    position_m: NDArray[np.float64],
    settings: ResponseSettings | None = None,
) -> tuple[Pass, ...]:
    """Return the straight parts of a flight.

    Parameters
    ----------
    time_unix_s : (row,) [s], strictly ascending
    position_m : (row, 3) [m]
        East, north, up.
    settings
    """
    settings = settings or ResponseSettings()
    if time_unix_s.size < 5:
        return ()
    # Courses from steps of about two seconds: receivers scatter by decimetres.
    every = max(1, round(2.0 / float(np.median(np.diff(time_unix_s)))))
    far = position_m[every:, :2] - position_m[:-every, :2]
    course = np.unwrap(np.arctan2(far[:, 0], far[:, 1]))
    moving = np.hypot(*far.T) > settings.slowest_m_s * (time_unix_s[every:] - time_unix_s[:-every])
    passes: list[Pass] = []
    start, mean = 0, float(course[0])
    for row in range(1, course.size + 1):
        if (
            row < course.size
            and moving[row]
            and moving[start]
            and abs(course[row] - mean) < np.radians(settings.turn_deg)
        ):
            mean += (float(course[row]) - mean) / (row - start + 1)
            continue
        passes += _pass(time_unix_s, position_m, start, row, settings.shortest_m)
        start, mean = row, float(course[min(row, course.size - 1)])
    return tuple(passes)


def _pass(
    time: NDArray[np.float64],
    position: NDArray[np.float64],
    start: int,
    stop: int,
    shortest_m: float,
) -> list[Pass]:
    """Return the pass of rows start to stop, if it is long enough."""
    line = position[stop - 1, :2] - position[start, :2]
    length = float(np.hypot(*line))
    if stop - start < 4 or length < shortest_m:
        return []
    return [Pass(start, stop, line / length, length / float(time[stop - 1] - time[start]))]


def estimate_delay(
    time_unix_s: NDArray[np.float64],
    position_m: NDArray[np.float64],
    enhancement_ppm: NDArray[np.float64],
    noise_sd_ppm: float,
    settings: ResponseSettings | None = None,
) -> Estimate:
    """Return the mean delay L + tau [s] of a moving sensor, from passes in opposite directions.

    Parameters
    ----------
    time_unix_s : (row,) [s], strictly ascending
    position_m : (row, 3) [m]
    enhancement_ppm : (row,) [ppm]
        Above the baseline; NaN where there is no value.
    noise_sd_ppm
        Of one value.
    settings

    Returns
    -------
    delay
        Standard deviation from the scatter over pairs, widened for their small number.
    """
    settings = settings or ResponseSettings()
    seen = []
    for one in find_passes(time_unix_s, position_m, settings):
        rows = slice(one.start, one.stop)
        middle = _middle(time_unix_s[rows], enhancement_ppm[rows], noise_sd_ppm, settings.snr)
        if np.isfinite(middle):
            place = np.array(
                [np.interp(middle, time_unix_s[rows], position_m[rows, axis]) for axis in (0, 1)]
            )
            seen.append((middle, place, one))
    delays = [
        (later - earlier) @ (second.direction - first.direction)
        / (2 * (first.speed_m_s + second.speed_m_s))
        for (t1, earlier, first), (t2, later, second) in pairwise(seen)
        if t2 - t1 < settings.apart_s
        and first.direction @ second.direction < -np.cos(np.radians(settings.turn_deg))
        and _aside_m(later - earlier, first.direction) < settings.aside_m
    ]  # fmt: skip
    if len(delays) < settings.least_pairs:
        return unknown(
            f"{len(delays)} pairs of neighbouring passes in opposite directions saw a plume; "
            f"{settings.least_pairs} are needed"
        )
    return _mean_of(np.array(delays))


def _aside_m(offset: NDArray[np.float64], direction: NDArray[np.float64]) -> float:
    """Return how far apart two places are across a direction."""
    return float(abs(offset[0] * direction[1] - offset[1] * direction[0]))


def _middle(
    time: NDArray[np.float64], enhancement: NDArray[np.float64], noise: float, snr: float
) -> float:
    """Return the mean time of a pass's gas; NaN if no peak stands out of the noise."""
    known = np.isfinite(enhancement)
    if not known.any() or not enhancement[known].max() > snr * noise:
        return float(np.nan)
    gas = known & (enhancement > 2 * noise)
    return float(time[gas] @ enhancement[gas] / enhancement[gas].sum())


def _mean_of(values: NDArray[np.float64]) -> Estimate:
    """Return a mean with far values pulled in (at 2.5 robust sd), and its standard deviation.

    The mean of n values of unknown scatter has Student's t errors: its standard deviation is
    widened by the root of (n - 1)/(n - 3). Neighbouring pairs share a pass, whose error counts the
    same way in both: only half of them are independent.
    """
    middle = float(np.median(values))
    spread = float(np.median(np.abs(values - middle))) / 0.6745
    near = np.clip(values, middle - 2.5 * spread, middle + 2.5 * spread)
    n = values.size
    sd = float(np.std(near, ddof=1)) * np.sqrt((n - 1) / (n - 3) * 2 / n)
    return Estimate(float(np.mean(near)), float(sd))


def estimate_time_constant(
    time_unix_s: NDArray[np.float64],
    enhancement_ppm: NDArray[np.float64],
    noise_sd_ppm: float,
    settings: ResponseSettings | None = None,
) -> Estimate:
    """Return the time constant tau [s], from how peaks fall and rise.

    Parameters
    ----------
    time_unix_s : (row,) [s], strictly ascending
    enhancement_ppm : (row,) [ppm]
    noise_sd_ppm
        Of one value.
    settings

    Returns
    -------
    time constant
        Or what it is at most, where falls are as quick as rises: then it is the plume that is seen.
    """
    settings = settings or ResponseSettings()
    rises, falls = _edges_s(time_unix_s, enhancement_ppm, settings.snr * noise_sd_ppm)
    if falls.size < settings.least_peaks:
        return unknown(
            f"{falls.size} peaks stand {settings.snr:g} times out of the noise and fall to a "
            f"fifth; {settings.least_peaks} are needed"
        )
    quick_fall, quick_rise = (float(np.quantile(edges, 0.25)) for edges in (falls, rises))
    at_most = quick_fall / LN4
    if quick_fall < settings.asymmetry * quick_rise:
        return unknown(
            f"peaks fall as quickly as they rise ({quick_fall:.1f} and {quick_rise:.1f} s from 80 "
            "to 20 %): that is the plume's shape, not the sensor's",
            at_most,
        )
    # The plume's own edge is no slower than the rises: without it the falls would be so quick.
    alone = float(np.sqrt(quick_fall**2 - quick_rise**2))
    sd = np.hypot(_jackknife_sd(falls), (quick_fall - alone) / 2) / LN4
    return Estimate(at_most, float(sd), at_most=at_most + 2 * float(sd))


def _edges_s(
    time: NDArray[np.float64], enhancement: NDArray[np.float64], least: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return how long peaks take to rise from 20 to 80 % and to fall back, each (peak,)."""
    from scipy.signal import find_peaks  # noqa: PLC0415  # half a second to import

    level = np.nan_to_num(enhancement)
    peaks, found = find_peaks(level, height=least, prominence=0.5 * least)
    rises, falls = [], []
    for peak, prominence in zip(peaks.tolist(), found["prominences"], strict=True):
        if prominence < 0.8 * level[peak]:
            continue
        high, low = 0.8 * level[peak], 0.2 * level[peak]
        rise = _crossing(time, level, peak, low, -1), _crossing(time, level, peak, high, -1)
        fall = _crossing(time, level, peak, high, 1), _crossing(time, level, peak, low, 1)
        if np.isfinite([*rise, *fall]).all():
            rises.append(rise[1] - rise[0])
            falls.append(fall[1] - fall[0])
    return np.array(rises), np.array(falls)


def _crossing(
    time: NDArray[np.float64], level: NDArray[np.float64], peak: int, at: float, way: int
) -> float:
    """Return when the signal first goes below a level, from a peak on or back; NaN if never."""
    row = peak
    while 0 <= row < level.size and level[row] >= at:
        row += way
    if not 0 <= row < level.size:
        return float(np.nan)
    inner, outer = level[row - way], level[row]
    share = (inner - at) / (inner - outer)
    return float(time[row - way] + share * (time[row] - time[row - way]))


def _jackknife_sd(values: NDArray[np.float64]) -> float:
    """Return the standard deviation of the lower quartile, by leaving out a tenth at a time."""
    groups = np.array_split(np.arange(values.size), min(10, values.size))
    left = np.array([np.quantile(np.delete(values, group), 0.25) for group in groups])
    n = left.size
    return float(np.sqrt((n - 1) / n * np.sum((left - left.mean()) ** 2)))
