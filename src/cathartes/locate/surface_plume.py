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
from cathartes.locate.moment_wind import NEAREST_M, MomentWind
from cathartes.locate.surface_layer import SurfaceLayer, crosswind_integrated
from cathartes.locate.wind_rows import WindRows

WIDEST = 5.0
"""Beyond so many widths of the widest plume there is no gas: most readings are not downwind."""


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
        wind = MomentWind.of(self._blocks, self._wind, shape)
        stability = self._stability + shape.stability
        return CarriedSurfacePlume(self._blocks, self._layer, wind, stability, shape, self._unit)

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
    """Readings in the wind of their moment, and stabilities (point,) there."""

    blocks: Blocks
    layer: SurfaceLayer
    wind: MomentWind
    stability: NDArray[np.float64]
    shape: Shape
    unit: float

    def unit_ppm(self, source_m: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return block means for a source of 1 kg/h at (3,) [m], (block,) [ppm]."""
        x, y = self.wind.from_source(source_m)
        width = self.shape.width
        at = np.flatnonzero((x > 0) & (np.abs(y) < WIDEST * width * np.maximum(x, NEAREST_M)))
        x, y, speed = np.maximum(x[at], NEAREST_M), y[at], self.wind.speed_m_s[at]
        integrated, relative = crosswind_integrated(
            self.layer, x, self.wind.place_m[at, 2], abs(float(source_m[2])), self.stability[at]
        )
        travel_s = x / (speed * relative)
        sy = width * x / (1 + 0.9 * np.sqrt(travel_s / self.shape.slowing_s))
        across = np.exp(-0.5 * (y / sy) ** 2) / (np.sqrt(2 * np.pi) * sy)
        ppm = np.zeros(self.wind.speed_m_s.size)
        ppm[at] = self.unit * integrated / speed * across
        return self.blocks.averaged(ppm)
