"""Readings in the wind of their moment: which way it goes there, and how far a source is up it."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cathartes.locate.air import Shape
from cathartes.locate.blocks import Blocks
from cathartes.locate.wind_rows import WindRows

NEAREST_M = 0.5
"""A straight plume is taken no nearer to its source: there it has no width."""
SLOWEST_M_S = 0.1
"""A straight plume is taken in no weaker wind: there it has no end."""


@dataclass(frozen=True, slots=True)
class MomentWind:
    """Points of air and the wind there.

    Attributes
    ----------
    place_m : (point, 3) [m]
        Where the air was that the sensor showed.
    to_east, to_north : (point,)
        Unit vector that the wind blows to.
    speed_m_s : (point,) [m s-1]
        `SLOWEST_M_S` at least.
    """

    place_m: NDArray[np.float64]
    to_east: NDArray[np.float64]
    to_north: NDArray[np.float64]
    speed_m_s: NDArray[np.float64]

    @classmethod
    def of(cls, blocks: Blocks, wind: WindRows, shape: Shape) -> "MomentWind":
        """Return the points of blocks in a wind, turned and late by a shape."""
        east, north = wind.at(blocks.time_s - shape.lag_s)
        speed = np.maximum(np.hypot(east, north), SLOWEST_M_S)
        cos, sin = np.cos(shape.turn_rad), np.sin(shape.turn_rad)
        return cls(
            blocks.place_m - shape.lag_s * blocks.velocity_m_s,
            (cos * east - sin * north) / speed,
            (sin * east + cos * north) / speed,
            speed,
        )

    def from_source(
        self, source_m: NDArray[np.float64]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return how far points are downwind and across from a place, each (point,) [m].

        Parameters
        ----------
        source_m : (3,) [m]
        """
        east, north = self.place_m[:, 0] - source_m[0], self.place_m[:, 1] - source_m[1]
        downwind = east * self.to_east + north * self.to_north
        return downwind, north * self.to_east - east * self.to_north
