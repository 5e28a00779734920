r"""The air of a simulated flight: winds that turn in time and in space, and the gas they carry.

Three kinds of truth, from easy to hard. A straight plume in the wind of the moment,

.. math:: c = \frac{Q}{2\pi U\sigma_y\sigma_z}\, e^{-y^2/2\sigma_y^2}
          \left(e^{-(z-h)^2/2\sigma_z^2} + e^{-(z+h)^2/2\sigma_z^2}\right);

puffs let go every second, each with its own amount, carried by a wind that is the same everywhere;
and puffs in a wind whose gusts are eddies of a hundred metres. Nothing here is shared with the
inversion that is judged by it.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Points = NDArray[np.float64]

GROWTH_M = 300.0
"""Path after which puffs grow with its root."""
OLDEST_S = 150
N_WAVES = 60


@dataclass(frozen=True, slots=True)
class Eddies:
    """Gusts as a sum of waves carried along by the mean wind.

    Attributes
    ----------
    mean_m_s : (2,) [m s-1]
        Mean wind towards east and north.
    amplitude_m_s : (wave, 2) [m s-1]
    wave_vector : (wave, 2)
        In radians per metre.
    turning : (wave,)
        In radians per second, in the frame that moves with the mean wind.
    phase : (wave,)
    """

    mean_m_s: Points
    amplitude_m_s: Points
    wave_vector: Points
    turning: Points
    phase: Points

    def at(self, time_s: Points, place_m: Points) -> Points:
        """Return the wind at times and places, (any, 2) [m s-1].

        Parameters
        ----------
        time_s : (any,) [s]
        place_m : (any, 2) [m]
        """
        moving = place_m - time_s[:, None] * self.mean_m_s
        angle = moving @ self.wave_vector.T + time_s[:, None] * self.turning + self.phase
        return np.asarray(self.mean_m_s + np.cos(angle) @ self.amplitude_m_s)


def draw_eddies(
    rng: np.random.Generator,
    mean_m_s: Points,
    gust_m_s: float,
    size_m: float,
    memory_s: float,
) -> Eddies:
    r"""Return gusts with a correlation of exp(-r²/2L² - t²/2T²) in the moving air.

    Parameters
    ----------
    rng
    mean_m_s : (2,) [m s-1]
    gust_m_s
        Standard deviation of each component.
    size_m, memory_s
        L and T; an infinite L makes a wind that is the same everywhere.
    """
    wave = rng.normal(size=(N_WAVES, 2)) / size_m
    return Eddies(
        mean_m_s,
        rng.normal(size=(N_WAVES, 2)) * gust_m_s * np.sqrt(2 / N_WAVES),
        wave,
        rng.normal(size=N_WAVES) / memory_s,
        rng.uniform(0, 2 * np.pi, N_WAVES),
    )


def wander(rng: np.random.Generator, n: int, memory: float) -> Points:
    """Return a first-order Gauss-Markov process of unit variance, (n,)."""
    from scipy.signal import lfilter  # noqa: PLC0415  # half a second to import

    keep = np.exp(-1.0 / memory)
    start = rng.normal()
    kicks = rng.normal(size=n) * np.sqrt(1 - keep**2)
    kicks[0] = start
    return np.asarray(lfilter([1.0], [1.0, -keep], kicks))


def plume_kg_m3(
    place_m: Points,
    wind_m_s: Points,
    source_m: Points,
    emission_kg_h: float,
    spread: tuple[float, float],
) -> Points:
    """Return the concentration in a straight plume, (row,) [kg m-3]; the equation is above.

    Parameters
    ----------
    place_m : (row, 3) [m]
    wind_m_s : (row, 2) [m s-1]
        Towards east and north, at each row.
    source_m : (3,) [m]
    emission_kg_h : [kg h-1]
    spread
        Sideways and upward standard deviation per metre downwind.
    """
    speed = np.hypot(*wind_m_s.T)
    away = place_m[:, :2] - source_m[:2]
    along = (away * wind_m_s).sum(1) / speed
    across = (away[:, 1] * wind_m_s[:, 0] - away[:, 0] * wind_m_s[:, 1]) / speed
    downwind = along > 0
    x = np.where(downwind, along, 1.0)
    sy, sz = spread[0] * x, spread[1] * x
    z, h = place_m[:, 2], source_m[2]
    upward = np.exp(-0.5 * ((z - h) / sz) ** 2) + np.exp(-0.5 * ((z + h) / sz) ** 2)
    flux = emission_kg_h / 3600 / (2 * np.pi * speed * sy * sz)
    return np.where(downwind, flux * np.exp(-0.5 * (across / sy) ** 2) * upward, 0.0)


def puffs_kg_m3(
    time_s: Points,
    place_m: Points,
    eddies: Eddies,
    source_m: Points,
    released_kg: Points,
    spread: tuple[float, float],
) -> Points:
    """Return the concentration in puffs let go every second, (row,) [kg m-3].

    Parameters
    ----------
    time_s : (row,) [s]
        Ascending by one second.
    place_m : (row, 3) [m]
    eddies
        The wind, everywhere.
    source_m : (3,) [m]
    released_kg : (release,) [kg]
        Amounts of the puffs let go at each second from OLDEST_S before the first row on.
    spread
        Standard deviation sideways and upward per metre of path, at its beginning.
    """
    n_rows = time_s.size
    born_s = time_s[0] - OLDEST_S + np.arange(n_rows + OLDEST_S)
    puff_m = np.tile(source_m[:2], (born_s.size, 1))
    path_m = np.zeros(born_s.size)
    total = np.zeros(n_rows)
    for age in range(1, OLDEST_S + 1):
        wind = eddies.at(born_s + age - 0.5, puff_m)
        puff_m = puff_m + wind
        path_m = path_m + np.hypot(*wind.T)
        seen = slice(OLDEST_S - age, OLDEST_S - age + n_rows)
        grown = path_m[seen] / np.sqrt(1 + path_m[seen] / GROWTH_M)
        sy, sz = spread[0] * grown, spread[1] * grown
        off = place_m[:, :2] - puff_m[seen]
        z, h = place_m[:, 2], source_m[2]
        upward = np.exp(-0.5 * ((z - h) / sz) ** 2) + np.exp(-0.5 * ((z + h) / sz) ** 2)
        level = np.exp(-0.5 * (off**2).sum(1) / sy**2)
        total += released_kg[seen] * level * upward / ((2 * np.pi) ** 1.5 * sy**2 * sz)
    return total
