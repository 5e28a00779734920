"""Where gas came from until it was met: by the history of the wind, or by gusts that travel."""

from dataclasses import dataclass
from typing import Protocol, Self

import numpy as np
from numpy.typing import NDArray

from cathartes.locate.blocks import Blocks
from cathartes.locate.gust_field import GustField
from cathartes.locate.wind_rows import WindRows

Array = NDArray[np.float64]

STEP_S, MOST_ROWS = 4.0, 240
"""Gusts are told by means of the wind over so long, or longer where there would be more."""
LEAST_ROWS = 20
"""Fewer tell no field."""
SLOW_S = 60.0
"""Means of a mast over so long are the wind some way off as well."""
GUST_MEMORY_S = 30.0
"""How long gas keeps a gust of tens of metres (Lagrangian)."""


class Ways(Protocol):
    """The ways of gas of given ages."""

    def until(self, seen_s: Array) -> tuple[Array, Array]:
        """Return ways of the gas met at times, (time, age, 2) [m], and variances (time, age) [m2].

        Parameters
        ----------
        seen_s : (time,) [s]
        """


@dataclass(frozen=True, slots=True)
class WaysInOneWind:
    """The wind is everywhere as it was measured: nothing of the way is left open."""

    wind: WindRows
    age_s: Array

    def until(self, seen_s: Array) -> tuple[Array, Array]:
        """Return ways and variances; see `Ways`."""
        before = self.wind.way_until(seen_s[:, None] - self.age_s)
        way = self.wind.way_until(seen_s)[:, None] - before
        return way[..., :2], np.zeros(way.shape[:2])


@dataclass(frozen=True, slots=True)
class WaysInGusts:
    """The wind was measured where the sensor flew, and gusts travel (`GustField`).

    Attributes
    ----------
    time_s : (step,) [s]
    table_m : (step, age, 3)
        East, north [m], and the variance of each [m2]; between steps they are interpolated.
    """

    time_s: Array
    table_m: Array

    @classmethod
    def of(cls, blocks: Blocks, wind: WindRows, age_s: Array, longest_lag_s: float) -> Self | None:
        """Return the ways of a flight's gas; None if its record is too short to tell gusts."""
        time_s = blocks.averaged(blocks.time_s)
        place_m = blocks.centre_m()
        first, last = float(time_s.min()), float(time_s.max())
        rows_s = float(np.median(np.diff(wind.time_s)))
        step_s = max(STEP_S, rows_s, (last - first) / MOST_ROWS)
        edge_s = np.arange(first, last + step_s, step_s)
        if edge_s.size <= LEAST_ROWS:
            return None

        def track(at_s: Array) -> Array:
            return np.stack([np.interp(at_s, time_s, axis) for axis in place_m[:, :2].T], axis=1)

        middle_s = 0.5 * (edge_s[1:] + edge_s[:-1])
        mean_m_s = np.diff(wind.way_until(edge_s)[:, :2], axis=0) / step_s
        field = GustField.of(middle_s, track(middle_s), mean_m_s)
        at_s = np.arange(first - longest_lag_s - step_s, last + 2 * step_s, step_s)
        way, variance = field.ways(at_s, track(at_s), age_s)
        return cls(at_s, np.concatenate([way, variance[..., None]], axis=-1))

    def until(self, seen_s: Array) -> tuple[Array, Array]:
        """Return ways and variances; see `Ways`."""
        last = self.time_s.size - 2
        low = np.clip(np.searchsorted(self.time_s, seen_s) - 1, 0, last)
        part = (seen_s - self.time_s[low]) / (self.time_s[low + 1] - self.time_s[low])
        part = np.clip(part, 0.0, 1.0)[:, None, None]
        met = (1 - part) * self.table_m[low] + part * self.table_m[low + 1]
        return met[..., :2], met[..., 2]


@dataclass(frozen=True, slots=True)
class WaysPastMast:
    """The wind was measured elsewhere: its slow part is everywhere, its gusts are others here.

    Attributes
    ----------
    slow
        The mast's wind in means over `SLOW_S`.
    gusts_m2_s2
        Variance of what is beside, of each component.
    age_s : (age,) [s]
    """

    slow: WindRows
    gusts_m2_s2: float
    age_s: Array

    @classmethod
    def of(cls, wind: WindRows, age_s: Array) -> Self:
        """Return the ways past a mast that has this record."""
        half = 0.5 * SLOW_S
        mean = (wind.way_until(wind.time_s + half) - wind.way_until(wind.time_s - half)) / SLOW_S
        slow = WindRows(wind.time_s, mean[:, 0], mean[:, 1])
        beside = [wind.east_m_s - slow.east_m_s, wind.north_m_s - slow.north_m_s]
        return cls(slow, float(np.mean(np.square(beside))), age_s)

    def until(self, seen_s: Array) -> tuple[Array, Array]:
        """Return ways and variances; see `Ways`.

        Taylor (1921), with an exponential memory τ: 2 σ² τ² (a/τ - 1 + exp(-a/τ)).
        """
        way, _ = WaysInOneWind(self.slow, self.age_s).until(seen_s)
        age = self.age_s / GUST_MEMORY_S
        open_m2 = 2 * self.gusts_m2_s2 * GUST_MEMORY_S**2 * (age + np.expm1(-age))
        return way, np.broadcast_to(open_m2, way.shape[:2])


def ways_of(blocks: Blocks, wind: WindRows, age_s: Array, longest_lag_s: float) -> Ways:
    """Return the ways of gas of given ages, (age,) [s], as a log can tell them.

    One sensor that moves has its wind along its way: that tells whether gusts are everywhere the
    same. Of others it is not known where the wind was measured.
    """
    if blocks.moves and np.unique(blocks.runs()).size == 1:
        met = WaysInGusts.of(blocks, wind, age_s, longest_lag_s)
        if met is not None:
            return met
    return WaysInOneWind(wind, age_s)
