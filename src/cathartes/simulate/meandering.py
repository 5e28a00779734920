"""A plume as one look sees it: puffs on a fluctuating wind, not a mean over time."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import erf

from cathartes.errors import SettingsError

MODES = 64
"""Waves of which the fluctuating wind is made."""
MEAN_HEIGHT_OF_SPREAD = 0.8
"""Mean height of gas released at the ground, per vertical spread: sqrt(2/pi)."""
LEAST_HEIGHT_M = 0.5


@dataclass(frozen=True, slots=True)
class Air:
    """The air that carries a plume.

    Attributes
    ----------
    wind_speed_m_s : [m s-1]
        Mean at 10 m above ground.
    wind_from_deg : [deg]
        Mean direction it blows from, clockwise from north.
    turbulence
        Standard deviation of each horizontal component over the mean speed.
    eddy_m : [m]
        Wavelength of the strongest eddies.
    roughness_m : [m]
        Of the ground, for the logarithmic profile.
    spread, rise
        Standard deviation gained per distance by what the eddies of the field don't resolve,
        across the wind and upwards.
    """

    wind_speed_m_s: float
    wind_from_deg: float
    turbulence: float
    eddy_m: float
    roughness_m: float
    spread: float
    rise: float

    def __post_init__(self) -> None:
        positive = (self.wind_speed_m_s, self.eddy_m, self.roughness_m, self.spread, self.rise)
        if min(positive) <= 0 or self.turbulence < 0 or self.roughness_m >= LEAST_HEIGHT_M:
            raise SettingsError(
                f"air {self}: speed, eddies, roughness, spread and rise must be positive, the "
                f"turbulence not negative, and the roughness below {LEAST_HEIGHT_M} m."
            )

    def relative_speed(self, height_m: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the mean speed at heights over that at 10 m: a logarithmic profile.

        Parameters
        ----------
        height_m : any shape [m]
        """
        height = np.maximum(height_m, LEAST_HEIGHT_M)
        return np.asarray(np.log(height / self.roughness_m) / np.log(10.0 / self.roughness_m))


@dataclass(frozen=True, slots=True)
class Release:
    """Where gas comes out.

    Attributes
    ----------
    line, sample
        Continuous pixel position (centre of the first pixel 0.5, 0.5).
    height_m : [m]
        Above ground.
    width_m : [m]
        Standard deviation at the source.
    """

    line: float
    sample: float
    height_m: float = 0.0
    width_m: float = 1.0


@dataclass(frozen=True, slots=True)
class Eddies:
    """Waves of a fluctuating wind, carried along with the mean wind.

    Attributes
    ----------
    mean_m_s : (2,) [m s-1]
        Mean wind at 10 m, east and north.
    wave_vector : (wave, 2) [rad m-1]
    amplitude : (wave, 2) [m s-1]
    phase : (wave,) [rad]
    """

    mean_m_s: NDArray[np.float64]
    wave_vector: NDArray[np.float64]
    amplitude: NDArray[np.float64]
    phase: NDArray[np.float64]

    def at(self, place_m: NDArray[np.float64], before_look_s: ArrayLike) -> NDArray[np.float64]:
        """Return the fluctuation at places, (place, 2) [m s-1].

        Parameters
        ----------
        place_m : (place, 2) [m]
            East, north.
        before_look_s : (place,), or one for all [s]
        """
        moved = place_m + np.multiply.outer(np.asarray(before_look_s, np.float64), self.mean_m_s)
        return np.asarray(np.cos(moved @ self.wave_vector.T + self.phase) @ self.amplitude)

    def mast_wind(self, place_m: tuple[float, float], last_s: float) -> tuple[float, float]:
        """Return speed [m s-1] and direction from [deg] that a 10 m mast averages before a look.

        Parameters
        ----------
        place_m : [m]
            East, north.
        last_s : [s]
            Averaging time.
        """
        time_s = np.linspace(0.0, last_s, 200)
        wind = self.mean_m_s + self.at(np.tile(place_m, (time_s.size, 1)), time_s)
        east, north = wind.mean(axis=0)
        return float(np.hypot(east, north)), float(np.rad2deg(np.arctan2(-east, -north)) % 360.0)


def make_eddies(air: Air, smallest_m: float, generator: np.random.Generator) -> Eddies:
    r"""Return the waves of a fluctuating wind that has no divergence.

    .. math:: u'(x,t) = \sum_n a_n\,\hat k_n^\perp \cos(k_n\cdot(x-\bar U t)+\phi_n),
              \qquad a_n^2 \propto k_n E(k_n), \quad
              E(k) \propto \frac{(k/k_0)^4}{(1+(k/k_0)^2)^{17/6}}

    Parameters
    ----------
    smallest_m : [m]
        Shortest wavelength.

    References
    ----------
    Fung et al. 1992, doi 10.1017/S0022112092001423 (kinematic simulation, von Karman's spectrum),
    here in the plane and carried along with the mean wind.
    """
    strongest = 2.0 * np.pi / air.eddy_m
    k = np.geomspace(strongest / 4.0, max(2.0 * np.pi / smallest_m, 2.0 * strongest), MODES)
    energy = (k / strongest) ** 4 / (1.0 + (k / strongest) ** 2) ** (17.0 / 6.0)
    weight = k * energy
    variance = 2.0 * (air.turbulence * air.wind_speed_m_s) ** 2 * weight / weight.sum()
    angle = generator.uniform(0.0, 2.0 * np.pi, MODES)
    across = np.stack([-np.sin(angle), np.cos(angle)], axis=1)
    to = np.deg2rad(air.wind_from_deg + 180.0)
    return Eddies(
        mean_m_s=air.wind_speed_m_s * np.array([np.sin(to), np.cos(to)]),
        wave_vector=k[:, None] * np.stack([np.cos(angle), np.sin(angle)], axis=1),
        amplitude=np.sqrt(2.0 * variance)[:, None] * across,
        phase=generator.uniform(0.0, 2.0 * np.pi, MODES),
    )


def residence_s_m2(
    air: Air,
    field: Eddies,
    releases: tuple[Release, ...],
    shape: tuple[int, int],
    pixel_m: float,
    length_m: float,
    generator: np.random.Generator,
) -> tuple[NDArray[np.float64], ...]:
    r"""Return each release's column of gas per emission, as one look at a steady release sees it.

    Puffs leave the source at even times and go with the wind where they are: the mean wind at the
    mean height of the gas, and eddies that are one field for all releases. Each grows as eddies
    too small for the field make it.

    .. math:: \dot x = \bar U(\bar z) + u'(x,t), \quad \sigma = \sigma_0 + k\,s^{0.9}, \quad
              \bar z = h + 0.8\,k_z s^{0.9}, \qquad
              m = \Delta t \sum_p \mathcal N(x - x_p, \sigma_p)

    Times the emission [kg s-1] it is a column [kg m-2]; its integral is the time that the gas has
    been in the scene.

    Parameters
    ----------
    shape
        (line, sample); lines run from north to south.
    pixel_m : [m]
    length_m : [m]
        Mean distance come since the release began.

    Returns
    -------
    per release (line, sample) [s m-2], mean over each pixel.
    """
    step_s = 0.5 * pixel_m / air.wind_speed_m_s
    n_steps = max(int(length_m / (0.5 * pixel_m)), 2)
    result = []
    for release in releases:
        start = np.array([release.sample * pixel_m, -release.line * pixel_m])
        age_s = (np.arange(n_steps) + generator.uniform(0.0, 1.0, n_steps)) * step_s
        place = np.tile(start, (n_steps, 1))
        for step in range(n_steps):
            # The oldest puff leaves first; a puff younger than the time left has not left yet.
            left_s = (n_steps - step) * step_s
            moved_s = np.clip(age_s - left_s + step_s, 0.0, step_s)
            gone = np.flatnonzero(moved_s > 0)
            come_m = air.wind_speed_m_s * np.maximum(age_s[gone] - left_s, 0.0)
            height_m = release.height_m + MEAN_HEIGHT_OF_SPREAD * air.rise * come_m**0.9
            speed = air.relative_speed(height_m)[:, None]
            wind = field.mean_m_s + field.at(place[gone], left_s)
            place[gone] += wind * speed * moved_s[gone, None]
        sigma = release.width_m + air.spread * (air.wind_speed_m_s * age_s) ** 0.9
        result.append(step_s * _onto_pixels(place, sigma, shape, pixel_m))
    return tuple(result)


def _onto_pixels(
    place: NDArray[np.float64], sigma: NDArray[np.float64], shape: tuple[int, int], pixel_m: float
) -> NDArray[np.float64]:
    """Return the pixel means of Gaussian puffs of one unit each, (line, sample) [m-2]."""

    def share(n: int, centre: NDArray[np.float64]) -> NDArray[np.float64]:
        edges = np.arange(n + 1) * pixel_m
        below = 0.5 * erf((edges[None, :] - centre[:, None]) / (np.sqrt(2.0) * sigma[:, None]))
        return np.asarray(np.diff(below, axis=1))

    lines, samples = share(shape[0], -place[:, 1]), share(shape[1], place[:, 0])
    return np.asarray(lines.T @ samples) / pixel_m**2
