"""Whether a log is of the lowest metres, and what is known there of the air's stability."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cathartes.locate.blocks import Blocks
from cathartes.locate.settings import AirSettings
from cathartes.locate.stability import (
    stability_by_scatter,
    stability_by_sun,
    stability_of_obukhov,
    sun_elevation_deg,
)
from cathartes.locate.wind_rows import WindRows
from cathartes.scenes.local_frame import LocalFrame
from cathartes.scenes.wind.conventions import wind_from_components
from cathartes.scenes.wind.history import WindHistory
from cathartes.scenes.wind.variability import yamartino_deg

LOW_M = 20.0
"""Readings below: there the wind's profile and the ground shape a plume more than anything else."""
LOW_SHARE = 0.9
"""So many of them have to be."""
GIVEN_SD, ESTIMATED_SD = 0.3, 1.0
"""How well a stability is known, in classes: from an Obukhov length, else."""
SCATTER_WINDOW_S = 900.0
"""Time over which the classes of scatter are stated (EPA-454/R-99-005)."""
LEAST_SCATTER_ROWS = 30
"""Fewer rows of wind do not show its turning."""
REFERENCE_M = 10.0
"""Height of the wind of Turner's table."""


@dataclass(frozen=True, slots=True)
class Stability:
    """An estimate of stability.

    Attributes
    ----------
    number : (point,)
        1 (A) to 6 (F), at each reading.
    sd
        Standard deviation of the error that all share.
    method
        "Obukhov length", "scatter of the wind" or "sun and wind".
    """

    number: NDArray[np.float64]
    sd: float
    method: str


def is_low(blocks: Blocks) -> bool:
    """Return True if nearly all readings are of the lowest LOW_M."""
    return float(np.mean(blocks.place_m[:, 2] < LOW_M)) >= LOW_SHARE


def stability_of_log(
    blocks: Blocks,
    winds: WindRows,
    wind: WindHistory,
    start_unix_s: float,
    frame: LocalFrame,
    air: AirSettings,
) -> Stability:
    """Return the stability by the best that is known: L, else the wind's scatter, else the sun.

    Parameters
    ----------
    blocks
        Times of the readings.
    winds, wind
        The wind on the blocks' clock, and as it was read.
    start_unix_s
        0 of the blocks' clock.
    frame
        Where the sun is looked for.
    air
        Roughness, and an Obukhov length if one is given.
    """
    everywhere = np.ones(blocks.time_s.size)
    if air.obukhov_length_m is not None:
        number = stability_of_obukhov(air.obukhov_length_m, air.roughness_m)
        return Stability(number * everywhere, GIVEN_SD, "Obukhov length")
    scatter = _scatter_deg(winds, wind)
    if scatter is not None:
        number = float(stability_by_scatter(scatter, air.roughness_m))
        return Stability(number * everywhere, ESTIMATED_SD, "scatter of the wind")
    speed = np.interp(blocks.time_s, winds.time_s, winds.speed_m_s)
    up = np.log(REFERENCE_M / air.roughness_m)
    up /= np.log(max(wind.height_agl_m / air.roughness_m, 2.0))
    sun = sun_elevation_deg(
        start_unix_s + blocks.time_s, frame.origin_longitude_deg, frame.origin_latitude_deg
    )
    return Stability(stability_by_sun(sun, up * speed), ESTIMATED_SD, "sun and wind")


def _scatter_deg(winds: WindRows, wind: WindHistory) -> float | None:
    """Return the scatter of the direction, stated or seen over a quarter of an hour, or None."""
    if wind.mean_scatter_deg is not None:
        return wind.mean_scatter_deg
    time = winds.time_s
    if time.size < LEAST_SCATTER_ROWS or winds.is_slow:
        return None
    _, from_deg = wind_from_components(winds.east_m_s, winds.north_m_s)
    window = np.floor((time - time[0]) / SCATTER_WINDOW_S)
    squares = [yamartino_deg(from_deg[window == w]) ** 2 for w in np.unique(window)
               if (window == w).sum() > 10]  # fmt: skip
    return float(np.sqrt(np.mean(squares))) if squares else None
