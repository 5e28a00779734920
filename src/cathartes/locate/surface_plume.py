r"""A straight plume in the wind of the moment, near the ground: `surface_layer` upward.

.. math:: c = \frac{C_y(x, z)}{\sqrt{2\pi}\,\sigma_y}\, e^{-y^2/2\sigma_y^2}, \qquad
          \sigma_y = \frac{\sigma_\theta\,x}{1 + 0.9\sqrt{T/T_i}}

with T the time of travel (Draxler 1976, Atmos. Environ. 10, 99: for sources at the ground T_i is
300 s, which is free here).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cathartes.locate.air import Shape
from cathartes.locate.blocks import Blocks
from cathartes.locate.puffs import WindRows
from cathartes.locate.surface_layer import NEAREST_M, SurfaceLayer, crosswind_integrated

SLOWEST_M_S = 0.1


class SurfacePlume:
    """Air near the ground with a wind of its own at each reading.

    Parameters
    ----------
    blocks
    wind
        Interpolated to the readings; a single row holds at all times.
    layer
        Of the ground there, and of the height where the wind was measured.
    stability : (point,)
        1 (A) to 6 (F), as estimated; the shape shifts it.
    unit
        ppm of 1 kg/h per (m3/s).
    """

    def __init__(
        self,
        blocks: Blocks,
        wind: WindRows,
        layer: SurfaceLayer,
        stability: NDArray[np.float64],
        *,
        unit: float,
    ) -> None:
        self._blocks, self._wind, self._layer = blocks, wind, layer
        self._stability, self._unit = stability, unit

    def carried(self, shape: Shape) -> "CarriedSurfacePlume":
        """Return the air of one shape."""
        blocks, wind = self._blocks, self._wind
        seen = blocks.time_s - shape.lag_s
        east = np.interp(seen, wind.time_s, wind.east_m_s)
        north = np.interp(seen, wind.time_s, wind.north_m_s)
        speed = np.maximum(np.hypot(east, north), SLOWEST_M_S)
        cos, sin = np.cos(shape.turn_rad), np.sin(shape.turn_rad)
        return CarriedSurfacePlume(
            blocks,
            self._layer,
            blocks.place_m - shape.lag_s * blocks.velocity_m_s,
            (cos * east - sin * north) / speed,
            (sin * east + cos * north) / speed,
            speed,
            self._stability + shape.stability,
            shape.width,
            shape.slowing_s,
            self._unit,
        )

    def about(self, shape: Shape, place_m: NDArray[np.float64], margin_m: float) -> "SurfacePlume":
        """Return itself: a plume is cheap as it is.

        Parameters
        ----------
        shape
        place_m : (source, 3) [m]
        margin_m
        """
        del shape, place_m, margin_m
        return self


@dataclass(frozen=True, slots=True)
class CarriedSurfacePlume:
    """Places (point, 3), directions, speeds and stabilities (point,) of the readings."""

    blocks: Blocks
    layer: SurfaceLayer
    place_m: NDArray[np.float64]
    to_east: NDArray[np.float64]
    to_north: NDArray[np.float64]
    speed_m_s: NDArray[np.float64]
    stability: NDArray[np.float64]
    width: float
    slowing_s: float
    unit: float

    def unit_ppm(self, source_m: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return block means for a source of 1 kg/h at (3,) [m], (block,) [ppm]."""
        away = self.place_m[:, :2] - source_m[:2]
        x = away[:, 0] * self.to_east + away[:, 1] * self.to_north
        y = away[:, 1] * self.to_east - away[:, 0] * self.to_north
        # Beyond five widths of the widest plume there is no gas; most readings are not downwind.
        at = np.flatnonzero((x > 0) & (np.abs(y) < 5 * self.width * np.maximum(x, NEAREST_M)))
        x, y, speed = np.maximum(x[at], NEAREST_M), y[at], self.speed_m_s[at]
        integrated, relative = crosswind_integrated(
            self.layer, x, self.place_m[at, 2], abs(float(source_m[2])), self.stability[at]
        )
        travel_s = x / (speed * relative)
        sy = self.width * x / (1 + 0.9 * np.sqrt(travel_s / self.slowing_s))
        across = np.exp(-0.5 * (y / sy) ** 2) / (np.sqrt(2 * np.pi) * sy)
        ppm = np.zeros(self.speed_m_s.size)
        ppm[at] = self.unit * integrated / speed * across
        return self.blocks.averaged(ppm)
