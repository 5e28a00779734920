r"""Puffs carried by the wind as it was measured over the last two minutes.

A reading at time t and place r is the sum over ages a of what a source let go at t - a, carried by
the wind since then and spread on its path:

.. math:: c = Q \int_0^\infty \frac{e^{-|r_h - s_h - d(t, a)|^2/2\sigma_h^2}}
          {(2\pi)^{3/2}\sigma_h^2\sigma_z}
          \left(e^{-(z-h)^2/2\sigma_z^2} + e^{-(z+h)^2/2\sigma_z^2}\right) da, \qquad
          \sigma = i\,\frac{p}{\sqrt{1 + p/p_0}}

with d the way, :math:`(1-e)\int_{t-a}^t u\,dt' + e\,a\,u(t)`, and p its length. Where the wind is
the same everywhere e = 0; where gusts are eddies that travel with the air, the puff that is met now
was all the time in the gust that is met now, and e = 1. Ages grow geometrically, so that the
steps stay below 1.5 standard deviations of a puff: then the sum is the integral to 3e-4.
"""

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from cathartes.locate.air import Shape
from cathartes.locate.blocks import Blocks
from cathartes.locate.wind_rows import WindRows

LAG_STEP_S = 1.0
"""Delays for which ways are prepared; between them they are interpolated."""
YOUNGEST_S, AGE_RATIO = 0.5, 1.16
"""The first age, and each over that before."""
FARTHEST_SD = 5.0
"""Puffs farther away than this do not matter: 3.5 of them half as wide again."""
HIGHEST_SOURCE_M = 10.0
"""Readings are kept that a source so high could reach."""


class PuffAir:
    """Air in which puffs are followed back from every reading; made by `puff_air`."""

    def __init__(self, pairs: "_Pairs", n_blocks: int) -> None:
        self._pairs, self._n_blocks = pairs, n_blocks
        self._first = np.flatnonzero(np.diff(pairs.of_block, prepend=-1))

    def carried(self, shape: Shape) -> "CarriedPuffs":
        """Return where the air of each reading was at each age."""
        pairs = self._pairs
        way = _at_lag(pairs.way_m, shape.lag_s)
        if shape.eddies > 0:
            moment = _at_lag(pairs.moment_m_s, shape.lag_s)
            eddies = np.float32(shape.eddies)
            way = way + eddies * (pairs.age_s * moment - way)
        east, north, up = pairs.place_m
        if shape.lag_s > 0:
            late = np.float32(shape.lag_s) * pairs.velocity_m_s
            east, north, up = east - late[0], north - late[1], up - late[2]
        cos, sin = np.float32(np.cos(shape.turn_rad)), np.float32(np.sin(shape.turn_rad))
        return CarriedPuffs(
            east - (cos * way[0] - sin * way[1]),
            north - (sin * way[0] + cos * way[1]),
            up,
            pairs.half_inverse * np.float32(shape.width**-2),
            pairs.half_inverse * np.float32(shape.height**-2),
            pairs.density * np.float32(1 / (shape.width**2 * shape.height)),
            self._first,
            pairs.of_block[self._first],
            self._n_blocks,
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
        level = reach * shape.width + margin_m
        near = np.zeros(reach.size, bool)
        for east, north, _ in place_m:
            near |= np.hypot(carried.east_m - east, carried.north_m - north) < level
        near &= np.abs(carried.up_m) < reach * shape.height + 2 * place_m[:, 2].max() + 3.0
        return PuffAir(self._pairs.chosen(near), self._n_blocks)


@dataclass(frozen=True, slots=True)
class _Pairs:
    """Readings with ages of what they may have met: (lag, 2, pair), (3, pair), (pair,).

    Blocks ascend, so that the pairs of one stand together.
    """

    way_m: NDArray[np.float32]
    moment_m_s: NDArray[np.float32]
    age_s: NDArray[np.float32]
    place_m: NDArray[np.float32]
    velocity_m_s: NDArray[np.float32]
    grown_m: NDArray[np.float32]
    half_inverse: NDArray[np.float32]
    density: NDArray[np.float32]
    of_block: NDArray[np.intp]

    def chosen(self, which: NDArray[np.bool_]) -> "_Pairs":
        index = np.flatnonzero(which)
        arrays = (getattr(self, each.name) for each in fields(self))
        return _Pairs(*(np.take(values, index, axis=-1) for values in arrays))


@dataclass(frozen=True, slots=True)
class CarriedPuffs:
    """Back trajectories of all readings, arrays (pair,); first pairs of blocks, and which."""

    east_m: NDArray[np.float32]
    north_m: NDArray[np.float32]
    up_m: NDArray[np.float32]
    level: NDArray[np.float32]
    upward: NDArray[np.float32]
    density: NDArray[np.float32]
    first: NDArray[np.intp]
    block: NDArray[np.intp]
    n_blocks: int

    def unit_ppm(self, source_m: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return block means for a source of 1 kg/h at (3,) [m], (block,) [ppm]."""
        x, y, h = np.float32(source_m[0]), np.float32(source_m[1]), np.float32(source_m[2])
        level = self.level * ((self.east_m - x) ** 2 + (self.north_m - y) ** 2)
        direct = np.exp(-level - self.upward * (self.up_m - h) ** 2)
        mirrored = np.exp(-level - self.upward * (self.up_m + h) ** 2)
        ppm = np.zeros(self.n_blocks)
        if self.first.size:
            ppm[self.block] = np.add.reduceat((direct + mirrored) * self.density, self.first)
        return ppm


def puff_air(
    blocks: Blocks,
    wind: WindRows,
    *,
    growth_m: float,
    oldest_s: float,
    longest_lag_s: float,
    unit: float,
    height_per_m: float = np.inf,
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
    """
    blocks = blocks.in_order()
    n_ages = int(np.ceil(np.log(oldest_s / YOUNGEST_S) / np.log(AGE_RATIO))) + 1
    age = YOUNGEST_S * AGE_RATIO ** np.arange(n_ages)
    duration = np.gradient(age)
    duration[0] += 0.5 * YOUNGEST_S
    lags = np.arange(0.0, longest_lag_s + LAG_STEP_S, LAG_STEP_S) if longest_lag_s else [0.0]
    ways, moments = [], []
    for lag in lags:
        seen = blocks.time_s - lag
        way = wind.way_until(seen)[:, None] - wind.way_until(seen[:, None] - age)
        if lag == 0:
            path = np.maximum(way[..., 2], 0.05 * age).ravel()
        ways.append(way[..., :2].reshape(-1, 2).T)
        moments.append(np.repeat(_smooth_wind(wind, seen).T, n_ages, axis=1))
    grown = path / np.sqrt(1 + path / growth_m)
    share = (blocks.share[:, None] * duration).ravel()
    of_block = np.repeat(blocks.of_block, n_ages)
    place = np.repeat(blocks.place_m.T, n_ages, axis=1).astype(np.float32)
    pairs = _Pairs(
        way_m=np.stack(ways).astype(np.float32),
        moment_m_s=np.stack(moments).astype(np.float32),
        age_s=np.tile(age, blocks.time_s.size).astype(np.float32),
        place_m=place,
        velocity_m_s=np.repeat(blocks.velocity_m_s.T, n_ages, axis=1).astype(np.float32),
        grown_m=grown.astype(np.float32),
        half_inverse=(0.5 / grown**2).astype(np.float32),
        density=(unit * share / ((2 * np.pi) ** 1.5 * grown**3)).astype(np.float32),
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


def _smooth_wind(wind: WindRows, time_s: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the wind of the moment, (time, 2) [m s-1]: mean over 10 s about each time."""
    ahead, behind = wind.way_until(time_s + 5.0), wind.way_until(time_s - 5.0)
    return np.asarray((ahead - behind)[:, :2] / 10.0)
