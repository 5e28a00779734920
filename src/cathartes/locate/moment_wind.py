"""Readings in the wind of their moment: which way it goes there, and how far a source is up it."""

from dataclasses import dataclass, replace

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
    to_east, to_north : (moment,)
        Unit vector that the wind blows to; 0 where there is none.
    speed_m_s : (point,) [m s-1]
        `SLOWEST_M_S` at least.
    downwind_m, across_m : (point,) [m]
        Of the frame's origin.
    moment : (point,) int or None
        Points that were measured at once share a moment's wind; None: each has its own.
    """

    place_m: NDArray[np.float64]
    to_east: NDArray[np.float64]
    to_north: NDArray[np.float64]
    speed_m_s: NDArray[np.float64]
    downwind_m: NDArray[np.float64]
    across_m: NDArray[np.float64]
    moment: NDArray[np.intp] | None = None

    @classmethod
    def of(cls, blocks: Blocks, wind: WindRows, lag_s: float) -> "MomentWind":
        """Return the points of blocks in a wind that is not turned, of sensors that are late."""
        time, moment = blocks.time_s, None
        if not blocks.moves:
            time, moment = np.unique(blocks.time_s, return_inverse=True)
        east, north = wind.at(time - lag_s)
        measured = np.hypot(east, north)
        to = np.stack([east, north]) / np.maximum(measured, 1e-9)
        speed = np.maximum(measured, SLOWEST_M_S)
        place = blocks.place_m - lag_s * blocks.velocity_m_s
        here = to if moment is None else to[:, moment]
        return cls(
            place, to[0], to[1], speed if moment is None else speed[moment],
            place[:, 0] * here[0] + place[:, 1] * here[1],
            place[:, 1] * here[0] - place[:, 0] * here[1],
            moment,
        )  # fmt: skip

    def turned(self, shape: Shape) -> "MomentWind":
        """Return the same in a wind that is turned by a shape."""
        cos, sin = np.cos(shape.turn_rad), np.sin(shape.turn_rad)
        return replace(
            self,
            to_east=cos * self.to_east - sin * self.to_north,
            to_north=sin * self.to_east + cos * self.to_north,
            downwind_m=cos * self.downwind_m + sin * self.across_m,
            across_m=cos * self.across_m - sin * self.downwind_m,
        )

    def from_source(
        self, source_m: NDArray[np.float64]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return how far points are downwind and across from a place, each (point,) [m].

        Parameters
        ----------
        source_m : (3,) [m]
        """
        downwind = source_m[0] * self.to_east + source_m[1] * self.to_north
        across = source_m[1] * self.to_east - source_m[0] * self.to_north
        if self.moment is not None:
            downwind, across = downwind[self.moment], across[self.moment]
        return self.downwind_m - downwind, self.across_m - across


class MomentWinds:
    """The wind of each reading's moment under any shape of the air.

    Parameters
    ----------
    blocks
    wind
        Interpolated to the readings; a single row holds at all times.
    """

    def __init__(self, blocks: Blocks, wind: WindRows) -> None:
        self._blocks, self._wind = blocks, wind
        self._still = None if blocks.moves else MomentWind.of(blocks, wind, 0.0)

    def of(self, shape: Shape) -> MomentWind:
        """Return the points in the wind, turned and late by a shape; what stands is not late."""
        still = self._still or MomentWind.of(self._blocks, self._wind, shape.lag_s)
        return still.turned(shape)
