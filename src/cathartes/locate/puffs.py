r"""Puffs carried by the wind of the last two minutes.

A reading at time t and place r is the sum over ages a of what a source let go at t - a, carried by
the wind since then and spread on its path:

.. math:: c = Q \int_0^\infty \frac{e^{-|r_h - s_h - d(t, a)|^2/2(\sigma_h^2 + v)}}
          {(2\pi)^{3/2}(\sigma_h^2 + v)\,\sigma_z}
          \left(e^{-(z-h)^2/2\sigma_z^2} + e^{-(z+h)^2/2\sigma_z^2}\right) da, \qquad
          \sigma = i\,\frac{p}{\sqrt{1 + p/p_0}}

with d the way and v its variance along each axis (`ways`), and p the path of the wind meanwhile:
the mean over all ways that the wind's record leaves open. What a displacement by one standard
deviation, :math:`\sqrt v`, would change is handed on beside it, since it is an error that a whole
pass has in common. Ages grow geometrically, so that the steps stay below 1.5 standard deviations of
a puff: then the sum is the integral to 3e-4.
"""

from collections.abc import Callable
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from cathartes.locate.air import Shape
from cathartes.locate.blocks import Blocks
from cathartes.locate.ways import Ways, WaysInOneWind
from cathartes.locate.wind_rows import WindRows

LAG_STEP_S = 1.0
"""Delays for which ways are prepared; between them they are interpolated."""
YOUNGEST_S, AGE_RATIO = 0.5, 1.16
"""The first age, and each over that before."""
FARTHEST_SD = 5.0
"""Puffs farther away than this do not matter: 3.5 of them half as wide again."""
ASIDE_SD = 3.5
"""The same sideways of a source that may move by a margin, which few do."""
HIGHEST_SOURCE_M = 10.0
"""Readings are kept that a source so high could reach."""


class PuffAir:
    """Air in which puffs are followed back from every reading; made by `puff_air`."""

    def __init__(self, pairs: "_Pairs", n_blocks: int) -> None:
        self._pairs, self._n_blocks = pairs, n_blocks
        self._grown_m2, self._open_m = pairs.grown_m**2, np.sqrt(pairs.open_m2)
        self._first = np.flatnonzero(np.diff(pairs.of_block, prepend=-1))
        self._run = np.full(n_blocks, self._first.size)
        self._run[pairs.of_block[self._first]] = np.arange(self._first.size)

    def carried(self, shape: Shape) -> "CarriedPuffs":
        """Return where the air of each reading was at each age."""
        pairs = self._pairs
        way = _at_lag(pairs.way_m, shape.lag_s)
        east, north, up = pairs.place_m
        if shape.lag_s > 0:
            late = np.float32(shape.lag_s) * pairs.velocity_m_s
            east, north, up = east - late[0], north - late[1], up - late[2]
        width2, upward = np.float32(shape.width**2), np.float32(0.5 * shape.height**-2)
        inverse = np.reciprocal(width2 * self._grown_m2 + pairs.open_m2)
        cos, sin = np.float32(np.cos(shape.turn_rad)), np.float32(np.sin(shape.turn_rad))
        return CarriedPuffs(
            east - (cos * way[0] - sin * way[1]),
            north - (sin * way[0] + cos * way[1]),
            np.abs(up),
            np.float32(0.5) * inverse,
            upward / self._grown_m2,
            pairs.density * inverse * np.float32(1 / shape.height),
            self._open_m * inverse,
            self._first,
            self._run,
        )

    def about(self, shape: Shape, place_m: NDArray[np.float64], margin_m: float) -> "PuffAir":
        """Return the same air for sources near some places: pairs that can't matter left out.

        Parameters
        ----------
        shape
            As it is now; spreads may become half as wide again.
        place_m : (source, 3) [m]
        margin_m
            Sources may move so far.
        """
        carried = self.carried(shape)
        reach = FARTHEST_SD * self._pairs.grown_m
        level = ASIDE_SD * np.hypot(shape.width * self._pairs.grown_m, self._open_m) + margin_m
        near = np.zeros(reach.size, bool)
        for east, north, _ in place_m:
            near |= np.hypot(carried.east_m - east, carried.north_m - north) < level
        near &= carried.up_m < reach * shape.height + 2 * place_m[:, 2].max() + 3.0
        return PuffAir(self._pairs.chosen(near), self._n_blocks)


@dataclass(frozen=True, slots=True)
class _Pairs:
    """Readings with ages of what they may have met: (lag, 2, pair), (3, pair), (pair,).

    Blocks ascend, so that the pairs of one stand together.
    """

    way_m: NDArray[np.float32]
    open_m2: NDArray[np.float32]
    place_m: NDArray[np.float32]
    velocity_m_s: NDArray[np.float32]
    grown_m: NDArray[np.float32]
    density: NDArray[np.float32]
    of_block: NDArray[np.intp]

    def chosen(self, which: NDArray[np.bool_]) -> "_Pairs":
        index = np.flatnonzero(which)
        arrays = (getattr(self, each.name) for each in fields(self))
        return _Pairs(*(np.take(values, index, axis=-1) for values in arrays))


@dataclass(frozen=True, slots=True)
class CarriedPuffs:
    """Back trajectories of all readings, arrays (pair,); first pairs of runs, and a block's run.

    Those of a block are a run; a block without pairs has the run after the last.
    """

    east_m: NDArray[np.float32]
    north_m: NDArray[np.float32]
    up_m: NDArray[np.float32]
    level: NDArray[np.float32]
    upward: NDArray[np.float32]
    density: NDArray[np.float32]
    pull: NDArray[np.float32]
    first: NDArray[np.intp]
    run: NDArray[np.intp]

    def unit_ppm(self, source_m: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return block means for a source of 1 kg/h at (3,) [m], (block,) [ppm]."""
        x, y, h = source_m.astype(np.float32)
        level = self.level * ((self.east_m - x) ** 2 + (self.north_m - y) ** 2)
        return self._summed(self._gas(level, h))

    def displaced_ppm(self, source_m: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return what `unit_ppm` returns, and its change by one sd of the way, (3, block) [ppm].

        The change by a way that is longer to the east, and to the north.
        """
        x, y, h = source_m.astype(np.float32)
        east, north = self.east_m - x, self.north_m - y
        level = self.level * (east**2 + north**2)
        gas = self._gas(level, h)
        change = gas * self.pull
        all_of_it = np.empty((3, gas.size), np.float32)
        all_of_it[0] = gas
        np.multiply(change, east, out=all_of_it[1])
        np.multiply(change, north, out=all_of_it[2])
        return self._summed(all_of_it)

    def _gas(self, level: NDArray[np.float32], source_up_m: np.float32) -> NDArray[np.float32]:
        """Return what each pair adds, (pair,) [ppm]; its image's distance squared has 4zh more.

        Parameters
        ----------
        level : (pair,)
            What the level distance takes off the exponent.
        source_up_m
            h.
        """
        up_m = np.abs(source_up_m)
        direct = np.exp(-level - self.upward * (self.up_m - up_m) ** 2)
        image = np.exp(self.upward * self.up_m * (-4 * up_m))
        image += 1
        image *= direct
        image *= self.density
        return np.asarray(image, np.float32)

    def _summed(self, of_pair: NDArray[np.float32]) -> NDArray[np.float64]:
        """Return the sums over blocks of values at pairs, (..., pair), as (..., block)."""
        sums = np.zeros((*of_pair.shape[:-1], self.first.size + 1))
        if self.first.size:
            sums[..., :-1] = np.add.reduceat(of_pair, self.first, axis=-1)
        return np.asarray(np.take(sums, self.run, axis=-1))


def puff_air(
    blocks: Blocks,
    wind: WindRows,
    *,
    growth_m: float,
    oldest_s: float,
    longest_lag_s: float,
    unit: float,
    height_per_m: float = np.inf,
    ways_of: Callable[[NDArray[np.float64]], Ways] | None = None,
) -> PuffAir:
    """Return air in which puffs are followed back from every reading.

    Parameters
    ----------
    blocks
    wind
    growth_m, oldest_s
        p0, and how far back.
    longest_lag_s
        Delays from 0 to here are prepared; 0 for fixed sensors.
    unit
        ppm of 1 kg/h per (m3/s): conversion of Q.
    height_per_m
        Upward spread that is expected: readings far above what it reaches at an age are left out.
    ways_of
        Ways of gas of given ages, (age,) [s]; those in a wind that is the same everywhere if None.
    """
    blocks = blocks.in_order()
    n_ages = int(np.ceil(np.log(oldest_s / YOUNGEST_S) / np.log(AGE_RATIO))) + 1
    age = np.asarray(YOUNGEST_S * AGE_RATIO ** np.arange(n_ages), np.float64)
    duration = np.gradient(age)
    duration[0] += 0.5 * YOUNGEST_S
    lags = np.arange(0.0, longest_lag_s + LAG_STEP_S, LAG_STEP_S) if longest_lag_s else [0.0]
    path = wind.way_until(blocks.time_s)[:, None] - wind.way_until(blocks.time_s[:, None] - age)
    path = np.maximum(path[..., 2], 0.05 * age).ravel()
    ways: Ways = WaysInOneWind(wind, age) if ways_of is None else ways_of(age)
    way_m = [ways.until(blocks.time_s - lag)[0].reshape(-1, 2).T for lag in lags]
    grown = path / np.sqrt(1 + path / growth_m)
    share = (blocks.share[:, None] * duration).ravel()
    of_block = np.repeat(blocks.of_block, n_ages)
    place = np.repeat(blocks.place_m.T, n_ages, axis=1).astype(np.float32)
    pairs = _Pairs(
        way_m=np.stack(way_m).astype(np.float32),
        open_m2=ways.until(blocks.time_s)[1].ravel().astype(np.float32),
        place_m=place,
        velocity_m_s=np.repeat(blocks.velocity_m_s.T, n_ages, axis=1).astype(np.float32),
        grown_m=grown.astype(np.float32),
        density=(unit * share / ((2 * np.pi) ** 1.5 * grown)).astype(np.float32),
        of_block=of_block,
    )
    met = np.abs(place[2]) < FARTHEST_SD * height_per_m * grown + HIGHEST_SOURCE_M
    return PuffAir(pairs.chosen(met), len(blocks))


def _at_lag(prepared: NDArray[np.float32], lag_s: float) -> NDArray[np.float32]:
    """Return what was prepared for delays, between two of them."""
    last = prepared.shape[0] - 1
    if not last:
        return np.asarray(prepared[0])
    at = min(max(lag_s / LAG_STEP_S, 0.0), last - 1e-6)
    low = int(at)
    part = np.float32(at - low)
    return np.asarray(prepared[low] + part * (prepared[low + 1] - prepared[low]))
