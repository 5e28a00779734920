"""The upward spread of a plume as a curve over its way, for many points of few heights.

Of open paths that stand, thousands of points of air have one height and one stability: what depends
on the way alone is worked out at steps of it, and between them taken as straight. Sources that
differ in their place alone, or in what the air does sideways, share their curves.
"""

from collections import OrderedDict
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cathartes.locate.blocks import Blocks
from cathartes.locate.moment_wind import NEAREST_M
from cathartes.locate.surface_layer import SurfaceLayer, crosswind_integrated

CURVE_POINTS = 300
"""A curve costs as much as so many points."""
WAY_STEP = 0.04
"""Of the logarithm of the way: between steps a curve is straight to a thousandth where gas is."""
STEPS_AT_ONCE = 32
"""A curve is longer by so many steps, or it is the same."""
KEPT = 8
"""Curves that are kept: those of a refinement's derivatives are three."""


@dataclass(frozen=True, slots=True)
class _Curve:
    """Values at steps of the way, and how much each next is higher, (level * step,)."""

    n_steps: int
    integrated: NDArray[np.float64]
    integrated_rise: NDArray[np.float64]
    relative: NDArray[np.float64]
    relative_rise: NDArray[np.float64]


class Curves:
    """Heights and stabilities that many points share; made by `curves_of`.

    Parameters
    ----------
    layer
    height_m, stability : (level,)
    of_point : (point,) int
        Which level each point has.
    """

    def __init__(
        self,
        layer: SurfaceLayer,
        height_m: NDArray[np.float64],
        stability: NDArray[np.float64],
        of_point: NDArray[np.intp],
    ) -> None:
        self._layer, self._height_m, self._stability = layer, height_m, stability
        self._of_point = of_point
        self._kept: OrderedDict[tuple[float, float, int], _Curve] = OrderedDict()

    def crosswind_integrated(
        self, way_m: NDArray[np.float64], at: NDArray[np.intp], source_height_m: float, shift: float
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return what `crosswind_integrated` does for points `at`, between steps of the way.

        Parameters
        ----------
        way_m : (any,) [m]
            From NEAREST_M on.
        at : (any,) int
            Points.
        source_height_m
        shift
            Of all stabilities.
        """
        step = np.log(way_m)
        step -= np.log(NEAREST_M)
        step /= WAY_STEP
        n_steps = STEPS_AT_ONCE * (int(step.max(initial=0.0) + 1) // STEPS_AT_ONCE + 1)
        curve = self._curve(source_height_m, shift, n_steps)
        left = step.astype(np.intp)
        step -= left
        if self._height_m.size > 1:
            left += curve.n_steps * self._of_point[at]
        integrated = curve.integrated[left] + step * curve.integrated_rise[left]
        return integrated, curve.relative[left] + step * curve.relative_rise[left]

    def _curve(self, source_height_m: float, shift: float, n_steps: int) -> _Curve:
        key = (source_height_m, shift, n_steps)
        if key in self._kept:
            self._kept.move_to_end(key)
            return self._kept[key]
        way, level = np.meshgrid(
            NEAREST_M * np.exp(WAY_STEP * np.arange(n_steps)), np.arange(self._height_m.size)
        )
        values = crosswind_integrated(
            self._layer, way.ravel(), self._height_m[level.ravel()], source_height_m,
            self._stability[level.ravel()] + shift,
        )  # fmt: skip
        rises = [np.diff(value, append=value[-1]) for value in values]
        curve = _Curve(n_steps, values[0], rises[0], values[1], rises[1])
        self._kept[key] = curve
        if len(self._kept) > KEPT:
            self._kept.popitem(last=False)
        return curve


def curves_of(blocks: Blocks, layer: SurfaceLayer, stability: NDArray[np.float64]) -> Curves | None:
    """Return the curves of sensors that stand; None if one moves, or points are fewer.

    Parameters
    ----------
    blocks
    layer
    stability : (point,)
    """
    if blocks.moves:
        return None
    pairs = np.column_stack([blocks.place_m[:, 2], stability])
    levels, of_point = np.unique(pairs, axis=0, return_inverse=True)
    if len(levels) * CURVE_POINTS > of_point.size:
        return None
    return Curves(layer, levels[:, 0], levels[:, 1], of_point.reshape(-1))
