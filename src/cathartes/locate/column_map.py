"""A column density map of one gas on the ground, with one plume marked in it."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cathartes.errors import InputError

LEAST_BACKGROUND_SHARE = 0.2
"""Of the map's pixels, with a value and outside plumes; with less its noise is not known."""


@dataclass(frozen=True, slots=True)
class ColumnMap:
    """Column density over a plume and its surroundings, in metres, north up.

    Attributes
    ----------
    column_density_ppm_m : (y, x) [ppm m]
        NaN for no value, and in other plumes.
    plume : (y, x) bool
        The plume's outline.
    noise_sd_ppm_m : [ppm m]
        Standard deviation of a pixel outside plumes.
    relative_sd
        What the columns of all pixels share: temperature of the plume, air, library, as a part.
    pixel_m : [m]
        Side of a pixel.
    east_m, north_m : [m]
        Of the map's upper left (north-western) corner.

    Raises
    ------
    InputError
        If the map holds no plume, or numbers that can't be.
    """

    column_density_ppm_m: NDArray[np.float64]
    plume: NDArray[np.bool_]
    noise_sd_ppm_m: float
    relative_sd: float
    pixel_m: float
    east_m: float = 0.0
    north_m: float = 0.0

    def __post_init__(self) -> None:
        column = np.array(self.column_density_ppm_m, dtype=np.float64)
        plume = np.array(self.plume, dtype=bool)
        if column.ndim != 2 or column.shape != plume.shape or not plume.any():
            raise InputError(
                f"column map: columns {column.shape} and outline {plume.shape} with "
                f"{int(plume.sum())} pixels; two images of one shape and a plume are needed."
            )
        if not (self.pixel_m > 0 and self.noise_sd_ppm_m > 0 and self.relative_sd >= 0):
            raise InputError(
                f"column map: pixels of {self.pixel_m:g} m, noise of {self.noise_sd_ppm_m:g} ppm m "
                f"and a common error of {self.relative_sd:g}; the first two must be above 0, the "
                "third not below."
            )
        for name, array in (("column_density_ppm_m", column), ("plume", plume)):
            array.setflags(write=False)
            object.__setattr__(self, name, array)

    @property
    def background(self) -> NDArray[np.bool_]:
        """(y, x), True where there is a value and no plume."""
        return np.isfinite(self.column_density_ppm_m) & ~self.plume

    def centres_m(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return east (x,) and north (y,) of the pixels' centres, [m]."""
        y, x = self.column_density_ppm_m.shape
        east = self.east_m + (np.arange(x) + 0.5) * self.pixel_m
        north = self.north_m - (np.arange(y) + 0.5) * self.pixel_m
        return np.asarray(east, np.float64), np.asarray(north, np.float64)


def noise_of(column_density_ppm_m: NDArray[np.float64], plume: NDArray[np.bool_]) -> float:
    """Return a pixel's standard deviation outside the plume, [ppm m], by the middle 68 %.

    Parameters
    ----------
    column_density_ppm_m : (y, x) [ppm m]
        NaN for no value.
    plume : (y, x) bool

    Raises
    ------
    InputError
        If fewer than `LEAST_BACKGROUND_SHARE` of the pixels are left to tell.
    """
    outside = column_density_ppm_m[np.isfinite(column_density_ppm_m) & ~plume]
    if outside.size < LEAST_BACKGROUND_SHARE * plume.size:
        raise InputError(
            f"column map: {outside.size} of {plume.size} pixels have a column and lie outside "
            f"plumes; {LEAST_BACKGROUND_SHARE:.0%} are needed to know the noise."
        )
    low, high = np.quantile(outside, [0.16, 0.84])
    return float((high - low) / 2)
