"""Concentrations that no air has: numbers that stand for no value, and electrical spikes."""

import numpy as np
from numpy.typing import NDArray

MOST_PPM, LEAST_PPM = 1e6, -500.0
"""More is more than pure gas; less is no sensor's offset."""
FAR_BELOW = 50.0
"""A negative value so many deviations below the middle one is no noise and no drift."""
TO_SD = 1.4826
"""Of a normal law, its standard deviation over the median of deviations' sizes."""


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
