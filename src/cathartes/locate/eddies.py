r"""How little a wind's record tells of the way of the gas, where gusts are eddies that pass by.

Of a gust that was met a seconds ago two things can be true: all the air had it, or only the eddy
that has passed since. The ways that they give to gas of an age a differ across the wind by

.. math:: \sigma_\theta U a \sqrt{v(a/\tau)}, \qquad
          v = 1 + \frac{1}{a^2}\int_0^a\!\!\int_0^a R(s - s')\,ds\,ds'
          - \frac{2}{a}\int_0^a R(s)\,ds, \qquad R(s) = e^{-s^2/\tau^2}

with :math:`\tau` the time after which the record's gusts are forgotten. Where that is longer than
gas is under way, both are one; where it is shorter, a whole pass through the plume is displaced,
and what it says of a place is worth the less. Over the plume's own variance that is

.. math:: \kappa = (\sigma_\theta / i)^2 \, (1 + U a / p_0) \, v
"""

import numpy as np
from numpy.typing import NDArray
from scipy.special import erf

from cathartes.locate.blocks import Blocks
from cathartes.locate.wind_rows import WindRows

LEAST_ROWS = 20
"""Fewer rows of wind tell no memory."""
CLEAR_LAGS = 3
"""The correlation is against its mean at so many shortest lags: the noise of a row is in none."""


def displaced(
    blocks: Blocks,
    winds: WindRows,
    places_m: NDArray[np.float64],
    shown_ppm: NDArray[np.float64],
    width_per_m: float,
    growth_m: float,
) -> float:
    """Return the variance of a pass's displacement over that of the plume across the wind.

    Parameters
    ----------
    blocks, winds
        On one clock.
    places_m : (source, 3) [m]
    shown_ppm : (source, block) [ppm]
        Of each source, by the best explanation: it weighs the ages.
    width_per_m, growth_m
        Sideways spread of the gas: i and p0.
    """
    time_s = blocks.averaged(blocks.time_s)
    speed = float(np.hypot(*winds.mean_m_s))
    if not (speed > 0 and shown_ppm.sum() > 0):
        return 0.0
    scatter_rad, memory_s = gusts(winds, float(time_s.min()), float(time_s.max()))
    way_m = np.linalg.norm(blocks.centre_m()[None, :, :2] - places_m[:, None, :2], axis=2)
    age_s = float((shown_ppm * way_m).sum() / shown_ppm.sum()) / speed
    narrower = 1 + speed * age_s / growth_m
    return (scatter_rad / width_per_m) ** 2 * narrower * unlike(age_s / memory_s)


def gusts(winds: WindRows, start_s: float, stop_s: float) -> tuple[float, float]:
    """Return the scatter of the direction [rad], and when gusts are forgotten [s], by the record.

    That is where their correlation is 1/e; infinite where there are no gusts.
    """
    step_s = max(float(np.median(np.diff(winds.time_s))), 1.0) if winds.time_s.size > 1 else np.inf
    n = int((stop_s - start_s) / step_s) + 1 if np.isfinite(step_s) else 0
    if n < LEAST_ROWS:
        return 0.0, np.inf
    time_s = np.asarray(start_s + step_s * np.arange(n), np.float64)
    wind = np.stack(winds.at(time_s))
    mean = wind.mean(axis=1)
    across = np.array([-mean[1], mean[0]]) / np.hypot(*mean)
    off = wind - mean[:, None]
    lags = np.arange(1, n // 2)
    both = np.array([(off[:, k:] * off[:, :-k]).sum(axis=0).mean() for k in lags])
    side = across @ off
    variance = float(np.mean([(side[k:] * side[:-k]).mean() for k in lags[:CLEAR_LAGS]]))
    clear = float(both[:CLEAR_LAGS].mean())
    if clear <= 0 or variance <= 0:
        return 0.0, np.inf
    forgotten = both < clear / np.e
    last = int(forgotten.argmax()) if forgotten.any() else lags.size - 1
    return float(np.sqrt(variance) / np.hypot(*mean)), step_s * float(lags[last])


def unlike(age: float) -> float:
    """Return v of an age in times of the gusts' memory; 0 for none, 1 for many."""
    if age < 1e-2:  # else rounding is seen
        return 0.5 * age**2
    once = 0.5 * np.sqrt(np.pi) * erf(age) / age
    twice = 2 * once - (1 - np.exp(-(age**2))) / age**2
    return float(1 + twice - 2 * once)
