"""The upward spread of a plume as a curve over its way, for many points of few heights.

Of sensors that stand, thousands of points of air have one height and one stability: what depends on
the way alone is worked out at steps of it, for steps of the source's height and of the stability.
It is taken as straight between steps of the way, and as smooth between the others.
"""

import numpy as np
from numpy.typing import NDArray

from cathartes.locate.blocks import Blocks
from cathartes.locate.moment_wind import NEAREST_M
from cathartes.locate.surface_layer import SurfaceLayer, crosswind_integrated

CURVE_POINTS = 200
"""Points that a level has to have: one of four sources needs a curve that is not there yet."""
MOST_BYTES = 64 * 2**20
"""Of curves that are kept; all are made anew beyond."""
WAY_STEP, HEIGHT_STEP, SHIFT_STEP = 0.02, 0.05, 0.25
"""Of the logarithms of the way and of the source's height, and of the stability in classes: what is
between is right to a thousandth where gas is."""
STEPS_AT_ONCE = 32
"""Curves are longer by so many steps, or they are the same."""


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
        self._n_steps = 0
        self._made: dict[tuple[int, int], NDArray[np.float64]] = {}

    def crosswind_integrated(
        self, way_m: NDArray[np.float64], at: NDArray[np.intp], source_height_m: float, shift: float
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return what `surface_layer.crosswind_integrated` does for points `at`.

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
        self._reach(int(step.max(initial=0.0)) + 2)
        values, rises = self._curve(source_height_m, shift)
        left = step.astype(np.intp)
        step -= left
        if self._height_m.size > 1:
            left += self._n_steps * self._of_point[at]
        integrated = values[0][left] + step * rises[0][left]
        return integrated, values[1][left] + step * rises[1][left]

    def _reach(self, n_steps: int) -> None:
        """Make curves anew if they are too short."""
        if n_steps > self._n_steps:
            self._n_steps = STEPS_AT_ONCE * -(-n_steps // STEPS_AT_ONCE)
            self._made.clear()

    def _curve(
        self, source_height_m: float, shift: float
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return values at steps of the way, and each one's rise, both (2, level * step)."""
        lowest_m = self._layer.roughness_m
        row = np.log(max(source_height_m, lowest_m) / lowest_m) / HEIGHT_STEP
        column = shift / SHIFT_STEP
        k, j = int(row), int(np.floor(column))
        values = np.zeros((2, self._height_m.size * self._n_steps))
        for up, over_height in enumerate(_smooth(row - k), k - 1):
            for right, over_shift in enumerate(_smooth(column - j), j - 1):
                values += over_height * over_shift * self._node(up, right)
        rises = np.zeros(values.shape)
        rises[:, :-1] = values[:, 1:] - values[:, :-1]
        return values, rises

    def _node(self, row: int, column: int) -> NDArray[np.float64]:
        """Return values at a step of the source's height and one of the stability."""
        node = self._made.get((row, column))
        if node is None:
            way, level = np.meshgrid(
                NEAREST_M * np.exp(WAY_STEP * np.arange(self._n_steps)),
                np.arange(self._height_m.size),
            )
            node = np.stack(
                crosswind_integrated(
                    self._layer, way.ravel(), self._height_m[level.ravel()],
                    self._layer.roughness_m * np.exp(HEIGHT_STEP * row),
                    self._stability[level.ravel()] + SHIFT_STEP * column,
                )
            )  # fmt: skip
            if len(self._made) * node.nbytes > MOST_BYTES:
                self._made.clear()
            self._made[row, column] = node
        return node


def _smooth(part: float) -> tuple[float, float, float, float]:
    """Return weights of the step before, the two about a point, and the next: Catmull and Rom's.

    A refinement stops at an edge, which straight lines between steps would have.
    """
    square, cube = part**2, part**3
    return (
        0.5 * (-part + 2 * square - cube),
        0.5 * (2 - 5 * square + 3 * cube),
        0.5 * (part + 4 * square - 3 * cube),
        0.5 * (cube - square),
    )


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
