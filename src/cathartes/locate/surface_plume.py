r"""A straight plume in the wind of the moment, near the ground: `surface_layer` upward.

.. math:: c = \frac{C_y(x, z)}{\sqrt{2\pi}\,\sigma_y}\, e^{-y^2/2\sigma_y^2}, \qquad
          \sigma_y = \frac{\sigma_\theta\,x}{1 + 0.9\sqrt{T/T_i}}

with T the time of travel (Draxler 1976, Atmos. Environ. 10, 99: for sources at the ground T_i is
300 s, which is free here).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cathartes.locate.air import Shape
from cathartes.locate.blocks import Blocks
from cathartes.locate.moment_wind import NEAREST_M, MomentWind, MomentWinds
from cathartes.locate.surface_curves import Curves, curves_of
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
        self._blocks, self._layer, self._unit = blocks, layer, unit
        self._stability, self._winds = stability, MomentWinds(blocks, wind)
        self._curves = curves_of(blocks, layer, stability)

    def carried(self, shape: Shape) -> "CarriedSurfacePlume":
        """Return the air of one shape."""
        return CarriedSurfacePlume(
            self._blocks, self._layer, self._winds.of(shape), self._stability, self._curves, shape,
            self._unit,
        )  # fmt: skip

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
    """Readings in the wind of their moment, and stabilities (point,) as estimated there."""

    blocks: Blocks
    layer: SurfaceLayer
    wind: MomentWind
    stability: NDArray[np.float64]
    curves: Curves | None
    shape: Shape
    unit: float

    def unit_ppm(self, source_m: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return block means for a source of 1 kg/h at (3,) [m], (block,) [ppm]."""
        return self.unit_ppm_of_widths(source_m, (self.shape.width,))[0]

    def displaced_ppm(self, source_m: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return (1, block) [ppm]: a wind of the moment leaves no way open."""
        return self.unit_ppm(source_m)[None]

    def unit_ppm_of_widths(
        self, source_m: NDArray[np.float64], widths: Sequence[float]
    ) -> list[NDArray[np.float64]]:
        """Return the same for each of some widths in place of the shape's: upward all are alike.

        Parameters
        ----------
        source_m : (3,) [m]
        widths : (width,)
        """
        x, y = self.wind.from_source(source_m)
        near = np.abs(y) < WIDEST * max(widths) * np.maximum(x, NEAREST_M)
        at = np.flatnonzero((x > 0) & near)
        x, y, speed = np.maximum(x[at], NEAREST_M), y[at], self.wind.speed_m_s[at]
        height, shift = abs(float(source_m[2])), self.shape.stability
        integrated, relative = (
            self.curves.crosswind_integrated(x, at, height, shift)
            if self.curves is not None
            else crosswind_integrated(
                self.layer, x, self.wind.place_m[at, 2], height, self.stability[at] + shift
            )
        )
        travel_s = x / (speed * relative)
        grown = x / (1 + 0.9 * np.sqrt(travel_s / self.shape.slowing_s))
        curtain, aside = self.unit * integrated / (speed * np.sqrt(2 * np.pi) * grown), y / grown
        return [
            self.blocks.averaged_at(at, curtain * np.exp(-0.5 * (aside / width) ** 2) / width)
            for width in widths
        ]
