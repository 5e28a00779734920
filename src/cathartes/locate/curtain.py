r"""Mass balance over curtains flown across the wind: the total rate without any plume model.

.. math:: Q = \sum_z \Delta z \; \int c\, u_\perp \, dy

Passes at nearly one distance downwind make a curtain; each pass is integrated along itself with the
wind across it, passes of one height are averaged, heights are joined by the trapezoid rule, and the
lowest pass stands for what is below it. Gas above the highest pass is missed.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

SAME_DISTANCE_M = 12.0
"""Passes whose distances downwind differ by less are of one curtain."""
SAME_HEIGHT_M = 4.0
"""Passes of one step of so much are of one height."""
LEAST_HEIGHTS = 3
"""Fewer heights do not tell how gas changes with height."""
LEAST_WIDTH_M, LEAST_ROWS = 60.0, 8
"""A shorter stretch across the wind is no pass."""


@dataclass(frozen=True, slots=True)
class CurtainFlux:
    """One curtain.

    Attributes
    ----------
    downwind_m
        Its distance along the mean wind from the middle of the track.
    heights_m
        Heights of its passes.
    rate_kg_h
        What goes through it.
    """

    downwind_m: float
    heights_m: tuple[float, ...]
    rate_kg_h: float


def curtain_fluxes(
    time_s: NDArray[np.float64],
    place_m: NDArray[np.float64],
    enhancement_ppm: NDArray[np.float64],
    wind_m_s: NDArray[np.float64],
    density_factor: float,
    sensor: NDArray[np.intp] | None = None,
) -> tuple[CurtainFlux, ...]:
    """Return the curtains in the tracks of moving sensors, nearest first; perhaps none.

    Parameters
    ----------
    time_s : (row,) [s]
    place_m : (row, 3) [m]
    enhancement_ppm : (row,) [ppm]
    wind_m_s : (row, 2) [m s-1]
        Where it blows to, east and north.
    density_factor
        Mass of the gas in a cubic metre of air of 1 ppm, in kg.
    sensor : (row,) int or None
        Whose row it is: a pass is of one, a curtain may be of several; None: all of one.
    """
    good = np.isfinite(enhancement_ppm) & np.isfinite(wind_m_s).all(axis=1)
    if not good.any():
        return ()
    time, place, ppm, wind = (a[good] for a in (time_s, place_m, enhancement_ppm, wind_m_s))
    mean = wind.mean(axis=0)
    ahead = mean / max(float(np.hypot(*mean)), 1e-9)
    centred = place[:, :2] - 0.5 * (place[:, :2].min(0) + place[:, :2].max(0))
    along, across = centred @ ahead, centred @ np.array([-ahead[1], ahead[0]])
    whose = np.zeros(time.size, np.intp) if sensor is None else sensor[good]
    passes = [
        rows[run]
        for rows in (np.flatnonzero(whose == one) for one in np.unique(whose))
        for run in _passes(time[rows], along[rows], across[rows], place[rows, 2])
    ]
    used = np.zeros(len(passes), bool)
    found = []
    for first in range(len(passes)):
        if used[first]:
            continue
        distance = along[passes[first]].mean()
        same = [
            k
            for k in range(len(passes))
            if not used[k] and abs(along[passes[k]].mean() - distance) < SAME_DISTANCE_M
        ]
        used[same] = True
        heights = np.array([place[passes[k], 2].mean() for k in same])
        flux = np.array(
            [np.trapezoid(ppm[p] * (wind[p] @ ahead), np.abs(across[p] - across[p][0]))
             for p in (passes[k] for k in same)]
        )  # fmt: skip
        steps, level = np.unique(np.round(heights / SAME_HEIGHT_M), return_inverse=True)
        if steps.size < LEAST_HEIGHTS:
            continue
        height, mean_flux = (
            np.bincount(level, of_pass) / np.bincount(level) for of_pass in (heights, flux)
        )
        total = np.trapezoid(mean_flux, height) + height[0] * mean_flux[0]
        found.append(
            CurtainFlux(float(distance), tuple(height.tolist()), 3600 * density_factor * total)
        )
    return tuple(sorted(found, key=lambda c: c.downwind_m))


def _passes(
    time_s: NDArray[np.float64],
    along_m: NDArray[np.float64],
    across_m: NDArray[np.float64],
    up_m: NDArray[np.float64],
) -> list[NDArray[np.intp]]:
    """Return the rows of each stretch that a sensor flew across the wind at one height."""
    if time_s.size < LEAST_ROWS:
        return []
    step = np.diff(time_s)
    sideways = np.gradient(across_m, time_s)
    speed = np.hypot(sideways, np.gradient(along_m, time_s)) + np.abs(np.gradient(up_m, time_s))
    level = np.abs(sideways) > 0.9 * np.maximum(speed, 0.3)
    breaks = (
        (np.sign(sideways[1:]) != np.sign(sideways[:-1]))
        | (level[1:] != level[:-1])
        | (step > 10 * np.median(step))
    )
    runs = np.split(np.arange(time_s.size), np.flatnonzero(breaks) + 1)
    return [
        run
        for run in runs
        if level[run[0]] and run.size >= LEAST_ROWS and np.ptp(across_m[run]) >= LEAST_WIDTH_M
    ]
