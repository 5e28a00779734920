r"""Gas near the ground as particles that remember their eddy: what diffusion is the limit of.

A particle's vertical velocity is a Langevin process in turbulence that changes with height (Thomson
1987, J. Fluid Mech. 180, 529, in the form of Flesch, Wilson and Yee 1995, J. Appl. Meteor. 34,
1320, without fluctuations along the wind):

.. math:: dw = \left[-\frac{w}{T_L} + \frac12\frac{\partial\sigma_w^2}{\partial z}
          \left(1 + \frac{w^2}{\sigma_w^2}\right)\right]dt + \sigma_w\sqrt{2/T_L}\,dW,
          \qquad T_L = \frac{K}{\sigma_w^2}

The memory T_L is Taylor's (1921): after a long time the particles diffuse with K, that of heat
(Dyer 1974), and until then slower. sigma_w = 1.25 u* (1 - 3 z/L)^(1/3) (Panofsky et al. 1977,
Boundary-Layer Meteorol. 11, 355). Speeds are in units of u*, so that no wind has to be given.

Nothing here is shared with the inversion that is judged by it.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cathartes.scenes.wind.profile import psi_m

KARMAN = 0.4
SIGMA_W = 1.25
STEP = 0.1
"""Of T_L, to which each particle steps."""
SLOWEST = 0.5
"""Of u*: no wind is slower, next to the ground."""
KERNEL = 0.2
"""Standard deviation of the logarithm of height over which particles are counted."""


@dataclass(frozen=True, slots=True)
class Crossings:
    """Particles where they first came to distances downwind.

    Attributes
    ----------
    way_m : (way,) [m]
    height_m : (way, particle) [m]
    wind : (way, particle)
        There, over u*.
    mast : float
        Wind at the mast over u*.
    """

    way_m: NDArray[np.float64]
    height_m: NDArray[np.float64]
    wind: NDArray[np.float64]
    mast: float

    def integrated_per_m(self, height_m: float) -> NDArray[np.float64]:
        """Return C_y U/Q at a height, integrated across the wind, (way,) [m-1]; U at the mast."""
        off = np.log(self.height_m / height_m) / KERNEL
        count = np.exp(-0.5 * off**2) / (np.sqrt(2 * np.pi) * KERNEL * self.height_m)
        return np.asarray((count / self.wind).mean(axis=1) * self.mast)

    def relative_speed(self) -> NDArray[np.float64]:
        """Return how fast the gas goes, over the wind at the mast, (way,)."""
        return np.asarray(1 / ((1 / self.wind).mean(axis=1) * self.mast))


def fly(
    rng: np.random.Generator,
    n_particles: int,
    source_m: float,
    way_m: NDArray[np.float64],
    roughness_m: float,
    inverse_obukhov_per_m: float,
    mast_m: float,
) -> Crossings:
    """Return particles let go at a height where they first come to distances.

    Parameters
    ----------
    rng
    n_particles
    source_m
        Height of the source.
    way_m : (way,) [m]
        Ascending.
    roughness_m, inverse_obukhov_per_m
        z0 and 1/L.
    mast_m
        Where the wind is measured.
    """

    def wind(z: NDArray[np.float64]) -> NDArray[np.float64]:
        relative = (np.log(z / roughness_m) - psi_m(z * inverse_obukhov_per_m)) / KARMAN
        return np.asarray(np.maximum(relative, SLOWEST))

    height, speed = np.full((2, way_m.size, n_particles), np.nan)
    who = np.arange(n_particles)
    z, x = np.full(n_particles, max(source_m, 1.1 * roughness_m)), np.zeros(n_particles)
    w = rng.normal(size=n_particles) * _sigma_w(z * inverse_obukhov_per_m)
    reached = np.zeros(n_particles, np.intp)
    while who.size:
        zeta = z * inverse_obukhov_per_m
        sigma = _sigma_w(zeta)
        memory = _diffusivity(z, zeta) / sigma**2
        rise = -2 * SIGMA_W**2 * inverse_obukhov_per_m / np.cbrt(1 - 3 * np.minimum(zeta, 0))
        rise = np.where(zeta < 0, rise, 0.0)
        drift = -w / memory + 0.5 * rise * (1 + (w / sigma) ** 2)
        dt = STEP * memory
        w += drift * dt + sigma * np.sqrt(2 * STEP) * rng.normal(size=w.size)
        z_next = z + w * dt
        below = z_next < roughness_m
        z_next[below] = 2 * roughness_m - z_next[below]
        w[below] *= -1
        x_next = x + wind(z) * dt
        while (crossed := x_next >= way_m[reached]).any():
            at = np.flatnonzero(crossed)
            share = (way_m[reached[at]] - x[at]) / (x_next[at] - x[at])
            there = z[at] + share * (z_next[at] - z[at])
            height[reached[at], who[at]], speed[reached[at], who[at]] = there, wind(there)
            reached[at] += 1
            on = reached < way_m.size
            who, z, x, w, reached = who[on], z[on], x[on], w[on], reached[on]
            z_next, x_next = z_next[on], x_next[on]
        z, x = z_next, x_next
    return Crossings(way_m, height, speed, float(wind(np.array([mast_m]))[0]))


def _sigma_w(zeta: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the standard deviation of vertical gusts over u*, of the same shape."""
    return np.asarray(SIGMA_W * np.cbrt(1 - 3 * np.minimum(zeta, 0.0)))


def _diffusivity(z: NDArray[np.float64], zeta: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return K over u* [m], of the same shape: that of heat (Dyer 1974)."""
    unstable = np.sqrt(1 - 16 * np.minimum(zeta, 0.0))
    return np.asarray(KARMAN * z * unstable / (1 + 5 * np.clip(zeta, 0.0, 1.0)))
