r"""The density that particles stand for: kernels, and tails that no few particles can show.

.. math:: p(x) = (1-t)\,\frac1n \sum_j N(x;\, a x_j + (1-a)\bar x,\, h^2 S) + t\,T_3(x;\, \bar x, S)

with S the particles' covariance, :math:`h = n^{-1/6}` (Scott) and :math:`a^2 + h^2 = 1`, so that
the kernels' own covariance is S (West 1993, J. R. Stat. Soc. B 55, 409). Student's T keeps a place
possible that one flight's model of the air makes impossible: it is wrong now and then.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

TAIL_SHARE, TAIL_FREEDOM = 0.1, 3.0
"""t and the degrees of freedom of T."""
MOST_DISTINCT = 256
"""Kernels are no narrower than those of so many particles: a flight's are alike in chains."""


@dataclass(frozen=True, slots=True)
class PlaceDensity:
    """A density over the ground; made by `of`.

    Attributes
    ----------
    middle_m : (2,) [m]
    root_m : (2, 2) [m]
        Root of the covariance.
    kernel : (particle, 2)
        Middles of the kernels in standard deviations.
    bandwidth
        Of a kernel, in standard deviations.
    """

    middle_m: NDArray[np.float64]
    root_m: NDArray[np.float64]
    kernel: NDArray[np.float64]
    bandwidth: float

    @classmethod
    def of(cls, place_m: NDArray[np.float64]) -> "PlaceDensity":
        """Return the density of particles.

        Parameters
        ----------
        place_m : (particle, 2) [m]
        """
        middle = place_m.mean(axis=0)
        root = np.asarray(np.linalg.cholesky(np.cov(place_m.T) + 1e-4 * np.eye(2)), np.float64)
        bandwidth = float(min(place_m.shape[0], MOST_DISTINCT) ** (-1 / 6))
        off = np.linalg.solve(root, (place_m - middle).T).T
        return cls(middle, root, np.sqrt(1 - bandwidth**2) * off, bandwidth)

    def kernels(self, place_m: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return how much each particle adds to the density at places, (place, particle) [m-2].

        Tails are shared out among all particles.

        Parameters
        ----------
        place_m : (place, 2) [m]
        """
        off = np.linalg.solve(self.root_m, (place_m - self.middle_m).T).T
        area = abs(float(np.linalg.det(self.root_m)))
        square = ((off[:, None] - self.kernel) ** 2).sum(axis=2) / self.bandwidth**2
        core = np.exp(-0.5 * square) / (2 * np.pi * self.bandwidth**2)
        tail = (1 + (off**2).sum(axis=1) / TAIL_FREEDOM) ** (-0.5 * (TAIL_FREEDOM + 2))
        tail /= 2 * np.pi
        share = (1 - TAIL_SHARE) * core + TAIL_SHARE * tail[:, None]
        return np.asarray(share / (area * self.kernel.shape[0]))

    def density(self, place_m: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the density at places, (place,) [m-2].

        Parameters
        ----------
        place_m : (place, 2) [m]
        """
        return np.asarray(self.kernels(place_m).sum(axis=1))

    def draw(self, n: int, rng: np.random.Generator) -> NDArray[np.float64]:
        """Return places of this density, (n, 2) [m]."""
        of = rng.integers(self.kernel.shape[0], size=n)
        off = self.kernel[of] + self.bandwidth * rng.normal(size=(n, 2))
        wide = np.sqrt(TAIL_FREEDOM / rng.chisquare(TAIL_FREEDOM, n))[:, None]
        tail = rng.uniform(size=n) < TAIL_SHARE
        off[tail] = (rng.normal(size=(n, 2)) * wide)[tail]
        return np.asarray(self.middle_m + off @ self.root_m.T)
