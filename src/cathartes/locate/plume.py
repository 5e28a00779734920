r"""A straight plume in the wind of the moment, reflected at the ground.

.. math:: c = \frac{Q}{2\pi U\sigma_y\sigma_z}\, e^{-y^2/2\sigma_y^2}
          \left(e^{-(z-h)^2/2\sigma_z^2} + e^{-(z+h)^2/2\sigma_z^2}\right), \qquad
          \sigma = i\,\frac{x}{\sqrt{1 + x/x_0}}

The fallback where there is no history of the wind, and right where gusts carry their air with them.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cathartes.locate.air import Shape
from cathartes.locate.blocks import Blocks
from cathartes.locate.moment_wind import NEAREST_M, MomentWind, MomentWinds
from cathartes.locate.wind_rows import WindRows

FARTHEST_SD = 8.0
"""Across the wind, a reading farther from a straight plume's middle has none of it."""


class PlumeAir:
    """Air with a wind of its own at each reading.

    Parameters
    ----------
    blocks
    wind
        Interpolated to the readings; a single row holds at all times.
    growth_m
        x0; infinite for a straight cone.
    unit
        ppm of 1 kg/h per (m3/s).
    """

    def __init__(self, blocks: Blocks, wind: WindRows, *, growth_m: float, unit: float) -> None:
        self._blocks, self._growth_m, self._unit = blocks, growth_m, unit
        self._winds = MomentWinds(blocks, wind)

    def carried(self, shape: Shape) -> "CarriedPlume":
        """Return the air of one shape."""
        wind = self._winds.of(shape)
        flux = self._unit / (2 * np.pi * wind.speed_m_s)
        return CarriedPlume(self._blocks, wind, flux, shape, self._growth_m)

    def about(self, shape: Shape, place_m: NDArray[np.float64], margin_m: float) -> "PlumeAir":
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
class CarriedPlume:
    """Readings in the wind of their moment, and their flux factors (point,)."""

    blocks: Blocks
    wind: MomentWind
    flux: NDArray[np.float64]
    shape: Shape
    growth_m: float

    def unit_ppm(self, source_m: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return block means for a source of 1 kg/h at (3,) [m], (block,) [ppm]."""
        x, y = self.wind.from_source(source_m)
        met = np.flatnonzero(
            (x > 0) & (np.abs(y) < FARTHEST_SD * self.shape.width * np.maximum(x, NEAREST_M))
        )
        x, y = np.maximum(x[met], NEAREST_M), y[met]
        grown = x / np.sqrt(1 + x / self.growth_m)
        sy, sz = self.shape.width * grown, self.shape.height * grown
        z, h = self.wind.place_m[met, 2], source_m[2]
        level = -0.5 * (y / sy) ** 2
        rise = np.exp(level - 0.5 * ((z - h) / sz) ** 2) + np.exp(level - 0.5 * ((z + h) / sz) ** 2)
        return self.blocks.averaged_at(met, self.flux[met] / (sy * sz) * rise)

    def displaced_ppm(self, source_m: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return (1, block) [ppm]: a wind of the moment leaves no way open."""
        return self.unit_ppm(source_m)[None]
