"""The ground's heights above the ellipsoid."""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from pyproj import CRS

from cathartes.errors import HeaderError
from cathartes.scenes.geometry import MapGrid, check_on_earth, lon_lat_transformer

LOWEST_GROUND_M, HIGHEST_GROUND_M = -450.0, 9000.0
"""No dry place on Earth lies outside, above the sea or the ellipsoid: rays down to the lowest pass
over all ground that they may meet."""


class Terrain(Protocol):
    """What every terrain can say."""

    @property
    def lowest_m(self) -> float:
        """Lowest altitude, [m]."""

    @property
    def highest_m(self) -> float:
        """Highest altitude, [m]."""

    @property
    def posting_m(self) -> float:
        """Distance over which heights may change, [m]; infinite on flat ground."""

    def altitude_at(
        self, longitude_deg: NDArray[np.float64], latitude_deg: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """Return the ground's altitude above the ellipsoid, NaN where not known.

        Parameters
        ----------
        longitude_deg, latitude_deg : same shape [deg]

        Returns
        -------
        Their shape [m]
        """


@dataclass(frozen=True, slots=True)
class LevelGround:
    """Ground of one altitude above the ellipsoid."""

    altitude_m: float

    @property
    def lowest_m(self) -> float:
        """The altitude, [m]."""
        return self.altitude_m

    @property
    def highest_m(self) -> float:
        """The altitude, [m]."""
        return self.altitude_m

    @property
    def posting_m(self) -> float:
        """Infinite."""
        return np.inf

    def altitude_at(
        self, longitude_deg: NDArray[np.float64], latitude_deg: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """Return the altitude everywhere that is a place, of the same shape [m].

        Parameters
        ----------
        longitude_deg, latitude_deg : same shape [deg]
        """
        known = np.isfinite(longitude_deg) & np.isfinite(latitude_deg)
        return np.where(known, self.altitude_m, np.nan)


@dataclass(frozen=True, slots=True)
class HeightGrid:
    """Heights on a map grid, straight between the centres of its cells (bilinear).

    Attributes
    ----------
    grid
        North-up or rotated, in any reference system.
    height_m : (y, x) [m]
        NaN where not known: no height beside an unknown one is known either.

    Raises
    ------
    HeaderError
        If shapes differ, the grid is nowhere on Earth, or no height is known.
    """

    grid: MapGrid
    height_m: NDArray[np.floating]

    def __post_init__(self) -> None:
        check_on_earth(self.grid)
        if self.height_m.shape != self.grid.shape or min(self.grid.shape) < 2:
            raise HeaderError(
                f"heights of shape {self.height_m.shape} on a grid of {self.grid.shape}; both must "
                "be equal, and two by two at least."
            )
        if not np.isfinite(self.height_m).any():
            raise HeaderError("no height of the grid is known: it has only its no-data value here.")

    @property
    def lowest_m(self) -> float:
        """Lowest known height, [m]."""
        return float(np.nanmin(self.height_m))

    @property
    def highest_m(self) -> float:
        """Highest known height, [m]."""
        return float(np.nanmax(self.height_m))

    @property
    def posting_m(self) -> float:
        """Side of a cell in the grid's middle, the shorter of the two, [m]."""
        a, b, c0, d, e, f0 = self.grid.transform
        y, x = self.grid.shape[0] / 2, self.grid.shape[1] / 2
        column, row = np.array([x, x + 1, x]), np.array([y, y, y + 1])
        lon, lat = lon_lat_transformer(self.grid.crs).transform(
            a * column + b * row + c0, d * column + e * row + f0
        )
        metres_per_deg = 111_320.0
        east = (lon[1:] - lon[0]) * metres_per_deg * np.cos(np.radians(lat[0]))
        return float(np.hypot(east, (lat[1:] - lat[0]) * metres_per_deg).min())

    def altitude_at(
        self, longitude_deg: NDArray[np.float64], latitude_deg: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """Return the heights at places, of the same shape [m]; NaN beyond the outer cells' centres.

        Parameters
        ----------
        longitude_deg, latitude_deg : same shape [deg]
        """
        column, row = (at - 0.5 for at in cells_of(self.grid, longitude_deg, latitude_deg))
        n_rows, n_columns = self.grid.shape
        with np.errstate(invalid="ignore"):
            inside = (column >= 0) & (column <= n_columns - 1) & (row >= 0) & (row <= n_rows - 1)
        column, row = np.where(inside, column, 0.0), np.where(inside, row, 0.0)
        j = np.minimum(column.astype(np.intp), n_columns - 2)
        i = np.minimum(row.astype(np.intp), n_rows - 2)
        u, v, z = column - j, row - i, self.height_m
        height = (1 - v) * ((1 - u) * z[i, j] + u * z[i, j + 1]) + v * (
            (1 - u) * z[i + 1, j] + u * z[i + 1, j + 1]
        )
        return np.where(inside, height, np.nan)


def cells_of(
    grid: MapGrid, longitude_deg: NDArray[np.float64], latitude_deg: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return continuous (column, row) of places on a grid, counted from its outer corner.

    On a grid in degrees longitudes are taken the short way round from its middle, so that it may
    be of 0 to 360 degrees, or lie across the antimeridian.

    Parameters
    ----------
    grid
        In any reference system.
    longitude_deg, latitude_deg : same shape [deg, WGS 84]

    Returns
    -------
    column, row : their shape
    """
    x, y = lon_lat_transformer(grid.crs).transform(longitude_deg, latitude_deg, direction="INVERSE")
    a, b, c0, d, e, f0 = grid.transform
    with np.errstate(invalid="ignore"):  # infinite where the system has no such place
        if CRS.from_user_input(grid.crs).is_geographic:
            middle = c0 + (a * grid.shape[1] + b * grid.shape[0]) / 2
            x = middle + (x - middle + 180.0) % 360.0 - 180.0
        x, y, area = x - c0, y - f0, a * e - b * d
        return (e * x - b * y) / area, (a * y - d * x) / area
