"""Where a source is with a given probability: an ellipse that holds that share of the particles."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

N_CORNERS = 72
PLACE_ERROR_M = 0.25
"""Standard deviation along each axis of where sensors were: particles take it for known."""


@dataclass(frozen=True, slots=True)
class Ellipse:
    """A region.

    Attributes
    ----------
    probability
        That it holds the source.
    centre_m : (2,) [m]
        East, north.
    root_m : (2, 2) [m]
        Maps the unit circle onto the border.
    """

    probability: float
    centre_m: NDArray[np.float64]
    root_m: NDArray[np.float64]

    @property
    def half_axes_m(self) -> tuple[float, float]:
        """The longer and the shorter half axis [m]."""
        long, short = np.linalg.svd(self.root_m, compute_uv=False)
        return float(long), float(short)

    def corners_m(self) -> NDArray[np.float64]:
        """Return its border as a closed polygon, (corner, 2) [m], counter-clockwise."""
        angle = np.linspace(0, 2 * np.pi, N_CORNERS + 1)
        circle = np.column_stack([np.cos(angle), np.sin(angle)])
        circle[-1] = circle[0]
        return np.asarray(self.centre_m + circle @ self.root_m.T)

    def holds(self, place_m: NDArray[np.float64]) -> NDArray[np.bool_]:
        """Return where places, (any, 2) [m], lie inside."""
        unit = np.linalg.solve(self.root_m, (np.atleast_2d(place_m) - self.centre_m).T)
        return np.asarray((unit**2).sum(0) <= 1.0)


def ellipse_of(place_m: NDArray[np.float64], probability: float) -> Ellipse:
    """Return the ellipse of the particles' own shape that holds a share of them.

    It is widened by `PLACE_ERROR_M`, as that share of a normal law is.

    Parameters
    ----------
    place_m : (particle, 2) [m]
    probability
        That share.
    """
    centre = place_m.mean(axis=0)
    spread = np.cov(place_m.T) + 1e-6 * np.eye(2)
    root = np.linalg.cholesky(spread)
    off = np.linalg.solve(root, (place_m - centre).T)
    radius = np.sqrt(np.quantile((off**2).sum(0), probability))
    border = radius**2 * root @ root.T - 2 * np.log(1 - probability) * PLACE_ERROR_M**2 * np.eye(2)
    return Ellipse(probability, centre, np.linalg.cholesky(border))
