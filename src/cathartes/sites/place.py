"""A place on the ground with its error."""

from dataclasses import dataclass, replace
from math import isfinite

import numpy as np
from numpy.typing import NDArray

from cathartes.errors import InputError


@dataclass(frozen=True, slots=True)
class Place:
    """A normal law over the ground about a point, WGS 84.

    Attributes
    ----------
    longitude_deg, latitude_deg : [deg]
    east_var_m2, north_var_m2, cov_m2 : [m2]
        Covariance of (east, north) about the point.

    Raises
    ------
    InputError
        If the point is not on Earth, or the covariance is not one.
    """

    longitude_deg: float
    latitude_deg: float
    east_var_m2: float
    north_var_m2: float
    cov_m2: float = 0.0

    def __post_init__(self) -> None:
        if not (abs(self.longitude_deg) <= 180 and abs(self.latitude_deg) <= 90):
            raise InputError(
                f"place ({self.longitude_deg:g}, {self.latitude_deg:g}): longitude within 180 and "
                "latitude within 90 degrees are needed, longitude first."
            )
        determinant = self.east_var_m2 * self.north_var_m2 - self.cov_m2**2
        positive = self.east_var_m2 > 0 and self.north_var_m2 > 0 and determinant > 0
        if not (positive and isfinite(determinant)):
            raise InputError(
                f"place: variances {self.east_var_m2:g} and {self.north_var_m2:g} m2 with the "
                f"covariance {self.cov_m2:g} m2 are no covariance; positive ones are needed."
            )

    @property
    def covariance_m2(self) -> NDArray[np.float64]:
        """Covariance of (east, north): (2, 2) [m2]."""
        return np.array(
            [[self.east_var_m2, self.cov_m2], [self.cov_m2, self.north_var_m2]], dtype=np.float64
        )

    def less_certain(self, sd_m: float) -> "Place":
        """Return the same place with an independent error more, in each direction [m]."""
        return replace(
            self,
            east_var_m2=self.east_var_m2 + sd_m**2,
            north_var_m2=self.north_var_m2 + sd_m**2,
        )

    @property
    def radius_m(self) -> float:
        """Radius of a circle as large as the ellipse of one standard deviation, [m]."""
        return float((self.east_var_m2 * self.north_var_m2 - self.cov_m2**2) ** 0.25)
