"""The upward spread of a plume as a curve over its way, for many points of few heights.

Of open paths that stand, thousands of points of air have one height and one stability: what depends
on the way alone is worked out at steps of it, and between them taken as straight.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cathartes.locate.blocks import Blocks
from cathartes.locate.surface_layer import FARTHEST_M, SurfaceLayer, crosswind_integrated

CURVE_POINTS = 300
"""A curve costs as much as so many points."""
WAY_STEP = 0.04
"""Of the logarithm of the way: between steps a curve is straight to a thousandth where gas is."""


@dataclass(frozen=True, slots=True)
class Levels:
    """Heights and stabilities that many points share: there a plume is a curve over the way.

    Attributes
    ----------
    height_m, stability : (level,)
    of_point : (point,) int
        Which level each point has.
    """

    height_m: NDArray[np.float64]
    stability: NDArray[np.float64]
    of_point: NDArray[np.intp]

    @classmethod
    def of(cls, blocks: Blocks, stability: NDArray[np.float64]) -> "Levels | None":
        """Return the levels of sensors that stand; None if one moves, or points are fewer.

        Parameters
        ----------
        blocks
        stability : (point,)
        """
        if blocks.moves:
            return None
        pairs = np.column_stack([blocks.place_m[:, 2], stability])
        levels, of_point = np.unique(pairs, axis=0, return_inverse=True)
        if len(levels) * CURVE_POINTS > of_point.size:
            return None
        return cls(levels[:, 0], levels[:, 1], of_point.reshape(-1))

    def crosswind_integrated(
        self,
        layer: SurfaceLayer,
        way_m: NDArray[np.float64],
        at: NDArray[np.intp],
        source_height_m: float,
        shift: float,
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return what `crosswind_integrated` does for points `at`, between steps of the way.

        Parameters
        ----------
        layer
        way_m : (any,) [m]
        at : (any,) int
            Points.
        source_height_m
        shift
            Of all stabilities.
        """
        log_way = np.log(way_m)
        first = log_way.min(initial=np.log(FARTHEST_M))
        n_steps = int(max(log_way.max(initial=first) - first, 0.0) / WAY_STEP) + 2
        way, level = np.meshgrid(
            np.exp(first + WAY_STEP * np.arange(n_steps)), np.arange(self.height_m.size)
        )
        curves = crosswind_integrated(
            layer, way.ravel(), self.height_m[level.ravel()], source_height_m,
            self.stability[level.ravel()] + shift,
        )  # fmt: skip
        step = (log_way - first) / WAY_STEP
        left = step.astype(np.intp)
        part, left = step - left, left + n_steps * self.of_point[at]
        integrated, relative = (c[left] + part * (c[left + 1] - c[left]) for c in curves)
        return integrated, relative
