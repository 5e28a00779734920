r"""Evidence that sightings come from one point: Gaussians multiplied, in closed form.

A site is a point s; a sighting at x_j with covariance C_j comes from within its extent e. New
sites are a Poisson process of density :math:`\lambda`, each seen a Poisson number of times whose
mean m nobody knows: p(m) = 1/m. A group G of n sightings has the evidence

.. math:: E(G) = \lambda\, (n-1)! \int ds \prod_{j \in G} N(x_j;\, s,\, C_j + e^2 I)

which needs only sums over the group: of the precisions P_j = (C_j + e^2 I)^-1, of
P_j x_j, and of the logarithms of what stands before the exponentials. One sighting alone has
:math:`\lambda`.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

LOG_2_PI = float(np.log(2 * np.pi))


@dataclass(frozen=True, slots=True)
class Sums:
    """What the evidence of groups needs: sums over their sightings, which add when groups join.

    Attributes
    ----------
    precision : (group, 3) [m-2]
        East-east, north-north, east-north.
    pull : (group, 2) [m-1]
        Precision times place.
    log_height : (group,)
        The rest of each Gaussian's logarithm, in m-2.
    count : (group,)
        How many sightings.
    """

    precision: NDArray[np.float64]
    pull: NDArray[np.float64]
    log_height: NDArray[np.float64]
    count: NDArray[np.float64]

    def __getitem__(self, which: NDArray[np.int_] | list[int]) -> "Sums":
        """Return those of some groups."""
        parts = (self.precision, self.pull, self.log_height, self.count)
        return Sums(*(part[which] for part in parts))

    def __add__(self, other: "Sums") -> "Sums":
        """Return those of joined groups, broadcast as arrays are."""
        return Sums(
            self.precision + other.precision,
            self.pull + other.pull,
            self.log_height + other.log_height,
            self.count + other.count,
        )

    def __sub__(self, other: "Sums") -> "Sums":
        """Return those of groups without some of their own."""
        return Sums(
            self.precision - other.precision,
            self.pull - other.pull,
            self.log_height - other.log_height,
            self.count - other.count,
        )

    def over(self, belongs: NDArray[np.float64]) -> "Sums":
        """Return those of groups of these.

        Parameters
        ----------
        belongs : (group, sighting)
            1 where a sighting belongs to a group, else 0.
        """
        return Sums(
            belongs @ self.precision,
            belongs @ self.pull,
            belongs @ self.log_height,
            belongs @ self.count,
        )

    def log_integral(self) -> NDArray[np.float64]:
        """Return the logarithm of the integral over the point, (group,), in m-2 to n - 1."""
        east, north, cross = np.moveaxis(self.precision, -1, 0)
        pull_east, pull_north = np.moveaxis(self.pull, -1, 0)
        determinant = east * north - cross**2
        pulled = north * pull_east**2 + east * pull_north**2 - 2 * cross * pull_east * pull_north
        return np.asarray(
            self.log_height + LOG_2_PI - 0.5 * np.log(determinant) + 0.5 * pulled / determinant
        )

    def mean_m(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return where the points are, (group, 2) [m], and covariances, (group, 3) [m2]."""
        east, north, cross = np.moveaxis(self.precision, -1, 0)
        determinant = east * north - cross**2
        covariance = np.stack([north, east, -cross], axis=-1) / determinant[..., None]
        pull_east, pull_north = np.moveaxis(self.pull, -1, 0)
        place = np.stack(
            [
                covariance[..., 0] * pull_east + covariance[..., 2] * pull_north,
                covariance[..., 2] * pull_east + covariance[..., 1] * pull_north,
            ],
            axis=-1,
        )
        return place, covariance


def sums_of(
    place_m: NDArray[np.float64], covariance_m2: NDArray[np.float64], extent_m: float
) -> Sums:
    """Return the sums of groups of one sighting each.

    Parameters
    ----------
    place_m : (sighting, 2) [m]
        East, north in a frame near them.
    covariance_m2 : (sighting, 3) [m2]
        East-east, north-north, east-north.
    extent_m : [m]
    """
    east, north = (covariance_m2[:, k] + extent_m**2 for k in (0, 1))
    cross = covariance_m2[:, 2]
    determinant = east * north - cross**2
    precision = np.stack([north, east, -cross], axis=-1) / determinant[:, None]
    pull = np.stack(
        [
            precision[:, 0] * place_m[:, 0] + precision[:, 2] * place_m[:, 1],
            precision[:, 2] * place_m[:, 0] + precision[:, 1] * place_m[:, 1],
        ],
        axis=-1,
    )
    log_height = -LOG_2_PI - 0.5 * np.log(determinant) - 0.5 * (pull * place_m).sum(axis=1)
    return Sums(precision, pull, log_height, np.ones(len(place_m)))


def log_overlap(
    apart_m: NDArray[np.float64], covariance_m2: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return ln N(apart; 0, covariance), (pair,), in m-2.

    Parameters
    ----------
    apart_m : (pair, 2) [m]
    covariance_m2 : (pair, 3) [m2]
        Of the difference: east-east, north-north, east-north.
    """
    east, north, cross = covariance_m2.T
    determinant = east * north - cross**2
    far = (
        north * apart_m[:, 0] ** 2
        + east * apart_m[:, 1] ** 2
        - 2 * cross * apart_m[:, 0] * apart_m[:, 1]
    ) / determinant
    return np.asarray(-LOG_2_PI - 0.5 * np.log(determinant) - 0.5 * far)
