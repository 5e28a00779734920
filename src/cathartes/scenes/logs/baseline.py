r"""The background under a sensor's signal: what it would have read in clean air.

Low-cost heads drift by more than a plume within a flight, and never read less than clean air but
for noise. So the baseline follows a low quantile of a running window, slow against the passes
through a plume. A sample of clean air with noise :math:`\sigma` has its q-quantile at
:math:`b + z_q\sigma`, hence

.. math:: \hat b = Q_{0.1} - z_{0.1}\,\hat\sigma, \qquad
          \hat\sigma = \frac{Q_{0.1} - Q_{0.02}}{z_{0.1} - z_{0.02}}

with the quantiles of what is left after the baseline so far is taken off, a few times over, so that
a trend within a window does not count as noise. In a window of which only a share f is clean, the
quantile 0.1 of all is the quantile 0.1/f of clean air, and z is taken there; half of what that
changes goes into the error, and so does the distance to the baseline that the quantile 0.3 gives.
Own derivation: docs/explanation/gas-logs.md.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import PchipInterpolator
from scipy.special import ndtr, ndtri

from cathartes.scenes.logs.estimate import Estimate, unknown

LOWEST = 0.02
"""Quantile that tells the noise, together with the low one."""
ROUNDS = 3
LEAST_VALUES = 5
LEAST_CLEAN_SHARE = 0.1
"""With fewer rows near it than this, a baseline is a guess: the sensor never left the plume."""


@dataclass(frozen=True, slots=True)
class BaselineSettings:
    """How slow the baseline is.

    Attributes
    ----------
    window_s
        Of the running quantile; several times the longest stay in a plume.
    least_rows
        A window holds at least so many rows, however slow the sensor.
    low, high
        The two quantiles.
    """

    window_s: float = 180.0
    least_rows: int = 60
    low: float = 0.1
    high: float = 0.3


@dataclass(frozen=True, slots=True)
class Baseline:
    """What one sensor would have read of one gas in clean air.

    Attributes
    ----------
    ppm, sd_ppm : (row,) [ppm]
        Baseline, and the standard deviation of its error.
    noise_sd_ppm
        Of a single value in clean air.
    drift_ppm_h
        Trend of the baseline, in ppm per hour.
    why_not
        Why it can't be trusted; "" if it can.
    """

    ppm: NDArray[np.float64]
    sd_ppm: NDArray[np.float64]
    noise_sd_ppm: float
    drift_ppm_h: Estimate
    why_not: str = ""


def estimate_baseline(
    time_unix_s: NDArray[np.float64],
    concentration_ppm: NDArray[np.float64],
    settings: BaselineSettings | None = None,
) -> Baseline:
    """Return the baseline of one sensor and gas.

    Parameters
    ----------
    time_unix_s : (row,) [s], ascending
    concentration_ppm : (row,) [ppm]
        NaN where there is no value; the baseline is stated there, too.
    settings
    """
    settings = settings or BaselineSettings()
    known = np.isfinite(concentration_ppm)
    if np.count_nonzero(known) < LEAST_VALUES:
        nothing = np.full(time_unix_s.size, np.nan)
        why = f"{np.count_nonzero(known)} values; {LEAST_VALUES} are needed for a baseline"
        return Baseline(nothing, nothing, np.nan, unknown(why), why)
    time, values = time_unix_s[known], concentration_ppm[known]
    noise = 0.0
    at, low, sd = _knots(time, values, noise, settings)
    for _ in range(ROUNDS):
        rest = values - _between(at, low, time)
        tail = np.quantile(rest, [LOWEST, settings.low])
        noise = float((tail[1] - tail[0]) / (ndtri(settings.low) - ndtri(LOWEST)))
        at, more, sd = _knots(time, rest, noise, settings)
        low = low + more
    rounding = _rounding_sd(values)
    noise, sd = max(noise, rounding), np.hypot(np.hypot(sd, _roughness(low)), rounding)
    ppm, sd_ppm = _between(at, low, time_unix_s), np.interp(time_unix_s, at, sd)
    near = np.abs(values - ppm[known]) <= 3 * np.hypot(noise, sd_ppm[known])
    why = ""
    if np.ptp(values) == 0:
        why = (
            f"all {values.size} values are {values[0]:g} ppm: a sensor that is stuck, or sees "
            "nothing finer, does not tell clean air"
        )
    elif np.mean(near) < LEAST_CLEAN_SHARE:
        why = (
            f"{np.mean(near):.0%} of the values lie near the lowest ones; {LEAST_CLEAN_SHARE:.0%} "
            "are needed: the sensor never came out of the plume, or its noise is not noise"
        )
    return Baseline(ppm, sd_ppm, noise, _drift(at, low, sd), why)


def _rounding_sd(values: NDArray[np.float64]) -> float:
    """Return what rounding to the steps between values, (row,), adds: a step over root 12.

    Values that are not rounded differ by next to nothing somewhere.
    """
    steps = np.diff(np.unique(values))
    return float(steps.min() / np.sqrt(12)) if steps.size else 0.0


def _between(
    at: NDArray[np.float64], values: NDArray[np.float64], time: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return a smooth curve through knots, (time,), level beyond the outer ones."""
    if at.size == 1:
        return np.full(time.size, values[0])
    return np.asarray(PchipInterpolator(at, values)(np.clip(time, at[0], at[-1])))


def _knots(
    time: NDArray[np.float64],
    values: NDArray[np.float64],
    noise_ppm: float,
    settings: BaselineSettings,
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Return times, baselines and their errors, each (knot,), half a window apart."""
    window = max(settings.window_s, settings.least_rows * float(np.median(np.diff(time))))
    n = 1 + round((time[-1] - time[0]) / (window / 2))
    half = window / 2 if n > 2 else np.inf
    if n > 2:
        step = (time[-1] - time[0]) / (n - 1)
        at = time[0] + step * np.unique(np.round((time - time[0]) / step))  # none in long gaps
    else:
        at = np.array([time.mean()])
    windows = [
        (knot, values[np.searchsorted(time, knot - half) : np.searchsorted(time, knot + half)])
        for knot in at
    ]
    full = [(knot, own) for knot, own in windows if own.size >= LEAST_VALUES]
    kept, baseline, sd = [], [], []
    for knot, own in full or [(time.mean(), values)]:
        kept.append(knot)
        ppm, sd_ppm = _clean_level(own, noise_ppm, settings)
        baseline.append(ppm)
        sd.append(sd_ppm)
    return np.array(kept), np.array(baseline), np.array(sd)


def _clean_level(
    values: NDArray[np.float64], noise_ppm: float, settings: BaselineSettings
) -> tuple[float, float]:
    """Return the middle of clean air in one window, and the standard deviation of its error."""
    low, high = np.quantile(values, [settings.low, settings.high])
    first = low - ndtri(settings.low) * noise_ppm
    clean = np.clip(np.mean(values < first + 2 * noise_ppm) / ndtr(2.0), LEAST_CLEAN_SHARE, 1.0)
    share = min(settings.low / clean, 0.5)
    z_low, z_high = ndtri(share), ndtri(min(settings.high / clean, 0.9))
    level = low - z_low * noise_ppm
    density = np.exp(-(z_low**2) / 2) / np.sqrt(2 * np.pi)
    sampling = noise_ppm * np.sqrt(share * (1 - share) / (clean * values.size)) / density
    doubts = (sampling, high - z_high * noise_ppm - level, (level - first) / 2)
    return float(level), float(np.sqrt(np.sum(np.square(doubts))))


def _roughness(baseline: NDArray[np.float64]) -> float:
    """Return what a curve through knots misses: a third of their second differences, r.m.s.

    A bend of second difference d over knots half a window apart is flattened by d/6 in the window
    and by up to d/8 between knots.
    """
    if baseline.size < 3:
        return 0.0
    return float(np.sqrt(np.mean(np.diff(baseline, 2) ** 2)) / 3)


def _drift(
    at: NDArray[np.float64], baseline: NDArray[np.float64], sd: NDArray[np.float64]
) -> Estimate:
    """Return the slope of a straight line through the knots [ppm per hour]."""
    if at.size < 3:
        return unknown("the log is too short for a trend: fewer than three windows")
    hours = (at - at.mean()) / 3600
    slope = float(hours @ (baseline - baseline.mean()) / (hours @ hours))
    residual = baseline - baseline.mean() - slope * hours
    scatter = np.sqrt(residual @ residual / (at.size - 2) + np.mean(sd**2))
    return Estimate(slope, float(scatter / np.sqrt(hours @ hours)))
