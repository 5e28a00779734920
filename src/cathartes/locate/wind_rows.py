"""The wind on the clock of a log's readings, the same everywhere."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cathartes.scenes.wind.conventions import wind_to_components
from cathartes.scenes.wind.history import STAGNANT_BELOW_M_S, WindHistory, within_gaps

SLOWEST_S = 20.0
"""Rows farther apart show neither the way of a puff, which has passed by then, nor the turning."""

LONGEST_GAP_S, LONGEST_GAP_STEPS = 300.0, 2.5
"""Rows of a wind farther apart, in seconds and in its own steps, leave a gap."""


@dataclass(frozen=True, slots=True)
class WindRows:
    """A wind that is the same everywhere.

    Attributes
    ----------
    time_s : (row,) [s]
        Ascending, on the blocks' clock; a single row holds at all times.
    east_m_s, north_m_s : (row,) [m s-1]
        Where it blows to.
    """

    time_s: NDArray[np.float64]
    east_m_s: NDArray[np.float64]
    north_m_s: NDArray[np.float64]

    @classmethod
    def of(cls, wind: WindHistory, start_unix_s: float) -> "WindRows":
        """Return a history on a clock that starts at a time."""
        east, north = wind_to_components(wind.wind_speed_m_s, wind.wind_from_deg)
        time = np.zeros(1) if wind.is_constant else wind.time_unix_s - start_unix_s
        return cls(time, east, north)

    @property
    def mean_m_s(self) -> NDArray[np.float64]:
        """Mean vector, (2,) [m s-1]."""
        return np.array([self.east_m_s.mean(), self.north_m_s.mean()])

    @property
    def speed_m_s(self) -> NDArray[np.float64]:
        """Speed, (row,) [m s-1]."""
        return np.hypot(self.east_m_s, self.north_m_s)

    @property
    def is_slow(self) -> bool:
        """True for rows too far apart (`SLOWEST_S`) to tell the way of a puff."""
        return self.time_s.size > 2 and float(np.median(np.diff(self.time_s))) > SLOWEST_S

    def at(self, time_s: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return the wind to the east and to the north at times, each (time,) [m s-1].

        Before the first and after the last row the nearest wind holds.

        Parameters
        ----------
        time_s : (time,) [s]
        """
        east = np.interp(time_s, self.time_s, self.east_m_s)
        return east, np.interp(time_s, self.time_s, self.north_m_s)

    def known(self, time_s: NDArray[np.float64]) -> NDArray[np.bool_]:
        """Return where rows say the wind, (time,): not in gaps, nor far before and after them."""
        usual_s = float(np.median(np.diff(self.time_s))) if self.time_s.size > 1 else 0.0
        longest_s = max(LONGEST_GAP_S, LONGEST_GAP_STEPS * usual_s)
        return within_gaps(self.time_s, time_s, longest_s)

    def stagnant(self, time_s: NDArray[np.float64]) -> NDArray[np.bool_]:
        """Return where the wind is too weak for a plume to have a direction, (time,)."""
        return np.asarray(np.hypot(*self.at(time_s)) < STAGNANT_BELOW_M_S)

    def way_until(self, time_s: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the way of the air since the first row, and its length, (any, 3) [m].

        Before the first and after the last row the nearest wind holds.

        Parameters
        ----------
        time_s : any shape [s]
        """
        ways = []
        for component in (self.east_m_s, self.north_m_s, self.speed_m_s):
            steps = 0.5 * (component[1:] + component[:-1]) * np.diff(self.time_s)
            way = np.interp(time_s, self.time_s, np.concatenate([[0.0], np.cumsum(steps)]))
            way += np.minimum(time_s - self.time_s[0], 0.0) * component[0]
            way += np.maximum(time_s - self.time_s[-1], 0.0) * component[-1]
            ways.append(way)
        return np.stack(ways, axis=-1)
